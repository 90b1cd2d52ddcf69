// Training of depth lifters: that small ones learn, going on after a stop, and what their files hold.
#include "solvers/training/train_lifter.h"

#include <cmath>
#include <limits>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "tests/training/lifter_people.h"
#include "tests/util/run_program.h"

namespace vitruvius::train_lifter_test {
namespace {

LifterOptions Small(int steps) {
  LifterOptions options;
  options.hidden = 16;
  options.batch = 16;
  options.epochs = steps;  // of tables of up to 31 people, a step each
  options.evaluations = 3;
  options.log_every = 1;
  options.validation_poses = 8;
  return options;
}

class TrainLifterTest : public testing::Test {
 protected:
  TrainLifterTest() { at::set_num_threads(1); }
  const LifterSkeleton skeleton_ = StickSkeleton();
  const LifterTable train_ = StickPeople(30, 1), validation_ = StickPeople(20, 2);
  const TestFolder folder_;

  TrainedLifter Train(const LifterOptions& options, const std::string& checkpoint = "", bool resume = false,
                      const TrainingLoopEvents& events = {}) const {
    return TrainLifter(options, skeleton_, train_, validation_, "", checkpoint, resume, events);
  }
};

// A rigid body from all sides: limbs must become equal and depths right, from 2D keypoints alone.
TEST_F(TrainLifterTest, ARigidFamilyIsLifted) {
  LifterOptions options = Small(500);
  options.hidden = 64;
  options.batch = 128;
  options.learning_rate = 1e-3;
  options.log_every = 50;
  options.evaluations = 5;
  const LifterTable train = StickPeople(200, 1), validation = StickPeople(100, 2);
  options.validation_poses = 100;
  const TrainedLifter trained = TrainLifter(options, skeleton_, train, validation, "", "", false);
  const auto ratio = trained.run.log.Curve("ratio");
  EXPECT_LT(ratio.back().second, 0.2 * ratio.front().second);
  const LifterScores scores = ScoreLifter(*trained.lifter, validation, options.angles_deg);
  EXPECT_LT(scores.symmetry_loss, 1e-3);
  EXPECT_GT(scores.correlation_mirror, 0.95);
  EXPECT_GT(scores.correlation, 0.9);  // knees told the sign
}

TEST_F(TrainLifterTest, SameSeedSameLifterAndResumedIsAsUninterrupted) {
  for (const int discriminator_steps : {1, 2}) {
    LifterOptions options = Small(6);
    options.discriminator_steps = discriminator_steps;
    options.angles_per_pose = discriminator_steps;
    const TrainedLifter whole = Train(options);
    const std::string checkpoint = folder_ / "checkpoint.npz";
    TrainingLoopEvents stop;
    stop.stepped = [](const TrainingRun& run) { return run.step < 3; };  // one step after a checkpoint
    EXPECT_TRUE(Train(options, checkpoint, false, stop).arrays.empty());
    const TrainedLifter resumed = Train(options, checkpoint, true);
    ASSERT_EQ(whole.arrays.size(), resumed.arrays.size());
    for (const auto& [name, array] : whole.arrays)
      EXPECT_TRUE(array.bytes == resumed.arrays.at(name).bytes) << name;
    EXPECT_EQ(whole.run.log.rows.size(), resumed.run.log.rows.size());
    options.seed = 2;
    EXPECT_FALSE(whole.arrays.at("generator_out.weight").bytes ==
                 Train(options).arrays.at("generator_out.weight").bytes);
    EXPECT_THROW(Train(options, checkpoint, true), InputError);  // another training
  }
}

TEST_F(TrainLifterTest, CheckpointsThatWereTamperedWithAreRefused) {
  const std::string checkpoint = folder_ / "checkpoint.npz";
  const LifterOptions options = Small(2);
  Train(options, checkpoint);
  std::map<std::string, NpyArray> arrays;
  {
    const NpzReader reader(checkpoint);
    for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  }
  arrays["state_discriminator"] = arrays["progress"];
  WriteNpz(checkpoint, arrays);
  try {
    Train(options, checkpoint, true);
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("state_discriminator"), std::string::npos) << error.what();
  }
}

// mu L_joint: with registered joints the depths are theirs, the other way round too, which nothing else
// would do; and a second round goes on from the first.
TEST_F(TrainLifterTest, RegisteredJointsDecideTheSign) {
  LifterOptions options = Small(150);
  options.learning_rate = 2e-3;
  options.hidden = 32;
  options.log_every = 10;
  options.average = 0.9;
  LifterTable registered = train_;
  registered.registered = at::cat({train_.keypoints, train_.depths.unsqueeze(2)}, 2);
  registered.registered[0].fill_(std::numeric_limits<float>::quiet_NaN());
  const TrainedLifter trained = TrainLifter(options, skeleton_, registered, validation_, "", "", false);
  const auto joints = trained.run.log.Curve("joints");
  ASSERT_FALSE(joints.empty());
  EXPECT_LT(joints.back().second, 0.2 * joints.front().second);
  EXPECT_GT(ScoreLifter(*trained.lifter, validation_, options.angles_deg).correlation, 0.9);

  const std::string file = folder_ / "lifter.npz";
  WriteNpz(file, trained.arrays);
  LifterOptions second = options;
  second.epochs = 1;
  const TrainedLifter on = TrainLifter(second, skeleton_, registered, validation_, file, "", false);
  EXPECT_LT(on.run.log.Curve("joints").front().second, 0.2 * joints.front().second);
}

TEST_F(TrainLifterTest, FilesComeBackAndDamagedOnesAreRefusedByName) {
  const TrainedLifter trained = Train(Small(2));
  const std::string file = folder_ / "lifter.npz";
  WriteNpz(file, trained.arrays);
  const DepthLifter lifter(file);
  EXPECT_TRUE(at::equal(lifter.Lift(validation_.keypoints), trained.lifter->Lift(validation_.keypoints)));
  EXPECT_EQ(lifter.skeleton().joints, skeleton_.joints);
  EXPECT_EQ(lifter.skeleton().bones, skeleton_.bones);
  EXPECT_EQ(lifter.skeleton().ratios, skeleton_.ratios);

  const auto expect_refused = [&](const std::string& key, const NpyArray* array) {
    std::map<std::string, NpyArray> broken = trained.arrays;
    broken.erase(key);
    if (array != nullptr) broken[key] = *array;
    WriteNpz(file, broken);
    try {
      DepthLifter read(file);
      ADD_FAILURE() << key;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
    }
  };
  for (const char* key :
       {"family", "joints", "bones", "bone_ratios", "trunk", "trunk_m", "mirror_bones", "normalisation",
        "leaky_slope", "generator_in.weight", "generator_pair_2_1.bias", "generator_out.bias"})
    expect_refused(key, nullptr);
  const double nan[] = {std::nan(""), 1};
  const NpyArray text = NpyArray::FromString("gan-s"), one = NpyArray::FromDoubles(nan, {1}),
                 none = NpyArray::FromDoubles(nan, {});
  for (const char* key : {"family", "normalisation"}) expect_refused(key, &text);
  for (const char* key : {"bones", "bone_ratios", "generator_in.weight", "generator_pair_1_2.weight"})
    expect_refused(key, &one);
  for (const char* key : {"trunk_m", "leaky_slope"}) expect_refused(key, &none);
  NpyArray bones = trained.arrays.at("bones");
  bones.bytes[0] = 99;  // a keypoint that is not there
  expect_refused("bones", &bones);
  NpyArray bias = trained.arrays.at("generator_out.bias");
  const float infinite = std::numeric_limits<float>::infinity();
  std::copy_n(reinterpret_cast<const unsigned char*>(&infinite), sizeof(infinite), bias.bytes.begin());
  expect_refused("generator_out.bias", &bias);
}

// In whatever unit and place the keypoints are, and 0 in the middle of the hips.
TEST_F(TrainLifterTest, DepthsAreInTheKeypointsUnit) {
  const TrainedLifter trained = Train(Small(1));
  const at::Tensor depths = trained.lifter->Lift(validation_.keypoints);
  const at::Tensor larger = trained.lifter->Lift(3 * validation_.keypoints + 50);
  EXPECT_LT((larger - 3 * depths).abs().max().item<double>(), 1e-3 * depths.abs().max().item<double>());
  EXPECT_LT((depths.select(1, 2) + depths.select(1, 3)).abs().max().item<double>(), 1e-3);
  EXPECT_THROW(trained.lifter->Lift(validation_.keypoints.narrow(1, 0, 13)), ContractError);
  EXPECT_THROW(trained.lifter->Lift(validation_.depths), ContractError);
}

// Scores of lifters whose answer is known: the truth, its mirror image, and nothing.
TEST_F(TrainLifterTest, ScoresTellPlainFromMirrorResolved) {
  LifterTable table = validation_;
  const DepthLifter lifter(std::make_shared<DepthGenerator>(LifterSize{14, 4}, at::kCPU), skeleton_);
  const TrainedLifter trained = Train(Small(1));
  const at::Tensor lifted = trained.lifter->Lift(table.keypoints);
  table.depths = lifted;
  LifterScores scores = ScoreLifter(*trained.lifter, table, {90});
  EXPECT_NEAR(scores.correlation, 1, 1e-4);
  EXPECT_EQ(scores.mirrored, 0);
  EXPECT_NEAR(scores.depth_error_mm, 0, 0.1);
  table.depths = at::cat({-lifted.narrow(0, 0, 5) + 7, lifted.narrow(0, 5, 15)});  // a shift changes nothing
  scores = ScoreLifter(*trained.lifter, table, {90});
  EXPECT_NEAR(scores.correlation, 0.5, 1e-4);
  EXPECT_NEAR(scores.correlation_mirror, 1, 1e-4);
  EXPECT_NEAR(scores.mirrored, 0.25, 1e-9);
  EXPECT_NEAR(scores.depth_error_mm, 0, 0.1);
  scores = ScoreLifter(lifter, table, {90});  // all weights are zero
  EXPECT_NEAR(scores.spread, 0, 1e-9);
  EXPECT_NEAR(scores.correlation_mirror, 0, 1e-6);
  table.depths = at::Tensor();
  EXPECT_TRUE(std::isnan(ScoreLifter(lifter, table, {90}).correlation));
}

// From a network that lifts nobody, and that hardly learns.
TEST_F(TrainLifterTest, FlatPeopleAreToldOf) {
  LifterOptions options = Small(4);
  std::map<std::string, NpyArray> arrays = Train(options).arrays;
  const std::string file = folder_ / "flat.npz";
  arrays["generator_out.weight"] = NpyArray::FromFloats(std::vector<float>(14 * 16).data(), {14, 16});
  WriteNpz(file, arrays);
  options.learning_rate = 1e-9;
  const TrainedLifter trained = TrainLifter(options, skeleton_, train_, validation_, file, "", false);
  ASSERT_FALSE(trained.run.signs.empty());
  EXPECT_NE(trained.run.signs.back().find("flat"), std::string::npos) << trained.run.signs.back();
}

TEST_F(TrainLifterTest, KeepsTheLastOrTheBest) {
  LifterOptions options = Small(9);
  options.learning_rate = 0.03;
  const TrainedLifter last = Train(options);
  EXPECT_EQ(last.run.best_step, 9);
  options.choice = LifterChoice::kCorrelation;
  const TrainedLifter best = Train(options);
  const auto curve = best.run.log.Curve("unexplained_val");
  ASSERT_EQ(curve.size(), 3u);
  for (const auto& [step, value] : curve) EXPECT_GE(value, best.run.best);
  EXPECT_NEAR(1 - ScoreLifter(*best.lifter, validation_, {}).correlation_mirror, best.run.best, 0.2);
  LifterTable blind = validation_;
  blind.depths = at::Tensor();
  EXPECT_THROW(TrainLifter(options, skeleton_, train_, blind, "", "", false), ContractError);
  options.choice = LifterChoice::kLast;
  EXPECT_NE(TrainLifter(options, skeleton_, train_, blind, "", "", false).lifter, nullptr);
}

TEST(LifterTableTest, ProjectionsAreOfTheBodyFromAllSides) {
  const auto body = Mannequin();
  const KeypointSet& set = *FindKeypointSet("lsp14");
  const at::Tensor points = BodyKeypoints(body, set, RowMatrixXd::Zero(2, 69));
  ASSERT_EQ(points.sizes(), (std::vector<std::int64_t>{2, 14, 3}));
  EXPECT_GT(points[0][set.Index("head_top")][1].item<double>(),
            points[0][set.Index("left_ankle")][1].item<double>());
  ProjectionOptions options;
  options.samples = 400;
  const LifterTable people = Project(points, WeightedRows(2), options);
  people.Check(14);
  // Lengths in three dimensions are those of the body, in some unit.
  const at::Tensor lifted = at::cat({people.keypoints, people.depths.unsqueeze(2)}, 2);
  const auto distance = [&](const at::Tensor& of, const char* a, const char* b) {
    return (of.select(1, set.Index(a)) - of.select(1, set.Index(b))).norm(2, 1);
  };
  const at::Tensor shin = distance(lifted, "left_knee", "left_ankle"),
                   head = distance(lifted, "left_hip", "head_top");
  const double ratio =
      (distance(points, "left_knee", "left_ankle") / distance(points, "left_hip", "head_top"))[0]
          .item<double>();
  EXPECT_LT((shin / head - ratio).abs().max().item<double>(), 1e-4);
  // Heads are above ankles, left hips as often left as right; a body and not its mirror image.
  EXPECT_TRUE(people.keypoints.select(1, set.Index("head_top"))
                  .select(1, 1)
                  .lt(people.keypoints.select(1, set.Index("left_ankle")).select(1, 1))
                  .all()
                  .item<bool>());
  const double left = people.keypoints.select(1, set.Index("left_hip"))
                          .select(1, 0)
                          .gt(people.keypoints.select(1, set.Index("right_hip")).select(1, 0))
                          .to(at::kDouble)
                          .mean()
                          .item<double>();
  EXPECT_NEAR(left, 0.5, 5 * 0.5 / std::sqrt(400.0));
  RowMatrixXd bent = RowMatrixXd::Zero(1, 69);
  bent(0, 3 * 3) = bent(0, 3 * 4) = 1.2;  // knees
  const LifterTable sitting = Project(BodyKeypoints(body, set, bent), WeightedRows(1), options);
  const LifterSkeleton skeleton = StickSkeleton();
  EXPECT_TRUE(KneesForward(at::cat({sitting.keypoints, sitting.depths.unsqueeze(2)}, 2), skeleton)
                  .gt(0)
                  .all()
                  .item<bool>());
}

}  // namespace
}  // namespace vitruvius::train_lifter_test
