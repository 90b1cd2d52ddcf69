#include "data/io/glb_writer.h"

#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "tests/util/read_glb.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::glb_writer_test {
namespace {

// Places of a few metres in float32, down a chain of at most a dozen joints.
constexpr double kFloatPlace_m = 1e-5;

Eigen::Matrix3d HalfTurn() { return Eigen::Vector3d(1, -1, -1).asDiagonal(); }

BodyAnimation RandomAnimation(const BodyModel& model, int num_frames, bool one_shape) {
  Rng rng(5);
  BodyAnimation animation;
  animation.name = "dance";
  animation.frames_per_second = 25;
  BodyParameters slow = RandomParameters(model, &rng, 0.3);
  for (int i = 0; i < num_frames; ++i) {
    BodyParameters frame = RandomParameters(model, &rng, 0.3);
    if (one_shape) frame.betas = slow.betas;
    animation.frames.push_back(frame);
    animation.found.push_back(1);
  }
  return animation;
}

GlbFile Written(const BodyModel& model, const BodyAnimation& animation, const GlbOptions& options = {},
                GlbReport* report = nullptr) {
  const TestFolder folder;
  const std::string path = folder / "body.glb";
  const GlbReport made = WriteGlb(path, model, animation, options);
  const std::string bytes = ReadAll(path);
  EXPECT_EQ(bytes.size(), made.bytes);
  if (report != nullptr) *report = made;
  return GlbFile(bytes);
}

// A body whose pose blend shapes are STAR's.
std::shared_ptr<const BodyModel> MakeStar() {
  BodyModelData data = MakeTestBody()->data();
  data.posedirs = data.posedirs.leftCols(4 * 23 + 1).eval();
  return BodyModel::Create(std::move(data));
}

TEST(GlbWriter, OnePersonIsExact) {
  for (const std::shared_ptr<const BodyModel>& model : {MakeTestBody(), MakeStar(), Mannequin()}) {
    const BodyAnimation animation = RandomAnimation(*model, 1, true);
    GlbReport report;
    const GlbFile file = Written(*model, animation, {}, &report);
    EXPECT_FALSE(file.json.contains("animations"));
    MatrixX3d vertices, joints;
    file.Pose(0, &vertices, &joints);
    const BodyMesh truth = PoseMesh(*model, animation.frames[0]);
    EXPECT_LT((vertices - truth.vertices * HalfTurn()).cwiseAbs().maxCoeff(), kFloatPlace_m);
    EXPECT_LT((joints - truth.joints * HalfTurn()).cwiseAbs().maxCoeff(), kFloatPlace_m);
    EXPECT_LT(report.max_vertex_error_m, kFloatPlace_m);
    const RowMatrixXd faces = file.Read(file.json["meshes"][0]["primitives"][0]["indices"]);
    for (Eigen::Index i = 0; i < faces.size(); ++i) ASSERT_EQ(faces(i, 0), model->faces().data()[i]);
    const std::vector<double> betas = file.json["nodes"].back()["extras"]["betas"];
    EXPECT_EQ(betas[3], animation.frames[0].betas[3]);
  }
}

// Joints follow in every frame, with one shape and with many; vertices to what the report says.
TEST(GlbWriter, SequencesKeepEveryJointInPlace) {
  const auto model = Mannequin();
  for (const bool one_shape : {true, false}) {
    const BodyAnimation animation = RandomAnimation(*model, 12, one_shape);
    GlbReport report;
    const GlbFile file = Written(*model, animation, {}, &report);
    ASSERT_EQ(file.num_keys(), 12);
    EXPECT_GT(report.num_morph_targets, 0);
    double worst = 0, squares = 0;
    for (int i = 0; i < 12; ++i) {
      MatrixX3d vertices, joints;
      file.Pose(i, &vertices, &joints);
      const BodyMesh truth = PoseMesh(*model, animation.frames[i]);
      EXPECT_LT((joints - truth.joints * HalfTurn()).cwiseAbs().maxCoeff(), kFloatPlace_m) << i;
      const MatrixX3d error = vertices - truth.vertices * HalfTurn();
      worst = std::max(worst, error.rowwise().norm().maxCoeff());
      squares += error.squaredNorm() / 12 / model->num_vertices();
    }
    EXPECT_NEAR(report.max_vertex_error_m, worst, kFloatPlace_m);
    EXPECT_NEAR(report.rms_vertex_error_m, std::sqrt(squares), kFloatPlace_m);
    // One shape: nothing but the directions left out. Several: joints of vertices that hang on two move them.
    EXPECT_LT(std::sqrt(squares), one_shape ? 1.05 * CorrectiveShapesOptions().rms_tolerance_m : 2e-3);
  }
}

TEST(GlbWriter, FramesWithoutABodyHaveNoKey) {
  const auto model = MakeTestBody();
  BodyAnimation animation = RandomAnimation(*model, 5, true);
  animation.found[1] = 0;
  animation.found[4] = 0;
  const GlbFile file = Written(*model, animation);
  const RowMatrixXd times = file.Read(file.json["animations"][0]["samplers"][0]["input"]);
  ASSERT_EQ(times.rows(), 3);
  EXPECT_FLOAT_EQ(times(1, 0), 2 / 25.0);
  EXPECT_FLOAT_EQ(times(2, 0), 3 / 25.0);
  MatrixX3d vertices, joints;
  file.Pose(1, &vertices, &joints);
  EXPECT_LT((joints - PoseMesh(*model, animation.frames[2]).joints * HalfTurn()).cwiseAbs().maxCoeff(),
            kFloatPlace_m);
}

// A joint that turns through half a circle stays on one side of the double cover.
TEST(GlbWriter, NeighbouringKeysAreNear) {
  const auto model = MakeTestBody();
  BodyAnimation animation;
  animation.name = "turn";
  animation.frames_per_second = 30;
  for (int i = 0; i < 20; ++i) {
    BodyParameters frame = BodyParameters::Zero(*model);
    frame.global_orient = WrapAxisAngle({0, 0.4 * i, 0});
    animation.frames.push_back(frame);
    animation.found.push_back(1);
  }
  const GlbFile file = Written(*model, animation);
  const nlohmann::json& channels = file.json["animations"][0]["channels"];
  EXPECT_EQ(channels.size(), 2u);  // the root's rotation and translation: nothing else ever changes
  const RowMatrixXd keys = file.Read(file.json["animations"][0]["samplers"][0]["output"]);
  for (int i = 1; i < 20; ++i) EXPECT_GT(keys.row(i).dot(keys.row(i - 1)), 0.9);
}

TEST(GlbWriter, MoreThanFourWeightsTakeASecondSet) {
  BodyModelData data = MakeTestBody()->data();
  RowMatrixXd weights = RowMatrixXd::Zero(60, 24);
  for (int v = 0; v < 60; ++v) {
    for (int i = 0; i < 6; ++i) weights(v, (v + 3 * i) % 24) = (i + 1) / 21.0;
  }
  data.weights = weights.sparseView();
  const auto model = BodyModel::Create(std::move(data));
  const BodyAnimation animation = RandomAnimation(*model, 1, true);
  const GlbFile file = Written(*model, animation);
  const nlohmann::json& attributes = file.json["meshes"][0]["primitives"][0]["attributes"];
  ASSERT_TRUE(attributes.contains("JOINTS_1"));
  const RowMatrixXd first = file.Read(attributes["WEIGHTS_0"]);
  EXPECT_NEAR(first(0, 0), 6 / 21.0, 1e-7);
  MatrixX3d vertices, joints;
  file.Pose(0, &vertices, &joints);
  const BodyMesh truth = PoseMesh(*model, animation.frames[0]);
  EXPECT_LT((vertices - truth.vertices * HalfTurn()).cwiseAbs().maxCoeff(), kFloatPlace_m);
}

// What a camera saw in its picture, glTF's camera sees at the same place.
TEST(GlbWriter, TheCameraSeesTheSame) {
  const auto model = MakeTestBody();
  const BodyAnimation animation = RandomAnimation(*model, 1, true);
  GlbOptions options;
  options.camera = GlbCamera{{800, 900}, {320, 240}, 640, 480};
  const GlbFile file = Written(*model, animation, options);
  Eigen::VectorXd unused;
  const std::vector<Eigen::Affine3d> world = file.World(0, &unused);
  const Eigen::Vector3d in_cam(0.3, -0.4, 4);  // OpenCV's axes
  const Eigen::Vector3d in_gltf_cam =
      world[static_cast<size_t>(file.NodeOf("camera"))].inverse() * (HalfTurn() * in_cam);
  const nlohmann::json& lens = file.json["cameras"][0]["perspective"];
  const double tan_y = std::tan(lens["yfov"].get<double>() / 2);
  const double ndc_x = in_gltf_cam.x() / -in_gltf_cam.z() / (tan_y * lens["aspectRatio"].get<double>());
  const double ndc_y = in_gltf_cam.y() / -in_gltf_cam.z() / tan_y;
  EXPECT_NEAR(320 * (1 + ndc_x), 800 * 0.3 / 4 + 320, 1e-3);
  EXPECT_NEAR(240 * (1 - ndc_y), 900 * -0.4 / 4 + 240, 1e-3);
}

TEST(GlbWriter, TooLongIsRefusedAndNothingIsLeft) {
  const TestFolder folder;
  const auto model = MakeTestBody();
  GlbOptions options;
  options.max_bytes = 1000;
  EXPECT_THROW(WriteGlb(folder / "x.glb", *model, RandomAnimation(*model, 3, true), options), InputError);
  EXPECT_THROW(WriteGlb(folder / "no/x.glb", *model, RandomAnimation(*model, 3, true)), InputError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  BodyAnimation nobody = RandomAnimation(*model, 3, true);
  nobody.found = {0, 0, 0};
  EXPECT_THROW(WriteGlb(folder / "x.glb", *model, nobody), ContractError);
}

TEST(GlbWriter, SameBytesAgain) {
  const TestFolder folder;
  const auto model = Mannequin();
  const BodyAnimation animation = RandomAnimation(*model, 4, false);
  WriteGlb(folder / "a.glb", *model, animation);
  WriteGlb(folder / "b.glb", *model, animation);
  EXPECT_EQ(ReadAll(folder / "a.glb"), ReadAll(folder / "b.glb"));
}

}  // namespace
}  // namespace vitruvius::glb_writer_test
