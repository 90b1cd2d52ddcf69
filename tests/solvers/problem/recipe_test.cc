#include "solvers/problem/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::recipe_test {
namespace {

std::string MessageOf(const std::string& json) {
  try {
    ParseRecipe(json, "r.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Recipe, AllShippedOnesLoad) {
  const std::vector<std::string> names = ShippedRecipeNames();
  EXPECT_THAT(names,
              testing::IsSupersetOf({"default", "smplify", "smplify-x", "spin", "keypoints3d", "mocap"}));
  for (const std::string& name : names) {
    const Recipe recipe = LoadRecipe(name);
    EXPECT_EQ(recipe.name, name);
    EXPECT_FALSE(recipe.description.empty());
    recipe.Check();
  }
}

TEST(Recipe, SmplifyHasThePublishedWeights) {
  const Recipe recipe = LoadRecipe("smplify");
  ASSERT_EQ(recipe.stages.size(), 4u);
  const double pose[] = {404, 404, 57.4, 4.78}, betas[] = {100, 50, 10, 5};
  for (int i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(recipe.stages[i].weights.pose_prior, pose[i]);
    EXPECT_DOUBLE_EQ(recipe.stages[i].weights.betas, betas[i]);
    EXPECT_NEAR(recipe.stages[i].weights.hinge, 3.17 * pose[i], 0.1);
    EXPECT_DOUBLE_EQ(recipe.stages[i].robust_sigma, 100);
    EXPECT_FALSE(recipe.stages[i].free_transl);
  }
  EXPECT_EQ(recipe.keypoint_weights.at("left_hip"), 0);
  EXPECT_TRUE(recipe.camera_stages.at(0).torso_only);
  EXPECT_DOUBLE_EQ(recipe.camera_stages[0].weights.depth, 100);
}

TEST(Recipe, EveryFieldIsRead) {
  const Recipe recipe = ParseRecipe(R"({"name": "n", "camera": "weak_perspective", "prior": "p",
    "reference_size_px": 300, "focal_px": 1200, "keypoint_weights": {"nose": 0.5}, "min_keypoints": 4,
    "max_abs_beta": 2, "max_median_residual": 0.3, "noise_floor_m": 0.002, "many_starts": {"modes": 3, "yaws": 2, "with_mean": true},
    "camera_stages": [{"name": "c", "weights": {"reprojection": 2, "depth": 7}, "free": ["transl"], "torso_only": true}],
    "stages": [{"name": "s", "weights": {"joint_limits": 3}, "robust_sigma": 9, "max_iterations": 11,
                "function_tolerance": 0.25, "keep": 5}]})",
                                    "r.json");
  EXPECT_EQ(recipe.camera, Recipe::Camera::kWeakPerspective);
  EXPECT_EQ(recipe.reference_size_px, 300);
  EXPECT_EQ(recipe.focal_px, 1200);
  EXPECT_EQ(recipe.keypoint_weights.at("nose"), 0.5);
  EXPECT_EQ(recipe.noise_floor_m, 0.002);
  EXPECT_EQ(recipe.many_starts.modes, 3);
  EXPECT_TRUE(recipe.many_starts.with_mean);
  const RecipeStage& camera = recipe.camera_stages.at(0);
  EXPECT_TRUE(camera.free_transl && !camera.free_orient && !camera.free_pose && !camera.free_betas);
  EXPECT_EQ(camera.weights.depth, 7);
  EXPECT_TRUE(std::isinf(camera.robust_sigma));
  const RecipeStage& stage = recipe.stages.at(0);
  EXPECT_EQ(stage.weights.joint_limits, 3);
  EXPECT_EQ(stage.robust_sigma, 9);
  EXPECT_EQ(stage.solve.max_iterations, 11);
  EXPECT_EQ(stage.solve.function_tolerance, 0.25);
  EXPECT_EQ(stage.keep, 5);
}

TEST(Recipe, ForNoiseIsALikelihood) {
  const Recipe clean = LoadRecipe("keypoints3d"), noisy = clean.ForNoise(0.02);
  EXPECT_DOUBLE_EQ(clean.noise_floor_m, 1 / clean.stages.back().weights.points3d);
  for (const RecipeStage& stage : noisy.stages) EXPECT_EQ(stage.weights.points3d, 50);
  const TermWeights &before = clean.stages.back().weights, &last = noisy.stages.back().weights;
  EXPECT_DOUBLE_EQ(last.pose_prior, 1);
  EXPECT_EQ(last.betas, 1);
  EXPECT_EQ(last.hinge, 0) << "what was left out stays out";
  EXPECT_NEAR(last.hands, before.hands / before.pose_prior, 1e-12);
  EXPECT_EQ(noisy.stages[1].weights.betas, clean.stages[1].weights.betas);
  EXPECT_EQ(clean.ForNoise(1e-5).stages[0].weights.points3d, 1000) << "never trusted more";
}

TEST(Recipe, KeysOfLatentPriorsAreRead) {
  const Recipe recipe = ParseRecipe(R"({"prior": "a", "energy_prior": "b", "start_prior": "c",
    "choose_by": "evidence", "many_starts": {"samples": 7, "keep": 3},
    "stages": [{}, {"pose": "freed", "weights": {"decoded_pose": 2, "energy": 3}}]})",
                                    "r.json");
  EXPECT_EQ(recipe.energy_prior, "b");
  EXPECT_EQ(recipe.start_prior, "c");
  EXPECT_EQ(recipe.choose_by, Recipe::Choice::kEvidence);
  EXPECT_EQ(recipe.many_starts.samples, 7);
  EXPECT_EQ(recipe.many_starts.keep, 3);
  EXPECT_FALSE(recipe.stages[0].freed_pose);
  EXPECT_TRUE(recipe.stages[1].freed_pose);
  EXPECT_EQ(recipe.stages[1].weights.decoded_pose, 2);
  EXPECT_EQ(recipe.stages[1].weights.energy, 3);
  EXPECT_FALSE(SameObjective(recipe.stages[0], recipe.stages[1]));
  EXPECT_THAT(MessageOf(R"({"choose_by": "luck", "stages": [{}]})"), testing::HasSubstr("cost or evidence"));
  EXPECT_THAT(MessageOf(R"({"stages": [{"pose": "loose"}]})"), testing::HasSubstr("decoded or freed"));
  EXPECT_THAT(MessageOf(R"({"many_starts": {"samples": -1}, "stages": [{}]})"),
              testing::HasSubstr("samples"));
}

TEST(Recipe, FaultsAreNamed) {
  using testing::HasSubstr;
  EXPECT_THAT(MessageOf("{"), HasSubstr("r.json: is not valid JSON"));
  EXPECT_THAT(MessageOf("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(MessageOf("{}"), HasSubstr("stages: found none"));
  EXPECT_THAT(MessageOf(R"({"stagse": []})"), HasSubstr("unknown key \"stagse\"; did you mean \"stages\"?"));
  EXPECT_THAT(MessageOf(R"({"stages": [{"weights": {"pose": 1}}]})"),
              HasSubstr("stages[0].weights: unknown key \"pose\""));
  EXPECT_THAT(MessageOf(R"({"stages": [{"weights": {"betas": "5"}}]})"),
              HasSubstr("stages[0].weights.betas: found string"));
  EXPECT_THAT(MessageOf(R"({"stages": [{"weights": {"betas": -5}}]})"), HasSubstr("expected 0 to"));
  EXPECT_THAT(MessageOf(R"({"stages": [{"free": ["pose"]}]})"),
              HasSubstr("found \"pose\", expected global_orient"));
  EXPECT_THAT(MessageOf(R"({"camera": "fisheye", "stages": [{}]})"), HasSubstr("camera: found \"fisheye\""));
  EXPECT_THAT(MessageOf(R"({"stages": [{"max_iterations": 1.5}]})"), HasSubstr("expected a whole number"));
}

TEST(Recipe, KeypointsThatNoSetHasAreRefused) {
  using testing::HasSubstr;
  const auto with = [](const std::string& name) {
    return StrCat(R"({"keypoint_weights": {")", name, R"(": 0.5}, "stages": [{}]})");
  };
  EXPECT_THAT(MessageOf(with("left_ancle")),
              HasSubstr("keypoint_weights.left_ancle: no keypoint set has a point of this name; did you mean "
                        "\"left_ankle\"?"));
  EXPECT_THAT(MessageOf(with("LAnkle")), HasSubstr("keypoint_weights.LAnkle: no keypoint set has a point"));
  for (const char* name : {"left_ankle", "mid_hip", "left_index3", "face_30"})
    EXPECT_EQ(MessageOf(with(name)), "accepted") << name;
  EXPECT_EQ(ParseRecipe(with("left_horn"), "r.json", {"left_horn"}).keypoint_weights.at("left_horn"), 0.5);
}

TEST(Recipe, UnknownNamesListTheShippedOnes) {
  try {
    LoadRecipe("nothing");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("smplify-x"));
  }
}

}  // namespace
}  // namespace vitruvius::recipe_test
