// Who, when and through which camera, as the readers of keypoint files tell it.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/file_frames.h"
#include "data/io/image_sequences.h"
#include "data/io/json_text.h"
#include "data/io/keypoint_files.h"
#include "data/io/name_series.h"
#include "data/io/npz.h"
#include "data/io/observation_writer.h"
#include "data/io/time_frames.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"
#include "tests/data/io/keypoint_text.h"

#include <nlohmann/json.hpp>

namespace vitruvius::identity_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "capture/frame/subject" of each row, with its reason where it has one.
std::vector<std::string> Said(const std::vector<PersonObservation>& people) {
  std::vector<std::string> said;
  for (const PersonObservation& person : people) {
    const Identity& identity = person.identity;
    said.push_back(StrCat(identity.capture, "/", identity.frame, "/", identity.subject,
                          person.reason.empty() ? "" : " " + person.reason));
  }
  return said;
}

class IdentityOfFiles : public KeypointFolderTest {
 protected:
  // OpenPose's file of people with these person_ids, each as JSON.
  std::string OpenPose(const std::string& name, const std::vector<std::string>& ids) {
    std::string people;
    for (const std::string& id : ids) {
      people += StrCat(people.empty() ? "" : ", ", "{\"person_id\": ", id,
                       ", \"pose_keypoints_2d\": ", Keypoints(25), "}");
    }
    return Write(name, "{\"version\": 1.3, \"people\": [" + people + "]}");
  }
};

TEST(NameSeries, FramesCountAndIdsDoNot) {
  const auto is_sequence = [](const std::vector<std::int64_t>& numbers) {
    NameSeries series;
    for (const std::int64_t number : numbers) series.Add(number);
    return series.IsSequence();
  };
  EXPECT_TRUE(is_sequence({0, 1, 2}));
  EXPECT_TRUE(is_sequence({11, 10, 3, 2, 1, 0, 9, 4}));      // a third is missing
  EXPECT_TRUE(is_sequence({100, 105, 110, 115, 120, 140}));  // every fifth frame
  EXPECT_FALSE(is_sequence({7}));
  EXPECT_FALSE(is_sequence({139, 285, 632, 724, 776, 785}));  // ids of images of COCO
  EXPECT_FALSE(is_sequence({139, 285}));
  EXPECT_FALSE(is_sequence({5, 5}));
}

TEST(NameSeries, NumbersAreAtTheEnd) {
  NumberedName name;
  ASSERT_TRUE(SplitNumber("walk_000000000012", &name));
  EXPECT_EQ(name.base, "walk_");
  EXPECT_EQ(name.number, 12);
  EXPECT_TRUE(IsVideoFrame(name));
  ASSERT_TRUE(SplitNumber("COCO_val2014_000000000139", &name));
  EXPECT_FALSE(IsVideoFrame(name));
  EXPECT_FALSE(SplitNumber("walk", &name));
  EXPECT_FALSE(SplitNumber("1234567890123456789", &name));
  EXPECT_EQ(SeriesName("walk_-"), "walk");
}

TEST_F(IdentityOfFiles, OpenPoseVideo) {
  OpenPose("v_000000000009_keypoints.json", {"[-1]"});
  OpenPose("v_000000000010_keypoints.json", {});
  OpenPose("v_000000000014_keypoints.json", {"[3]", "[0]"});
  EXPECT_THAT(Said(ReadPeople({folder_.path()})), ElementsAre("v/9/", "v/10/ no_people", "v/14/3", "v/14/0"));
}

TEST_F(IdentityOfFiles, TwoVideosOfOneFolderAreTwoCaptures) {
  for (const char* name : {"a_000000000000", "b_000000000000", "a_000000000001"})
    OpenPose(std::string(name) + "_keypoints.json", {"[-1]"});
  EXPECT_THAT(Said(ReadPeople({folder_.path()})), ElementsAre("a/0/", "a/1/", "b/0/"));
}

TEST_F(IdentityOfFiles, VideosOfOneNameCarryTheirFolders) {
  OpenPose("left/v_000000000000_keypoints.json", {"[-1]"});
  OpenPose("right/v_000000000000_keypoints.json", {"[-1]"});
  const std::vector<std::string> expected = {"left/v/0/", "right/v/0/"};
  EXPECT_EQ(Said(ReadPeople({folder_ / "left", folder_ / "right"})), expected);
  EXPECT_EQ(Said(ReadPeople({folder_ / "right", folder_ / "left"})),
            (std::vector<std::string>{"right/v/0/", "left/v/0/"}));
}

TEST_F(IdentityOfFiles, FramesOfOtherNamesAndPhotos) {
  for (int frame = 1; frame <= 4; ++frame) OpenPose(StrCat("clip/", frame, "_keypoints.json"), {"[-1]"});
  EXPECT_THAT(Said(ReadPeople({folder_ / "clip"})), ElementsAre("clip/1/", "clip/2/", "clip/3/", "clip/4/"));
  for (const char* name : {"139", "285", "632", "beach"})
    OpenPose(StrCat("photos/", name, "_keypoints.json"), {"[-1]"});
  for (const PersonObservation& person : ReadPeople({folder_ / "photos"})) {
    EXPECT_EQ(person.identity.capture, "") << person.id;
    EXPECT_EQ(person.identity.frame, -1);
  }
}

TEST(NameSeries, NamesThatCamerasGive) {
  const auto is_photograph = [](const std::string& text) {
    NumberedName name;
    return SplitNumber(text, &name) && IsPhotograph(name);
  };
  for (const char* photo :
       {"IMG_0001", "DSC01234", "DSC_1234", "P1010001", "_MG_0042", "SAM_9999", "IMG_20240501_123456",
        "PXL_20240501_123456789", "IMG-20240501-WA0001", "IMG_E0001"})
    EXPECT_TRUE(is_photograph(photo)) << photo;
  for (const char* frame : {"frame_0001", "0001", "00000001", "img_0001", "walk_0001", "IMG_00001",
                            "CLIP_000000000012", "A001", "10010001"})
    EXPECT_FALSE(is_photograph(frame)) << frame;
}

// Who photographs seven people has no video of one.
TEST_F(IdentityOfFiles, PhotographsCountAndAreNoVideo) {
  for (int k = 1; k <= 7; ++k) OpenPose(StrCat("IMG_000", k, "_keypoints.json"), {"[-1]"});
  const auto source = OpenObservations({folder_.path()});
  for (PersonObservation person; source->Next(&person);) {
    EXPECT_EQ(person.identity.capture, "") << person.id;
    EXPECT_EQ(person.identity.frame, -1);
  }
  EXPECT_THAT(source->Notes(),
              ElementsAre(HasSubstr("7 files, IMG_0001 to IMG_0007, are taken for single photos")));
  std::string entries;
  for (int k = 1; k <= 3; ++k) {
    entries += StrCat(k > 1 ? "," : "", "{\"image_id\": \"IMG_000", k,
                      ".jpg\", \"category_id\": 1, \"score\": 1, ", "\"keypoints\": ", Keypoints(17), "}");
  }
  const auto detections = OpenObservations({Write("detections.json", "[" + entries + "]")});
  for (PersonObservation person; detections->Next(&person);) EXPECT_EQ(person.identity.frame, -1);
  EXPECT_THAT(detections->Notes(), ElementsAre(HasSubstr("3 images are taken for single photos")));
}

TEST_F(IdentityOfFiles, AVideoThatNamesAloneMakeIsSaid) {
  for (int k = 1; k <= 4; ++k) OpenPose(StrCat("walk_00", k, "_keypoints.json"), {"[-1]"});
  OpenPose("v_000000000009_keypoints.json", {"[-1]"});  // OpenPose's own name says it
  const auto source = OpenObservations({folder_.path()});
  for (PersonObservation person; source->Next(&person);) {
  }
  EXPECT_THAT(source->Notes(),
              ElementsAre(HasSubstr("4 files, walk_001 to walk_004, are taken for the frames of a video")));
  // Files of many people each are no frames, whatever they are called.
  for (int k = 1; k <= 3; ++k) {
    Write(StrCat("sets/fold_", k, ".json"),
          "[{\"image_id\": 7, \"category_id\": 1, \"score\": 1, \"keypoints\": " + Keypoints(17) + "}]");
  }
  const auto sets = OpenObservations({folder_ / "sets"});
  for (PersonObservation person; sets->Next(&person);) EXPECT_EQ(person.identity.frame, -1);
  EXPECT_EQ(sets->Notes().size(), 0u);
}

TEST_F(IdentityOfFiles, AFileThatCannotBeReadIsAFrameToo) {
  OpenPose("v_000000000000_keypoints.json", {"[-1]"});
  Write("v_000000000001_keypoints.json", "{\"people\": [");
  EXPECT_THAT(Said(ReadPeople({folder_.path()})), ElementsAre("v/0/", "v/1/ bad_input"));
}

TEST_F(IdentityOfFiles, OneIdOfTwoPeopleNamesNobody) {
  EXPECT_THAT(Said(ReadPeople({OpenPose("v_000000000000_keypoints.json", {"[0]", "[0]"})})),
              ElementsAre("v/0/", "v/0/"));
  EXPECT_EQ(SubjectText(nlohmann::json(4)), "4");
  EXPECT_EQ(SubjectText(nlohmann::json::array({1.0})), "1");
  EXPECT_EQ(SubjectText(nlohmann::json("anna")), "anna");
  for (const nlohmann::json& none :
       {nlohmann::json(-1), nlohmann::json::array({-1}), nlohmann::json(0.5), nlohmann::json()})
    EXPECT_EQ(SubjectText(none), "");
}

// images: JSON of each; people: image id and the rest of the annotation.
std::string Coco(const std::vector<std::string>& images,
                 const std::vector<std::pair<int, std::string>>& people) {
  std::string text = "{\"images\": [";
  for (size_t i = 0; i < images.size(); ++i) text += (i > 0 ? ", {" : "{") + images[i] + "}";
  text += "], \"annotations\": [";
  for (size_t i = 0; i < people.size(); ++i) {
    text += StrCat(i > 0 ? ", " : "", "{\"id\": ", i + 1, ", \"image_id\": ", people[i].first,
                   people[i].second, ", \"keypoints\": ", Keypoints(17), "}");
  }
  return text + "]}";
}

TEST_F(IdentityOfFiles, CocoVideoWithTracks) {
  const std::string path = Write(
      "train.json",
      Coco({"\"id\": 70, \"video_id\": 5, \"frame_id\": 20, \"file_name\": \"x.jpg\"",
            "\"id\": 71, \"video_id\": 5, \"frame_id\": 21, \"file_name\": \"y.jpg\"",
            "\"id\": 72, \"video_id\": 5, \"frame_id\": 25, \"file_name\": \"z.jpg\"",
            "\"id\": 73, \"video_id\": 6, \"frame_id\": 0, \"file_name\": \"w.jpg\"",
            "\"id\": 74, \"video_id\": 6, \"frame_id\": 1, \"file_name\": \"u.jpg\", \"is_labeled\": false"},
           {{70, ", \"track_id\": 1"},
            {70, ", \"track_id\": 2"},
            {72, ", \"track_id\": 2"},
            {73, ", \"track_id\": 1"}}));
  EXPECT_THAT(Said(ReadPeople({path})), ElementsAre("train_5/20/1", "train_5/20/2", "train_5/21/ no_people",
                                                    "train_5/25/2", "train_6/0/1"));
}

// The images of labelled sets often count: crops, synthetic ones. Without a word of the file they are no
// video.
TEST_F(IdentityOfFiles, CocoImagesWhoseNamesCountAreNoVideo) {
  const auto image = [](int id, const std::string& name, int width = 640) {
    return StrCat("\"id\": ", id, ", \"width\": ", width, ", \"height\": 480, \"file_name\": \"", name, "\"");
  };
  EXPECT_THAT(Said(ReadPeople(
                  {Write("a.json", Coco({image(1, "w/001.jpg"), image(2, "w/002.jpg"), image(3, "w/003.jpg")},
                                        {{3, ""}, {1, ""}, {2, ""}, {2, ""}}))})),
              ElementsAre("/-1/", "/-1/", "/-1/", "/-1/"));
  // Photos: other sizes, or ids for names.
  EXPECT_THAT(Said(ReadPeople(
                  {Write("b.json", Coco({image(1, "1.jpg"), image(2, "2.jpg", 800)}, {{1, ""}, {2, ""}}))})),
              ElementsAre("b/-1/", "b/-1/"));
  EXPECT_THAT(
      Said(ReadPeople({Write("c.json", Coco({image(1, "000000000139.jpg"), image(2, "000000000285.jpg")},
                                            {{1, ""}, {1, ""}, {1, ""}, {2, ""}}))})),
      ElementsAre("/-1/", "/-1/", "/-1/", "/-1/"));
}

TEST_F(IdentityOfFiles, DetectorsResultsWithNamesOfImages) {
  const auto entry = [](const std::string& image, const std::string& idx) {
    return StrCat("{\"image_id\": \"", image, "\", \"idx\": ", idx, ", \"keypoints\": ", Keypoints(17), "}");
  };
  const std::string path =
      Write("alphapose-results.json",
            "[" + entry("0.jpg", "[1.0]") + ", " + entry("1.jpg", "2") + ", " + entry("1.jpg", "1") + "]");
  const std::vector<PersonObservation> people = ReadPeople({path});
  EXPECT_THAT(Said(people),
              ElementsAre("alphapose-results/0/1", "alphapose-results/1/2", "alphapose-results/1/1"));
  EXPECT_EQ(people[0].image_path, "0.jpg");
  // Without tracking everybody is number 0.
  EXPECT_THAT(Said(ReadPeople({Write("r.json", "[" + entry("0.jpg", "[0.0]") + ", " + entry("1.jpg", "0") +
                                                   ", " + entry("1.jpg", "0") + "]")})),
              ElementsAre("r/0/", "r/1/", "r/1/"));
}

// AlphaPose's cmu layout: an object of images by name, in which people are numbered by nobody.
TEST_F(IdentityOfFiles, ImagesByName) {
  const auto image = [](const std::string& name, int people) {
    std::string text = "\"" + name + "\": {\"bodies\": [";
    for (int k = 0; k < people; ++k)
      text += (k > 0 ? ", {\"joints\": " : "{\"joints\": ") + Keypoints(18) + "}";
    return text + "]}";
  };
  EXPECT_THAT(Said(ReadPeople({Write("walk.json", "{" + image("10.jpg", 1) + ", " + image("9.jpg", 2) + ", " +
                                                      image("11.jpg", 0) + "}")})),
              ElementsAre("walk/9/", "walk/9/", "walk/10/", "walk/11/ no_people"));
  EXPECT_THAT(
      Said(ReadPeople({Write("photos.json", "{" + image("beach.jpg", 2) + ", " + image("7.jpg", 1) + "}")})),
      ElementsAre("/-1/", "/-1/", "/-1/"));
}

class IdentityOfArrays : public IdentityOfFiles {
 protected:
  static constexpr int kRows = 3;
  std::map<std::string, NpyArray> arrays_ = [] {
    const std::vector<double> keypoints(kRows * 17 * 3, 1.0);
    return std::map<std::string, NpyArray>{
        {"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {kRows, 17, 3})},
        {"keypoint_set", NpyArray::FromString("coco17")}};
  }();
  std::vector<PersonObservation> Read() {
    WriteNpz(folder_ / "a.npz", arrays_);
    return ReadPeople({folder_ / "a.npz"});
  }
};

TEST_F(IdentityOfArrays, KeysSayWhoAndWhen) {
  const std::int64_t frames[] = {7, 7, -1};
  const double times[] = {0.25, 0.25, NAN};
  arrays_["frame"] = NpyArray::FromInt64(frames, {3});
  arrays_["time_s"] = NpyArray::FromDoubles(times, {3});
  arrays_["subject"] = NpyArray::FromStrings({"anna", "ben", ""});
  arrays_["camera"] = NpyArray::FromString("left");
  const std::vector<PersonObservation> people = Read();
  EXPECT_THAT(Said(people), ElementsAre("a/7/anna", "a/7/ben", "a/-1/"));
  EXPECT_EQ(people[1].identity.time_s, 0.25);
  EXPECT_TRUE(std::isnan(people[2].identity.time_s));
  EXPECT_EQ(people[2].identity.camera, "left");
  // As they are written and read again.
  WriteObservations(folder_ / "b.npz", people);
  const std::vector<PersonObservation> again = ReadPeople({folder_ / "b.npz"});
  EXPECT_EQ(Said(again), Said(people));
  EXPECT_EQ(again[0].identity.time_s, 0.25);
  EXPECT_EQ(again[0].identity.camera, "left");
}

TEST_F(IdentityOfArrays, WithoutFramesTheImagesSay) {
  arrays_["images"] = NpyArray::FromStrings({"f_1.jpg", "f_2.jpg", "f_2.jpg"});
  EXPECT_THAT(Said(Read()), ElementsAre("a/1/", "a/2/", "a/2/"));
  arrays_["images"] = NpyArray::FromStrings({"f.jpg", "f.jpg", "f.jpg"});
  EXPECT_THAT(Said(Read()), ElementsAre("/-1/", "/-1/", "/-1/"));
  arrays_.erase("images");
  EXPECT_THAT(Said(Read()), ElementsAre("a/-1/", "a/-1/", "a/-1/"));
  arrays_["ids"] = NpyArray::FromStrings({"x", "y", "z"});
  EXPECT_THAT(Said(Read()), ElementsAre("/-1/", "/-1/", "/-1/"));
}

TEST_F(IdentityOfArrays, WithoutFramesTimesNumberThem) {
  const double times[] = {2.1, NAN, 2.0};
  arrays_["time_s"] = NpyArray::FromDoubles(times, {3});
  arrays_["images"] = NpyArray::FromStrings({"f_1.jpg", "f_2.jpg", "f_3.jpg"});
  EXPECT_THAT(Said(Read()), ElementsAre("a/1/", "a/-1/", "a/0/"));
  EXPECT_EQ(Read()[0].identity.time_s, 2.1);
}

TEST(TimeFrames, StepsAreTheMedianAndGapsStayFree) {
  const double now = 1.7e9;  // seconds since 1970
  EXPECT_THAT(FramesOfTimes({now + 0.5, now, now + 0.1, now + 0.1, now + 0.2, NAN}, {""}),
              ElementsAre(5, 0, 1, 1, 2, -1));
  EXPECT_THAT(FramesOfTimes({0, 0.033, 0.067, 0.1, 0.233}, {"x"}), ElementsAre(0, 1, 2, 3, 7));
  EXPECT_THAT(FramesOfTimes({0, 0.001, 1, 2, 3}, {""}), ElementsAre(0, 1, 2, 3, 4))
      << "too uneven: their order";
  EXPECT_THAT(FramesOfTimes({0, 1e-9, 1e9}, {""}), ElementsAre(0, 1, 2));
  EXPECT_THAT(FramesOfTimes({5, 0.5, 6, 1}, {"a", "b", "a", "b"}), ElementsAre(0, 0, 1, 1)) << "each its own";
  EXPECT_THAT(FramesOfTimes({}, {""}), ElementsAre());
}

TEST_F(IdentityOfArrays, WrongShapesAreTold) {
  arrays_["frame"] = NpyArray::FromString("x");
  EXPECT_THAT(ErrorOf([&] { Read(); }), ::testing::HasSubstr("frame"));
}

}  // namespace
}  // namespace vitruvius::identity_test
