#include "solvers/registration/flags.h"

#include <array>
#include <cmath>

#include "models/body/anatomy.h"
#include "models/math/so3.h"
#include "priors/joint_limits.h"

namespace vitruvius {
namespace {

// Whether `other` is nearer to `bone` mirrored in depth than to `bone`; both must leave the image plane by
// enough to tell.
bool IsFlipped(const Vector3d& bone, const Vector3d& other, const Vector3d& ray) {
  constexpr double kSmallestSlope = 0.2;  // sine of the angle with the image plane, 12 degrees
  const double depth = bone.dot(ray), other_depth = other.dot(ray);
  if (depth * other_depth >= 0 || std::abs(depth) < kSmallestSlope * bone.norm() ||
      std::abs(other_depth) < kSmallestSlope * other.norm())
    return false;
  const Vector3d mirrored = bone - 2 * depth * ray;
  return (other - mirrored).squaredNorm() < (other - bone).squaredNorm();
}

}  // namespace

void FlagMinima(const BodyModel& model, const std::vector<Minimum>& minima, std::vector<std::string>* flags) {
  if (minima.empty()) return;
  struct Line {
    std::string name;
    int begin, end;
  };
  std::vector<Line> lines;
  for (const LimbBone& bone : LimbBones(model)) lines.push_back({bone.name, bone.joint, bone.end});
  for (const auto& [name, begin, end] : {std::array<const char*, 3>{"hips", "left_hip", "right_hip"},
                                         {"shoulders", "left_shoulder", "right_shoulder"},
                                         {"trunk", "pelvis", "neck"},
                                         {"head", "neck", "head"}}) {
    const Line line = {name, model.JointIndex(begin), model.JointIndex(end)};
    if (line.begin >= 0 && line.end >= 0) lines.push_back(line);
  }
  const MatrixX3d& best = minima.front().joints3d;
  for (const Line& line : lines) {
    const Vector3d bone = best.row(line.end) - best.row(line.begin);
    const Vector3d ray = (best.row(line.end) + best.row(line.begin)).normalized();
    double weight = 0;
    for (const Minimum& minimum : minima) {
      const MatrixX3d& joints = minimum.joints3d;
      if (IsFlipped(bone, joints.row(line.end) - joints.row(line.begin), ray)) weight += minimum.weight;
    }
    if (weight >= kAmbiguousWeight) flags->push_back("depth_flip:" + line.name);
  }
  constexpr double kTurnedRad = 2 * EIGEN_PI / 3;
  const Matrix3d facing = ExpSO3(minima.front().hypothesis.parameters.global_orient);
  double weight = 0;
  for (const Minimum& minimum : minima) {
    const Matrix3d other = ExpSO3(minimum.hypothesis.parameters.global_orient);
    if (RotationAngle(facing, other) > kTurnedRad) weight += minimum.weight;
  }
  if (weight >= kAmbiguousWeight) flags->push_back("left_right:body");
}

void FlagSaturation(const std::string& keypoint, double residual, double sigma,
                    std::vector<std::string>* flags) {
  if (3 * residual * residual > sigma * sigma) flags->push_back("saturated:" + keypoint);
}

void FlagLimits(const BodyModel& model, const BodyParameters& parameters, double max_abs_beta,
                bool betas_held, std::vector<std::string>* flags) {
  for (const LimitExcess& excess : PastLimits(model.joint_names(), parameters.body_pose)) {
    const std::string flag = "limit:" + excess.joint;
    if (flags->empty() || flags->back() != flag) flags->push_back(flag);
  }
  if (!betas_held && parameters.betas.size() > 0 &&
      parameters.betas.cwiseAbs().maxCoeff() > kNearBound * max_abs_beta)
    flags->push_back("limit:shape");
}

}  // namespace vitruvius
