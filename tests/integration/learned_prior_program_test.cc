// `vitruvius prior` on files of learned priors.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "priors/registry.h"
#include "tests/util/random_prior.h"
#include "tests/util/run_program.h"

namespace vitruvius::learned_prior_program_test {
namespace {

using testing::HasSubstr;

TEST(LearnedPriorProgram, InfoTellsFamilyLatentAndOrigin) {
  TestFolder folder;
  WriteNpz(folder / "g.npz", RandomGenerator("gan-s"));
  ProgramRun run = RunProgram("prior info " + (folder / "g.npz"));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("gan-s over 63 numbers of body_pose"));
  EXPECT_THAT(run.output, HasSubstr("latent: 6 numbers on the unit sphere"));
  EXPECT_THAT(run.output, HasSubstr("trained with: a test"));
  EXPECT_THAT(run.output, HasSubstr("inversion error on val: 7.5 mm"));
  EXPECT_THAT(run.output, testing::Not(HasSubstr("nan")));
  WriteNpz(folder / "f.npz", RandomFlow());
  run = RunProgram("prior info " + (folder / "f.npz"));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("realnvp"));
  EXPECT_THAT(run.output, HasSubstr("nats"));
}

TEST(LearnedPriorProgram, SamplesAreThoseOfTheLibrary) {
  TestFolder folder;
  WriteNpz(folder / "g.npz", RandomGenerator("gan-u"));
  const ProgramRun run =
      RunProgram("prior sample " + (folder / "g.npz") + " --limit 3 --seed 5 --out " + (folder / "s.npz"));
  ASSERT_EQ(run.status, 0) << run.output;
  const std::vector<double> poses = NpzReader(folder / "s.npz").Read("poses", {3, 72}).ToDoubles();
  const auto prior = LoadPrior(folder / "g.npz");
  Rng rng(5);
  for (int i = 0; i < 3; ++i) {
    const Eigen::Map<const Eigen::VectorXd> pose(poses.data() + 72 * i + 3, 63);
    EXPECT_EQ(Eigen::VectorXd(pose), prior->Sample(&rng));
  }
}

TEST(LearnedPriorProgram, ABrokenFileIsRefusedWithItsArray) {
  TestFolder folder;
  Arrays arrays = RandomGenerator("vae");
  arrays.erase("decoder_weight_1");
  WriteNpz(folder / "g.npz", arrays);
  const ProgramRun run = RunProgram("prior info " + (folder / "g.npz"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("decoder_weight_1"));
}

}  // namespace
}  // namespace vitruvius::learned_prior_program_test
