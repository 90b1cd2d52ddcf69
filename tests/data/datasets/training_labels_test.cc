#include "data/datasets/training_labels.h"

#include <cmath>

#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::training_labels_test {
namespace {

FitResult FitOf(const BodyModel& model, const std::string& id, std::uint64_t seed) {
  Rng rng(seed);
  FitResult fit;
  fit.id = id;
  fit.usable = true;
  fit.parameters = RandomParameters(model, &rng);
  fit.joints3d = MatrixX3d::Random(model.num_joints(), 3);
  fit.joints2d.setRandom(model.num_joints(), 2);
  fit.focal_px = {1000, 1100};
  fit.center_px = {320, 240};
  fit.residual_mean = 2.5;
  fit.flags = {"depth_flip:left_elbow", "ignored:nose"};
  return fit;
}

TEST(TrainingLabels, EveryRowHoldsWhatIsKnownOfIt) {
  const TestFolder folder;
  const auto model = Mannequin();
  const FitResult fit = FitOf(*model, "a", 1), other = FitOf(*model, "b", 2);
  FitResult failed = FitOf(*model, "c", 3);
  failed.usable = false;
  failed.reason = reason::kPoorFit;
  PersonObservation seen;
  seen.set = FindKeypointSet("coco17");
  seen.keypoints2d.setZero(17, 3);
  seen.keypoints2d.row(0) << 100, 50, 0.5;
  seen.keypoints2d.row(5) << 200, 300, 1;
  seen.keypoints2d.row(6) << 900, 900, 0;  // not seen
  std::vector<TrainingLabel> labels(3);
  labels[0] = {{&fit, &seen, "img/a.jpg"}, &fit, 0, 0.25, 640, 480};
  labels[1] = {{&other}, &other, 0, 1, 0, 0};
  labels[2] = {{&failed}, &failed, 0, 1, 0, 0};
  WriteTrainingLabels(folder / "x.npz", *model, labels);
  const NpzReader file(folder / "x.npz");
  EXPECT_TRUE(file.Skipped().empty());
  EXPECT_EQ(file.Read("ids").ToStrings(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(file.Read("images").ToStrings(), (std::vector<std::string>{"img/a.jpg", "", ""}));
  EXPECT_EQ(file.Read("reason").ToStrings()[2], "poor_fit");
  EXPECT_EQ(file.Read("flags").ToStrings()[0], "depth_flip:left_elbow;ignored:nose");
  EXPECT_EQ(file.Read("status", {3}).ToInts(), (std::vector<std::int64_t>{1, 1, 0}));
  EXPECT_EQ(file.Read("image_size", {3, 2}).ToInts(), (std::vector<std::int64_t>{640, 480, 0, 0, 0, 0}));
  EXPECT_EQ(file.Read("label_weight", {3}).ToDoubles(), (std::vector<double>{0.25, 1, 0}));
  const std::vector<double> center = file.Read("crop_center", {3, 2}).ToDoubles();
  const std::vector<double> half = file.Read("crop_half", {3}).ToDoubles();
  EXPECT_DOUBLE_EQ(center[0], 150);
  EXPECT_DOUBLE_EQ(center[1], 175);
  EXPECT_DOUBLE_EQ(half[0], 1.2 * 250 / 2);
  EXPECT_GT(half[1], 0);  // of the joints
  EXPECT_EQ(half[2], 0);
  const std::vector<double> poses = file.Read("poses", {3, 72}).ToDoubles();
  EXPECT_EQ(poses[2], fit.parameters.global_orient[2]);
  EXPECT_EQ(poses[72 + 71], other.parameters.body_pose[68]);
  EXPECT_EQ(poses[2 * 72 + 7], 0);
  EXPECT_EQ(file.Read("betas", {3, 10}).ToDoubles()[9], fit.parameters.betas[9]);
  EXPECT_EQ(file.Read("transl", {3, 3}).ToDoubles()[5], other.parameters.transl[2]);
  EXPECT_EQ(file.Read("joints3d", {3, 24, 3}).ToDoubles()[7], fit.joints3d(2, 1));
  EXPECT_EQ(file.Read("joints2d", {3, 24, 2}).ToDoubles()[7], fit.joints2d(3, 1));
  EXPECT_EQ(file.Read("focal", {3, 2}).ToDoubles()[1], 1100);
  EXPECT_EQ(file.Read("center", {3, 2}).ToDoubles()[2], 320);
  const std::vector<double> residuals = file.Read("residual_mean_px", {3}).ToDoubles();
  EXPECT_EQ(residuals[0], 2.5);
  EXPECT_TRUE(std::isnan(residuals[2]));
  EXPECT_TRUE(std::isnan(file.Read("joints_relative_std_m", {3, 24}).ToDoubles()[0]));
  const std::vector<double> keypoints = file.Read("keypoints2d", {3, 17, 3}).ToDoubles();
  EXPECT_EQ(keypoints[3 * 5 + 1], 300);
  EXPECT_EQ(keypoints[3 * 6], 0);
  EXPECT_EQ(keypoints[51], 0);
  EXPECT_EQ(file.Read("keypoint_set").ToStrings(), (std::vector<std::string>{"coco17", "", ""}));
  EXPECT_EQ(file.Read("joint_names").ToStrings(), model->joint_names());
  EXPECT_EQ(file.Read("model", {}).ToStrings()[0], "mannequin");
  EXPECT_FALSE(file.Has("segment_scales"));
}

TEST(TrainingLabels, BodiesOfSegmentsHaveBoth) {
  const TestFolder folder;
  const auto model = Mannequin();
  FitResult segments = FitOf(*model, "a", 1), failed;
  segments.segment_scales = Eigen::VectorXd::LinSpaced(24, 0.8, 1.2);
  segments.weak_camera_px = {200, 10, 20};
  segments.joints_relative_std_m = Eigen::VectorXd::Constant(24, 0.03);
  const FitResult body = FitOf(*model, "a", 2);
  std::vector<TrainingLabel> labels(2);
  labels[0] = {{&segments}, &body, 0.012, 1, 0, 0};
  labels[1] = {{&failed}, &failed, 0, 0, 0, 0};
  WriteTrainingLabels(folder / "x.npz", *model, labels);
  const NpzReader file(folder / "x.npz");
  EXPECT_EQ(file.Read("segment_scales", {2, 24}).ToDoubles()[23], 1.2);
  EXPECT_EQ(file.Read("segment_scales", {2, 24}).ToDoubles()[24], 0);
  EXPECT_EQ(file.Read("weak_camera", {2, 3}).ToDoubles()[2], 20);
  EXPECT_EQ(file.Read("joints_moved_m", {2}).ToDoubles()[0], 0.012);
  EXPECT_EQ(file.Read("joints_relative_std_m", {2, 24}).ToDoubles()[3], 0.03);
  EXPECT_EQ(file.Read("betas", {2, 10}).ToDoubles()[4], body.parameters.betas[4]);
  EXPECT_EQ(file.Read("joints3d", {2, 24, 3}).ToDoubles()[4], segments.joints3d(1, 1));
  EXPECT_FALSE(file.Has("keypoints2d"));
}

TEST(TrainingLabels, APlaceThatCannotBeWrittenIsNamed) {
  EXPECT_THROW(WriteTrainingLabels("/nonexistent/x.npz", *Mannequin(), {}), InputError);
}

}  // namespace
}  // namespace vitruvius::training_labels_test
