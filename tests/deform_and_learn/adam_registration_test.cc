#include "solvers/deform_and_learn/adam_registration.h"

#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/networks/torch_segments.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "solvers/problem/segment_problem.h"
#include "solvers/registration/starts.h"
#include "tests/util/surface_person.h"
#include "tests/util/test_body.h"

namespace vitruvius::adam_registration_test {
namespace {

SegmentParameters RandomSegments(const BodyModel& model, std::uint64_t seed) {
  Rng rng(seed);
  SegmentParameters p = SegmentParameters::Rest(model);
  for (double& x : p.angles) x = 0.4 * rng.Normal();
  for (double& x : p.scales) x = rng.Uniform(0.7, 1.3);
  for (int i = 0; i < 9; ++i) p.rotation.data()[i] += 0.3 * rng.Normal();
  p.camera = {0.8, 0.3, -0.2};
  return p;
}

at::Tensor Rows(const std::vector<SegmentParameters>& all, const double* (*data)(const SegmentParameters&),
                std::int64_t size) {
  std::vector<at::Tensor> rows;
  for (const SegmentParameters& p : all)
    rows.push_back(at::from_blob(const_cast<double*>(data(p)), {1, size}, at::kDouble).clone());
  return at::cat(rows);
}

TEST(TorchSegments, AreTheEvaluatorsPointsWhateverTheRowsHold) {
  const auto model = MakeTestBody();
  std::vector<PointSet> sets(2);
  sets[0].AddJoint(0).AddJoint(7).AddVertex(3);
  sets[1].AddVertex(17).AddBarycentric({5, 6, 7}, {0.2, 0.3, 0.5}).AddJoint(15).AddVertex(9);
  const std::vector<SegmentParameters> people = {RandomSegments(*model, 1), RandomSegments(*model, 2)};
  const TorchSegments body(*model, sets, at::kDouble);
  const TorchSegments::Parameters parameters = {
      Rows(
          people, [](const SegmentParameters& p) { return p.angles.data(); }, 69),
      Rows(
          people, [](const SegmentParameters& p) { return p.scales.data(); }, 24),
      Rows(
          people, [](const SegmentParameters& p) { return p.rotation.data(); }, 9),
      Rows(
          people, [](const SegmentParameters& p) { return p.camera.data(); }, 3)};
  const at::Tensor points = body.Forward(parameters).contiguous();
  ASSERT_EQ(points.size(1), 4);
  for (int n = 0; n < 2; ++n) {
    SegmentEvaluator evaluator(model, sets[n]);
    ASSERT_TRUE(evaluator.Evaluate(people[n], false));
    for (int i = 0; i < sets[n].size(); ++i) {
      for (int axis = 0; axis < 3; ++axis)
        EXPECT_NEAR(points[n][i][axis].item<double>(), evaluator.points()(i, axis), 1e-10);
    }
  }
  TorchSegments::Parameters wrong = parameters;
  wrong.scales = wrong.scales.slice(1, 1);
  EXPECT_THROW(body.Forward(wrong), ContractError);
}

class AdamRegistrationTest : public testing::Test {
 protected:
  AdamRegistrationTest() {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const KnownPerson person = MakeKnownPersonWithSurface(seed, 40 + static_cast<int>(seed));
      views_.push_back(ViewOf(person.observation, *Mannequin(), recipe_, {}));
      SegmentParameters start = SegmentParameters::Rest(*Mannequin());
      start.rotation = ExpSO3(person.truth.global_orient);
      start.camera = {1, 0, 0};
      starts_.push_back(start);
    }
  }
  double CostOf(int n, const SegmentParameters& parameters) {
    SegmentProblem problem(Mannequin(), views_[n].points, views_[n].targets, views_[n].torso,
                           recipe_.mean_data, false);
    problem.SetParameters(parameters);
    problem.Begin(recipe_.stages.back());
    double sum = 0;
    for (const TermCost& term : problem.TermCosts()) sum += term.cost;
    return sum;
  }
  Recipe recipe_ = LoadRecipe("dense-first");
  std::vector<SegmentView> views_;
  std::vector<SegmentParameters> starts_;
};

TEST_F(AdamRegistrationTest, MinimisesTheObjectiveOfLeastSquares) {
  AdamOptions options;
  options.steps = 60;
  const AdamRegistration found =
      RegisterWithAdam(*Mannequin(), views_, starts_, recipe_.stages.back(), recipe_.mean_data, options);
  for (int n = 0; n < 3; ++n) {
    // Single precision against double.
    EXPECT_NEAR(found.first_cost[n], CostOf(n, starts_[n]), 1e-4 * found.first_cost[n]);
    EXPECT_NEAR(found.last_cost[n], CostOf(n, found.parameters[n]), 1e-3 * found.last_cost[n]);
    EXPECT_LT(found.last_cost[n], 0.7 * found.first_cost[n]);
  }
}

TEST_F(AdamRegistrationTest, PeopleOfABatchDoNotTouchEachOther) {
  AdamOptions options;
  options.steps = 5;
  const RecipeStage& stage = recipe_.stages.back();
  const AdamRegistration all = RegisterWithAdam(*Mannequin(), views_, starts_, stage, true, options);
  const AdamRegistration one =
      RegisterWithAdam(*Mannequin(), {views_[1]}, {starts_[1]}, stage, true, options);
  EXPECT_LT((all.parameters[1].angles - one.parameters[0].angles).cwiseAbs().maxCoeff(), 1e-4);
}

TEST_F(AdamRegistrationTest, RefusesTermsItDoesNotKnow) {
  RecipeStage stage = recipe_.stages.back();
  stage.weights.bone_ratio = 1;
  EXPECT_THROW(RegisterWithAdam(*Mannequin(), views_, starts_, stage, true, {}), ContractError);
}

}  // namespace
}  // namespace vitruvius::adam_registration_test
