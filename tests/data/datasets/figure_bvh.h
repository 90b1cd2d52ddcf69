// A figure in motion, written as BVH in the manner of any program: other names, axes, units, rest poses,
// joints above the hips, position channels. The truth is the same in all of them.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/io/bvh_writer.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {

// HumanIK's names; y up, looking along z; centimetres.
struct FigureJoint {
  std::string name;
  int parent;
  Vector3d offset;
  Vector3d end = Vector3d::Zero();  // of the end site, where it is a leaf
};

inline std::vector<FigureJoint> StandardFigure() {
  std::vector<FigureJoint> joints = {{"Hips", -1, {0, 0, 0}},   {"Spine", 0, {0, 9, -1}},
                                     {"Spine1", 1, {0, 11, 0}}, {"Spine2", 2, {0, 13, 0}},
                                     {"Neck", 3, {0, 15, 1}},   {"Head", 4, {0, 9, 2}, {0, 16, 0}}};
  for (const double side : {1.0, -1.0}) {
    const std::string name = side > 0 ? "Left" : "Right";
    int n = static_cast<int>(joints.size());
    joints.push_back({name + "Shoulder", 3, {side * 6, 11, 1}});
    joints.push_back({name + "Arm", n, {side * 12, 0, 0}});
    joints.push_back({name + "ForeArm", n + 1, {side * 27, 0, 0}});
    joints.push_back({name + "Hand", n + 2, {side * 25, 0, 0}, {side * 9, 0, 0}});
    n += 4;
    joints.push_back({name + "UpLeg", 0, {side * 9, -5, 0}});
    joints.push_back({name + "Leg", n, {0, -42, 0}});
    joints.push_back({name + "Foot", n + 1, {0, -41, -1}});
    joints.push_back({name + "ToeBase", n + 2, {0, -7, 13}, {0, 0, 6}});
  }
  return joints;
}

struct FigureStyle {
  // Name of a joint, as a function of HumanIK's; "": the joint is not there, its bone is part of the next.
  std::function<std::string(const std::string&)> name = [](const std::string& n) { return n; };
  double units_per_cm = 1;
  Matrix3d file_from_figure = Matrix3d::Identity();  // axes of the file's world, and of its rest pose
  // Local axes of the joints in the rest pose of the figure; the offsets are in these, so that all-zero
  // channels are no figure.
  std::function<Matrix3d(const std::string&)> local_axes = [](const std::string&) {
    return Matrix3d::Identity();
  };
  bool t_pose_first = false;                 // an additional first frame in the rest pose of the figure
  std::vector<std::string> above;            // names of joints above the hips, outermost first
  Vector3d above_offset = Vector3d::Zero();  // of each of them, cm
  Vector3d above_travel = Vector3d::Zero();  // by frame, of the outermost, cm; the hips are where they were
  enum class Positions { kRoot, kAll, kAllAdded } positions = Positions::kRoot;
  bool zero_offsets = false;
  Vector3d root_offset = Vector3d::Zero();  // of the first joint, cm, besides its channels, which say it all
  bool from_offset = false;                 // which start from that offset instead
  double frame_time_s = 1.0 / 30;
  int num_frames = 8;
};

// Rotation of a joint of the figure relative to its parent in a frame; turns of the hips below 40 degrees.
inline Matrix3d FigureRotation(const std::string& joint, int frame) {
  static const std::map<std::string, Vector3d> kDegrees = {
      {"Hips", {3, 30, 2}},          {"Spine2", {4, 10, 3}},       {"Neck", {5, -8, 0}},
      {"Head", {-4, 12, 3}},         {"LeftArm", {0, 10, -60}},    {"RightArm", {5, 0, 55}},
      {"LeftForeArm", {0, -50, 10}}, {"RightForeArm", {0, 40, 0}}, {"LeftHand", {0, 0, 20}},
      {"RightHand", {10, 0, 0}},     {"LeftUpLeg", {-35, 5, 4}},   {"RightUpLeg", {20, 0, -3}},
      {"LeftLeg", {50, 0, 0}},       {"RightLeg", {25, 0, 0}},     {"LeftFoot", {-10, 0, 5}},
      {"LeftToeBase", {8, 0, 0}}};
  const auto found = kDegrees.find(joint);
  if (found == kDegrees.end()) return Matrix3d::Identity();
  return ExpSO3(found->second * (0.7 + 0.3 * std::cos(0.7 * frame)) / 57.29577951308232);
}
// cm, y up.
inline Vector3d FigureHips(int frame) { return {30 + 2.0 * frame, 94 + std::sin(frame), 50 + 6.0 * frame}; }

inline std::string FigureBvh(const FigureStyle& style) {
  const std::vector<FigureJoint> figure = StandardFigure();
  const Matrix3d& turn = style.file_from_figure;
  std::string hierarchy = "HIERARCHY\n";
  const int first = style.t_pose_first ? 1 : 0;
  const auto add = [](const Vector3d& v, std::string* text) {
    for (const double x : v) {
      char digits[40];
      std::snprintf(digits, sizeof(digits), " %.10f", x);
      *text += digits;
    }
  };
  std::vector<std::string> frames(style.num_frames + first);
  const auto begin = [&](const std::string& name, bool root, const Vector3d& offset, bool positions) {
    hierarchy += StrCat(root ? "ROOT " : "JOINT ", name, "\n{\nOFFSET");
    add(style.zero_offsets ? Vector3d::Zero() : offset, &hierarchy);
    hierarchy += positions ? "\nCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
                           : "\nCHANNELS 3 Zrotation Xrotation Yrotation\n";
  };
  const auto rotate = [&](const Matrix3d& rotation, std::string* text) {
    add(EulerZxyNear(rotation, Vector3d::Zero()) * 57.29577951308232, text);
  };
  const bool all = style.positions != FigureStyle::Positions::kRoot;
  const bool added = style.positions == FigureStyle::Positions::kAllAdded;
  const double scale = style.units_per_cm;
  // The joints above stand still but for the outermost's travel, and turn nothing.
  for (size_t i = 0; i < style.above.size(); ++i) {
    const Vector3d offset = scale * (turn * style.above_offset);
    const bool positions = i == 0 || all;
    begin(style.above[i], i == 0, offset, positions);
    for (size_t f = 0; f < frames.size(); ++f) {
      const Vector3d travel = i == 0 ? Vector3d(scale * (turn * style.above_travel) * f) : Vector3d::Zero();
      if (positions) add(i == 0 ? Vector3d(offset + travel) : added ? Vector3d::Zero() : offset, &frames[f]);
      rotate(Matrix3d::Identity(), &frames[f]);
    }
  }
  const auto world = [&](int joint, int frame) {  // rotation of the figure's joint, its own axes
    Matrix3d rotation = Matrix3d::Identity();
    for (int j = joint; j >= 0; j = figure[j].parent)
      rotation = FigureRotation(figure[j].name, frame) * rotation;
    return rotation;
  };
  const auto in_file = [&](int joint, int f) -> Matrix3d {  // of the file's joint in frame f of the file
    const Matrix3d own = f < first ? Matrix3d::Identity() : world(joint, f - first);
    return turn * own * turn.transpose() * style.local_axes(figure[joint].name);
  };
  std::function<void(int, int, Vector3d)> write = [&](int joint, int file_parent, Vector3d carried) {
    const FigureJoint& self = figure[joint];
    const std::string name = style.name(self.name);
    const Vector3d whole = joint == 0 ? style.root_offset : Vector3d(self.offset + carried);
    const bool there = !name.empty();
    const Matrix3d parent_axes =
        file_parent < 0 ? Matrix3d::Identity() : style.local_axes(figure[file_parent].name);
    const bool root = joint == 0;
    const Vector3d offset = scale * (parent_axes.transpose() * (turn * whole));
    if (there) {
      begin(name, root && style.above.empty(), offset, root || all);
      for (size_t f = 0; f < frames.size(); ++f) {
        if (root) {
          const double above = static_cast<double>(style.above.size());
          Vector3d hips = FigureHips(std::max(0, static_cast<int>(f) - first));
          if (above > 0) hips -= above * style.above_offset + style.above_travel * static_cast<double>(f);
          if (style.from_offset) hips -= style.root_offset;
          add(scale * (turn * hips), &frames[f]);
        } else if (all) {
          add(added ? Vector3d::Zero() : offset, &frames[f]);
        }
        const int frame = static_cast<int>(f);
        const Matrix3d above = file_parent < 0 ? Matrix3d::Identity() : in_file(file_parent, frame);
        rotate(above.transpose() * in_file(joint, frame), &frames[f]);
      }
    }
    bool leaf = true;
    for (size_t child = 0; child < figure.size(); ++child) {
      if (figure[child].parent != joint) continue;
      write(static_cast<int>(child), there ? joint : file_parent, there ? Vector3d::Zero() : whole);
      leaf = leaf && style.name(figure[child].name).empty();
    }
    if (!there) return;
    if (leaf) {
      Vector3d end = self.end;  // a bone whose joint is left out ends where that would be
      for (const FigureJoint& child : figure) {
        if (child.parent == joint) end = child.offset;
      }
      hierarchy += "End Site\n{\nOFFSET";
      const Vector3d own = style.local_axes(self.name).transpose() * (turn * end);
      add(style.zero_offsets ? Vector3d::Zero() : Vector3d(scale * own), &hierarchy);
      hierarchy += "\n}\n";
    }
    hierarchy += "}\n";
  };
  write(0, -1, Vector3d::Zero());
  for (size_t i = 0; i < style.above.size(); ++i) hierarchy += "}\n";
  hierarchy += StrCat("MOTION\nFrames: ", frames.size(), "\nFrame Time: ", style.frame_time_s, "\n");
  for (const std::string& frame : frames) hierarchy += frame + "\n";
  return hierarchy;
}

}  // namespace vitruvius
