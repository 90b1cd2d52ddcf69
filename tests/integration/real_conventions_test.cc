// Every fault of convention, put into real keypoints and into views of real motion, is named; nothing is said
// of these data as they are.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/conventions.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/pose_collection.h"
#include "data/datasets/synthetic_keypoints.h"
#include "data/io/keypoint_files.h"
#include "data/io/read_as.h"
#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "priors/registry.h"
#include "solvers/registration/mirror_fit.h"
#include "tests/data/datasets/mocap_test_util.h"
#include "tests/util/places.h"

namespace vitruvius::real_conventions_test {
namespace {

using People = std::vector<PersonObservation>;

std::string Keypoints(const std::string& name) {
  return SourceFolder() + "/../shared/data/keypoints/" + name;
}

People ReadPeople(const std::string& path) {
  People people;
  const auto source = OpenObservations({path});
  for (PersonObservation person; source->Next(&person);) {
    if (person.reason.empty()) people.push_back(person);
  }
  return people;
}

People ReadVideo(const std::string& path) {
  People people;
  std::ifstream csv(path);
  for (std::string line; std::getline(csv, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream numbers(line);
    PersonObservation person;
    person.set = FindKeypointSet("openpose25");
    person.keypoints2d.setZero(25, 3);
    for (int k = 0; k < 25; ++k) {
      double x = 0, y = 0;
      numbers >> x >> y;
      if (x != 0 || y != 0) person.keypoints2d.row(k) << x, y, 1;
    }
    people.push_back(person);
  }
  return people;
}

// What a wrong file would hold: faults are their own inverses, so that reading right as wrong is wrong.
People Spoil(People people, const std::string& word) {
  for (PersonObservation& person : people) {
    std::string error;
    if (word == "normalized") {
      Eigen::Array2d size(person.image_width, person.image_height);
      if (size.minCoeff() <= 0) size = 1.2 * person.keypoints2d.leftCols<2>().colwise().maxCoeff().array();
      person.keypoints2d.leftCols<2>() *= size.inverse().matrix().asDiagonal();
    } else if (word == "centimetres" || word == "millimetres") {
      person.keypoints3d.leftCols<3>() *= word == "centimetres" ? 100 : 1000;
    } else if (word == "focal") {
      person.focal_px = Eigen::Vector2d(35, 35);
      if (person.image_width == 0) person.image_width = person.image_height = 6000;
    } else if (FindKeypointSet(word) != nullptr) {
      person.set = FindKeypointSet(word);
    } else {
      EXPECT_TRUE(ApplyReadAs({{word}}, &person, &error)) << error;
    }
  }
  return people;
}

class RealConventions : public ::testing::Test {
 protected:
  std::vector<ConventionFinding> Find(People people) {
    constexpr size_t kSample = 300;
    constexpr int kFits = 100;
    if (people.size() > kSample) people.resize(kSample);
    return FindConventionFaults(
        people, [this](const People& some) { return CompareWithMirrored(some, kFits, &fitter_); });
  }
  // "left_right_swapped error", or "nothing".
  std::string Verdict(const People& people) {
    std::string verdict;
    for (const ConventionFinding& finding : Find(people)) {
      verdict += (verdict.empty() ? "" : " + ") + finding.fault + " " + LevelName(finding.level);
      details_ += "    " + finding.evidence + " -> " + finding.fix + "\n";
    }
    return verdict.empty() ? "nothing" : verdict;
  }
  // Each fault is named, and nothing besides it.
  void ExpectNamed(const std::string& name, const People& clean, const std::vector<std::string>& words) {
    details_.clear();
    ASSERT_FALSE(clean.empty()) << name;
    EXPECT_EQ(Verdict(clean), "nothing") << name << "\n" << details_;
    for (const std::string& word : words) {
      details_.clear();
      const std::string verdict = Verdict(Spoil(clean, word));
      const std::string fault = FindKeypointSet(word) != nullptr ? "wrong_set" : word;
      EXPECT_EQ(verdict.substr(0, verdict.find(' ')), fault) << name << ": " << verdict << "\n" << details_;
      EXPECT_EQ(verdict.find('+'), std::string::npos) << name << ": " << verdict << "\n" << details_;
      if (fault == "wrong_set") {
        EXPECT_THAT(details_, testing::HasSubstr("--keypoint_set=" + clean[0].set->name + "\n")) << name;
      }
      std::printf("%-44s %4zu people  %-20s %s\n", name.c_str(), clean.size(), word.c_str(), verdict.c_str());
    }
  }

  // With fewer starts than a fit has: twice as wrong now and then, and five times as fast.
  static FitOptions FourStarts() {
    FitOptions options;
    options.starts = 4;
    return options;
  }
  Fitter fitter_{Mannequin(), LoadPrior("gmm10"), MirrorRecipe(LoadRecipe("default")),
                 LoadRecipe("keypoints3d"), FourStarts()};
  std::string details_;
};

TEST_F(RealConventions, Keypoints) {
  if (!std::filesystem::exists(Keypoints(""))) GTEST_SKIP() << "needs real keypoints in " << Keypoints("");
  const std::vector<std::string> words = {"left_right_swapped", "upside_down",  "y_up",
                                          "normalized",         "legs_swapped", "focal"};
  std::vector<std::string> coco_words = words;
  coco_words.insert(coco_words.end(), {"h36m17", "h36m17_mmpose"});
  ExpectNamed("coco", ReadPeople(Keypoints("coco_val2017_person_keypoints_subset.json")), coco_words);
  for (const char* name : {"openpose_body25_spin_im1010.json", "openpose_body25_prohmr_4793258.json",
                           "openpose_coco18_hmr_random.json"}) {
    ExpectNamed(name, ReadPeople(Keypoints(name)), words);
  }
  std::vector<std::string> video_words = words;
  video_words.emplace_back("kinect25");
  const People video = ReadVideo(Keypoints("openpose_body25_video_video2bvh_0000-0674.csv"));
  ExpectNamed("video", video, video_words);
}

// 100 views of the clips of one subject, each person at a random yaw, 3 to 6 m away, with noise.
class MotionConventions : public RealConventions, public ::testing::WithParamInterface<const char*> {
 protected:
  People Views(const std::string& archive, const char* set, bool is_3d) const {
    const TemporaryFolder folder;
    if (!UnpackMocap(archive, folder / "")) return {};
    const auto model = Mannequin();
    RetargetOptions retarget;
    retarget.target_joints = RestJointsOf(*model);
    SyntheticOptions options;
    options.set = FindKeypointSet(set);
    options.keypoints3d = is_3d;
    People all;
    for (const std::string& path : FindMotions({folder / ""}).files) {
      for (const SyntheticPerson& person : MakeSyntheticPeople(model, OpenMotion(path, retarget), options))
        all.push_back(person.observation);
    }
    constexpr size_t kPeople = 100;
    People some;
    for (size_t i = 0; i < kPeople; ++i) some.push_back(all[i * all.size() / kPeople]);
    return some;
  }
  void ExpectNamedIn(const char* set, bool is_3d, const std::vector<std::string>& words) {
    const People people = Views(GetParam(), set, is_3d);
    if (people.empty()) GTEST_SKIP() << "needs " << MocapArchive(GetParam());
    ExpectNamed(std::string(GetParam()) + (is_3d ? " 3D " : " 2D ") + set, people, words);
  }
};

TEST_P(MotionConventions, Views) {
  ExpectNamedIn(
      "openpose25", false,
      {"left_right_swapped", "upside_down", "y_up", "normalized", "legs_swapped", "focal", "kinect25"});
}

TEST_P(MotionConventions, ViewsWithoutFaces) {
  ExpectNamedIn("h36m17", false, {"left_right_swapped", "upside_down", "y_up", "h36m17_mmpose", "coco17"});
}

TEST_P(MotionConventions, Joints) {
  ExpectNamedIn("smpl24", true,
                {"left_right_swapped", "y_up", "centimetres", "millimetres", "legs_swapped", "spin24"});
  ExpectNamedIn("h36m17", true,
                {"left_right_swapped", "y_up", "centimetres", "millimetres", "h36m17_mmpose", "coco17"});
}

INSTANTIATE_TEST_SUITE_P(Subjects, MotionConventions,
                         ::testing::Values("test-public/cmu_03.asfamc", "test-public/cmu_43.deepmimic"));

// Each frame of a video alone: one person proves nothing, and what is said of them is a note.
TEST_F(RealConventions, OnePersonAloneIsNotJudged) {
  const std::string path = Keypoints("openpose_body25_video_video2bvh_0000-0674.csv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs real keypoints in " << path;
  const People video = ReadVideo(path);
  int notes = 0, named = 0, seen = 0;
  for (size_t i = 0; i < video.size(); i += 5) {
    if ((video[i].keypoints2d.col(2).array() > 0).count() < 15) continue;
    ++seen;
    for (const ConventionFinding& finding : FindConventionFaults({video[i]})) {
      EXPECT_EQ(finding.level, ConventionFinding::Level::kNote) << i << " " << finding.fault;
      ++notes;
    }
    const auto swapped = FindConventionFaults(Spoil({video[i]}, "left_right_swapped"));
    named += !swapped.empty() && swapped[0].fault == "left_right_swapped";
  }
  std::printf("%d frames alone: %d notes; exchanged: %d named\n", seen, notes, named);
  EXPECT_LT(notes, 0.05 * seen);
  for (const size_t count : {3u, 10u}) {
    EXPECT_EQ(Verdict({video.begin() + 100, video.begin() + 100 + static_cast<std::ptrdiff_t>(count)}),
              "nothing");
  }
}

}  // namespace
}  // namespace vitruvius::real_conventions_test
