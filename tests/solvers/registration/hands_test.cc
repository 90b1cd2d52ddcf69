// Bodies with fingers and a face: what is seen of them is fitted, what is not stays where people hold it.
#include <gtest/gtest.h>

#include "models/camera/camera.h"
#include "models/math/so3.h"
#include "priors/registry.h"
#include "solvers/registration/fitter.h"
#include "tests/util/fingered_body.h"

namespace vitruvius::hands_test {
namespace {

constexpr int kFirstDetail = 22;  // joints of fingers and face come after the body's

class Hands : public ::testing::Test {
 protected:
  // Somebody with bent arms and hands half closed: fingers bend by 0.5 to 1.5 rad a joint.
  Hands() : truth_(BodyParameters::Zero(*model_)) {
    Rng rng(5);
    truth_.body_pose.head(63) = prior_->Modes()[1].head(63);
    for (int j = 25; j < 55; ++j) {
      truth_.body_pose[3 * (j - 1) + 2] = (j < 40 ? -1 : 1) * rng.Uniform(0.5, 1.5);
    }
    truth_.global_orient = LogSO3(ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, 0.4, 0}));
    truth_.transl = {0, 0, 4};
  }
  PersonObservation Observe(const std::string& set_name, bool is_3d) const {
    PersonObservation person;
    person.set = FindKeypointSet(set_name);
    const KeypointBinding binding = BindKeypoints(*person.set, *model_);
    BodyEvaluator evaluator(model_, binding.points);
    evaluator.Evaluate(truth_, false);
    const PerspectiveCamera camera = {{2000, 2000}, {1000, 1000}};
    if (is_3d) {
      person.keypoints3d.setZero(person.set->size(), 4);
    } else {
      person.keypoints2d.setZero(person.set->size(), 3);
      person.image_width = person.image_height = 2000;
      person.focal_px = camera.focal_px;
    }
    for (int i = 0; i < evaluator.num_points(); ++i) {
      const Eigen::Vector3d x = evaluator.points().row(i);
      const int k = binding.keypoint_of_point[i];
      if (is_3d) {
        person.keypoints3d.row(k) << x.transpose(), 1;
      } else {
        person.keypoints2d.row(k) << camera.ImgFromCam(x).transpose(), 1;
      }
    }
    return person;
  }
  FitResult Fit(const PersonObservation& person) {
    Fitter fitter(model_, prior_, LoadRecipe("default"), LoadRecipe("keypoints3d"), {});
    return fitter.Fit(person);
  }
  // Root mean square distance of the finger joints from the truth, each hand moved onto the true wrist,
  // metres.
  double HandError(const FitResult& result) const {
    BodyEvaluator joints(model_, PointSet::AllJoints(*model_));
    joints.Evaluate(truth_, false);
    double sum = 0;
    for (int j = 25; j < 55; ++j) {
      const int wrist = j < 40 ? 20 : 21;
      sum += ((result.joints3d.row(j) - result.joints3d.row(wrist)) -
              (joints.points().row(j) - joints.points().row(wrist)))
                 .squaredNorm();
    }
    return std::sqrt(sum / 30);
  }

  const std::shared_ptr<const BodyModel> model_ = MakeFingeredBody();
  const std::shared_ptr<const Prior> prior_ = LoadPrior("gmm8");
  BodyParameters truth_;
};

TEST_F(Hands, KnownHandsComeBackFrom3dPoints) {
  const FitResult result = Fit(Observe("openpose67", true));
  ASSERT_TRUE(result.usable) << result.reason << " " << result.detail;
  EXPECT_LT(HandError(result), 0.002);
}

TEST_F(Hands, KnownHandsComeBackFromAnImage) {
  const FitResult seen = Fit(Observe("openpose67", false)), unseen = Fit(Observe("openpose25", false));
  ASSERT_TRUE(seen.usable) << seen.reason << " " << seen.detail;
  ASSERT_TRUE(unseen.usable) << unseen.reason << " " << unseen.detail;
  // An image tells how far fingers bend, but hardly whether they bend to or from the camera.
  EXPECT_LT(HandError(seen), 0.02);
  EXPECT_LT(HandError(seen), 0.6 * HandError(unseen));
}

TEST_F(Hands, UnseenFingersAndFacesStayRelaxed) {
  for (const bool is_3d : {false, true}) {
    const FitResult result = Fit(Observe("openpose25", is_3d));
    ASSERT_TRUE(result.usable) << result.reason;
    const Eigen::Index begin = 3 * (kFirstDetail - 1);
    const Eigen::VectorXd relaxed = model_->RelaxedPose();
    EXPECT_LT((result.parameters.body_pose - relaxed).tail(relaxed.size() - begin).norm(), 1e-6);
  }
}

// gmm8 describes SMPL's 23 joints, of which the last two are rigid hands; here these are a jaw and an eye.
TEST_F(Hands, ThePriorOfABodyWithRigidHandsSaysNothingAboutAJaw) {
  ASSERT_EQ(prior_->dim(), 69);
  FitProblem problem(model_, *FindKeypointSet("openpose25"), Recipe::Camera::kNone, prior_);
  RecipeStage stage;
  stage.weights.pose_prior = 1;
  BodyParameters parameters = BodyParameters::Zero(*model_);
  problem.SetParameters(parameters);
  problem.Begin(stage);
  const double cost = problem.Cost();
  parameters.body_pose.segment(63, 6).setConstant(0.5);
  problem.SetParameters(parameters);
  EXPECT_EQ(problem.Cost(), cost);
}

TEST_F(Hands, TermsPullFingersToTheMeanHandAndTheFaceToRest) {
  FitProblem problem(model_, *FindKeypointSet("openpose25"), Recipe::Camera::kNone, nullptr);
  RecipeStage stage;
  stage.weights.hands = 3;
  stage.weights.face = 5;
  BodyParameters parameters = BodyParameters::Zero(*model_);
  parameters.body_pose = model_->RelaxedPose();
  problem.SetParameters(parameters);
  problem.Begin(stage);
  EXPECT_EQ(problem.Cost(), 0);
  parameters.body_pose[3 * (25 - 1)] += 0.5;   // left_index1
  parameters.body_pose[3 * (22 - 1) + 1] = 1;  // jaw
  problem.SetParameters(parameters);
  EXPECT_NEAR(problem.Cost(), 0.5 * (9 * 0.25 + 25), 1e-12);
}

}  // namespace
}  // namespace vitruvius::hands_test
