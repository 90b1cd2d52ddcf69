#include "solvers/registration/flags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/body/anatomy.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"
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

// Angle at the second of three joints, 0: straight.
double BendRad(const MatrixX3d& joints, const std::array<int, 3>& limb) {
  return AngleBetween(joints.row(limb[1]) - joints.row(limb[0]), joints.row(limb[2]) - joints.row(limb[1]));
}

// The minima that `differs` holds for weigh enough.
template <typename Differs>
bool AreAmbiguous(const std::vector<Minimum>& minima, const Differs& differs) {
  double weight = 0;
  for (const Minimum& minimum : minima) {
    if (differs(minimum)) weight += minimum.weight;
  }
  return weight >= kAmbiguousWeight;
}

void FlagBends(const BodyModel& model, const std::vector<Minimum>& minima, std::vector<std::string>* flags) {
  constexpr double kOtherwiseBentRad = kRadPerDeg * 30, kOtherwiseLeaningRad = kRadPerDeg * 20;
  const MatrixX3d& best = minima.front().joints3d;
  for (const auto& [limb, names] :
       {std::pair{"left_leg", std::array<const char*, 3>{"left_hip", "left_knee", "left_ankle"}},
        {"right_leg", {"right_hip", "right_knee", "right_ankle"}},
        {"left_arm", {"left_shoulder", "left_elbow", "left_wrist"}},
        {"right_arm", {"right_shoulder", "right_elbow", "right_wrist"}}}) {
    const std::array<int, 3> joints = {model.JointIndex(names[0]), model.JointIndex(names[1]),
                                       model.JointIndex(names[2])};
    if (*std::min_element(joints.begin(), joints.end()) < 0) continue;
    if (AreAmbiguous(minima, [&, own = BendRad(best, joints)](const Minimum& other) {
          return std::abs(BendRad(other.joints3d, joints) - own) > kOtherwiseBentRad;
        }))
      flags->push_back(StrCat("depth_bend:", limb));
  }
  const int pelvis = model.JointIndex("pelvis"), neck = model.JointIndex("neck");
  if (std::min(pelvis, neck) < 0) return;
  if (AreAmbiguous(minima, [&](const Minimum& other) {
        return AngleBetween(other.joints3d.row(neck) - other.joints3d.row(pelvis),
                            best.row(neck) - best.row(pelvis)) > kOtherwiseLeaningRad;
      }))
    flags->push_back("depth_lean:trunk");
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
    if (AreAmbiguous(minima, [&](const Minimum& other) {
          return IsFlipped(bone, other.joints3d.row(line.end) - other.joints3d.row(line.begin), ray);
        }))
      flags->push_back("depth_flip:" + line.name);
  }
  FlagBends(model, minima, flags);
  constexpr double kTurnedRad = 2 * EIGEN_PI / 3;
  const Matrix3d facing = ExpSO3(minima.front().hypothesis.parameters.global_orient);
  if (AreAmbiguous(minima, [&](const Minimum& other) {
        return RotationAngle(facing, ExpSO3(other.hypothesis.parameters.global_orient)) > kTurnedRad;
      }))
    flags->push_back("left_right:body");
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
