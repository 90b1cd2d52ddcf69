// The outcome of fitting one person: a plain value. Numerics never throw; a body that could not be found says
// why.
#pragma once

#include <limits>
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

// One of the distinct bodies that explain the keypoints: a minimum of the last stage's objective.
struct PossibleBody {
  BodyParameters parameters;  // camera axes
  MatrixX3d joints3d;         // (J, 3) metres, camera axes
  double cost = 0;            // of the last stage's objective
  double weight = 0;          // share of the posterior; of all minima found, sums to one
};

struct FitResult {
  std::string id;
  bool usable = false;
  std::string reason = reason::kOk;
  std::string detail;         // a sentence for people; may be empty
  BodyParameters parameters;  // in camera axes: x right, y down, z forward
  Eigen::VectorXd latent;     // (d) of a latent prior, else empty
  // (J) scales of a body of segments, else empty: its betas are zero (models/body/segment_body.h).
  Eigen::VectorXd segment_scales;
  // Its camera, px a metre and px; zeros else.
  Eigen::Vector3d weak_camera_px = Eigen::Vector3d::Zero();
  MatrixX3d joints3d;                                                  // (J, 3) metres, camera axes
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> joints2d;  // (J, 2) px; zeros for 3D input
  MatrixX3d joints3d_expected;  // (J, 3) metres: mean over the distinct minima found, by weight; joints3d is
                                // the best one
  int num_minima = 0;           // distinct minima that the starts found
  std::vector<PossibleBody> hypotheses;  // the best first, no more than were asked for
  // How sure, from the curvature at the minima and the spread over them (solvers/registration/uncertainty.h).
  // NaN where not known, or empty.
  Eigen::VectorXd joints_std_m;           // (J) one standard deviation of each joint's place in space
  Eigen::VectorXd joints_relative_std_m;  // (J) of its place with respect to the root joint
  MatrixX3d rotation_std_rad;             // (J, 3) of rotations about the axes of models/body/anatomy.h
  MatrixX3d data_share;                   // (J, 3) fraction of the prior's variance that keypoints removed
  Eigen::VectorXd betas_std, betas_data_share;  // (B)
  Eigen::Vector3d transl_std_m = Eigen::Vector3d::Constant(std::numeric_limits<double>::quiet_NaN());
  std::vector<std::string> flags;  // "code:place", as listed in solvers/registration/flags.h
  Eigen::Vector2d focal_px = Eigen::Vector2d::Zero();
  Eigen::Vector2d center_px = Eigen::Vector2d::Zero();
  std::string focal_source;   // "known", "given", "exif", "assumed", or "none" for 3D input
  std::string camera_source;  // where the image's size came from: camera_source in models/scene/observation.h
  double cost = 0;            // objective of the last stage at the result
  std::vector<TermCost> terms;
  // Over seen keypoints, and points of the surface with a body of segments: px (2D) or metres (3D).
  double residual_median = 0, residual_mean = 0;
  double penetration_m = 0;  // how deep capsules of the body overlap (models/body/body_capsules.h)
  int num_keypoints = 0;     // seen keypoints that entered the fit
  int num_starts = 0;        // hypotheses that were tried
  int winning_start = -1;    // the one this result belongs to
  int num_iterations = 0;
  double milliseconds = 0;  // not part of results.npz: it would differ from run to run
};

// It is not usable after all, for a reason code of the above. Returns the result.
FitResult& Refuse(FitResult& result, const char* reason_code, const std::string& detail);

}  // namespace vitruvius
