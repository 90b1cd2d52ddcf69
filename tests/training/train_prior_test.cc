// Training of priors: the rules of the game, going on after a stop, and that small ones learn.
#include "solvers/training/train_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/networks/parameters.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/tensor_arrays.h"
#include "tests/util/run_program.h"

namespace vitruvius::train_prior_test {
namespace {

// People who swing arms and legs, each in a phase and to an extent of their own.
RowMatrixXd SwingingPoses(int count, std::uint64_t seed) {
  Rng rng(seed);
  RowMatrixXd poses = RowMatrixXd::Zero(count, 69);
  for (int i = 0; i < count; ++i) {
    const double phase = rng.Uniform(0, 2 * M_PI), extent = rng.Uniform(0.3, 0.8);
    const auto set = [&](int joint, int axis, double value) { poses(i, 3 * (joint - 1) + axis) = value; };
    set(1, 0, extent * std::sin(phase));
    set(2, 0, -extent * std::sin(phase));
    set(4, 0, 0.5 * extent * (1 + std::cos(phase)));
    set(5, 0, 0.5 * extent * (1 - std::cos(phase)));
    set(16, 2, -1.2 + 0.2 * std::sin(phase));
    set(17, 2, 1.2 + 0.2 * std::sin(phase));
    for (int k = 0; k < 60; ++k) poses(i, k) += 0.05 * rng.Normal();
    for (const int collar : {13, 14}) poses.row(i).segment<3>(3 * (collar - 1)).setZero();
  }
  return poses;
}

TrainingPoses Swinging(int count, std::uint64_t seed) {
  return TrainingPoses(SwingingPoses(count, seed), std::vector<double>(count, 1.0), at::Device(at::kCPU));
}

TrainingOptions Small(PriorFamily family) {
  TrainingOptions options = DefaultTraining(family);
  options.hidden = 24;
  options.latent_dim = 4;
  options.batch = 16;
  options.steps = 6;
  options.couplings = 2;
  options.evaluate_every = 2;
  options.log_every = 1;
  options.validation_poses = 5;
  options.inversion_steps = 5;
  options.recombine = 0;  // what these people's arms do follows from their legs
  return options;
}

// Large enough to learn in seconds how much poses vary.
TrainingOptions SmallAdversary(int steps) {
  TrainingOptions options = Small(PriorFamily::kGanS);
  options.steps = options.evaluate_every = steps;
  options.hidden = 64;
  options.batch = 32;
  options.learning_rate = 1e-3;
  options.average = 0.9;
  return options;
}

class TrainPriorTest : public testing::Test {
 protected:
  // Tensors of this size gain nothing by threads, which on a busy machine wait for each other.
  TrainPriorTest() { at::set_num_threads(1); }
  const TrainingPoses train_ = Swinging(200, 1), validation_ = Swinging(40, 2);
  const TorchBody body_{*Mannequin(), at::kFloat, {0, 100, 200}};

  TrainedPrior Train(const TrainingOptions& options, const std::string& checkpoint = "", bool resume = false,
                     const TrainingEvents& events = {}) const {
    return TrainPrior(options, train_, validation_, body_, checkpoint, resume, events);
  }
};

constexpr PriorFamily kAll[] = {PriorFamily::kGanS, PriorFamily::kGanU, PriorFamily::kGanN, PriorFamily::kVae,
                                PriorFamily::kRealNvp};

void ExpectSame(const std::map<std::string, NpyArray>& a, const std::map<std::string, NpyArray>& b) {
  ASSERT_FALSE(a.empty());
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [key, array] : a) {
    ASSERT_EQ(b.count(key), 1u) << key;
    EXPECT_TRUE(array.bytes == b.at(key).bytes) << key;
  }
}

// The paper's order: the discriminator takes ten steps, then the generator one (sec. 3.3); the other way
// round the generator collapses.
TEST_F(TrainPriorTest, DiscriminatorTakesTenStepsForOneOfTheGenerator) {
  EXPECT_EQ(DefaultTraining(PriorFamily::kGanS).discriminator_steps, 10);
  TrainingOptions options = Small(PriorFamily::kGanS);
  options.discriminator_steps = 3;
  options.steps = 2;
  std::string order;
  options.updated = [&](const std::string& network) { order += network[0]; };
  Train(options);
  EXPECT_EQ(order, "dddgdddg");
}

TEST_F(TrainPriorTest, SameSeedSamePrior) {
  for (const PriorFamily family : kAll) {
    TrainingOptions options = Small(family);
    const TrainedPrior first = Train(options);
    ExpectSame(first.arrays, Train(options).arrays);
    options.seed = 2;
    const std::string key = family == PriorFamily::kRealNvp ? "flow_s_weight_0_0" : "decoder_weight_0";
    EXPECT_FALSE(first.arrays.at(key).bytes == Train(options).arrays.at(key).bytes) << FamilyName(family);
  }
}

TEST_F(TrainPriorTest, ResumedIsAsUninterrupted) {
  const TestFolder folder;
  for (const PriorFamily family : kAll) {
    TrainingOptions options = Small(family);
    options.path_length = family == PriorFamily::kGanU ? 0.05 : 0;
    options.betas = family == PriorFamily::kGanN ? 2 : 0;
    const TrainedPrior whole = Train(options);
    const std::string checkpoint = folder / FamilyName(family) + ".npz";
    TrainingEvents stop;
    stop.stepped = [](const TrainingRun& run) { return run.step < 3; };  // one step after a checkpoint
    EXPECT_TRUE(Train(options, checkpoint, false, stop).arrays.empty());
    const TrainedPrior resumed = Train(options, checkpoint, true);
    ExpectSame(whole.arrays, resumed.arrays);
    ASSERT_EQ(whole.run.log.rows.size(), resumed.run.log.rows.size());
    EXPECT_EQ(whole.run.best_step, resumed.run.best_step);

    options.batch = 17;
    EXPECT_THROW(Train(options, checkpoint, true), InputError);  // another training
  }
}

TEST_F(TrainPriorTest, CheckpointsThatWereTamperedWithAreRefused) {
  const TestFolder folder;
  const std::string checkpoint = folder / "checkpoint.npz";
  const TrainingOptions options = Small(PriorFamily::kVae);
  Train(options, checkpoint);
  std::map<std::string, NpyArray> arrays;
  const NpzReader reader(checkpoint);
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  const auto expect_refused = [&](const std::string& key, const NpyArray& array) {
    std::map<std::string, NpyArray> broken = arrays;
    broken[key] = array;
    WriteNpz(checkpoint, broken);
    try {
      Train(options, checkpoint, true);
      ADD_FAILURE() << key;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
    }
  };
  const double numbers[] = {1e9, 0, std::nan("")};
  expect_refused("state_vae", NpyArray::FromDoubles(numbers, {3}));
  expect_refused("progress", NpyArray::FromDoubles(numbers, {3}));
  expect_refused("progress", NpyArray::FromDoubles(numbers, {2}));
}

TEST_F(TrainPriorTest, FilesHoldWhatTheLayoutSays) {
  for (const PriorFamily family : kAll) {
    TrainingOptions options = Small(family);
    if (family == PriorFamily::kGanS) options.betas = 2;
    const TrainedPrior trained = Train(options);
    const auto text = [&](const char* key) { return trained.arrays.at(key).ToStrings(); };
    const auto shape = [&](const std::string& key) { return trained.arrays.at(key).shape; };
    EXPECT_EQ(text("family"), std::vector<std::string>{FamilyName(family)});
    EXPECT_EQ(text("joints").size(), 19u);
    EXPECT_EQ(text("joints")[0], "left_hip");
    EXPECT_EQ(text("joints")[18], "right_wrist");
    if (family == PriorFamily::kRealNvp) {
      EXPECT_EQ(shape("flow_mask"), (std::vector<std::int64_t>{2, 57}));
      EXPECT_EQ(shape("flow_t_weight_1_2"), (std::vector<std::int64_t>{57, 24}));
      EXPECT_EQ(trained.arrays.at("latent_dim").ToInts()[0], 57);
      continue;
    }
    EXPECT_EQ(text("latent"), std::vector<std::string>{family == PriorFamily::kGanS   ? "sphere"
                                                       : family == PriorFamily::kGanU ? "box"
                                                                                      : "normal"});
    EXPECT_EQ(shape("decoder_weight_0"), (std::vector<std::int64_t>{24, 4}));
    EXPECT_EQ(shape("decoder_weight_2"), (std::vector<std::int64_t>{114, 24}));
    EXPECT_EQ(trained.arrays.at("decoder_leaky").ToInts(), (std::vector<std::int64_t>{1, 1, 0}));
    EXPECT_EQ(trained.arrays.count("encoder_std_weight"), family == PriorFamily::kVae ? 1u : 0u);
    EXPECT_EQ(trained.arrays.count("shape_weight"), options.betas > 0 ? 1u : 0u);
    EXPECT_TRUE(std::isfinite(trained.arrays.at("inversion_val_mm").ToDoubles()[0]));
  }
}

TEST_F(TrainPriorTest, ALossOfEachKindTrains) {
  for (const AdversarialLoss loss :
       {AdversarialLoss::kLeastSquares, AdversarialLoss::kLog, AdversarialLoss::kLogStrong}) {
    TrainingOptions options = Small(PriorFamily::kGanS);
    options.loss = loss;
    options.path_length = 0.1;
    const TrainedPrior trained = Train(options);
    for (const char* column : {"discriminator", "generator"}) {
      EXPECT_EQ(trained.run.log.Curve(column).size(), 6u) << column;  // all finite
    }
  }
}

// Few parameters, few poses, few seconds: the VAE must show the poses, the flow must know them.
TEST_F(TrainPriorTest, SmallOnesLearn) {
  TrainingOptions options = Small(PriorFamily::kVae);
  options.steps = options.evaluate_every = 600;
  options.hidden = 64;
  options.learning_rate = 3e-3;
  options.average = 0.9;
  options.inversion_steps = 10;
  const TrainedPrior vae = Train(options);
  const auto joints = vae.run.log.Curve("joints_m");
  EXPECT_LT(joints.back().second, 0.3 * joints.front().second);
  EXPECT_LT(vae.run.best,
            40);  // mm; the poses' noise of 0.05 rad a joint, which 4 latent numbers cannot show

  options = Small(PriorFamily::kRealNvp);
  options.steps = options.evaluate_every = 300;
  options.average = 0.9;
  const TrainedPrior flow = Train(options);
  const auto nats = flow.run.log.Curve("nats");
  EXPECT_LT(nats.back().second, nats.front().second - 3);
}

// A heavy term empties the latent: the posterior is the prior.
TEST_F(TrainPriorTest, DivergenceIsHeldDown) {
  TrainingOptions options = Small(PriorFamily::kVae);
  options.steps = options.evaluate_every = 200;
  options.kl_weight = 10;
  options.learning_rate = 3e-3;
  const auto kl = Train(options).run.log.Curve("kl");
  EXPECT_LT(kl.back().second, 0.1);
}

// With the penalty, steps of one length in the latent move poses more evenly, and poses still differ.
TEST_F(TrainPriorTest, PathLengthPenaltyEvensSteps) {
  const auto unevenness = [&](double weight) {
    TrainingOptions options = SmallAdversary(300);
    options.discriminator_steps = 3;
    options.path_length = weight;
    options.path_length_every = 1;
    const TrainedPrior gan = Train(options);
    EXPECT_GT(gan.run.log.Curve("spread_mean").back().second, 0.3);
    const LatentMap map = gan.trainer->Map();
    at::NoGradGuard no_grad;
    const at::Tensor z = SampleLatent(map.distribution, 500, 4, SeededGenerator(1, 1));
    const at::Tensor moved = ProjectLatent(
        map.distribution, z + 0.02 * SampleLatent(map.distribution, 500, 4, SeededGenerator(1, 2)));
    const at::Tensor steps = (map.rotations(moved) - map.rotations(z)).square().sum({1, 2, 3}).sqrt();
    return (steps / (moved - z).norm(2, 1)).log().std().item<double>();
  };
  EXPECT_LT(unevenness(0.5), 0.8 * unevenness(0));
}

TEST_F(TrainPriorTest, AdversariesReachTheSpreadOfTheData) {
  const TrainedPrior gan = Train(SmallAdversary(200));
  const double spread = gan.run.log.Curve("spread_mean").back().second;
  EXPECT_GT(spread, 0.5);
  EXPECT_LT(spread, 2);
}

TEST(TrainingPosesTest, DrawsByWeight) {
  const RowMatrixXd poses = SwingingPoses(3, 1);
  const TrainingPoses weighted(poses, {1, 0, 3}, at::Device(at::kCPU));
  const at::Tensor rows = weighted.Draw(4000, SeededGenerator(1, 1));
  EXPECT_EQ(rows.eq(1).sum().item<int>(), 0);
  EXPECT_NEAR(rows.eq(2).sum().item<double>(), 3000, 140);  // 5 standard deviations
  EXPECT_THROW(TrainingPoses(poses, {0, 0, 0}, at::Device(at::kCPU)), ContractError);
  EXPECT_THROW(TrainingPoses(poses, {1, 1}, at::Device(at::kCPU)), ContractError);
}

// Limbs of others come whole, as often as was asked, and rotations stay those of the axis-angles.
TEST(TrainingPosesTest, RecombinesLimbs) {
  constexpr int kPoses = 50, kDrawn = 2000;
  RowMatrixXd marked(kPoses, 69);  // every number of a pose says which pose it is
  for (int i = 0; i < kPoses; ++i) marked.row(i).setConstant(0.01 * (i + 1));
  const TrainingPoses poses(marked, std::vector<double>(kPoses, 1.0), at::Device(at::kCPU));
  const TrainingPoses::Batch batch = poses.DrawBatch(kDrawn, 0.3, SeededGenerator(1, 1));
  const at::Tensor mark = batch.axis_angle.view({kDrawn, 19, 3}).select(2, 0);
  const auto of = [&](const std::string& joint) {
    const auto& names = CoveredJointNames();
    return mark.select(1, std::find(names.begin(), names.end(), joint) - names.begin());
  };
  for (const char* leg : {"right_hip", "left_knee", "right_ankle", "left_foot"})
    EXPECT_TRUE(at::equal(of(leg), of("left_hip"))) << leg;
  for (const char* arm : {"right_shoulder", "left_elbow", "right_wrist"})
    EXPECT_TRUE(at::equal(of(arm), of("left_shoulder"))) << arm;
  for (const char* trunk : {"spine2", "neck", "head"})
    EXPECT_TRUE(at::equal(of(trunk), of("spine1"))) << trunk;
  const double share = 0.3 * (1 - 1.0 / kPoses), deviation = std::sqrt(share * (1 - share) / kDrawn);
  for (const char* limb : {"left_hip", "left_shoulder"})
    EXPECT_NEAR(of(limb).ne(of("spine1")).to(at::kDouble).mean().item<double>(), share, 5 * deviation);
  const at::Tensor rotations = RotationsFromAxisAngle(batch.axis_angle.view({kDrawn, 19, 3}));
  EXPECT_LT((rotations - batch.rotations).abs().max().item<double>(), 1e-5);
  // None: the poses that Draw alone gives.
  const TrainingPoses::Batch plain = poses.DrawBatch(kDrawn, 0, SeededGenerator(1, 1));
  const at::Tensor rows = poses.Draw(kDrawn, SeededGenerator(1, 1));
  EXPECT_TRUE(at::equal(plain.axis_angle, poses.axis_angle.index_select(0, rows)));
}

TEST(TrainingPosesTest, CoveredJointsAndBack) {
  const RowMatrixXd poses = SwingingPoses(5, 3).leftCols(69);
  const TrainingPoses tensors(poses, std::vector<double>(5, 1.0), at::Device(at::kCPU));
  RowMatrixXd covered = poses;
  covered.rightCols(6).setZero();  // hands
  EXPECT_LT((BodyPoses(tensors.rotations) - covered).cwiseAbs().maxCoeff(), 1e-5);
  const at::Tensor body = BodyRotations(tensors.rotations, 24);
  EXPECT_TRUE(at::equal(body.select(1, 1), tensors.rotations.select(1, 0)));    // left_hip
  EXPECT_TRUE(at::equal(body.select(1, 13)[0], at::eye(3)));                    // left_collar
  EXPECT_TRUE(at::equal(body.select(1, 21), tensors.rotations.select(1, 18)));  // right_wrist
}

// Of a map that is the identity of six numbers a joint the error is known: none.
TEST(InversionTest, FindsWhatIsThere) {
  const TorchBody body(*Mannequin());
  const TrainingPoses poses = Swinging(4, 5);
  LatentMap map;
  map.latent_dim = 57;
  map.rotations = [](const at::Tensor& z) { return RotationsFromAxisAngle(z.view({z.size(0), 19, 3})); };
  LatentSearchOptions options;
  options.steps = 40;
  EXPECT_LT(InversionErrors(map, body, poses.axis_angle, options).max().item<double>(), 3);  // mm
  map.encode = [](const at::Tensor& axis_angle) { return axis_angle; };
  EXPECT_LT(InversionErrors(map, body, poses.axis_angle, options).max().item<double>(), 0.01);
}

// A latent number that leads nowhere finite must not spoil what is found for other poses.
TEST(InversionTest, AMapThatBreaksDownCostsItsOwnPoseOnly) {
  const TorchBody body(*Mannequin());
  const TrainingPoses poses = Swinging(4, 5);
  LatentMap map;
  map.latent_dim = 57;
  map.rotations = [](const at::Tensor& z) {
    const at::Tensor broken = z.select(1, 0).gt(0.9).view({-1, 1});
    const at::Tensor angles = at::where(broken, z * std::numeric_limits<double>::infinity(), z);
    return RotationsFromAxisAngle(angles.view({z.size(0), 19, 3}));
  };
  map.encode = [](const at::Tensor& axis_angle) {
    at::Tensor z = axis_angle.clone();
    z[0].fill_(0.899);  // any step forward breaks
    return z;
  };
  LatentSearchOptions options;
  options.steps = 10;
  const at::Tensor errors = InversionErrors(map, body, poses.axis_angle, options);
  EXPECT_LT(errors.slice(0, 1).max().item<double>(), 0.01);  // mm
}

TEST(FlatAdamTest, IsAdam) {
  // Two steps by hand at gradient 2 and 4, beta 0.5 and 0.9, rate 0.1.
  at::Tensor x = at::ones({1}, at::kDouble);
  FlatAdam adam(x, 0.5, 0.9);
  adam.Step(x, at::full({1}, 2.0, at::kDouble), 0.1);
  EXPECT_NEAR(x.item<double>(), 0.9, 1e-8);
  adam.Step(x, at::full({1}, 4.0, at::kDouble), 0.1);
  const double m = (0.5 * 1 + 0.5 * 4) / 0.75, v = (0.9 * 0.4 + 0.1 * 16) / 0.19;
  EXPECT_NEAR(x.item<double>(), 0.9 - 0.1 * m / std::sqrt(v), 1e-8);
}

TEST(TrainingOptionsTest, RateFallsAtTheEnd) {
  EXPECT_EQ(RateAt(0, 100), 1);
  EXPECT_EQ(RateAt(60, 100), 1);
  EXPECT_NEAR(RateAt(80, 100), 0.51, 1e-12);
  EXPECT_NEAR(RateAt(100, 100), 0.02, 1e-12);
  EXPECT_THROW(PriorFamilyOf("gan"), InputError);
}

}  // namespace
}  // namespace vitruvius::train_prior_test
