// Left or right of whole bodies before a camera, with the faces that some detectors invent.
#include "solvers/registration/mirror_fit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/read_as.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::mirror_fit_test {
namespace {

using Level = ConventionFinding::Level;
using People = std::vector<PersonObservation>;

// A person turned by `yaw` from facing the camera, every point of the set seen with some confidence:
// BlazePose and MoveNet tell of hidden points too, and give a face that looks away 0.3 to 1.
PersonObservation Seen(std::uint64_t seed, double yaw, const char* set, double noise_px) {
  KnownPerson known = MakeKnownPerson(seed, set, noise_px);
  known.truth.global_orient = LogSO3(ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0}));
  PersonObservation& person = known.observation;
  const KeypointBinding binding = BindKeypoints(*person.set, *Mannequin());
  BodyEvaluator points(Mannequin(), binding.points);
  points.Evaluate(known.truth, false);
  const PerspectiveCamera camera = {*person.focal_px, *person.center_px};
  Rng rng(seed);
  for (int i = 0; i < points.num_points(); ++i) {
    const int k = binding.keypoint_of_point[i];
    const bool is_face = k < 5;
    const Eigen::Vector2d noise(rng.Normal(), rng.Normal());
    const Eigen::Vector3d point = points.points().row(i);
    person.keypoints2d.row(k) << (camera.ImgFromCam(point) + noise_px * noise).transpose(),
        is_face ? rng.Uniform(0.3, 1) : rng.Uniform(0.6, 1);
  }
  return person;
}

People Crowd(int count, double facing, const char* set, bool are_swapped) {
  People people;
  for (int i = 0; i < count; ++i) {
    people.push_back(Seen(static_cast<std::uint64_t>(i + 1), facing + 0.4 * std::sin(i), set, 2));
    std::string error;
    if (are_swapped) {
      EXPECT_TRUE(ApplyReadAs({{"left_right_swapped"}}, &people.back(), &error)) << error;
    }
  }
  return people;
}

std::vector<ConventionFinding> Judge(const People& people) {
  FitOptions options;
  options.starts = 4;
  Fitter fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe("default"), LoadRecipe("keypoints3d"), options);
  return FindConventionFaults(people, [&](const People& some) {
    return CompareWithMirrored(some, static_cast<int>(some.size()), &fitter);
  });
}

// "14 of 14" look exchanged by their faces; nothing may stop, nor turn them round.
TEST(MirrorFit, PeopleSeenFromBehindAreNotExchanged) {
  for (const char* set : {"coco17", "mediapipe33"}) {
    for (const ConventionFinding& finding : Judge(Crowd(14, EIGEN_PI, set, false)))
      EXPECT_NE(finding.level, Level::kError) << set << ": " << finding.evidence;
    EXPECT_THAT(Judge(Crowd(14, 0, set, false)), testing::IsEmpty()) << set;
  }
}

TEST(MirrorFit, ExchangedSidesAreFoundByTheBodiesThemselves) {
  const auto findings = Judge(Crowd(30, 0, "coco17", true));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].fault, "left_right_swapped");
  EXPECT_GE(findings[0].level, Level::kWarning);
}

}  // namespace
}  // namespace vitruvius::mirror_fit_test
