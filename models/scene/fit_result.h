// The outcome of fitting one person: a plain value. Numerics never throw; a body that could not be found says
// why.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// Reason codes; "ok" is the only usable one without a remark.
namespace reason {
inline constexpr char kOk[] = "ok";
inline constexpr char kNoPeople[] = "no_people";
inline constexpr char kTooFewKeypoints[] = "too_few_keypoints";
inline constexpr char kNonFiniteInput[] = "non_finite_input";
inline constexpr char kBadConfidence[] = "bad_confidence";
inline constexpr char kBadImageSize[] = "bad_image_size";
inline constexpr char kBadInput[] = "bad_input";
inline constexpr char kInternalError[] = "internal_error";  // a defect of the program, met by this person
inline constexpr char kBehindCamera[] = "behind_camera";
inline constexpr char kNoConvergence[] = "no_convergence";
inline constexpr char kPoorFit[] = "poor_fit";
inline constexpr char kImplausibleShape[] = "implausible_shape";
}  // namespace reason

struct TermCost {
  std::string name;  // as in the recipe: "reprojection", "pose_prior", ...
  double cost = 0;   // share of the last stage's objective, 1/2 sum rho
};

struct FitResult {
  std::string id;
  bool usable = false;
  std::string reason = reason::kOk;
  std::string detail;         // a sentence for people; may be empty
  BodyParameters parameters;  // in camera axes: x right, y down, z forward
  MatrixX3d joints3d;         // (J, 3) metres, camera axes
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> joints2d;  // (J, 2) px; zeros for 3D input
  MatrixX3d joints3d_expected;  // (J, 3) metres: mean over the distinct minima found, by weight; joints3d is
                                // the best one
  int num_minima = 0;           // distinct minima that the starts found
  Eigen::VectorXd
      joints_std_m;  // (J) one standard deviation of each joint's place; NaN where not known, or empty
  Eigen::Vector2d focal_px = Eigen::Vector2d::Zero();
  Eigen::Vector2d center_px = Eigen::Vector2d::Zero();
  std::string focal_source;  // "known", "given", "assumed", or "none" for 3D input
  double cost = 0;           // objective of the last stage at the result
  std::vector<TermCost> terms;
  double residual_median = 0;  // median over seen keypoints: px (2D) or metres (3D)
  int num_keypoints = 0;       // seen keypoints that entered the fit
  int num_starts = 0;          // hypotheses that were tried
  int winning_start = -1;      // the one this result belongs to
  int num_iterations = 0;
  double milliseconds = 0;  // not part of results.npz: it would differ from run to run
};

}  // namespace vitruvius
