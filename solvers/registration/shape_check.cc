#include "solvers/registration/shape_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/util/check.h"

namespace vitruvius {

double StatureOf(const BodyModel& model, const Eigen::VectorXd& betas) {
  VT_CHECK_EQ(betas.size(), model.num_betas());
  MatrixX3d vertices = model.v_template();
  if (betas.size() > 0) {
    const Eigen::VectorXd offsets = model.shapedirs() * betas;
    vertices += Eigen::Map<const MatrixX3d>(offsets.data(), vertices.rows(), 3);
  }
  const MatrixX3d joints = model.joint_regressor() * vertices;
  const int head = model.JointIndex("head");
  int axis = 1;
  if (head > 0) (joints.row(head) - joints.row(0)).cwiseAbs().maxCoeff(&axis);
  return vertices.col(axis).maxCoeff() - vertices.col(axis).minCoeff();
}

ShapeVerdict JudgeShape(const BodyModel& model, const ShapeEvidence& evidence, double max_abs_beta) {
  constexpr double kSureStd = 0.25;  // of a beta, whose prior's is 1
  constexpr double kChildM = 1.4;    // few adults are smaller
  ShapeVerdict verdict;
  Eigen::Index largest = -1;
  double most_uncertain = 0;
  for (Eigen::Index b = 0; b < evidence.betas.size(); ++b) {
    if (!(std::abs(evidence.betas[b]) > max_abs_beta)) continue;
    if (largest < 0 || std::abs(evidence.betas[b]) > std::abs(evidence.betas[largest])) largest = b;
    const double std = b < evidence.betas_std.size()
                           ? evidence.betas_std[b] * std::max(1.0, evidence.residual_over_noise)
                           : std::numeric_limits<double>::quiet_NaN();
    most_uncertain =
        std::isfinite(std) ? std::max(most_uncertain, std) : std::numeric_limits<double>::infinity();
  }
  if (largest < 0) return verdict;
  verdict.is_plausible = evidence.is_3d && most_uncertain <= kSureStd;
  const double stature = StatureOf(model, evidence.betas);
  verdict.detail = StrCat(
      "largest beta ", std::abs(evidence.betas[largest]), " (number ", largest, "), ",
      verdict.is_plausible ? "beyond the usual " : "expected at most ", max_abs_beta,
      verdict.is_plausible ? StrCat(", which the keypoints demand (standard deviation ", most_uncertain, ")")
                           : "",
      "; the body is ", std::round(100 * stature) / 100, " m tall", stature < kChildM ? ": a child?" : "");
  return verdict;
}

}  // namespace vitruvius
