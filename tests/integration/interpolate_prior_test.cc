// Learned priors as a user meets them: ways through their latent spaces, and their evaluation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/datasets/motion_file.h"
#include "data/io/npz.h"
#include "data/io/picture.h"
#include "tests/util/places.h"
#include "tests/util/random_prior.h"
#include "tests/util/run_program.h"

namespace vitruvius::interpolate_prior_test {
namespace {

using testing::HasSubstr;

struct Priors {
  TestFolder folder;
  std::string sphere, normal, motion;
  Priors() : sphere(folder / "sphere.npz"), normal(folder / "normal.npz"), motion(folder / "a.npz") {
    WriteNpz(sphere, RandomGenerator("gan-s"));
    WriteNpz(normal, RandomGenerator("gan-n"));
    Motion still;
    still.name = still.subject = "a";
    still.poses = RowMatrixXd::Zero(40, 72);
    for (int i = 0; i < 40; ++i) still.poses(i, 48) = 0.02 * i;
    still.transl = MatrixX3d::Zero(40, 3);
    still.valid.assign(40, 1);
    SaveMotion(motion, still);
  }
  ProgramRun Interpolate(const std::string& words) const {
    return RunProgram("prior interpolate " + words + " --model mannequin");
  }
};

TEST(PriorInterpolate, WritesPosesPicturesAndAnimations) {
  const Priors priors;
  const std::string poses = priors.folder / "way.npz";
  ProgramRun run = priors.Interpolate(priors.sphere + " --from 1 --to 2 --limit 5 --out " + poses);
  ASSERT_EQ(run.status, 0) << run.output;
  const Motion way = LoadMotion(poses);
  ASSERT_EQ(way.num_frames(), 5);
  EXPECT_GT((way.poses.row(0) - way.poses.row(4)).norm(), 0.1);
  // The other way round is the same way.
  run = priors.Interpolate(priors.sphere + " --from 2 --to 1 --limit 5 --out " + poses);
  ASSERT_EQ(run.status, 0) << run.output;
  const Motion back = LoadMotion(poses);
  for (int i = 0; i < 5; ++i)
    EXPECT_LT((back.poses.row(i).tail(69) - way.poses.row(4 - i).tail(69)).cwiseAbs().maxCoeff(), 1e-6);
  run = priors.Interpolate(priors.sphere + " --from 1 --to 2 --circle --limit 9 --out " + poses);
  ASSERT_EQ(run.status, 0) << run.output;
  const Motion circle = LoadMotion(poses);
  EXPECT_LT((circle.poses.row(0).tail(69) - circle.poses.row(8).tail(69)).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_GT((circle.poses.row(0) - circle.poses.row(4)).norm(), 0.1);

  const std::string sheet = priors.folder / "way.png", animation = priors.folder / "way.glb";
  run = priors.Interpolate(priors.normal + " --from " + priors.motion + "#3 --to 2 --limit 4 --out " + sheet);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("mm off"));
  EXPECT_FALSE(ReadPicture(sheet).empty());
  run = priors.Interpolate(priors.sphere + " --from 1 --to 2 --limit 8 --out " + animation);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(ReadAll(animation).substr(0, 4), "glTF");
}

TEST(PriorInterpolate, WrongWordsAreNamed) {
  const Priors priors;
  const std::string out = " --out " + (priors.folder / "x.npz");
  const auto said = [&](const std::string& words, int status) {
    const ProgramRun run = priors.Interpolate(words);
    EXPECT_EQ(run.status, status) << words << ": " << run.output;
    return run.output;
  };
  EXPECT_THAT(said("gmm8 --from 1 --to 2" + out, 1), HasSubstr("no latent space"));
  EXPECT_THAT(said(priors.sphere + " --from 1" + out, 2), HasSubstr("--to"));
  EXPECT_THAT(said(priors.sphere + " --from 1 --to x" + out, 2), HasSubstr("FILE#FRAME"));
  EXPECT_THAT(said(priors.sphere + " --from 1 --to " + priors.motion + "#40" + out, 1),
              HasSubstr("40 frames"));
  EXPECT_THAT(said(priors.sphere + " --from 1 --to nowhere.bvh#0" + out, 1), HasSubstr("nowhere.bvh"));
  EXPECT_THAT(said(priors.normal + " --from 1 --to 2 --circle" + out, 2), HasSubstr("--circle"));
  EXPECT_THAT(said(priors.sphere + " --from 1 --to 2 --limit 1" + out, 2), HasSubstr("--limit"));
  EXPECT_THAT(said(priors.sphere + " --from 1 --to 2 --out x.jpg", 2), HasSubstr(".png, .glb or .npz"));
  EXPECT_FALSE(std::filesystem::exists(priors.folder / "x.npz"));
}

TEST(EvaluatePrior, OfALearnedPriorHasInversionAndPaths) {
  const Priors priors;
  const ProgramRun run = RunProgram(
      "evaluate prior " + priors.sphere + " --model mannequin --quiet --json --samples 200 --queries 6 " +
      "--inverted 3 --path_bodies 3 --compared 30 --meshes 3 --people 2 --train " + priors.motion +
      " --test " + priors.motion);
  ASSERT_EQ(run.status, 0) << run.output;
  const nlohmann::json prior = nlohmann::json::parse(run.output)["priors"][0];
  EXPECT_EQ(prior["family"], "gan-s");
  EXPECT_GT(prior["test"]["inversion_joints_mm"]["median"], 0);
  EXPECT_LT(prior["test"]["inversion_mm"]["median"], prior["test"]["recall_mm"]["median"]);
  ASSERT_EQ(prior["fits"].size(), 3u);  // the default is the recipe of equal starts
  EXPECT_EQ(prior["fits"][0]["recipe"], "adversarial");
  EXPECT_EQ(prior["fits"][1]["recipe"], "latent");
  EXPECT_EQ(prior["fits"][2]["recipe"], "latent-energy");
  EXPECT_EQ(prior["paths"]["pairs"], 3);
  EXPECT_GE(prior["paths"]["ratio"]["median"], 1);
  EXPECT_EQ(prior["paths"]["curve"].size(), 50u);
}

}  // namespace
}  // namespace vitruvius::interpolate_prior_test
