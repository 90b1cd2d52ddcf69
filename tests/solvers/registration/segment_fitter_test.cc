#include "solvers/registration/segment_fitter.h"

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/body/surface_sampling.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "solvers/registration/segment_result.h"
#include "solvers/registration/starts.h"

namespace vitruvius::segment_fitter_test {
namespace {

std::shared_ptr<const BodyModel> Body() {
  static const std::shared_ptr<const BodyModel> body = Mannequin();
  return body;
}

// A person as deform-and-learn sees one: 17 keypoints and 125 points of the surface, without noise.
PersonObservation See(const SegmentParameters& truth, std::uint64_t seed) {
  constexpr int kSurfacePoints = 125;
  PersonObservation person;
  person.id = "somebody";
  person.set = FindKeypointSet("coco17");
  const KeypointBinding binding = BindKeypoints(*person.set, *Body());
  PointSet points = binding.points;
  const SurfaceSampler sampler(*Body());
  Rng rng(seed);
  for (int i = 0; i < kSurfacePoints; ++i) {
    const SurfacePlace place = sampler.Draw(&rng);
    points.AddBarycentric(Body()->faces().row(place.face), place.bary);
    person.dense.emplace_back();
    person.dense.back().face = place.face;
    person.dense.back().bary = place.bary;
  }
  SegmentEvaluator evaluator(Body(), points);
  EXPECT_TRUE(evaluator.Evaluate(truth, false));
  person.keypoints2d.setZero(person.set->size(), 3);
  const int num_keypoints = binding.points.size();
  for (int i = 0; i < num_keypoints; ++i)
    person.keypoints2d.row(binding.keypoint_of_point[i]) << evaluator.points().row(i).head<2>(), 1;
  for (int i = 0; i < kSurfacePoints; ++i)
    person.dense[i].image_px = evaluator.points().row(num_keypoints + i).head<2>().transpose();
  return person;
}

SegmentParameters Walking(std::uint64_t seed) {
  Rng rng(seed);
  SegmentParameters truth = SegmentParameters::Rest(*Body());
  const auto turn = [&](const char* joint, const Vector3d& angle) {
    truth.angles.segment<3>(3 * (Body()->JointIndex(joint) - 1)) = angle;
  };
  turn("left_shoulder", {0.1, 0.2 * rng.Normal(), -1.1});
  turn("right_shoulder", {0.1, 0.2 * rng.Normal(), 1.1});
  turn("left_elbow", {0, rng.Uniform(-0.8, 0), 0});
  turn("right_elbow", {0, rng.Uniform(0, 0.8), 0});
  turn("left_hip", {rng.Uniform(-0.6, 0.3), 0, 0.05});
  turn("right_hip", {rng.Uniform(-0.6, 0.3), 0, -0.05});
  turn("left_knee", {rng.Uniform(0.1, 0.9), 0, 0});
  turn("right_knee", {rng.Uniform(0.1, 0.9), 0, 0});
  truth.rotation = ExpSO3(UprightOrient(0, rng.Uniform(0, 2 * EIGEN_PI)));
  truth.camera = {220, 500, 480};
  return truth;
}

TEST(SegmentFitter, FindsWhoWasSeenFromTheRestPose) {
  SegmentFitter fitter(Body(), LoadRecipe("dense-later"), {});
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const SegmentParameters truth = Walking(seed);
    const FitResult result = fitter.Fit(See(truth, seed));
    ASSERT_TRUE(result.usable) << result.reason << ": " << result.detail;
    EXPECT_LT(result.residual_mean, 1) << "px, seed " << seed;
    EXPECT_LT(RotationAngle(ExpSO3(result.parameters.global_orient), truth.rotation), 0.1) << "seed " << seed;
    EXPECT_NEAR(result.weak_camera_px[0], 220, 5);
    // What is told of joints in space and in the picture is of the one body.
    SegmentEvaluator joints(Body(), PointSet::AllJoints(*Body()));
    ASSERT_TRUE(joints.Evaluate(SegmentFitter::ParametersOf(result), false));
    EXPECT_LT((joints.points().leftCols<2>() - result.joints2d).cwiseAbs().maxCoeff(), 1e-6);
    const PerspectiveCamera camera = {result.focal_px, result.center_px};
    // A picture shows the body where the fit saw it.
    const BodyMesh picture = PictureMeshOf(Body(), result);
    for (int j = 0; j < 24; ++j) {
      EXPECT_LT(
          (camera.ImgFromCam<double>(picture.joints.row(j).transpose()) - result.joints2d.row(j).transpose())
              .norm(),
          1e-6);
    }
    EXPECT_LT(
        (camera.ImgFromCam<double>(result.joints3d.row(0).transpose()) - result.joints2d.row(0).transpose())
            .norm(),
        1e-6);
  }
}

TEST(SegmentFitter, ALimbThatGrewIsFound) {
  SegmentFitter fitter(Body(), LoadRecipe("dense-later"), {});
  // Limbs in the plane of the picture: of one that points out of it, length and slant look alike.
  for (const char* name : {"left_knee", "right_elbow", "left_hip"}) {
    SegmentParameters truth = SegmentParameters::Rest(*Body());
    truth.camera = {220, 500, 480};
    const int joint = Body()->JointIndex(name);
    truth.scales[joint] = 1.2;
    const FitResult result = fitter.Fit(See(truth, 3));
    ASSERT_TRUE(result.usable) << result.detail;
    EXPECT_LT(result.residual_mean, 1);
    // One picture cannot tell the size of all from nearness: the camera's scale is taken out.
    const double size = result.weak_camera_px[0] / truth.camera[0];
    EXPECT_NEAR(result.segment_scales[joint] * size, 1.2, 0.02 * 1.2) << name;
  }
}

TEST(SegmentFitter, GoesOnFromAGivenStart) {
  SegmentFitter fitter(Body(), LoadRecipe("dense-later"), {});
  const SegmentParameters truth = Walking(4);
  const PersonObservation person = See(truth, 4);
  const FitResult first = fitter.Fit(person);
  ASSERT_TRUE(first.usable);
  const SegmentParameters start = SegmentFitter::ParametersOf(first);
  const FitResult again = fitter.Fit(person, {start});
  ASSERT_TRUE(again.usable);
  EXPECT_EQ(again.num_starts, 1);
  EXPECT_LE(again.cost, first.cost * (1 + 1e-6));
  EXPECT_LT(again.num_iterations, first.num_iterations);
}

TEST(SegmentFitter, TheDeterminantTurnsAReflectionIntoARotation) {
  Recipe recipe = LoadRecipe("dense-later");
  SegmentParameters truth = SegmentParameters::Rest(*Body());
  truth.camera = {220, 500, 480};
  const PersonObservation person = See(truth, 5);
  SegmentParameters mirrored = truth;
  mirrored.rotation.col(2) *= -1;  // the same picture but for what depth does to it: nothing
  SegmentFitter with(Body(), recipe, {});
  const FitResult turned = with.Fit(person, {mirrored});
  EXPECT_TRUE(turned.usable) << turned.detail;
  recipe.stages[0].weights.determinant = 0;
  SegmentFitter without(Body(), recipe, {});
  const FitResult stayed = without.Fit(person, {mirrored});
  EXPECT_FALSE(stayed.usable);
  EXPECT_NE(stayed.detail.find("mirror image"), std::string::npos) << stayed.detail;
}

TEST(SegmentFitter, DepthsTellWhichWayAnArmPoints) {
  SegmentParameters truth = SegmentParameters::Rest(*Body());
  truth.camera = {220, 500, 480};
  const int shoulder = Body()->JointIndex("left_shoulder"), wrist = Body()->JointIndex("left_wrist");
  truth.angles.segment<3>(3 * (shoulder - 1)) = Vector3d(0, -0.8, 0);  // forward
  PersonObservation person = See(truth, 6);
  person.dense.clear();
  SegmentEvaluator joints(Body(), PointSet::AllJoints(*Body()));
  ASSERT_TRUE(joints.Evaluate(truth, false));
  const double depth = joints.points()(wrist, 2);
  ASSERT_GT(std::abs(depth), 30);
  Recipe recipe = LoadRecipe("dense-later");
  for (const double sign : {1.0, -1.0}) {
    person.keypoint_depths_px.setZero(17, 2);
    for (const auto& [name, joint] :
         {std::pair<const char*, const char*>{"left_wrist", "left_wrist"}, {"left_elbow", "left_elbow"}}) {
      const int k = person.set->Index(name);
      person.keypoint_depths_px.row(k) << sign * joints.points()(Body()->JointIndex(joint), 2), 1;
    }
    const FitResult result = SegmentFitter(Body(), recipe, {}).Fit(person);
    ASSERT_TRUE(result.usable) << result.detail;
    // Without their weight depths say nothing.
    Recipe deaf = recipe;
    for (std::vector<RecipeStage>* stages : {&deaf.camera_stages, &deaf.stages}) {
      for (RecipeStage& stage : *stages) stage.weights.keypoint_depth = 0;
    }
    PersonObservation unknown = person;
    unknown.keypoint_depths_px.resize(0, 2);
    EXPECT_LT((SegmentFitter(Body(), deaf, {}).Fit(person).joints3d -
               SegmentFitter(Body(), deaf, {}).Fit(unknown).joints3d)
                  .norm(),
              1e-9);
    const double found = result.joints3d(wrist, 2) - result.joints3d(0, 2);
    EXPECT_GT(found * sign * depth, 0) << "an arm on the other side of the body, sign " << sign;
  }
}

TEST(SegmentFitter, RefusesWhatCannotBeFitted) {
  SegmentFitter fitter(Body(), LoadRecipe("dense-first"), {});
  PersonObservation person = See(Walking(1), 1);
  person.dense[0].face = Body()->num_faces();
  EXPECT_EQ(fitter.Fit(person).reason, reason::kBadInput);
  person.dense.clear();
  person.keypoints2d.col(2).setZero();
  EXPECT_EQ(fitter.Fit(person).reason, reason::kNoPeople);
  person.keypoints2d.topRows(4).col(2).setOnes();
  EXPECT_EQ(fitter.Fit(person).reason, reason::kTooFewKeypoints);
}

TEST(SegmentFitter, TheSameBytesEveryTime) {
  const PersonObservation person = See(Walking(2), 2), other = See(Walking(7), 7);
  SegmentFitter fitter(Body(), LoadRecipe("dense-first"), {});
  const FitResult first = fitter.Fit(person);
  fitter.Fit(other);
  const FitResult again = fitter.Fit(person);
  EXPECT_EQ(first.parameters.body_pose, again.parameters.body_pose);
  EXPECT_EQ(first.segment_scales, again.segment_scales);
  EXPECT_EQ(first.cost, again.cost);
}

// What knows no scales gets the same pose and place, and keeps what was said of the registration.
TEST(SegmentResult, WithoutSegmentsItIsTheParametricBody) {
  SegmentParameters truth = Walking(3);
  truth.scales.setConstant(1.08);
  truth.camera = {200, 300, 250};
  SegmentEvaluator joints(Body(), [] {
    PointSet all;
    for (int j = 0; j < Body()->num_joints(); ++j) all.AddJoint(j);
    return all;
  }());
  const PersonObservation person = See(truth, 3);
  FitResult result = BeginSegmentResult(person, *Body());
  AssembleSegments(person, truth, 1000, &joints, &result);
  ASSERT_TRUE(result.usable);
  result.residual_mean = 3;
  double moved_m = -1;
  const FitResult parametric = WithoutSegments(*Body(), result, &moved_m);
  EXPECT_EQ(parametric.segment_scales.size(), 0);
  EXPECT_EQ(parametric.parameters.body_pose, result.parameters.body_pose);
  EXPECT_EQ(parametric.residual_mean, 3);
  EXPECT_EQ(parametric.joints2d, result.joints2d);
  EXPECT_EQ(parametric.weak_camera_px, result.weak_camera_px);
  EXPECT_LT((parametric.joints3d.row(0) - result.joints3d.row(0)).norm(), 1e-9);
  const MatrixX3d expected = PoseMesh(*Body(), parametric.parameters).joints;
  EXPECT_LT((parametric.joints3d - expected).norm(), 1e-9);
  EXPECT_NEAR(moved_m, (parametric.joints3d - result.joints3d).rowwise().norm().mean(), 1e-9);
  // Grown by 8 %, the mannequin's first betas say most of it: without betas joints are off by more.
  BodyParameters without_betas = result.parameters;
  EXPECT_LT(moved_m,
            0.4 * (PoseMesh(*Body(), without_betas).joints - result.joints3d).rowwise().norm().mean());
  // What has no scales stays.
  EXPECT_EQ(WithoutSegments(*Body(), parametric, &moved_m).parameters.betas, parametric.parameters.betas);
  EXPECT_EQ(moved_m, 0);
}

}  // namespace
}  // namespace vitruvius::segment_fitter_test
