#include "data/datasets/pseudo_labels.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/camera/camera.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::pseudo_labels_test {
namespace {

// A standing person at a place in camera axes, as a fit would give it.
FitResult FitAt(const BodyModel& model, const Eigen::Vector3d& place, const std::string& id) {
  Rng rng(6);
  FitResult fit;
  fit.id = id;
  fit.usable = true;
  fit.focal_px = {1000, 1000};
  fit.center_px = {640, 360};
  fit.parameters = RandomParameters(model, &rng, 0.2);
  fit.parameters.global_orient = {M_PI - 0.2, 0.1, 0.2};
  fit.parameters.transl = place;
  fit.joints3d = PoseMesh(model, fit.parameters).joints;
  fit.joints2d.resize(fit.joints3d.rows(), 2);
  const PerspectiveCamera camera = {fit.focal_px, fit.center_px};
  for (Eigen::Index j = 0; j < fit.joints3d.rows(); ++j)
    fit.joints2d.row(j) = camera.ImgFromCam(Eigen::Vector3d(fit.joints3d.row(j)));
  return fit;
}

TEST(PseudoLabels, SpinHasItsKeysShapesAndOrders) {
  const TestFolder folder;
  const auto model = Mannequin();
  const FitResult seen = FitAt(*model, {0, 0, 4}, "a_17"), unseen = FitAt(*model, {1, 0, 6}, "b");
  FitResult failed;
  failed.id = "c";
  PersonObservation coco, openpose;
  coco.set = FindKeypointSet("coco17");
  coco.keypoints2d.setZero(17, 3);
  coco.keypoints2d.row(coco.set->Index("left_knee")) << 100, 200, 1;
  coco.keypoints2d.row(coco.set->Index("nose")) << 160, 40, 0.5;
  openpose.set = FindKeypointSet("openpose25");
  openpose.keypoints2d.setZero(25, 3);
  openpose.keypoints2d.row(8) << 50, 60, 0.9;
  openpose.keypoints2d.row(0) << 50, 20, 0.9;
  const FitResult nowhere = failed;
  EXPECT_EQ(
      WriteSpinLabels(folder / "set.npz", *model,
                      {{&seen, &coco, "img/a.jpg"}, {&unseen}, {&failed, &openpose, "c.jpg"}, {&nowhere}}),
      3);
  const NpzReader file(folder / "set.npz");
  EXPECT_EQ(file.Read("imgname").ToStrings(), (std::vector<std::string>{"img/a.jpg", "b", "c.jpg"}));
  EXPECT_EQ(file.Read("has_smpl", {3}).ToInts(), (std::vector<std::int64_t>{1, 1, 0}));
  const std::vector<double> center = file.Read("center", {3, 2}).ToDoubles();
  const std::vector<double> scale = file.Read("scale", {3}).ToDoubles();
  EXPECT_DOUBLE_EQ(center[0], 130);
  EXPECT_DOUBLE_EQ(center[1], 120);
  EXPECT_DOUBLE_EQ(scale[0], 1.2 * 160 / 200);
  const double low = unseen.joints2d.col(0).minCoeff(), high = unseen.joints2d.col(0).maxCoeff();
  EXPECT_DOUBLE_EQ(center[2], (low + high) / 2);
  const std::vector<double> part = file.Read("part", {3, 24, 3}).ToDoubles();
  EXPECT_EQ(part[3 * 4], 100);       // SPIN's left knee
  EXPECT_EQ(part[3 * 19 + 2], 0.5);  // nose
  EXPECT_EQ(std::count(part.begin(), part.end(), 0.0), 3 * 24 * 3 - 6);
  const std::vector<double> detected = file.Read("openpose", {3, 25, 3}).ToDoubles();
  EXPECT_EQ(detected[2 * 75 + 3 * 8], 50);
  EXPECT_EQ(std::count(detected.begin(), detected.end(), 0.0), 3 * 25 * 3 - 6);
  const std::vector<double> pose = file.Read("pose", {3, 72}).ToDoubles();
  const std::vector<double> shape = file.Read("shape", {3, 10}).ToDoubles();
  EXPECT_EQ(pose[0], seen.parameters.global_orient[0]);
  EXPECT_EQ(pose[72 + 71], unseen.parameters.body_pose[68]);
  EXPECT_EQ(shape[9], seen.parameters.betas[9]);
  EXPECT_EQ(pose[2 * 72 + 5], 0);
  EXPECT_FALSE(file.Has("gender"));  // the mannequin has none
  const std::string bytes = ReadAll(folder / "set_fits.npy");
  const NpyArray fits = ParseNpy(bytes, "fits", "");
  EXPECT_EQ(fits.ShapeName(), "(3, 82)");
  EXPECT_EQ(fits.DTypeName(), "<f4");
  EXPECT_EQ(fits.ToDoubles()[72 + 9], static_cast<float>(seen.parameters.betas[9]));
}

// What a reader of EFT draws lies where the body's joints are, on the optical axis and far from it.
TEST(PseudoLabels, EftShowsTheBodyInItsCrop) {
  const TestFolder folder;
  const auto model = Mannequin();
  const FitResult middle = FitAt(*model, {0, 0, 8}, "a_17"), aside = FitAt(*model, {4, 0.5, 8}, "b");
  FitResult failed = middle;
  failed.usable = false;
  PersonObservation person;
  person.set = FindKeypointSet("openpose25");
  person.keypoints2d.setZero(25, 3);
  person.keypoints2d.row(2) << 50, 60, 0.9;
  person.keypoints2d.row(24) << 90, 20, 0.9;
  EXPECT_EQ(WriteEftLabels(folder / "x.json", *model,
                           {{&middle, nullptr, "d/a.jpg"}, {&failed}, {&aside}, {&aside, &person, "b.jpg"}}),
            3);
  const nlohmann::json file = nlohmann::json::parse(ReadAll(folder / "x.json"));
  ASSERT_EQ(file["data"].size(), 3u);
  for (int i = 0; i < 2; ++i) {
    const nlohmann::json& entry = file["data"][i];
    const FitResult& fit = i == 0 ? middle : aside;
    BodyParameters read = BodyParameters::Zero(*model);
    for (int j = 0; j < 24; ++j) {
      Matrix3d rotation;
      for (int e = 0; e < 9; ++e) rotation(e / 3, e % 3) = entry["parm_pose"][j][e / 3][e % 3];
      if (j == 0) {
        read.global_orient = LogSO3(rotation);
      } else {
        read.body_pose.segment<3>(3 * (j - 1)) = LogSO3(rotation);
      }
    }
    for (int b = 0; b < 10; ++b) read.betas[b] = entry["parm_shape"][b];
    EXPECT_LT((read.body_pose - fit.parameters.body_pose).norm(), 1e-9);
    const MatrixX3d joints = PoseMesh(*model, read).joints;
    const double s = entry["parm_cam"][0], half_box = 100 * entry["bbox_scale"].get<double>();
    double squares = 0;
    for (int j = 0; j < 24; ++j) {
      for (int axis = 0; axis < 2; ++axis) {
        const double drawn = entry["bbox_center"][axis].get<double>() +
                             half_box * (s * joints(j, axis) + entry["parm_cam"][1 + axis].get<double>());
        squares += std::pow(drawn - fit.joints2d(j, axis), 2) / 24;
      }
    }
    // Weak perspective of a body 8 m away: a few hundredths of its size. Without the turn to the crop's
    // axis it is several times that for who stands aside.
    EXPECT_LT(std::sqrt(squares) / half_box, 0.05) << i;
    EXPECT_GT(s, 0);
  }
  EXPECT_EQ(file["data"][0]["annotId"], 17);
  EXPECT_EQ(file["data"][0]["imageName"], "a.jpg");
  EXPECT_EQ(file["data"][1]["annotId"], -1);
  EXPECT_EQ(file["data"][1]["imageName"], "b");
  const std::vector<bool> valid = file["data"][2]["joint_validity_openpose18"];
  EXPECT_EQ(valid.size(), 18u);
  EXPECT_TRUE(valid[2]);
  EXPECT_EQ(std::count(valid.begin(), valid.end(), true), 1);
}

// Weak perspective sees everybody as from straight ahead: nothing is to be turned, wherever the crop is.
TEST(PseudoLabels, EftLeavesTheOrientationOfWeakPerspective) {
  const TestFolder folder;
  const auto model = Mannequin();
  FitResult weak = FitAt(*model, {4, 0.5, 8}, "a");
  weak.weak_camera_px = {120, 1100, 420};
  const Eigen::RowVector3d pelvis = weak.joints3d.row(0);
  for (int j = 0; j < 24; ++j) {
    weak.joints2d.row(j) = weak.weak_camera_px.tail<2>().transpose() +
                           weak.weak_camera_px[0] * (weak.joints3d.row(j) - pelvis).head<2>();
  }
  ASSERT_EQ(WriteEftLabels(folder / "x.json", *model, {{&weak}}), 1);
  const nlohmann::json entry = nlohmann::json::parse(ReadAll(folder / "x.json"))["data"][0];
  const Matrix3d root = ExpSO3(weak.parameters.global_orient);
  for (int e = 0; e < 9; ++e)
    EXPECT_NEAR(entry["parm_pose"][0][e / 3][e % 3].get<double>(), root(e / 3, e % 3), 1e-9);
  // The camera is the weak one in units of the crop, exactly.
  const double half_box = 100 * entry["bbox_scale"].get<double>();
  EXPECT_NEAR(entry["parm_cam"][0].get<double>() * half_box, 120, 1e-6);
}

TEST(PseudoLabels, OtherBodiesAreRefused) {
  const TestFolder folder;
  const auto model = MakeTestBody(1, 60, {-1, 0, 1});
  EXPECT_THROW(WriteSpinLabels(folder / "x.npz", *model, {}), InputError);
  EXPECT_THROW(WriteEftLabels(folder / "x.json", *model, {}), InputError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace vitruvius::pseudo_labels_test
