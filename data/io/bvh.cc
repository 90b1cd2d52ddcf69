#include "data/io/bvh.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "data/io/atomic_file.h"
#include "data/io/text_scanner.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Channel = BvhJoint::Channel;

constexpr const char* kChannelNames[] = {"Xposition", "Yposition", "Zposition",
                                         "Xrotation", "Yrotation", "Zrotation"};

Vector3d ReadOffset(TextScanner* scanner) {
  scanner->Expect("OFFSET");
  Vector3d offset;
  for (int axis = 0; axis < 3; ++axis) offset[axis] = scanner->Number("an offset");
  return offset;
}

Channel ReadChannel(TextScanner* scanner) {
  const std::string_view word = scanner->Next("a channel name");
  for (int i = 0; i < 6; ++i) {
    if (EqualsIgnoringCase(word, kChannelNames[i])) return static_cast<Channel>(i);
  }
  scanner->Fail(word, "a channel name (Xposition ... Zrotation)");
}

void ReadEndSite(TextScanner* scanner, BvhJoint* joint) {
  if (joint->has_end_site) scanner->Fail("End", "at most one end site a joint");
  scanner->Expect("Site");
  scanner->RestOfLine();  // some writers name the site
  scanner->Expect("{");
  joint->has_end_site = true;
  joint->end_offset = ReadOffset(scanner);
  scanner->Expect("}");
}

// Reads "ROOT name { ... }" with an explicit stack: the depth of a hostile file must not become ours.
int ReadHierarchy(TextScanner* scanner, std::vector<BvhJoint>* joints) {
  std::set<std::string> names;
  int num_channels = 0;
  int current = -1;  // the joint whose braces are open
  const auto begin_joint = [&](int parent) {
    BvhJoint joint;
    joint.name = std::string(scanner->RestOfLine());
    if (joint.name.empty()) scanner->Fail(scanner->Peek(), "a joint's name");
    if (!names.insert(joint.name).second) scanner->Fail(joint.name, "a name that no other joint has");
    joint.parent = parent;
    scanner->Expect("{");
    joint.offset = ReadOffset(scanner);
    joint.first_channel = num_channels;
    if (EqualsIgnoringCase(scanner->Peek(), "CHANNELS")) {
      scanner->Next("CHANNELS");
      const int count = static_cast<int>(scanner->Integer("a number of channels", 0, 6));
      for (int i = 0; i < count; ++i) {
        const Channel channel = ReadChannel(scanner);
        if (std::count(joint.channels.begin(), joint.channels.end(), channel) > 0) {
          scanner->Fail(kChannelNames[static_cast<int>(channel)], "each channel at most once");
        }
        joint.channels.push_back(channel);
      }
      num_channels += count;
    }
    joints->push_back(std::move(joint));
    current = static_cast<int>(joints->size()) - 1;
  };
  scanner->Expect("HIERARCHY");
  scanner->Expect("ROOT");
  begin_joint(-1);
  while (current >= 0) {
    const std::string_view word = scanner->Next("JOINT, End Site or }");
    if (EqualsIgnoringCase(word, "JOINT")) {
      begin_joint(current);
    } else if (EqualsIgnoringCase(word, "End")) {
      ReadEndSite(scanner, &(*joints)[current]);
    } else if (word == "}") {
      current = (*joints)[current].parent;
    } else {
      scanner->Fail(word, "JOINT, End Site or }");
    }
  }
  return num_channels;
}

int NumPositions(const BvhJoint& joint) {
  return static_cast<int>(std::count_if(joint.channels.begin(), joint.channels.end(),
                                        [](Channel c) { return c <= Channel::kZPosition; }));
}

// Whether position channels below the root are meant to be added to the offsets: most joints that have them
// move little about their offsets then, and far away from them if the channels take their place.
bool PositionsAdd(const BvhMotion& motion) {
  constexpr double kClearly = 0.25;
  int add = 0, replace = 0;
  for (std::size_t j = 1; j < motion.joints.size(); ++j) {
    const BvhJoint& joint = motion.joints[j];
    if (NumPositions(joint) == 0 || joint.offset.isZero()) continue;
    double moved_if_added = 0, moved_if_replaced = 0;
    for (int frame = 0; frame < motion.num_frames(); ++frame) {
      Vector3d value = Vector3d::Zero();
      for (std::size_t c = 0; c < joint.channels.size(); ++c) {
        const int axis = static_cast<int>(joint.channels[c]);
        if (axis < 3) value[axis] = motion.values(frame, joint.first_channel + static_cast<int>(c));
      }
      moved_if_added += value.norm();
      moved_if_replaced += (motion.LocalPosition(frame, static_cast<int>(j)) - joint.offset).norm();
    }
    ++(moved_if_added < kClearly * moved_if_replaced ? add : replace);
  }
  return add > replace;
}

}  // namespace

int BvhMotion::Find(const std::string& name) const {
  for (std::size_t i = 0; i < joints.size(); ++i) {
    if (joints[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

void BvhMotion::GlobalRotations(int frame, std::vector<Matrix3d>* global) const {
  VT_CHECK(frame >= 0 && frame < num_frames());
  global->resize(joints.size());
  for (std::size_t j = 0; j < joints.size(); ++j) {
    const BvhJoint& joint = joints[j];
    Matrix3d rotation = joint.parent < 0 ? Matrix3d::Identity() : (*global)[joint.parent];
    for (std::size_t c = 0; c < joint.channels.size(); ++c) {
      const int axis = static_cast<int>(joint.channels[c]) - static_cast<int>(Channel::kXRotation);
      if (axis < 0) continue;
      const double angle = values(frame, joint.first_channel + static_cast<int>(c)) * kRadPerDeg;
      rotation *= Eigen::AngleAxisd(angle, Vector3d::Unit(axis)).toRotationMatrix();
    }
    (*global)[j] = rotation;
  }
}

Vector3d BvhMotion::LocalPosition(int frame, int joint) const {
  VT_CHECK(frame >= 0 && frame < num_frames());
  const BvhJoint& j = joints[joint];
  Vector3d position = j.offset;
  for (std::size_t c = 0; c < j.channels.size(); ++c) {
    const int axis = static_cast<int>(j.channels[c]);
    if (axis > 2) continue;
    const double value = values(frame, j.first_channel + static_cast<int>(c));
    position[axis] = positions_add && joint > 0 ? j.offset[axis] + value : value;
  }
  return position;
}

void BvhMotion::GlobalPositions(int frame, const std::vector<Matrix3d>& global,
                                std::vector<Vector3d>* positions) const {
  VT_CHECK_EQ(global.size(), joints.size());
  positions->resize(joints.size());
  for (std::size_t j = 0; j < joints.size(); ++j) {
    const int parent = joints[j].parent;
    const Vector3d local = LocalPosition(frame, static_cast<int>(j));
    (*positions)[j] = parent < 0 ? local : Vector3d((*positions)[parent] + global[parent] * local);
  }
}

std::vector<Vector3d> BvhMotion::RestOffsets() const {
  std::vector<Vector3d> offsets;
  for (std::size_t j = 0; j < joints.size(); ++j) {
    offsets.push_back(joints[j].offset);
    if (j == 0 || NumPositions(joints[j]) < 3 || num_frames() == 0) continue;
    Vector3d sum = Vector3d::Zero();
    for (int frame = 0; frame < num_frames(); ++frame) sum += LocalPosition(frame, static_cast<int>(j));
    offsets[j] = sum / num_frames();
  }
  return offsets;
}

BvhMotion ParseBvh(std::string_view text, const std::string& path) {
  TextScanner scanner(text, path, {"{}", "", '\0'});
  BvhMotion motion;
  motion.path = path;
  const int num_channels = ReadHierarchy(&scanner, &motion.joints);
  if (EqualsIgnoringCase(scanner.Peek(), "ROOT")) scanner.Fail("ROOT", "MOTION (files with one skeleton)");
  scanner.Expect("MOTION");
  if (num_channels == 0) scanner.FailAtLine(scanner.line(), "no joint has a channel, expected at least one");
  scanner.Expect("Frames:");
  // A value takes at least a digit and a blank, so the text left bounds what may be allocated.
  const std::int64_t max_frames = static_cast<std::int64_t>((scanner.bytes_left() + 1) / 2) / num_channels;
  const std::string_view count_word = scanner.Peek();
  const std::int64_t num_frames = scanner.Integer("a number of frames", 0, INT32_MAX);
  if (num_frames > max_frames) {
    scanner.Fail(count_word, StrCat("at most ", max_frames, " frames of ", num_channels,
                                    " values: the file ends too early for more"));
  }
  scanner.Expect("Frame");
  scanner.Expect("Time:");
  motion.frame_time_s = scanner.Number("a frame time in seconds");
  if (motion.frame_time_s <= 0) scanner.FailAtLine(scanner.line(), "the frame time must be positive");
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(num_frames) * num_channels);
  std::int64_t frame = 0;
  // Real files hold a frame more than they say; whole frames are kept, and fewer than promised are refused.
  for (; frame < num_frames || !scanner.AtEnd(); ++frame) {
    for (int c = 0; c < num_channels; ++c) {
      double value = 0;
      if (!scanner.TryNumber(&value)) {
        scanner.Fail(scanner.Peek(), StrCat("value ", c + 1, " of ", num_channels, " of frame ", frame + 1,
                                            " (the header says ", num_frames, "), a finite number"));
      }
      values.push_back(value);
    }
  }
  motion.values = Eigen::Map<const RowMatrixXd>(values.data(), frame, num_channels);
  motion.positions_add = PositionsAdd(motion);
  return motion;
}

BvhMotion ReadBvh(const std::string& path) { return ParseBvh(ReadFile(path), path); }

}  // namespace vitruvius
