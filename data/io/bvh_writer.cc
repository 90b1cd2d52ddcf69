#include "data/io/bvh_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "data/io/streamed_file.h"
#include "models/body/skeleton.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// std::to_chars, unlike printf, writes a point whatever the locale.
void AppendNumber(double value, std::string* text) {
  constexpr int kDigits = 9;
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, kDigits);
  *text += ' ';
  text->append(digits, end.ptr);
}

class Hierarchy {
 public:
  Hierarchy(const BodyModel& model, const MatrixX3d& rest)
      : model_(model), rest_(rest), children_(model.num_joints()) {
    for (int j = 1; j < model.num_joints(); ++j) children_[model.parents()[j]].push_back(j);
    Add(0, "");
  }
  const std::string& text() const { return text_; }
  // Channels go depth first, which need not be the body's order.
  const std::vector<int>& order() const { return order_; }

 private:
  void AddOffset(const Vector3d& offset, const std::string& indent) {
    text_ += indent + "OFFSET";
    for (const double value : offset) AppendNumber(value, &text_);
    text_ += '\n';
  }
  // As deep as the body's tree, which BodyModel has checked.
  void Add(int joint, const std::string& indent) {
    order_.push_back(joint);
    const int parent = model_.parents()[joint];
    // The root's is zero: programs differ in whether its channels replace it (Blender, assimp) or are added
    // to it (three.js).
    Vector3d offset = Vector3d::Zero();
    if (joint > 0) offset = rest_.row(joint) - rest_.row(parent);
    text_ += indent + (joint == 0 ? "ROOT " : "JOINT ") + model_.joint_names()[joint] + "\n" + indent + "{\n";
    const std::string inner = indent + "\t";
    AddOffset(offset, inner);
    text_ += inner + (joint == 0 ? "CHANNELS 6 Xposition Yposition Zposition " : "CHANNELS 3 ");
    text_ += "Zrotation Xrotation Yrotation\n";
    for (const int child : children_[joint]) Add(child, inner);
    if (children_[joint].empty()) {
      text_ += inner + "End Site\n" + inner + "{\n";
      AddOffset(joint == 0 ? Vector3d(0, 0.1, 0) : Vector3d(offset / 2), inner + "\t");
      text_ += inner + "}\n";
    }
    text_ += indent + "}\n";
  }

  const BodyModel& model_;
  const MatrixX3d& rest_;
  std::vector<std::vector<int>> children_;
  std::string text_;
  std::vector<int> order_;
};

}  // namespace

Eigen::Vector3d EulerZxyNear(const Eigen::Matrix3d& rotation, const Eigen::Vector3d& near) {
  // R = Rz(a) Rx(b) Ry(c): R_21 = sin b, R_01 = -sin a cos b, R_11 = cos a cos b, R_20 = -cos b sin c,
  // R_22 = cos b cos c.
  const double b = std::asin(std::clamp(rotation(2, 1), -1.0, 1.0));
  constexpr double kLocked = 1e-7;  // cosine of b below which a and c turn about one axis
  Vector3d first;
  if (std::cos(b) < kLocked) {
    // R_00 = cos(a + s c), R_10 = sin(a + s c), s = sign of b: c stays as it was.
    const double sum = std::atan2(rotation(1, 0), rotation(0, 0));
    first = {sum - (b > 0 ? near[2] : -near[2]), b, near[2]};
  } else {
    first = {std::atan2(-rotation(0, 1), rotation(1, 1)), b, std::atan2(-rotation(2, 0), rotation(2, 2))};
  }
  Vector3d second(first[0] + kPi, kPi - first[1], first[2] + kPi);  // the same rotation
  for (Vector3d* angles : {&first, &second}) {
    for (int i = 0; i < 3; ++i) (*angles)[i] += 2 * kPi * std::round((near[i] - (*angles)[i]) / (2 * kPi));
  }
  return (second - near).norm() < (first - near).norm() ? second : first;
}

BvhReport WriteBvh(const std::string& path, const BodyModel& model, const BodyAnimation& animation) {
  animation.Check(model);
  VT_CHECK_GT(animation.frames_per_second, 0);
  const MatrixX3d rest = RestJoints(model, animation.MeanBetas());
  const Hierarchy hierarchy(model, rest);
  StreamedFile file(path);
  std::string text = "HIERARCHY\n" + hierarchy.text() + StrCat("MOTION\nFrames: ", animation.num_frames());
  text += "\nFrame Time:";
  AppendNumber(1 / animation.frames_per_second, &text);
  text += '\n';
  BvhReport report;
  std::vector<Vector3d> angles(model.num_joints(), Vector3d::Zero());
  for (const BodyParameters& frame : animation.frames) {
    const PosedSkeleton truth = PoseSkeleton(model, RestJoints(model, frame.betas), frame);
    BodyParameters shown = frame;
    shown.transl = (truth.positions.row(0) - rest.row(0)).transpose();
    const PosedSkeleton posed = PoseSkeleton(model, rest, shown);
    const double error = (posed.positions - truth.positions).rowwise().norm().maxCoeff();
    report.max_joint_error_m = std::max(report.max_joint_error_m, error);
    for (int axis = 0; axis < 3; ++axis) AppendNumber(truth.positions(0, axis), &text);
    for (const int j : hierarchy.order()) {
      const Vector3d axis_angle =
          j == 0 ? frame.global_orient : Vector3d(frame.body_pose.segment<3>(3 * (j - 1)));
      angles[j] = EulerZxyNear(ExpSO3(axis_angle), angles[j]);
      for (const double angle : angles[j]) AppendNumber(angle * kDegPerRad, &text);
    }
    text += '\n';
    file.Append(text.data(), text.size());
    text.clear();
  }
  file.Commit();
  return report;
}

}  // namespace vitruvius
