#include "data/io/keypoint_files.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"
#include "tests/data/io/keypoint_text.h"
#include "tests/util/places.h"

namespace vitruvius::keypoint_files_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KeypointFiles : public KeypointFolderTest {
 protected:
  void ExpectReason(const std::string& text, const char* reason_code, const std::string& detail) {
    const PersonObservation person = One(text);
    EXPECT_EQ(person.reason, reason_code) << text;
    EXPECT_THAT(person.detail, HasSubstr(detail));
    EXPECT_TRUE(person.keypoints2d.allFinite());
    EXPECT_EQ(person.keypoints2d.rows() == 0 ? 0 : person.keypoints2d.cwiseAbs().maxCoeff(), 0);
  }
};

TEST_F(KeypointFiles, OpenPoseBody25) {
  const std::string path =
      Write("img_7_keypoints.json", OpenPose(Person(Keypoints(25)) + "," + Person(Keypoints(25))));
  const std::vector<PersonObservation> people = ReadPeople({path});
  EXPECT_THAT(IdsOf(people), ElementsAre("img_7_0", "img_7_1"));
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[1].source, path);
  ASSERT_NE(people[1].set, nullptr);
  EXPECT_EQ(people[1].set->name, "openpose25");
  EXPECT_EQ(people[1].keypoints2d.rows(), 25);
  EXPECT_EQ(people[1].keypoints2d.row(24), Eigen::RowVector3d(241, 242, 0.5));
  EXPECT_EQ(people[1].image_width, 0);
  EXPECT_FALSE(people[1].is_3d());
}

TEST_F(KeypointFiles, OpenPoseOldKeyAndCoco18) {
  const PersonObservation person = One(OpenPose("{\"pose_keypoints\": " + Keypoints(18) + "}"));
  EXPECT_EQ(person.reason, "");
  EXPECT_EQ(person.set->name, "coco18");
  EXPECT_EQ(person.keypoints2d.row(17), Eigen::RowVector3d(171, 172, 0.5));
}

TEST_F(KeypointFiles, OpenPoseGenderOfTheAnnotation) {
  EXPECT_EQ(One(OpenPose("{\"gender_gt\": \"female\", \"pose_keypoints_2d\": " + Keypoints(25) + "}")).gender,
            "female");
  EXPECT_EQ(One(OpenPose("{\"gender_pd\": 3, \"pose_keypoints_2d\": " + Keypoints(25) + "}")).gender, "");
}

TEST_F(KeypointFiles, MissingPointsAndConfidences) {
  // At the origin, of confidence 0 whatever the place, above 1.
  EXPECT_EQ(One(OpenPose(Person(Keypoints(25, "0, 0, 0.9")))).keypoints2d.row(0),
            Eigen::RowVector3d(0, 0, 0));
  EXPECT_EQ(One(OpenPose(Person(Keypoints(25, "5, NaN, 0")))).keypoints2d.row(0),
            Eigen::RowVector3d(0, 0, 0));
  EXPECT_EQ(One(OpenPose(Person(Keypoints(25, "5, 6, 1.00587")))).keypoints2d.row(0),
            Eigen::RowVector3d(5, 6, 1));
}

TEST_F(KeypointFiles, EachKindOfBadPersonHasItsOwnReasonAndSentence) {
  ExpectReason(OpenPose(""), reason::kNoPeople, "one.json: no person was found");
  ExpectReason(OpenPose(Person("[]")), reason::kTooFewKeypoints, "people[0].pose_keypoints_2d: is empty");
  ExpectReason(OpenPose(Person(ThenZeros("0", 1, 75))), reason::kTooFewKeypoints,
               "people[0]: no keypoint was found");
  const auto only = [](const std::string& first) { return OpenPose(Person(ThenZeros(first, 3, 75))); };
  ExpectReason(only("NaN, 2, 0.5"), reason::kNonFiniteInput, "keypoint 0 (nose): x is not finite");
  ExpectReason(only("1, -Infinity, 0.5"), reason::kNonFiniteInput, "y is not finite");
  ExpectReason(only("1, 2, null"), reason::kNonFiniteInput, "its confidence is not finite");
  ExpectReason(only("1, 1e999, 0.5"), reason::kNonFiniteInput, "y is not finite");
  ExpectReason(only("1, 1e300, 0.5"), reason::kBadInput, "y is 1e+300");
  ExpectReason(only("1, 2, -0.5"), reason::kBadConfidence, "found confidence -0.5, expected 0 to 1");
  ExpectReason(OpenPose(Person(Keypoints(24))), reason::kBadInput,
               "found 72 numbers, expected 75 (BODY_25, BODY_25B)");
  ExpectReason(OpenPose(Person(Keypoints(25, "1, 2, \"high\""))), reason::kBadInput,
               "one.json: people[0].pose_keypoints_2d[2]: found a string, expected a number");
  ExpectReason(OpenPose(Person("{\"x\": 1}")), reason::kBadInput,
               "found an object, expected an array of numbers");
  ExpectReason(OpenPose("{}"), reason::kBadInput, "people[0]: pose_keypoints_2d is missing");
  ExpectReason(OpenPose("17"), reason::kBadInput, "people[0]: expected an object");
}

TEST_F(KeypointFiles, TheOnlyInputIsRefusedAtOnceWhenItCannotBeRead) {
  const auto error = [&](const std::string& text) {
    return ErrorOf([&] { ReadPeople({Write("a.json", text)}); });
  };
  EXPECT_THAT(error("{\"people\": ["),
              HasSubstr("a.json: is not valid JSON: parse error at line 1, column 13"));
  EXPECT_THAT(error(""), HasSubstr("a.json: is not valid JSON"));
  EXPECT_THAT(error("{\"people\": 3}"), HasSubstr("people: expected an array"));
  EXPECT_THAT(error("{\"annotations\": 3}"), HasSubstr("annotations: expected an array"));
  EXPECT_THAT(error("{\"a\": 1}"), HasSubstr("is of no known kind"));
  EXPECT_THAT(error("[1, 2]"), HasSubstr("is of no known kind"));
  EXPECT_THAT(error("{\"people\": [\"\xff\"]}"), HasSubstr("ill-formed UTF-8"));
  EXPECT_THAT(error(std::string(100000, '[')), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(ErrorOf([&] { ReadPeople({folder_ / "none.json"}); }),
              HasSubstr("there is no such file or folder"));
  EXPECT_THAT(ErrorOf([&] { ReadPeople({Write("a.txt", "x")}); }), HasSubstr("a.txt: is of no known kind"));
  EXPECT_THAT(ErrorOf([&] { ReadPeople({}); }), HasSubstr("no input was named"));
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(ErrorOf([&] { ReadPeople({folder_ / "empty"}); }), HasSubstr("holds no keypoint files"));
}

TEST_F(KeypointFiles, AmongSeveralInputsABadOneIsARow) {
  const std::string good = Write("good.json", OpenPose(Person(Keypoints(25))));
  const std::vector<PersonObservation> people =
      ReadPeople({folder_ / "none.json", Write("bad_keypoints.json", "{"), good});
  EXPECT_THAT(IdsOf(people), ElementsAre("none", "bad", "good_0"));
  EXPECT_EQ(people[0].reason, reason::kBadInput);
  EXPECT_THAT(people[0].detail, HasSubstr("no such file"));
  EXPECT_THAT(people[1].detail, HasSubstr("bad_keypoints.json: is not valid JSON"));
  EXPECT_EQ(people[2].reason, "");
}

TEST_F(KeypointFiles, BadPeopleAndFilesLeaveTheOthersAsTheyAre) {
  const std::string good = Person(Keypoints(25)), other = Person(Keypoints(25, "7, 8, 0.9"));
  Write("b.json", OpenPose(good + "," + other));
  const std::vector<PersonObservation> alone = ReadPeople({folder_.path()});
  Write("a.json", "not json");
  Write("b.json", OpenPose(Person(ThenZeros("NaN, 0, 1", 3, 75)) + "," + good + ",[]," + other));
  Write("c.json", OpenPose(""));
  Write("d.npz", "not a zip");
  Write("notes.txt", "not read");
  Write(".hidden.json", "not read");
  const std::vector<PersonObservation> among = ReadPeople({folder_.path()});
  EXPECT_THAT(IdsOf(among), ElementsAre("a", "b_0", "b_1", "b_2", "b_3", "c", "d"));
  for (const auto& [row, before] : {std::pair(2, 0), std::pair(4, 1)}) {
    EXPECT_EQ(among[row].reason, "");
    EXPECT_EQ(among[row].keypoints2d, alone[before].keypoints2d);
  }
  for (const int row : {0, 1, 3, 5, 6}) EXPECT_NE(among[row].reason, "") << row;
}

TEST_F(KeypointFiles, FoldersAreReadInTheOrderOfNames) {
  for (const char* name : {"10.json", "2.json", "1.json"}) Write(name, OpenPose(Person(Keypoints(25))));
  EXPECT_THAT(IdsOf(ReadPeople({folder_.path()})), ElementsAre("1_0", "10_0", "2_0"));
}

TEST_F(KeypointFiles, IdsAreMadeUnique) {
  const std::string path = Write("a.json", OpenPose(Person(Keypoints(25))));
  // Files of one name carry their folder's; folders of one name cannot be told apart but by their turn.
  const std::string one = Write("x/k/a.json", ReadFile(path)), other = Write("y/k/a.json", ReadFile(path));
  EXPECT_THAT(IdsOf(ReadPeople({one, other})), ElementsAre("k/a_0", "k/a_0~2"));
  std::map<std::string, NpyArray> arrays = TwoPeople(std::vector<double>(2 * 17 * 3, 0.5));
  arrays["ids"] = NpyArray::FromStrings({std::string(5000, 'x') + "1", std::string(5000, 'x') + "2"});
  WriteNpz(folder_ / "long.npz", arrays);
  const std::vector<std::string> ids = IdsOf(ReadPeople({folder_ / "long.npz"}));
  EXPECT_LE(ids[0].size(), 200u);
  EXPECT_NE(ids[0], ids[1]);
}

TEST_F(KeypointFiles, OptionsAreDefaultsAndTheSetAnOverride) {
  ObservationOptions options;
  options.image_width = 640;
  options.image_height = 480;
  options.focal_px = Eigen::Vector2d(500, 510);
  options.keypoint_set = "smpl24";
  const PersonObservation person = One(OpenPose(Person(Keypoints(24))), options);
  EXPECT_EQ(person.reason, "");
  EXPECT_EQ(person.set->name, "smpl24");
  EXPECT_EQ(person.image_width, 640);
  EXPECT_EQ(person.image_height, 480);
  EXPECT_EQ(person.focal_px->y(), 510);
  EXPECT_THAT(One(OpenPose(Person(Keypoints(25))), options).detail,
              HasSubstr("found 75 numbers, expected 72 (smpl24)"));
  options.keypoint_set = "nonsense";
  EXPECT_THAT(ErrorOf([&] { options.Check(); }), HasSubstr("found 'nonsense', expected one of openpose25"));
  options = {};
  options.image_width = 640;
  EXPECT_THAT(ErrorOf([&] { options.Check(); }), HasSubstr("found 640 x 0"));
  options = {};
  options.focal_px = Eigen::Vector2d(NAN, 1);
  EXPECT_THAT(ErrorOf([&] { options.Check(); }), HasSubstr("focal"));
}

TEST_F(KeypointFiles, CocoAnnotations) {
  const std::string path = Write("coco.json", R"({"images": [
      {"id": 5, "file_name": "dir/000005.jpg", "width": 640, "height": 427}, {"id": "six", "width": 0, "height": 427}],
      "annotations": [
      {"id": 11, "image_id": 5, "keypoints": )" + ThenZeros("1, 2, 2, 3, 4, 1, 0, 0, 0", 9, 51) +
                                                  R"(},
      {"id": 12, "image_id": 5}, {"id": 13, "image_id": 5, "keypoints": [1, 2, 2]},
      {"id": 14, "image_id": "six", "keypoints": )" +
                                                  Keypoints(17) + R"(},
      {"id": 15, "image_id": 99, "keypoints": )" + Keypoints(17) +
                                                  "}]}");
  const std::vector<PersonObservation> people = ReadPeople({path});
  EXPECT_THAT(IdsOf(people), ElementsAre("000005_11", "000005_12", "000005_13", "six_14", "99_15"));
  EXPECT_EQ(people[0].reason, "");
  EXPECT_EQ(people[0].set->name, "coco17");
  EXPECT_EQ(people[0].keypoints2d.row(0), Eigen::RowVector3d(1, 2, 1));
  EXPECT_EQ(people[0].keypoints2d.row(1), Eigen::RowVector3d(3, 4, 1));
  EXPECT_EQ(people[0].keypoints2d.row(2), Eigen::RowVector3d(0, 0, 0));
  EXPECT_EQ(people[0].image_path, "dir/000005.jpg");
  EXPECT_EQ(people[0].image_width, 640);
  EXPECT_EQ(people[0].image_height, 427);
  EXPECT_EQ(people[1].reason, reason::kTooFewKeypoints);
  EXPECT_THAT(people[1].detail, HasSubstr("annotations[1]: has no keypoints"));
  EXPECT_THAT(people[2].detail, HasSubstr("annotations[2].keypoints: found 3 numbers, expected 51 (coco17)"));
  EXPECT_EQ(people[3].reason, reason::kBadImageSize);
  EXPECT_THAT(people[3].detail, HasSubstr("found image size 0 x 427"));
  EXPECT_EQ(people[4].reason, "");
  EXPECT_EQ(people[4].image_width, 0);
}

TEST_F(KeypointFiles, CocoResults) {
  const std::string entry =
      "{\"image_id\": 785, \"category_id\": 1, \"score\": 0.9, \"keypoints\": " + Keypoints(17) + "}";
  const std::vector<PersonObservation> people =
      ReadPeople({Write("results.json", "[" + entry + "," + entry + ", 3]")});
  EXPECT_THAT(IdsOf(people), ElementsAre("785_0", "785_1", "results_0"));
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[1].keypoints2d.row(0), Eigen::RowVector3d(1, 2, 0.5));
  EXPECT_THAT(people[2].detail, HasSubstr("results.json: [2]: expected an object"));
  EXPECT_EQ(One("[]").reason, reason::kNoPeople);
}

TEST_F(KeypointFiles, NpzIn2d) {
  const std::vector<double> keypoints(2 * 17 * 3, 0.5);
  std::map<std::string, NpyArray> arrays = TwoPeople(keypoints);
  const double focal[] = {1000, 1100}, center[] = {320, 240, 321, 241}, betas[] = {1, 2, 3, 4, 5, 6};
  const std::int32_t sizes[] = {640, 480, 0, 480};
  arrays["focal"] = NpyArray::FromDoubles(focal, {2});
  arrays["center"] = NpyArray::FromDoubles(center, {2, 2});
  arrays["betas"] = NpyArray::FromDoubles(betas, {2, 3});
  arrays["image_size"] = NpyArray::FromInt32(sizes, {2, 2});
  arrays["ids"] = NpyArray::FromStrings({"anna", ""});
  arrays["gender"] = NpyArray::FromString("female");
  WriteNpz(folder_ / "people.npz", arrays);
  const std::vector<PersonObservation> people = ReadPeople({folder_ / "people.npz"});
  EXPECT_THAT(IdsOf(people), ElementsAre("anna", "people_1"));
  EXPECT_EQ(people[0].reason, "");
  EXPECT_EQ(people[0].keypoints2d.row(16), Eigen::RowVector3d(0.5, 0.5, 0.5));
  EXPECT_EQ(*people[0].focal_px, Eigen::Vector2d(1000, 1000));
  EXPECT_EQ(*people[0].center_px, Eigen::Vector2d(320, 240));
  EXPECT_EQ(*people[0].betas, Eigen::Vector3d(1, 2, 3));
  EXPECT_EQ(people[0].image_height, 480);
  EXPECT_EQ(people[0].gender, "female");
  EXPECT_EQ(people[1].reason, reason::kBadImageSize);

  arrays["focal"] = NpyArray::FromDoubles(center, {2, 2});
  arrays["image_size"] = NpyArray::FromInt32(sizes, {2});  // one size for all
  arrays.erase("ids");
  WriteNpz(folder_ / "people.npz", arrays);
  const std::vector<PersonObservation> again = ReadPeople({folder_ / "people.npz"});
  EXPECT_EQ(*again[1].focal_px, Eigen::Vector2d(321, 241));
  EXPECT_EQ(again[1].image_width, 640);
  EXPECT_THAT(IdsOf(again), ElementsAre("people_0", "people_1"));
}

TEST_F(KeypointFiles, NpzIn3d) {
  std::vector<double> keypoints(2 * 24 * 4, 0.25);
  keypoints[24 * 4 + 1] = NAN;
  std::map<std::string, NpyArray> arrays;
  arrays["keypoints3d"] = NpyArray::FromDoubles(keypoints.data(), {2, 24, 4});
  arrays["keypoint_set"] = NpyArray::FromString("smpl24");
  WriteNpz(folder_ / "a.npz", arrays);
  const std::vector<PersonObservation> people = ReadPeople({folder_ / "a.npz"});
  EXPECT_TRUE(people[0].is_3d());
  EXPECT_EQ(people[0].reason, "");
  EXPECT_EQ(people[0].keypoints3d.row(23), Eigen::RowVector4d(0.25, 0.25, 0.25, 0.25));
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[1].keypoints3d(0, 3), 0);
  ASSERT_EQ(people[1].remarks.size(), 1u);
  EXPECT_THAT(people[1].remarks[0].detail, HasSubstr("a.npz: row 1: keypoint 0 (pelvis): y is not finite"));
}

TEST_F(KeypointFiles, NpzProblemsOfOnePersonAndOfTheFile) {
  std::vector<double> keypoints(2 * 17 * 3, 0.5);
  const auto reason_of_second = [&](const char* key, std::vector<double> values,
                                    std::vector<std::int64_t> shape) {
    std::map<std::string, NpyArray> arrays = TwoPeople(keypoints);
    arrays[key] = NpyArray::FromDoubles(values.data(), std::move(shape));
    WriteNpz(folder_ / "a.npz", arrays);
    const std::vector<PersonObservation> people = ReadPeople({folder_ / "a.npz"});
    EXPECT_EQ(people[0].reason, "");
    return people[1].reason + " " + people[1].detail;
  };
  EXPECT_THAT(reason_of_second("focal", {1000, 0}, {2}), HasSubstr("bad_input"));
  EXPECT_THAT(reason_of_second("focal", {1000, INFINITY}, {2}), HasSubstr("non_finite_input"));
  EXPECT_EQ(reason_of_second("focal", {1000, NAN}, {2}), " ") << "not known";
  EXPECT_EQ(reason_of_second("center", {1, 2, NAN, NAN}, {2, 2}), " ");
  EXPECT_THAT(reason_of_second("center", {1, 2, NAN, 3}, {2, 2}), HasSubstr("non_finite_input"));
  EXPECT_THAT(reason_of_second("center", {1, 2, 3, INFINITY}, {2, 2}),
              HasSubstr("row 1: center is not finite"));
  EXPECT_EQ(reason_of_second("betas", {1, NAN}, {2, 1}), " ");
  EXPECT_THAT(reason_of_second("betas", {1, INFINITY}, {2, 1}), HasSubstr("row 1: betas are not finite"));
  EXPECT_THAT(reason_of_second("betas", {1, 1e9}, {2, 1}), HasSubstr("row 1: betas are beyond"));
  EXPECT_THAT(reason_of_second("image_size", {640, 480, 640, NAN}, {2, 2}), HasSubstr("bad_image_size"));
  EXPECT_THAT(reason_of_second("image_size", {640, 480, 640.5, 480}, {2, 2}),
              HasSubstr("found image size 640.5 x 480"));

  const auto error = [&](const std::map<std::string, NpyArray>& changes, const char* without = "") {
    std::map<std::string, NpyArray> arrays = TwoPeople(keypoints);
    arrays.erase(without);
    for (const auto& [key, array] : changes) arrays[key] = array;
    WriteNpz(folder_ / "a.npz", arrays);
    return ErrorOf([&] { ReadPeople({folder_ / "a.npz"}); });
  };
  EXPECT_EQ(error({}), "");
  EXPECT_THAT(error({}, "keypoints2d"), HasSubstr("holds neither keypoints2d nor keypoints3d"));
  EXPECT_THAT(error({{"keypoints3d", NpyArray::FromDoubles(keypoints.data(), {1, 1, 4})}}),
              HasSubstr("expected one of them"));
  EXPECT_THAT(error({}, "keypoint_set"), HasSubstr("keypoint_set: is missing"));
  EXPECT_THAT(error({{"keypoint_set", NpyArray::FromString("coco99")}}),
              HasSubstr("found 'coco99', expected one of"));
  EXPECT_THAT(error({{"keypoint_set", NpyArray::FromString("openpose25")}}),
              HasSubstr("found 17 keypoints, expected 25"));
  EXPECT_THAT(error({{"keypoint_set", NpyArray::FromDoubles(keypoints.data(), {})}}),
              HasSubstr("expected text"));
  EXPECT_THAT(error({{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {2, 51})}}),
              HasSubstr("found shape (2, 51), expected (n, n, 3)"));
  EXPECT_THAT(error({{"ids", NpyArray::FromStrings({"a"})}}),
              HasSubstr("ids: found shape (1,), expected (2,)"));
  EXPECT_THAT(error({{"focal", NpyArray::FromDoubles(keypoints.data(), {3})}}),
              HasSubstr("focal: found shape (3,)"));
  EXPECT_THAT(error({{"center", NpyArray::FromDoubles(keypoints.data(), {2, 3})}}),
              HasSubstr("expected (2, 2)"));
}

TEST_F(KeypointFiles, SurvivesCutAndFlippedJson) {
  const std::string whole = OpenPose(Person(Keypoints(25)) + "," + Person("[]"));
  const std::string path = folder_ / "a.json";
  for (size_t length = 0; length < whole.size(); ++length) {
    WriteQuickly(path, whole.substr(0, length));
    EXPECT_THAT(ErrorOf([&] { ReadPeople({path}); }), HasSubstr("a.json: is not valid JSON")) << length;
  }
  Rng rng(2);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i)
      bytes[rng.Index(bytes.size())] = "0123456789{}[]\",:.eE-NaIul\\ \xff"[rng.Index(30)];
    WriteQuickly(path, bytes);
    ErrorOf([&] {
      for (const PersonObservation& person : ReadPeople({path})) EXPECT_TRUE(person.keypoints2d.allFinite());
    });
  }
}

class RealFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "no " << folder_;
  }
  const std::string folder_ = SourceFolder() + "/../shared/data/keypoints";

  static int NumSeen(const PersonObservation& person) {
    return static_cast<int>((person.keypoints2d.col(2).array() > 0).count());
  }
};

TEST_F(RealFiles, OpenPose) {
  const auto spin = ReadPeople({folder_ + "/openpose_body25_spin_im1010.json"});
  ASSERT_EQ(spin.size(), 1u);
  EXPECT_EQ(spin[0].reason, "");
  EXPECT_EQ(spin[0].set->name, "openpose137");  // with the left hand's points, and none of the face
  EXPECT_EQ((spin[0].keypoints2d.col(2).head(25).array() > 0).count(), 22);
  const auto prohmr = ReadPeople({folder_ + "/openpose_body25_prohmr_4793258.json"});
  ASSERT_EQ(prohmr.size(), 1u);
  EXPECT_EQ(NumSeen(prohmr[0]), 24);
  EXPECT_EQ(prohmr[0].keypoints2d.row(0), Eigen::RowVector3d(1811.64, 3114.26, 0.120928));
  const auto hmr = ReadPeople({folder_ + "/openpose_coco18_hmr_random.json"});
  ASSERT_EQ(hmr.size(), 2u);
  EXPECT_EQ(hmr[0].set->name, "coco18");
  EXPECT_EQ(NumSeen(hmr[0]), 15);
  EXPECT_EQ(NumSeen(hmr[1]), 11);
  EXPECT_EQ(hmr[0].keypoints2d(17, 2), 1);  // 1.00587 in the file
}

TEST_F(RealFiles, Coco) {
  const auto people = ReadPeople({folder_ + "/coco_val2017_person_keypoints_subset.json"});
  ASSERT_EQ(people.size(), 9u);
  int usable = 0;
  for (const PersonObservation& person : people) {
    EXPECT_EQ(person.set->name, "coco17");
    EXPECT_GT(person.image_width, 0);
    EXPECT_TRUE(person.reason.empty() || person.reason == reason::kTooFewKeypoints);
    if (!person.reason.empty()) continue;
    ++usable;
    EXPECT_GE(NumSeen(person), 12);
  }
  EXPECT_EQ(usable, 7);
  EXPECT_EQ(people[0].id, "000000000785_442619");
  EXPECT_EQ(people[0].image_width, 640);
  EXPECT_EQ(people[0].image_height, 425);
}

}  // namespace
}  // namespace vitruvius::keypoint_files_test
