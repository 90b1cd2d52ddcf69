// What was measured of the deviations that curvature gives, put right: they are times a power of the noise
// that was seen, and grow with how surprising the body is.
//
// The Laplace approximation (uncertainty.h) believes the recipe: its noise level, and that the prior's
// nearest Gaussian is all that there is. Against the truth, two numbers that every fit knows say how far this
// is off,
//   q, the noise that the residuals show over the one that the last stage's weights assume,
//      q^2 = C / (m (K - p/2) s^2), C the cost of K points of mean squared weight m, at least K/8 in the
//      bracket, p = 24 numbers that a body takes out of the residuals;
//   e, the nats by which the prior likes the pose less than its likeliest one, 20 where it has no density,
// and a deviation is times b exp(a e) q^c. b, a and c are fitted by maximum likelihood of a Gaussian to fits
// of CMU 88, 135, 140, 131 and ReActIdle 909, 915 with shapes of N(0, 1): BODY_25 with noise of 1, 3, 6 and
// 12 px, COCO's 17 points with 3 and 12, weak perspective, and on the mannequin; 4,400 bodies (own
// derivation), fitted with Recipe::noise_ratio_floor 0. How often the truth is within what is said, with it:
// `evaluate fit --shape_std 1` and docs/accuracy.md.
#pragma once

#include "models/body/body_model.h"
#include "models/scene/fit_result.h"
#include "priors/prior.h"

namespace vitruvius {

inline constexpr double kUsualSurprise_nats = 20;  // of those fits

struct FitEvidence {
  double noise_ratio = 1;                      // q
  double surprise_nats = kUsualSurprise_nats;  // e
};

// How a prior takes poses: e of the above.
class SurpriseMeter {
 public:
  // prior: on the body's own numbers (PriorOnBody); null: none. It must outlive this.
  explicit SurpriseMeter(const Prior* prior);
  double Nats(const Eigen::VectorXd& body_pose) const;

 private:
  const Prior* prior_ = nullptr;  // null: no density over poses
  double least_ = 0;              // negative log likelihood of its likeliest mode
};

// reprojection_cost: of num_points keypoints whose squared weights sum to sum_weight2, 1/2 sum of squares;
// both 0: nothing was seen, and q is 1. noise2: s^2 (NoiseLevel2).
double NoiseRatio(double reprojection_cost, int num_points, double sum_weight2, double noise2);

// The same by the median distance of seen keypoints in the unit of s, which a few that are far off do not
// move.
double NoiseRatioByMedian(double median_distance, int num_points, double noise2);

// Nobody is more uncertain than when nothing at all is known, so that they end there: a joint with respect to
// the root at sqrt(2) times the way to it along the bones (an arm of unknown direction), a rotation at
// pi / sqrt(3) (any angle), a beta at 1, what the body's own scale says of people.
// Times the factors: joints_std_m, joints_relative_std_m, rotation_std_rad, betas_std and transl_std_m; what
// is not known stays so.
void ScaleDeviations(const BodyModel& model, const FitEvidence& evidence, FitResult* result);

}  // namespace vitruvius
