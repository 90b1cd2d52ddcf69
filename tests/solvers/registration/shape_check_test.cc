#include "solvers/registration/shape_check.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::shape_check_test {
namespace {

using testing::HasSubstr;

constexpr double kMostBeta = 5;

ShapeEvidence Evidence(double beta, double std, bool is_3d = true) {
  const auto num_betas = Mannequin()->num_betas();
  ShapeEvidence evidence;
  evidence.betas = Eigen::VectorXd::Zero(num_betas);
  evidence.betas_std = Eigen::VectorXd::Constant(num_betas, std);
  evidence.betas[0] = beta;
  evidence.is_3d = is_3d;
  return evidence;
}

// The sign of the first beta that makes the mannequin smaller.
double Smaller() {
  Eigen::VectorXd betas = Eigen::VectorXd::Zero(Mannequin()->num_betas());
  const double at_rest = StatureOf(*Mannequin(), betas);
  betas[0] = 1;
  return StatureOf(*Mannequin(), betas) < at_rest ? 1 : -1;
}

TEST(ShapeCheck, UsualShapesNeedNoWord) {
  const ShapeVerdict verdict = JudgeShape(*Mannequin(), Evidence(4.9, 1), kMostBeta);
  EXPECT_TRUE(verdict.is_plausible);
  EXPECT_EQ(verdict.detail, "");
}

TEST(ShapeCheck, KeypointsInSpaceMayDemandWhatThePriorDoubts) {
  const double beta = 8 * Smaller();
  const ShapeVerdict sure = JudgeShape(*Mannequin(), Evidence(beta, 0.05), kMostBeta);
  EXPECT_TRUE(sure.is_plausible);
  EXPECT_THAT(sure.detail,
              HasSubstr("largest beta 8 (number 0), beyond the usual 5, which the keypoints demand"));
  EXPECT_THAT(sure.detail, HasSubstr("m tall: a child?"));
  EXPECT_THAT(JudgeShape(*Mannequin(), Evidence(-beta, 0.05), kMostBeta).detail, Not(HasSubstr("a child?")));
  // Not from one image, not with an unsure beta, not where the residuals are far above the recipe's noise.
  for (ShapeEvidence doubtful : {Evidence(beta, 0.05, false), Evidence(beta, 0.3),
                                 Evidence(beta, std::numeric_limits<double>::quiet_NaN())}) {
    const ShapeVerdict verdict = JudgeShape(*Mannequin(), doubtful, kMostBeta);
    EXPECT_FALSE(verdict.is_plausible);
    EXPECT_THAT(verdict.detail, HasSubstr("largest beta 8 (number 0), expected at most 5; the body is"));
    EXPECT_THAT(verdict.detail, HasSubstr("a child?"));
  }
  ShapeEvidence noisy = Evidence(beta, 0.05);
  noisy.residual_over_noise = 10;
  EXPECT_FALSE(JudgeShape(*Mannequin(), noisy, kMostBeta).is_plausible);
  noisy.betas_std.resize(0);
  EXPECT_FALSE(JudgeShape(*Mannequin(), noisy, kMostBeta).is_plausible);
}

// All joints of a person of these betas, in metres, with noise.
KnownPerson Person3d(std::uint64_t seed, double beta, double noise_m) {
  KnownPerson person = MakeKnownPerson(seed, "smpl24", 0, true);
  person.truth.betas[0] = beta;
  const KeypointBinding binding = BindKeypoints(*person.observation.set, *Mannequin());
  BodyEvaluator joints(Mannequin(), binding.points);
  joints.Evaluate(person.truth, false);
  Rng rng(seed);
  for (int i = 0; i < joints.num_points(); ++i) {
    const Eigen::RowVector3d noise(rng.Normal(), rng.Normal(), rng.Normal());
    person.observation.keypoints3d.row(binding.keypoint_of_point[i]).head<3>() =
        joints.points().row(i) + noise_m * noise;
  }
  return person;
}

TEST(ShapeCheck, AChildInSpaceIsFittedAndSaid) {
  Fitter fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe("default"), LoadRecipe("keypoints3d"), {});
  for (const std::uint64_t seed : {1, 2, 3}) {
    const KnownPerson child = Person3d(seed, 7 * Smaller(), 0);
    const FitResult result = fitter.Fit(child.observation);
    EXPECT_TRUE(result.usable) << result.reason << ": " << result.detail;
    EXPECT_LT(result.residual_median, 1e-3);
    EXPECT_NEAR(result.parameters.betas[0], child.truth.betas[0], 0.5);
    EXPECT_THAT(result.detail, HasSubstr("a child?"));
    EXPECT_THAT(result.flags, testing::Contains("limit:shape"));
    // Noise is no demand: such a shape is refused, or the fit finds a usual one.
    const FitResult noisy = fitter.Fit(Person3d(seed, 9 * Smaller(), 0.04).observation);
    EXPECT_TRUE(noisy.reason == reason::kImplausibleShape ||
                noisy.parameters.betas.cwiseAbs().maxCoeff() <= kMostBeta)
        << noisy.detail;
  }
}

}  // namespace
}  // namespace vitruvius::shape_check_test
