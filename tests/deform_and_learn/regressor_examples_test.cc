// Registrations as examples for an image regressor, and its predictions as results.
#include "solvers/deform_and_learn/regressor_examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/util/check.h"
#include "solvers/deform_and_learn/predicted_results.h"
#include "solvers/registration/segment_fitter.h"
#include "tests/util/run_program.h"
#include "tests/util/surface_person.h"

namespace vitruvius::regressor_examples_test {
namespace {

using ::testing::HasSubstr;

class RegressorExamplesTest : public testing::Test {
 protected:
  std::optional<RegressorExample> Example(const PersonObservation& person, const FitResult* registered,
                                          const std::string& picture = "p.png", double weight = 1) {
    return RegressorExampleOf(person, registered, weight, picture, *model_, recipe_, {}, options_, &why_);
  }
  const std::shared_ptr<const BodyModel> model_ = Mannequin();
  const Recipe recipe_ = LoadRecipe("dense-first");
  RegressorLabelOptions options_;
  std::string why_;
};

TEST_F(RegressorExamplesTest, HoldWhatWasSeenAndRegistered) {
  KnownPerson person = MakeKnownPersonWithSurface(3, 60);
  person.observation.keypoints2d(0, 2) = 0.5;
  const FitResult registered = SegmentFitter(model_, recipe_, {}).Fit(person.observation);
  ASSERT_TRUE(registered.usable);
  const auto example = Example(person.observation, &registered);
  ASSERT_TRUE(example) << why_;
  EXPECT_NO_THROW(example->Check(*model_));
  EXPECT_EQ(example->num_keypoints + 60, example->points.size());
  EXPECT_NEAR(example->weights[0], 0.25, 1e-12);  // of the square
  EXPECT_LT(
      (example->targets_px.row(example->num_keypoints).transpose() - person.observation.dense[0].image_px)
          .norm(),
      1e-9);
  // The label's body is where the points are, by the registration's own residual.
  SegmentEvaluator evaluator(model_, example->points);
  ASSERT_TRUE(evaluator.Evaluate(*example->label, false));
  const double mean = (evaluator.points().leftCols<2>() - example->targets_px).rowwise().norm().mean();
  EXPECT_NEAR(mean, registered.residual_mean, 0.02 * mean);
  const auto frame = FrameOf(person.observation);
  EXPECT_LT((frame->center_px - example->crop.center_px).norm(), 1e-9);
  EXPECT_NEAR(frame->half_px, example->crop.half_px, 1e-9);

  EXPECT_EQ(example->label_weight, 1);
  EXPECT_EQ(Example(person.observation, &registered, "p.png", 0.3)->label_weight, 0.3);
  // What counts for nothing is no label, and the points alone teach.
  const auto untrusted = Example(person.observation, &registered, "p.png", 0);
  EXPECT_FALSE(untrusted->label);
  EXPECT_EQ(untrusted->label_weight, options_.unlabelled_weight);
}

TEST_F(RegressorExamplesTest, SayWhoIsLeftOut) {
  PersonObservation person = MakeKnownPersonWithSurface(3, 10).observation;
  EXPECT_FALSE(Example(person, nullptr, ""));
  EXPECT_THAT(why_, HasSubstr("picture"));
  FitResult unusable;
  const auto unlabelled = Example(person, &unusable);
  ASSERT_TRUE(unlabelled);
  EXPECT_FALSE(unlabelled->label);
  EXPECT_EQ(unlabelled->label_weight, options_.unlabelled_weight);
  options_.unlabelled_weight = 0;
  EXPECT_FALSE(Example(person, &unusable));
  EXPECT_THAT(why_, HasSubstr("registration"));
  person.reason = reason::kBadInput;
  EXPECT_FALSE(Example(person, nullptr));
  EXPECT_THAT(why_, HasSubstr("bad_input"));
}

TEST_F(RegressorExamplesTest, PredictionsAreResultsThatCanBeReadBack) {
  const TestFolder folder;
  const std::string picture = folder / "p.png", broken = folder / "broken.png";
  WritePng(picture, Image(200, 200, {90, 120, 60, 255}));
  WritePng(broken, Image(9, 9, {90, 120, 60, 255}));
  std::filesystem::resize_file(broken, 30);
  SegmentRegressorSize size;
  size.trunk = {ResNetSize::Kind::k18, 4};
  size.crop_px = 32;
  SegmentRegressor regressor(size, at::kCPU);
  regressor.Initialise(1, RestInCrop(*model_));
  std::vector<PersonObservation> people;
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    people.push_back(MakeKnownPersonWithSurface(seed, 5).observation);
  people[3].reason = reason::kNonFiniteInput;
  PredictionOptions options;
  options.batch = 1;
  const std::vector<FitResult> results =
      PredictResults(regressor, model_, people, {picture, "", broken, picture}, recipe_, {}, options);
  ASSERT_EQ(results.size(), 4u);
  EXPECT_TRUE(results[0].usable) << results[0].detail;
  EXPECT_EQ(results[1].reason, reason::kBadInput);
  EXPECT_EQ(results[2].reason, reason::kBadInput);
  EXPECT_THAT(results[2].detail, HasSubstr("broken.png"));
  EXPECT_EQ(results[3].reason, reason::kNonFiniteInput);
  // Nearly the template in the middle of the crop, in px of the picture.
  const CropFrame frame = *FrameOf(people[0]);
  EXPECT_LT((results[0].joints2d.row(0).transpose() - frame.center_px).norm(), frame.half_px);
  EXPECT_GT(results[0].residual_median, 0);
  EXPECT_GT(results[0].num_keypoints, 5);

  // Whoever comes after one without a picture is seen in the own crop, and judged by the own points.
  const std::vector<FitResult> after =
      PredictResults(regressor, model_, people, {"", picture, broken, picture}, recipe_, {}, options);
  EXPECT_EQ(after[0].reason, reason::kBadInput);
  ASSERT_TRUE(after[1].usable) << after[1].detail;
  const auto seen = Example(people[1], nullptr, picture);
  ASSERT_TRUE(seen) << why_;
  SegmentEvaluator evaluator(model_, seen->points);
  ASSERT_TRUE(evaluator.Evaluate(SegmentFitter::ParametersOf(after[1]), false));
  const double mean = (evaluator.points().leftCols<2>() - seen->targets_px).rowwise().norm().mean();
  EXPECT_NEAR(after[1].residual_mean, mean, 0.02 * mean);

  ResultsWriter writer(folder.path(), *model_, 0, 0, true);
  for (size_t i = 0; i < 4; ++i) writer.Append(results[i], people[i]);
  writer.Finish();
  const ResultsFile file = ReadResults(folder.path());
  ASSERT_EQ(file.rows.size(), 4u);
  EXPECT_LT((file.rows[0].fit.weak_camera_px - results[0].weak_camera_px).norm(), 1e-9);
  EXPECT_EQ(file.rows[2].fit.usable, false);
}

}  // namespace
}  // namespace vitruvius::regressor_examples_test
