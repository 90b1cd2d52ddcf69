#include "solvers/registration/deviation_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "models/body/anatomy.h"
#include "models/math/angles.h"

namespace vitruvius {
namespace {

// A deviation is times base exp(per_nat e) q^power.
struct Law {
  double base, per_nat, power;
  double Factor(const FitEvidence& evidence) const {
    return base * std::exp(per_nat * evidence.surprise_nats) * std::pow(evidence.noise_ratio, power);
  }
};

constexpr Law kInSpace = {1.17, 0.0123, 0.426};
constexpr Law kTranslation = {1.20, 0.0086, 0.657};
constexpr Law kShape = {1.46, 0.0011, 0.065};

Law RelativeLaw(const std::string& part) {
  return {part == "knees" ? 1.35 : part == "feet" ? 1.25 : 0.86, 0.0157, 0.460};
}

// Of the rotations of a joint of this part; the root's is `others`.
Law RotationLaw(const std::string& part) {
  const bool is_limb = part == "elbows" || part == "shoulders" || part == "hips";
  const double base = part == "knees"    ? 1.46
                      : is_limb          ? 1.34
                      : part == "trunk"  ? 0.56
                      : part == "others" ? 1.12
                                         : 0.99;
  return {base, 0.0147, 0.385};
}

// NaN, what is not known, stays.
void EndAt(double most, double value, double* deviation) { *deviation = value > most ? most : value; }

// Points of num_points less what the numbers of a body take out of their residuals.
double PointsThatTell(int num_points) {
  constexpr double kTakenOut = 24;
  return std::max(num_points - kTakenOut / 2, num_points / 8.0);
}

}  // namespace

SurpriseMeter::SurpriseMeter(const Prior* prior) {
  if (prior == nullptr) return;
  double least = std::numeric_limits<double>::infinity();
  for (const Eigen::VectorXd& mode : prior->Modes())
    least = std::min(least, prior->NegativeLogLikelihood(mode));
  if (!std::isfinite(least)) return;
  prior_ = prior;
  least_ = least;
}

double SurpriseMeter::Nats(const Eigen::VectorXd& body_pose) const {
  if (prior_ == nullptr) return kUsualSurprise_nats;
  // Beyond what was measured a line in nats means nothing.
  constexpr double kMost = 150;
  return std::clamp(prior_->NegativeLogLikelihood(body_pose.head(prior_->dim())) - least_, 0.0, kMost);
}

double NoiseRatioByMedian(double median_distance, int num_points, double noise2) {
  if (num_points == 0 || !(noise2 > 0)) return 1;
  constexpr double kMedianOfNorm = 1.1774;  // of two coordinates, each of standard deviation 1
  return median_distance / kMedianOfNorm / std::sqrt(PointsThatTell(num_points) / num_points * noise2);
}

double NoiseRatio(double reprojection_cost, int num_points, double sum_weight2, double noise2) {
  if (num_points == 0 || !(sum_weight2 > 0) || !(noise2 > 0)) return 1;
  const double points = PointsThatTell(num_points), mean_weight2 = sum_weight2 / num_points;
  // Perfect keypoints leave nothing, and a body is not known perfectly for that.
  constexpr double kLeast = 0.05;
  return std::max(kLeast, std::sqrt(reprojection_cost / (mean_weight2 * points * noise2)));
}

void ScaleDeviations(const BodyModel& model, const FitEvidence& evidence, FitResult* result) {
  const double in_space = kInSpace.Factor(evidence);
  const Eigen::Index num_joints = model.num_joints();
  constexpr double kAnyAngle_rad = kPi / 1.7320508075688772, kAnybody = 1;
  Eigen::VectorXd way_m = Eigen::VectorXd::Zero(num_joints);  // along the bones from the root
  for (Eigen::Index j = 1; j < num_joints; ++j) {
    const int parent = model.parents()[static_cast<size_t>(j)];
    way_m[j] = way_m[parent] + (model.joint_template().row(j) - model.joint_template().row(parent)).norm();
  }
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const std::string part = PartOfJoint(model.joint_names()[static_cast<size_t>(j)]);
    if (j < result->joints_std_m.size()) result->joints_std_m[j] *= in_space;
    if (j < result->joints_relative_std_m.size()) {
      double& deviation = result->joints_relative_std_m[j];
      EndAt(std::sqrt(2) * way_m[j], deviation * RelativeLaw(part).Factor(evidence), &deviation);
    }
    for (int axis = 0; axis < 3 && j < result->rotation_std_rad.rows(); ++axis) {
      double& deviation = result->rotation_std_rad(j, axis);
      EndAt(kAnyAngle_rad, deviation * RotationLaw(part).Factor(evidence), &deviation);
    }
  }
  for (double& deviation : result->betas_std)
    EndAt(kAnybody, deviation * kShape.Factor(evidence), &deviation);
  result->transl_std_m *= kTranslation.Factor(evidence);
}

}  // namespace vitruvius
