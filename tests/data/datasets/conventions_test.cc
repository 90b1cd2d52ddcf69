#include "data/datasets/conventions.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "data/io/read_as.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/scene/fit_result.h"
#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::conventions_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Level = ConventionFinding::Level;
using People = std::vector<PersonObservation>;

// The mannequin at rest, turned by `yaw` from facing the camera, seen from afar; upside down if `roll` is pi,
// and on its hands with its arms up. arms: -1 down, 1 up, beside the head.
PersonObservation Standing(double yaw, double roll = 0, const char* set = "coco17", bool is_3d = false,
                           int arms = -1) {
  const auto model = Mannequin();
  PersonObservation person;
  person.set = FindKeypointSet(set);
  const KeypointBinding binding = BindKeypoints(*person.set, *model);
  BodyEvaluator body(model, binding.points);
  BodyParameters parameters = BodyParameters::Zero(*model);
  parameters.body_pose[3 * 3] = parameters.body_pose[3 * 4] = 0.4;  // knees
  parameters.body_pose[3 * 15 + 2] = 1.2 * arms;
  parameters.body_pose[3 * 16 + 2] = -1.2 * arms;
  body.Evaluate(parameters, false);
  person.keypoints2d.setZero(is_3d ? 0 : person.set->size(), 3);
  person.keypoints3d.setZero(is_3d ? person.set->size() : 0, 4);
  person.image_width = person.image_height = 1000;
  for (int i = 0; i < body.num_points(); ++i) {
    const Eigen::Vector3d p = body.points().row(i);
    // y down, z away from the camera.
    const double x = std::cos(yaw) * p.x() + std::sin(yaw) * p.z();
    const double z = std::sin(yaw) * p.x() - std::cos(yaw) * p.z();
    const double px = std::cos(roll) * x + std::sin(roll) * p.y(),
                 py = std::sin(roll) * x - std::cos(roll) * p.y();
    const int k = binding.keypoint_of_point[i];
    if (is_3d) {
      person.keypoints3d.row(k) << px, py, z + 4, 1;
    } else {
      person.keypoints2d.row(k) << 500 + 300 * px, 500 + 300 * py, 0.9;
    }
  }
  if (is_3d) return person;
  // From behind a detector sees ears and no face.
  if (std::cos(yaw) < 0) {
    for (const char* hidden : {"nose", "left_eye", "right_eye"}) {
      if (person.set->Index(hidden) >= 0) person.keypoints2d.row(person.set->Index(hidden)).setZero();
    }
  } else {
    person.keypoints2d(person.set->Index("left_ankle"), 2) = 0.5;  // confidences that say something
  }
  return person;
}

People Crowd(int front, int back, int on_hands) {
  People people;
  for (int i = 0; i < front; ++i) people.push_back(Standing(0.5 * std::sin(i)));
  for (int i = 0; i < back; ++i) people.push_back(Standing(EIGEN_PI + 0.5 * std::sin(i)));
  for (int i = 0; i < on_hands; ++i) people.push_back(Standing(0, EIGEN_PI));
  return people;
}

People Read(People people, const char* word) {
  std::string error;
  for (PersonObservation& person : people) EXPECT_TRUE(ApplyReadAs({{word}}, &person, &error)) << error;
  return people;
}

std::vector<std::string> FaultsOf(const People& people) {
  std::vector<std::string> faults;
  for (const ConventionFinding& finding : FindConventionFaults(people)) faults.push_back(finding.fault);
  return faults;
}

TEST(Conventions, BacksAndHandstandsAmongOthersAreNoFault) {
  EXPECT_THAT(FaultsOf(Crowd(10, 0, 0)), IsEmpty());
  EXPECT_THAT(FaultsOf(Crowd(0, 10, 0)), IsEmpty());
  EXPECT_THAT(FaultsOf(Crowd(6, 6, 3)), IsEmpty());
  EXPECT_THAT(FaultsOf(Crowd(1, 0, 0)), IsEmpty());
}

TEST(Conventions, FaultsOfACrowdAreErrorsAndOfTwoPeopleNotes) {
  for (const char* word : {"left_right_swapped", "upside_down", "y_up", "legs_swapped"}) {
    const auto many = FindConventionFaults(Read(Crowd(8, 4, 0), word));
    ASSERT_EQ(many.size(), 1u) << word;
    EXPECT_EQ(many[0].fault, word);
    EXPECT_EQ(many[0].level, Level::kError) << word;
    EXPECT_THAT(many[0].fix, HasSubstr(std::string("--read_as=") + word));
    EXPECT_THAT(many[0].evidence, HasSubstr("12 of 12 people"));
    EXPECT_THAT(FaultsOf(Read(Read(Crowd(8, 4, 0), word), word)), IsEmpty()) << "put right";
    const auto five = FindConventionFaults(Read(Crowd(3, 2, 0), word));
    ASSERT_EQ(five.size(), 1u) << word;
    EXPECT_EQ(five[0].level, Level::kWarning);
    const auto two = FindConventionFaults(Read(Crowd(1, 1, 0), word));
    ASSERT_EQ(two.size(), 1u) << word;
    EXPECT_EQ(two[0].level, Level::kNote);
  }
}

TEST(Conventions, AdviceMindsWhatWasGiven) {
  const auto fix = [](const char* truth, const std::string& given) {
    const ReadAs words = ParseReadAs(given);
    People people = Read(Crowd(8, 4, 0), truth);
    for (const std::string& word : words.words) people = Read(people, word.c_str());
    const auto findings = FindConventionFaults(people, {}, words);
    return findings.empty() ? "" : findings[0].fix;
  };
  EXPECT_EQ(fix("y_up", "y_up"), "");
  EXPECT_EQ(fix("y_up", "upside_down"), "read it with --read_as=y_up");
  EXPECT_EQ(fix("upside_down", "y_up"), "read it with --read_as=upside_down");
  EXPECT_EQ(fix("y_up", "y_up,left_right_swapped"), "read it with --read_as=upside_down,left_right_swapped");
  // Right as it stands, and read as y_up all the same.
  EXPECT_EQ(FindConventionFaults(Read(Crowd(8, 4, 0), "y_up"), {}, ParseReadAs("y_up"))[0].fix,
            "read it without --read_as");
}

TEST(Conventions, AdviceOfUnitsIsOfTheFilesOwn) {
  const auto fix = [](double units_per_metre, const std::string& given) {
    People people;
    for (int i = 0; i < 4; ++i) {
      PersonObservation person = Standing(0.5 * i, 0, "smpl24", true);
      person.keypoints3d.leftCols<3>() *= units_per_metre;
      people.push_back(person);
    }
    const ReadAs words = ParseReadAs(given);
    for (const std::string& word : words.words) people = Read(people, word.c_str());
    const auto findings = FindConventionFaults(people, {}, words);
    return findings.empty() ? "" : findings[0].fix;
  };
  EXPECT_EQ(fix(1000, "centimetres"), "read it with --read_as=millimetres");
  EXPECT_EQ(fix(1000, "inches"), "read it with --read_as=millimetres");
  EXPECT_EQ(fix(100, "millimetres"), "read it with --read_as=centimetres");
  EXPECT_EQ(fix(1, "millimetres"), "read it without --read_as");
  EXPECT_EQ(fix(1000, ""), "read it with --read_as=millimetres");
}

// In 3D the same mistake of handedness.
TEST(Conventions, TwoWordsForOneThingAreRefused) {
  for (const char* two :
       {"y_up,y_up", "y_up,upside_down", "millimetres,inches", "normalized,normalized_signed"}) {
    EXPECT_THAT(ErrorOf([&] { ParseReadAs(two); }), HasSubstr("expected one of them")) << two;
  }
  const auto with = [](const char* given, const char* word, bool is_3d) {
    return ReadAsWith(ParseReadAs(given), word, is_3d);
  };
  EXPECT_EQ(with("y_up", "left_right_swapped", true), "y_up_z_back");
  EXPECT_EQ(with("millimetres,y_up_z_back", "left_right_swapped", true), "millimetres,y_up");
  EXPECT_EQ(with("y_up_z_back", "y_up", true), "left_right_swapped");
  EXPECT_EQ(with("z_up", "left_right_swapped", true), "z_up,left_right_swapped");
  EXPECT_EQ(with("left_right_swapped", "left_right_swapped", false), "");
}

// Somebody who is seen from behind and whose face was labelled all the same, as hidden; who is cut by the
// picture's edge besides, so that not all are alike.
TEST(Conventions, HiddenFacesTellNothingButThatTheyAreHidden) {
  People people;
  for (int i = 0; i < 12; ++i) {
    PersonObservation person = Standing(EIGEN_PI + 0.4 * std::sin(i));
    const PersonObservation whole = Read({Standing(0.4 * std::sin(i))}, "left_right_swapped")[0];
    person.hidden.setConstant(person.set->size(), false);
    for (const char* name : {"nose", "left_eye", "right_eye"}) {
      const int k = person.set->Index(name);
      person.keypoints2d.row(k) << 1000 - whole.keypoints2d(k, 0), whole.keypoints2d(k, 1), 0.9;
      person.hidden[k] = true;
    }
    person.keypoints2d.row(person.set->Index("left_ankle")).setZero();
    people.push_back(person);
  }
  EXPECT_THAT(FaultsOf(people), IsEmpty());
  EXPECT_THAT(FaultsOf(Read(people, "left_right_swapped")), ElementsAre("left_right_swapped"));
  for (PersonObservation& person : people) person.hidden.resize(0);
  EXPECT_THAT(FaultsOf(people), ElementsAre("left_right_swapped"));  // as if that were faces
}

// As detectors that report every point see people from behind: a face of any confidence where the head is.
People WithInventedFaces(const char* set, int count) {
  People people;
  Rng rng(7);
  for (int i = 0; i < count; ++i) {
    const double yaw = EIGEN_PI + 0.4 * std::sin(i);
    PersonObservation person = Standing(yaw, 0, set), whole = Standing(yaw + EIGEN_PI, 0, set);
    for (int k = 0; k < person.set->size(); ++k) {
      if (person.keypoints2d(k, 2) > 0) {
        person.keypoints2d(k, 2) = rng.Uniform(0.5, 1);
      }
      if (person.keypoints2d(k, 2) > 0 || !(whole.keypoints2d(k, 2) > 0)) continue;
      person.keypoints2d.row(k) << 1000 - whole.keypoints2d(k, 0), whole.keypoints2d(k, 1),
          rng.Uniform(0.3, 1);
    }
    people.push_back(person);
  }
  return people;
}

TEST(Conventions, AFaceThatADetectorReportsIsNoProof) {
  for (const char* set : {"coco17", "mediapipe33"}) {
    const People people = WithInventedFaces(set, 14);
    for (const double sigmas : {-5.0, -3.9, 0.0, 3.9, 5.0, 9.0}) {
      const auto findings = FindConventionFaults(people, [&](const People& some) {
        // Fits go by the body alone.
        for (const char* part : {"nose", "left_eye", "right_ear"})
          EXPECT_EQ(some[3].keypoints2d(some[3].set->Index(part), 2), 0) << part;
        EXPECT_GT(some[3].keypoints2d(some[3].set->Index("left_hip"), 2), 0);
        return MirrorEvidence{sigmas, static_cast<int>(some.size())};
      });
      if (sigmas < -4) {  // they say that it is right
        EXPECT_THAT(findings, IsEmpty()) << set;
        continue;
      }
      ASSERT_EQ(findings.size(), 1u) << set;
      EXPECT_EQ(findings[0].fault, "left_right_swapped");
      EXPECT_EQ(findings[0].level, sigmas > 8 ? Level::kError : Level::kWarning);
      if (sigmas > 4) continue;
      EXPECT_THAT(findings[0].evidence, HasSubstr("14 of 14 people"));
      EXPECT_THAT(findings[0].fix, HasSubstr("nothing if these people are seen from behind"));
    }
  }
}

// Three who are seen from the side, whose hidden half the detector leaves out, prove it right.
TEST(Conventions, SidesThatAreHiddenSpeakLouderThanFaces) {
  People people = WithInventedFaces("coco17", 14);
  for (const double yaw : {1.2, -1.2, 1.3}) {
    PersonObservation person = Standing(yaw);
    // Turned to its left it shows its right side.
    const bool shows_right = yaw > 0;
    for (const char* part : {"ear", "eye"}) {
      const int k = person.set->Index(std::string(shows_right ? "left_" : "right_") + part);
      person.keypoints2d.row(k).setZero();
    }
    people.push_back(person);
  }
  const MirrorTest never = [](const People&) -> MirrorEvidence {
    ADD_FAILURE() << "no fit is needed";
    return {};
  };
  EXPECT_THAT(FindConventionFaults(people, never), IsEmpty());
}

TEST(Conventions, HandstandsAreNoTurnedImage) {
  People on_hands, hanging;
  for (int i = 0; i < 40; ++i) {
    on_hands.push_back(Standing(0.5 * std::sin(i), EIGEN_PI, "coco17", false, 1));
    hanging.push_back(Standing(0.5 * std::sin(i), EIGEN_PI));
  }
  EXPECT_THAT(FaultsOf(on_hands), IsEmpty());
  EXPECT_THAT(FaultsOf(hanging), ElementsAre("upside_down"));
  EXPECT_EQ(FindConventionFaults(hanging)[0].level, Level::kError) << "forty people";
  const auto as_video = [](People people, int subjects, bool named) {
    for (size_t i = 0; i < people.size(); ++i) {
      Identity& who = people[i].identity;
      who.capture = "video";
      who.frame = static_cast<int>(i) / subjects;
      if (named) who.subject = StrCat(i % static_cast<size_t>(subjects));
    }
    return people;
  };
  for (const bool named : {true, false}) {
    for (const int subjects : {1, 2, 10}) {
      const auto findings = FindConventionFaults(as_video(hanging, subjects, named));
      ASSERT_EQ(findings.size(), 1u);
      EXPECT_EQ(findings[0].fault, "upside_down");
      EXPECT_EQ(findings[0].level, subjects < 10 ? Level::kWarning : Level::kError) << subjects << named;
      EXPECT_THAT(findings[0].evidence,
                  HasSubstr(StrCat("40 of 40 people that could be judged (of ", subjects)));
    }
  }
}

// With every point seen, from before and behind alike, an image does not tell its mirror image: fits are
// asked.
TEST(Conventions, FitsAreAskedWhereNothingIsHidden) {
  People people = Crowd(12, 0, 0);
  for (PersonObservation& person : people) person.keypoints2d.col(2).setOnes();
  for (const double sigmas : {10.0, 5.0, 1.0, -10.0}) {
    int asked = 0;
    const auto findings = FindConventionFaults(people, [&](const People& some) {
      ++asked;
      return MirrorEvidence{sigmas, static_cast<int>(some.size())};
    });
    EXPECT_EQ(asked, 1);
    ASSERT_EQ(findings.size(), sigmas > 4 ? 1u : 0u);
    if (sigmas > 4) {
      EXPECT_EQ(findings[0].level, sigmas > 8 ? Level::kError : Level::kWarning);
    }
  }
}

TEST(Conventions, UnitsAndAxesIn3d) {
  People people;
  for (int i = 0; i < 12; ++i) people.push_back(Standing(i, 0, "smpl24", true));
  EXPECT_THAT(FaultsOf(people), IsEmpty());
  EXPECT_THAT(FaultsOf(Read(people, "left_right_swapped")), ElementsAre("left_right_swapped"));
  EXPECT_THAT(FaultsOf(Read(people, "y_up")), ElementsAre("y_up"));
  const auto turned = FindConventionFaults(Read(people, "y_up_z_back"));
  ASSERT_EQ(turned.size(), 1u);
  EXPECT_EQ(turned[0].fault, "y_up");
  EXPECT_EQ(turned[0].level, Level::kWarning) << "results are right in those axes";
  EXPECT_THAT(turned[0].fix, HasSubstr("y_up_z_back"));
  // Heads along +z, as in AMASS: what reading as z_up undoes is three times itself more.
  EXPECT_THAT(FaultsOf(Read(Read(Read(people, "z_up"), "z_up"), "z_up")), ElementsAre("z_up"));
  for (const auto& [unit, factor] :
       std::map<std::string, double>{{"centimetres", 100}, {"millimetres", 1000}, {"inches", 39.37}}) {
    People scaled = people;
    for (PersonObservation& person : scaled) person.keypoints3d.leftCols<3>() *= factor;
    EXPECT_THAT(FaultsOf(scaled), ElementsAre(unit));
    EXPECT_THAT(FaultsOf(Read(scaled, unit.c_str())), IsEmpty());
  }
}

TEST(Conventions, NormalizedCoordinates) {
  People people = Crowd(1, 0, 0);
  people[0].keypoints2d.leftCols<2>() /= 1000;
  EXPECT_THAT(FaultsOf(people), ElementsAre("normalized"));
  EXPECT_THAT(FaultsOf(Read(people, "normalized")), IsEmpty());
  people[0].keypoints2d.leftCols<2>() = (2 * people[0].keypoints2d.leftCols<2>().array() - 1).matrix();
  EXPECT_THAT(FaultsOf(people), ElementsAre("normalized_signed"));
  EXPECT_THAT(FaultsOf(Read(people, "normalized_signed")), IsEmpty());
  people[0].image_width = people[0].image_height = 0;
  std::string error;
  EXPECT_FALSE(ApplyReadAs({{"normalized"}}, &people[0], &error));
  EXPECT_THAT(error, HasSubstr("--image_size"));
}

TEST(Conventions, OrdersOfOneCount) {
  for (const auto& [truth, said] : std::map<std::string, std::string>{
           {"coco17", "h36m17"}, {"h36m17", "coco17"}, {"h36m17", "h36m17_mmpose"}, {"lsp14", "aic14"}}) {
    People people;
    for (int i = 0; i < 12; ++i) people.push_back(Standing(0.7 * std::sin(i), 0, truth.c_str()));
    EXPECT_THAT(FaultsOf(people), IsEmpty()) << truth;
    for (PersonObservation& person : people) person.set = FindKeypointSet(said);
    const auto findings = FindConventionFaults(people);
    ASSERT_FALSE(findings.empty()) << said;
    EXPECT_EQ(findings[0].fault, "wrong_set");
    EXPECT_THAT(findings[0].fix, HasSubstr("--keypoint_set=" + truth));
  }
}

// Points in an order that no set has: an order that would leave them far from a body is no advice.
TEST(Conventions, NoSetIsAdvisedThatDoesNotFit) {
  People people;
  for (int i = 0; i < 12; ++i) people.push_back(Standing(0.7 * std::sin(i), 0, "openpose25b"));
  EXPECT_THAT(FaultsOf(people), IsEmpty());
  for (PersonObservation& person : people) {
    const auto told = person.keypoints2d;
    for (Eigen::Index k = 0; k < 25; ++k) person.keypoints2d.row(k) = told.row(7 * k % 25);
    person.set = FindKeypointSet("openpose25");
  }
  const auto findings = FindConventionFaults(people);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].fault, "unknown_order");
  EXPECT_THAT(findings[0].fix, HasSubstr("a file of your own"));
}

TEST(Conventions, CamerasThatCannotBe) {
  const auto with_focal = [](double focal) {
    People people = Crowd(1, 0, 0);
    people[0].focal_px = Eigen::Vector2d(focal, focal);
    return FindConventionFaults(people);
  };
  EXPECT_THAT(with_focal(900), IsEmpty());
  ASSERT_EQ(with_focal(35).size(), 1u);
  EXPECT_EQ(with_focal(35)[0].level, Level::kError);
  EXPECT_THAT(with_focal(35)[0].evidence, HasSubstr("millimetres"));
  EXPECT_THAT(with_focal(1.2)[0].evidence, HasSubstr("normalized"));
  EXPECT_EQ(with_focal(50000)[0].level, Level::kWarning);
  People people = Crowd(1, 0, 0);
  people[0].center_px = Eigen::Vector2d(500, 2000);
  EXPECT_THAT(FaultsOf(people), ElementsAre("center"));
  people = Crowd(10, 0, 0);
  for (PersonObservation& person : people) person.image_width = 100;
  EXPECT_THAT(FaultsOf(people), ElementsAre("image_size"));
}

TEST(ReadAs, IsAppliedByTheReaderAndRefusesUnknownWords) {
  EXPECT_THAT(ErrorOf([] { ParseReadAs("y_up,metric"); }),
              HasSubstr("found 'metric', expected left_right_swapped"));
  const TemporaryFolder folder;
  std::vector<double> keypoints(24 * 4, 1);
  for (int k = 0; k < 24; ++k) keypoints[static_cast<size_t>(4 * k)] = 1000.0 * k;
  WriteNpz(folder / "mm.npz", {{"keypoints3d", NpyArray::FromDoubles(keypoints.data(), {1, 24, 4})},
                               {"keypoint_set", NpyArray::FromString("smpl24")}});
  ObservationOptions options;
  options.read_as = ParseReadAs("millimetres,left_right_swapped");
  PersonObservation person;
  ASSERT_TRUE(OpenObservations({folder / "mm.npz"}, options)->Next(&person));
  ASSERT_EQ(person.reason, "") << person.detail;
  EXPECT_NEAR(person.keypoints3d(4, 0), 5, 1e-12);  // left knee: what was called the right one
  EXPECT_NEAR(person.keypoints3d(15, 0), 15, 1e-12);
}

}  // namespace
}  // namespace vitruvius::conventions_test
