#include "data/io/asf_amc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "data/io/atomic_file.h"
#include "data/io/text_scanner.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Dof = AsfBone::Dof;

constexpr const char* kDofNames[] = {"tx", "ty", "tz", "rx", "ry", "rz", "l"};

bool IsRotation(Dof dof) { return dof >= Dof::kRx && dof <= Dof::kRz; }

Matrix3d AxisRotation(int axis, double angle) {
  return Eigen::AngleAxisd(angle, Vector3d::Unit(axis)).toRotationMatrix();
}

Vector3d ReadVector(TextScanner* scanner, const char* what) {
  Vector3d v;
  for (int axis = 0; axis < 3; ++axis) v[axis] = scanner->Number(what);
  return v;
}

// "XYZ": the rotation about x is applied first.
std::array<int, 3> ReadAxisOrder(TextScanner* scanner) {
  const std::string_view word = scanner->Next("an order of axes");
  std::array<int, 3> order = {-1, -1, -1};
  bool seen[3] = {};
  bool good = word.size() == 3;
  for (int i = 0; good && i < 3; ++i) {
    const char c = word[i];
    order[i] = c == 'X' || c == 'x' ? 0 : c == 'Y' || c == 'y' ? 1 : c == 'Z' || c == 'z' ? 2 : -1;
    good = order[i] >= 0 && !seen[order[i]];
    if (good) seen[order[i]] = true;
  }
  if (!good) scanner->Fail(word, "an order of axes such as XYZ");
  return order;
}

Matrix3d RotationFromOrder(const Vector3d& angles_rad, const std::array<int, 3>& order) {
  Matrix3d rotation = Matrix3d::Identity();
  for (int i = 0; i < 3; ++i) rotation = AxisRotation(order[i], angles_rad[i]) * rotation;
  return rotation;
}

std::vector<Dof> ReadDofs(TextScanner* scanner) {
  std::vector<Dof> dofs;
  while (scanner->MoreOnLine()) {
    const std::string_view word = scanner->Next("a degree of freedom");
    int found = -1;
    for (int i = 0; i < 7; ++i) {
      if (EqualsIgnoringCase(word, kDofNames[i])) found = i;
    }
    if (found < 0) scanner->Fail(word, "a degree of freedom (tx ty tz rx ry rz l)");
    const Dof dof = static_cast<Dof>(found);
    if (std::count(dofs.begin(), dofs.end(), dof) > 0)
      scanner->Fail(word, "each degree of freedom at most once");
    dofs.push_back(dof);
  }
  return dofs;
}

class AsfParser {
 public:
  AsfParser(std::string_view text, const std::string& path) : scanner_(text, path, {"()", "", '#'}) {
    skeleton_.path = path;
    skeleton_.bones.emplace_back();
    skeleton_.bones[0].name = "root";
    indices_["root"] = 0;
  }

  AsfSkeleton Parse() {
    while (!scanner_.AtEnd()) {
      const std::string_view word = scanner_.Peek();
      if (!scanner_.AtLineStart() || word.front() != ':') {
        scanner_.SkipLine();  // free text of :name, :version, :documentation, :skin
        continue;
      }
      scanner_.Next("a section");
      if (word == ":units") ParseUnits();
      if (word == ":root") ParseRoot();
      if (word == ":bonedata") ParseBones();
      if (word == ":hierarchy") ParseHierarchy();
    }
    const int last_line = scanner_.line();
    if (skeleton_.bones[0].dofs.empty()) scanner_.FailAtLine(last_line, "no :root section with an order");
    if (parents_.empty()) scanner_.FailAtLine(last_line, "no :hierarchy section with bones");
    SortByDepth(last_line);
    return std::move(skeleton_);
  }

 private:
  bool InSection() { return !scanner_.AtEnd() && scanner_.Peek().front() != ':'; }
  double AngleScale() const { return skeleton_.angles_in_degrees ? kRadPerDeg : 1.0; }

  void ParseUnits() {
    while (InSection()) {
      const std::string_view key = scanner_.Next("a unit");
      if (key == "length") {
        skeleton_.length_unit = scanner_.Number("a length unit");
        if (skeleton_.length_unit <= 0)
          scanner_.FailAtLine(scanner_.line(), "the length unit must be positive");
      } else if (key == "angle") {
        const std::string_view unit = scanner_.Next("deg or rad");
        const bool degrees = EqualsIgnoringCase(unit.substr(0, 3), "deg");
        if (!degrees && !EqualsIgnoringCase(unit.substr(0, 3), "rad")) scanner_.Fail(unit, "deg or rad");
        skeleton_.angles_in_degrees = degrees;
      } else {
        scanner_.SkipLine();
      }
    }
  }

  void ParseRoot() {
    AsfBone& root = skeleton_.bones[0];
    std::array<int, 3> order = {0, 1, 2};
    Vector3d orientation = Vector3d::Zero();
    while (InSection()) {
      const std::string_view key = scanner_.Next("a property of the root");
      if (key == "order") {
        root.dofs = ReadDofs(&scanner_);
      } else if (key == "axis") {
        order = ReadAxisOrder(&scanner_);
      } else if (key == "position") {
        skeleton_.root_position = ReadVector(&scanner_, "the root's position");
      } else if (key == "orientation") {
        orientation = ReadVector(&scanner_, "the root's orientation");
      } else {
        scanner_.SkipLine();
      }
    }
    root.axes = RotationFromOrder(orientation * AngleScale(), order);
  }

  void ParseBones() {
    while (InSection()) {
      scanner_.Expect("begin");
      const int first_line = scanner_.line();
      AsfBone bone;
      while (true) {
        const std::string_view key = scanner_.Next("a property of the bone, or end");
        if (key == "end") break;
        if (key == "name") {
          bone.name = std::string(scanner_.Next("a bone's name"));
        } else if (key == "direction") {
          bone.direction = ReadVector(&scanner_, "a direction");
          const double norm = bone.direction.norm();
          bone.direction =
              norm > 0 && std::isfinite(norm) ? Vector3d(bone.direction / norm) : Vector3d::Zero();
        } else if (key == "length") {
          bone.length = scanner_.Number("a bone's length");
        } else if (key == "axis") {
          const Vector3d angles = ReadVector(&scanner_, "the bone's axis") * AngleScale();
          bone.axes = RotationFromOrder(angles, ReadAxisOrder(&scanner_));
        } else if (key == "dof") {
          bone.dofs = ReadDofs(&scanner_);
        } else if (scanner_.MoreOnLine()) {
          scanner_.SkipLine();  // id, limits, bodymass, cofmass
        }
      }
      if (bone.name.empty()) scanner_.FailAtLine(first_line, "found a bone without a name, expected one");
      if (!indices_.emplace(bone.name, static_cast<int>(skeleton_.bones.size())).second) {
        scanner_.Fail(bone.name, "a name that no other bone has");
      }
      skeleton_.bones.push_back(std::move(bone));
    }
  }

  int BoneIndex(std::string_view name) {
    const auto it = indices_.find(std::string(name));
    if (it == indices_.end()) scanner_.Fail(name, "a bone of :bonedata");
    return it->second;
  }

  void ParseHierarchy() {
    parents_.assign(skeleton_.bones.size(), -1);
    scanner_.Expect("begin");
    while (true) {
      const std::string_view word = scanner_.Next("a bone, or end");
      if (word == "end") return;
      const int parent = BoneIndex(word);
      while (scanner_.MoreOnLine()) {
        const std::string_view name = scanner_.Next("a bone");
        const int child = BoneIndex(name);
        if (child == 0 || parents_[child] >= 0) scanner_.Fail(name, "each bone below one parent only");
        parents_[child] = parent;
      }
    }
  }

  // Parents before children; a bone that the root does not reach (none, or a ring) is refused.
  void SortByDepth(int last_line) {
    if (parents_.size() != skeleton_.bones.size()) {
      scanner_.FailAtLine(last_line, ":bonedata after :hierarchy, expected it before");
    }
    std::vector<std::vector<int>> children(parents_.size());
    for (std::size_t i = 1; i < parents_.size(); ++i) {
      if (parents_[i] >= 0) children[parents_[i]].push_back(static_cast<int>(i));
    }
    std::vector<int> order = {0};
    for (std::size_t i = 0; i < order.size(); ++i) {
      order.insert(order.end(), children[order[i]].begin(), children[order[i]].end());
    }
    std::vector<int> place(parents_.size(), -1);
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i);
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (place[i] < 0) {
        scanner_.FailAtLine(last_line, StrCat("bone \"", skeleton_.bones[i].name,
                                              "\" is not connected to the root by :hierarchy"));
      }
    }
    std::vector<AsfBone> sorted;
    int num_dofs = 0;
    for (const int i : order) {
      sorted.push_back(std::move(skeleton_.bones[i]));
      sorted.back().parent = i == 0 ? -1 : place[parents_[i]];
      sorted.back().first_dof = num_dofs;
      num_dofs += static_cast<int>(sorted.back().dofs.size());
    }
    skeleton_.bones = std::move(sorted);
  }

  TextScanner scanner_;
  AsfSkeleton skeleton_;
  std::unordered_map<std::string, int> indices_;
  std::vector<int> parents_;
};

}  // namespace

int AsfSkeleton::num_dofs() const {
  return bones.empty() ? 0 : bones.back().first_dof + static_cast<int>(bones.back().dofs.size());
}

int AsfSkeleton::Find(const std::string& name) const {
  for (std::size_t i = 0; i < bones.size(); ++i) {
    if (bones[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

void GlobalRotations(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame,
                     std::vector<Matrix3d>* global) {
  VT_CHECK(frame >= 0 && frame < motion.num_frames());
  VT_CHECK_EQ(motion.values.cols(), skeleton.num_dofs());
  global->resize(skeleton.bones.size());
  for (std::size_t b = 0; b < skeleton.bones.size(); ++b) {
    const AsfBone& bone = skeleton.bones[b];
    Matrix3d local = Matrix3d::Identity();
    for (std::size_t i = 0; i < bone.dofs.size(); ++i) {
      if (!IsRotation(bone.dofs[i])) continue;
      const int axis = static_cast<int>(bone.dofs[i]) - static_cast<int>(Dof::kRx);
      local = AxisRotation(axis, motion.values(frame, bone.first_dof + static_cast<int>(i))) * local;
    }
    const Matrix3d relative = bone.axes * local * bone.axes.transpose();
    (*global)[b] = bone.parent < 0 ? relative : Matrix3d((*global)[bone.parent] * relative);
  }
}

Vector3d RootPosition(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame) {
  VT_CHECK(frame >= 0 && frame < motion.num_frames());
  Vector3d position = skeleton.root_position;
  const AsfBone& root = skeleton.bones[0];
  for (std::size_t i = 0; i < root.dofs.size(); ++i) {
    if (root.dofs[i] <= Dof::kTz) {
      position[static_cast<int>(root.dofs[i])] += motion.values(frame, root.first_dof + static_cast<int>(i));
    }
  }
  return position;
}

AsfSkeleton ParseAsf(std::string_view text, const std::string& path) { return AsfParser(text, path).Parse(); }

AmcMotion ParseAmc(std::string_view text, const std::string& path, const AsfSkeleton& skeleton) {
  TextScanner scanner(text, path, {"", "", '#'});
  std::unordered_map<std::string_view, int> indices;
  for (std::size_t b = 0; b < skeleton.bones.size(); ++b) {
    indices[skeleton.bones[b].name] = static_cast<int>(b);
  }
  const std::size_t num_dofs = skeleton.num_dofs();
  double angle_scale = skeleton.angles_in_degrees ? kRadPerDeg : 1.0;
  std::vector<double> values;
  std::vector<std::int64_t> last_frame_of_bone(skeleton.bones.size(), -1);
  std::int64_t frame = -1;
  while (!scanner.AtEnd()) {
    const std::string_view word = scanner.Next("a frame's number or a bone's name");
    double number = 0;
    if (word.front() == ':') {
      if (EqualsIgnoringCase(word, ":DEGREES")) angle_scale = kRadPerDeg;
      if (EqualsIgnoringCase(word, ":RADIANS")) angle_scale = 1.0;
      if (scanner.MoreOnLine()) scanner.SkipLine();
      continue;
    }
    if (ParseFiniteNumber(word, &number) && !scanner.MoreOnLine()) {
      ++frame;
      // A written value takes two bytes at least: a file may not make us hold many more values than it has.
      if (values.size() + num_dofs > text.size()) {
        scanner.FailAtLine(scanner.line(), "frames leave out most of the skeleton's bones");
      }
      values.resize(values.size() + num_dofs, 0.0);
      continue;
    }
    if (frame < 0) scanner.Fail(word, "the first frame's number");
    const auto it = indices.find(word);
    if (it == indices.end()) scanner.Fail(word, "a frame's number or a bone of " + skeleton.path);
    const AsfBone& bone = skeleton.bones[it->second];
    if (last_frame_of_bone[it->second] == frame) scanner.Fail(word, "each bone once a frame");
    last_frame_of_bone[it->second] = frame;
    double* out = values.data() + frame * num_dofs + bone.first_dof;
    for (std::size_t i = 0; i < bone.dofs.size(); ++i) {
      double value = 0;
      if (!scanner.MoreOnLine()) {
        scanner.FailAtLine(scanner.line(),
                           StrCat("found ", i, " values for bone \"", bone.name, "\" in frame ", frame + 1,
                                  ", expected ", bone.dofs.size()));
      }
      if (!scanner.TryNumber(&value)) scanner.Fail(scanner.Peek(), "a finite value of " + bone.name);
      out[i] = value * (IsRotation(bone.dofs[i]) ? angle_scale : 1.0);
    }
    if (scanner.MoreOnLine()) {
      scanner.Fail(scanner.Peek(), StrCat(bone.dofs.size(), " values for bone \"", bone.name, "\""));
    }
  }
  AmcMotion motion;
  motion.path = path;
  motion.values = Eigen::Map<const RowMatrixXd>(values.data(), frame + 1, num_dofs);
  return motion;
}

AsfSkeleton ReadAsf(const std::string& path) { return ParseAsf(ReadFile(path), path); }
AmcMotion ReadAmc(const std::string& path, const AsfSkeleton& skeleton) {
  return ParseAmc(ReadFile(path), path, skeleton);
}

}  // namespace vitruvius
