// Points of the surface: .npz, DensePose's annotations.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/dense_points.h"

namespace vitruvius::dense_points_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using DensePoints = DensePointsFile;

// ---- .npz ----

// Two people: points 0 and 2 of the second, 1 of the first.
std::map<std::string, NpyArray> DenseArrays() {
  const std::vector<double> places = {10, 20, 30, 40, 50, 60}, bary = {1, 0, 0, 0.5, 0.25, 0.25, 0, 0, 1},
                            uv = {0, 1, 0.5, 0.25, 0.125, 0.75};
  const std::vector<std::int32_t> person = {1, 0, 1}, face = {5, 6, 7}, part = {1, 24, 3};
  return {{"points2d", NpyArray::FromDoubles(places.data(), {3, 2})},
          {"person", NpyArray::FromInt32(person.data(), {3})},
          {"face", NpyArray::FromInt32(face.data(), {3})},
          {"bary", NpyArray::FromDoubles(bary.data(), {3, 3})},
          {"part", NpyArray::FromInt32(part.data(), {3})},
          {"uv", NpyArray::FromDoubles(uv.data(), {3, 2})}};
}

TEST_F(DensePoints, NpzByFaceAndByPart) {
  const auto people = Read(DenseArrays());
  ASSERT_EQ(people.size(), 2u);
  ASSERT_EQ(people[0].dense.size(), 1u);
  ASSERT_EQ(people[1].dense.size(), 2u);
  for (const PersonObservation& person : people) {
    EXPECT_EQ(person.reason, "") << person.detail;
    EXPECT_EQ(person.set, nullptr);
    EXPECT_EQ(person.keypoints2d.rows(), 0);
  }
  const DensePoint& first = people[0].dense[0];
  EXPECT_EQ(first.image_px, Eigen::Vector2d(30, 40));
  EXPECT_EQ(first.face, 6);
  EXPECT_EQ(first.bary, Eigen::Vector3d(0.5, 0.25, 0.25));
  EXPECT_EQ(first.part, 24);
  EXPECT_EQ(first.uv, Eigen::Vector2d(0.5, 0.25));
  EXPECT_EQ(first.weight, 1);
  EXPECT_EQ(people[1].dense[1].face, 7);
  auto arrays = DenseArrays();
  arrays.erase("face");
  arrays.erase("bary");
  EXPECT_EQ(Read(arrays)[0].dense[0].face, -1);
  EXPECT_EQ(Read(arrays)[0].dense[0].part, 24);
  arrays = DenseArrays();
  arrays.erase("part");
  const std::vector<double> weight = {1, 0.5, 1};
  arrays["weight"] = NpyArray::FromDoubles(weight.data(), {3});
  EXPECT_EQ(Read(arrays)[0].dense[0].part, 0);
  EXPECT_EQ(Read(arrays)[0].dense[0].weight, 0.5);
}

TEST_F(DensePoints, NpzBesideKeypoints) {
  auto arrays = DenseArrays();
  std::vector<double> keypoints(3 * 17 * 3, 0);
  for (size_t k = 0; k < 17; ++k) keypoints[3 * k + 2] = 0.5;  // the first person; others are unseen
  arrays["keypoints2d"] = NpyArray::FromDoubles(keypoints.data(), {3, 17, 3});
  arrays["keypoint_set"] = NpyArray::FromString("coco17");
  const auto people = Read(arrays);
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[0].keypoints2d.rows(), 17);
  EXPECT_EQ(people[0].dense.size(), 1u);
  EXPECT_EQ(people[1].keypoints2d.rows(), 0);  // none was seen
  EXPECT_EQ(people[1].set, nullptr);
  EXPECT_EQ(people[1].dense.size(), 2u);
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[2].reason, reason::kTooFewKeypoints);
  options_.dense = false;
  EXPECT_TRUE(Read(arrays)[0].dense.empty());
  EXPECT_EQ(Read(arrays)[1].reason, reason::kTooFewKeypoints);
}

TEST_F(DensePoints, NpzNumberOfPeople) {
  auto arrays = DenseArrays();
  arrays["ids"] = NpyArray::FromStrings({"a", "b", "c"});
  auto people = Read(arrays);
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[2].id, "c");
  EXPECT_EQ(people[2].reason, reason::kTooFewKeypoints);
  EXPECT_THAT(people[2].detail, HasSubstr("row 2: has no points of the surface"));
  arrays.erase("ids");
  const std::vector<std::int32_t> far = {0, 0, 2000000000};
  arrays["person"] = NpyArray::FromInt32(far.data(), {3});
  EXPECT_EQ(NpzError(arrays),
            (folder_ / "people.npz") + ": person: point 2: found 2000000000, expected 0 to 3 - 1");
}

TEST_F(DensePoints, NpzAPointThatIsNotFiniteOrDoesNotCountIsLeftOut) {
  const auto with = [&](const char* key, const std::vector<double>& numbers,
                        std::vector<std::int64_t> shape) {
    auto arrays = DenseArrays();
    arrays[key] = NpyArray::FromDoubles(numbers.data(), std::move(shape));
    return Read(arrays);
  };
  const auto nan = with("points2d", {NAN, 0, 1, 1, 0, 0}, {3, 2});
  EXPECT_EQ(nan[1].reason, "") << nan[1].detail;
  EXPECT_EQ(nan[1].dense.size(), 1u);
  EXPECT_EQ(nan[1].dense[0].face, 7);
  ASSERT_EQ(nan[1].remarks.size(), 1u);
  EXPECT_EQ(nan[1].remarks[0].code, remark::kDroppedPoints);
  EXPECT_THAT(nan[1].remarks[0].detail, HasSubstr("row 1: 1 of 2 points of the surface hold a number"));
  const auto weightless = with("weight", {1, 1, 0}, {3});
  EXPECT_EQ(weightless[1].dense.size(), 1u);
  EXPECT_TRUE(weightless[1].remarks.empty());
  const auto none = with("points2d", {0, 0, NAN, 0, 0, 0}, {3, 2});
  EXPECT_EQ(none[0].reason, reason::kNonFiniteInput);
  EXPECT_THAT(none[0].detail, HasSubstr("row 0: none of 1 points of the surface is finite"));
}

TEST_F(DensePoints, NpzABadPointCostsItsPersonAlone) {
  const auto with = [&](const char* key, const std::vector<double>& numbers,
                        std::vector<std::int64_t> shape) {
    auto arrays = DenseArrays();
    arrays[key] = NpyArray::FromDoubles(numbers.data(), std::move(shape));
    const auto people = Read(arrays);
    EXPECT_EQ(people.size(), 2u);
    EXPECT_EQ(people[1].reason, "") << people[1].detail;
    EXPECT_TRUE(people[0].dense.empty());
    EXPECT_NE(people[0].reason, "");
    return people[0].detail;
  };
  EXPECT_EQ(with("uv", {0, 1, 1.5, 0.5, 0, 0}, {3, 2}),
            (folder_ / "people.npz") +
                ": row 0: point 0 of the surface: found (u, v) = (1.5, 0.5), expected 0 to 1");
  EXPECT_THAT(with("bary", {1, 0, 0, 0.5, 0.5, 0.5, 0, 0, 1}, {3, 3}), HasSubstr("expected a sum of 1"));
  EXPECT_THAT(with("bary", {1, 0, 0, 1.5, -0.5, 0, 0, 0, 1}, {3, 3}), HasSubstr("none below 0"));
  EXPECT_THAT(with("points2d", {0, 0, 1e7, 0, 0, 0}, {3, 2}), HasSubstr("expected at most"));
  EXPECT_THAT(with("weight", {1, -0.5, 1}, {3}), HasSubstr("found weight -0.5, expected 0 to 1"));
  for (const int part : {25, -1}) {
    auto arrays = DenseArrays();
    const std::vector<std::int32_t> parts = {1, part, 2};
    arrays["part"] = NpyArray::FromInt32(parts.data(), {3});
    EXPECT_THAT(Read(arrays)[0].detail, HasSubstr(StrCat("found part ", part, ", expected 1 to 24")));
  }
}

TEST_F(DensePoints, NpzBrokenFilesAreNamed) {
  auto arrays = DenseArrays();
  arrays.erase("person");
  EXPECT_THAT(NpzError(arrays), HasSubstr("person"));
  arrays = DenseArrays();
  arrays.erase("face");
  arrays.erase("part");
  EXPECT_THAT(NpzError(arrays), HasSubstr("points2d: found neither face and bary nor part and uv beside it"));
  arrays = DenseArrays();
  arrays.erase("bary");
  EXPECT_THAT(NpzError(arrays), HasSubstr("bary"));
  arrays = DenseArrays();
  arrays["uv"] = NpyArray::FromDoubles(std::vector<double>(4).data(), {2, 2});
  EXPECT_THAT(NpzError(arrays), HasSubstr("uv: found shape (2, 2), expected (3, 2)"));
  arrays = DenseArrays();
  const std::vector<double> keypoints(4 * 24 * 4, 1);
  arrays["keypoints3d"] = NpyArray::FromDoubles(keypoints.data(), {4, 24, 4});
  EXPECT_THAT(NpzError(arrays), HasSubstr("holds points2d and keypoints3d"));
  options_.dense = false;
  EXPECT_THAT(NpzError(DenseArrays()), HasSubstr("holds neither keypoints2d nor keypoints3d"));
}

// ---- DensePose's annotations ----

TEST_F(DensePoints, AnnotationsAreReadWithinTheirBox) {
  const auto people = Read(Annotations(json::array({Annotation()})));
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].reason, "") << people[0].detail;
  EXPECT_EQ(people[0].id, "a_1");
  EXPECT_EQ(people[0].image_width, 640);
  ASSERT_EQ(people[0].dense.size(), 3u);
  EXPECT_EQ(people[0].dense[0].image_px, Eigen::Vector2d(100, 200));
  EXPECT_LT((people[0].dense[1].image_px - Eigen::Vector2d(151, 302)).norm(), kExact);
  EXPECT_LT((people[0].dense[2].image_px - Eigen::Vector2d(125.5, 220.4)).norm(), kExact);
  EXPECT_EQ(people[0].dense[2].part, 3);
  EXPECT_EQ(people[0].dense[2].uv, Eigen::Vector2d(0.25, 0.5));
  EXPECT_EQ(people[0].dense[2].face, -1);
}

TEST_F(DensePoints, AnnotationsKeepTheirKeypoints) {
  json seen = Annotation(), unseen = Annotation(), keypoints_only = Annotation(), nothing = Annotation();
  seen["keypoints"] = json::array();
  unseen["keypoints"] = json::array();
  for (int k = 0; k < 17; ++k) {
    for (const int x : {100 + k, 200, 2}) seen["keypoints"].push_back(x);
    for (int i = 0; i < 3; ++i) unseen["keypoints"].push_back(0);
  }
  keypoints_only["keypoints"] = seen["keypoints"];
  for (const char* key : {"dp_x", "dp_y", "dp_I", "dp_U", "dp_V"}) {
    keypoints_only.erase(key);
    nothing.erase(key);
  }
  const auto people = Read(Annotations({seen, unseen, keypoints_only, nothing}));
  ASSERT_EQ(people.size(), 4u);
  EXPECT_EQ(people[0].set->name, "coco17");
  EXPECT_EQ(people[0].keypoints2d(3, 0), 103);
  EXPECT_EQ(people[0].dense.size(), 3u);
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[1].set, nullptr);
  EXPECT_EQ(people[1].dense.size(), 3u);
  EXPECT_EQ(people[2].keypoints2d.rows(), 17);
  EXPECT_TRUE(people[2].dense.empty());
  EXPECT_EQ(people[3].reason, reason::kTooFewKeypoints);
  EXPECT_THAT(people[3].detail, HasSubstr("annotations[3]: has neither keypoints nor points of the surface"));
  options_.dense = false;
  const auto without = Read(Annotations({seen, unseen}));
  EXPECT_TRUE(without[0].dense.empty());
  EXPECT_EQ(without[1].reason, reason::kTooFewKeypoints);
}

TEST_F(DensePoints, ABadAnnotationCostsItsPersonAlone) {
  const auto with = [&](const char* key, const json& value) {
    json bad = Annotation();
    if (value.is_discarded()) {
      bad.erase(key);
    } else {
      bad[key] = value;
    }
    const auto people = Read(Annotations({bad, Annotation()}));
    EXPECT_EQ(people.size(), 2u);
    EXPECT_NE(people[0].reason, "") << key;
    EXPECT_TRUE(people[0].dense.empty()) << key;
    EXPECT_EQ(people[1].reason, "") << people[1].detail;
    return people[0].reason + " " + people[0].detail;
  };
  const json missing(json::value_t::discarded);
  const std::string place = "bad_input " + (folder_ / "people.json") + ": annotations[0].";
  EXPECT_EQ(with("dp_I", {1, 0, 3}), place + "dp_I[1]: found 0, expected a part from 1 to 24");
  EXPECT_EQ(with("dp_I", {1, 2, 25}), place + "dp_I[2]: found 25, expected a part from 1 to 24");
  EXPECT_EQ(with("dp_I", {1, 2.5, 3}), place + "dp_I[1]: found 2.5, expected a part from 1 to 24");
  EXPECT_EQ(with("dp_U", {0, 1.5, 0}), place + "dp_U[1]: found 1.5, expected 0 to 1");
  EXPECT_EQ(with("dp_V", {0, 0, -0.5}), place + "dp_V[2]: found -0.5, expected 0 to 1");
  EXPECT_EQ(with("dp_x", {0, 0, 300}), place + "dp_x[2]: found 300, expected 0 to 255");
  EXPECT_EQ(with("dp_V", {0, 0}), place + "dp_V: found 2 numbers, expected 3, as dp_x");
  EXPECT_EQ(with("bbox", {0, 0, 10}), place + "bbox: found 3 numbers, expected 4: x, y, width, height");
  EXPECT_EQ(with("bbox", {0, 0, 10, 0}), place + "bbox[3]: found 0, expected more than 0 px");
  EXPECT_THAT(with("bbox", missing), HasSubstr("annotations[0].bbox"));
  EXPECT_THAT(with("dp_U", missing), HasSubstr("annotations[0].dp_U"));
  EXPECT_THAT(with("dp_x", missing), HasSubstr("annotations[0].dp_x"));
  EXPECT_THAT(with("dp_U", {nullptr, nullptr, nullptr}), HasSubstr("non_finite_input"));
  EXPECT_THAT(with("dp_U", {0, "a", 0}), HasSubstr("dp_U[1]: found a string, expected a number"));
}

TEST_F(DensePoints, AnAnnotatedPointThatIsNotFiniteIsLeftOut) {
  json entry = Annotation();
  entry["dp_masks"] = Masks();
  entry["dp_U"][1] = nullptr;
  const auto people = Read(Annotations(json::array({entry})));
  EXPECT_EQ(people[0].reason, "") << people[0].detail;
  EXPECT_EQ(people[0].dense.size(), 2u);
  EXPECT_EQ(people[0].dense[1].part, 3);
  ASSERT_EQ(people[0].remarks.size(), 1u);
  EXPECT_THAT(people[0].remarks[0].detail, HasSubstr("dp_x: 1 of 3 points hold a number that is not finite"));
}

TEST_F(DensePoints, RoundingIsForgiven) {
  json entry = Annotation();
  entry["dp_U"] = {-1e-8, 1 + 1e-8, 0.5};
  const auto people = Read(Annotations(json::array({entry})));
  ASSERT_EQ(people[0].dense.size(), 3u) << people[0].detail;
  EXPECT_EQ(people[0].dense[0].uv.x(), 0);
  EXPECT_EQ(people[0].dense[1].uv.x(), 1);
}

TEST_F(DensePoints, CannotBeReadAsOtherConventions) {
  options_.read_as = ParseReadAs("upside_down");
  const auto people = Read(Annotations(json::array({Annotation()})));
  EXPECT_EQ(people[0].reason, reason::kBadInput);
  EXPECT_THAT(people[0].detail, HasSubstr("points of the surface, which cannot be read as upside_down"));
}

// ---- boxes and hidden keypoints of COCO's annotations ----

TEST_F(DensePoints, ABoxIsKeptAndMayBeEnough) {
  json box_only = {{"id", 1}, {"image_id", 7}, {"bbox", {10, 20, 30, 40}}}, unseen = box_only,
       no_extent = box_only, unknown = box_only;
  unseen["keypoints"] = std::vector<int>(51, 0);
  no_extent["bbox"] = {0, 0, 0, 0};
  unknown["bbox"] = {0, 0, "a", 4};
  const json document = Annotations({box_only, unseen, no_extent, unknown, Annotation()});
  for (const PersonObservation& person : Read(document))
    EXPECT_EQ(person.reason.empty(), !person.dense.empty());
  options_.boxes = true;
  const auto people = Read(document);
  for (const size_t i : {0, 1}) {
    EXPECT_EQ(people[i].reason, "") << people[i].detail;
    EXPECT_EQ(people[i].set, nullptr);
    EXPECT_EQ(*people[i].box_px, Eigen::Vector4d(10, 20, 30, 40));
  }
  EXPECT_THAT(people[2].detail, HasSubstr("nor a bbox"));
  EXPECT_EQ(people[3].reason, reason::kTooFewKeypoints);
  EXPECT_EQ(*people[4].box_px, Eigen::Vector4d(100, 200, 51, 102));
}

TEST_F(DensePoints, HiddenKeypointsAreToldApart) {
  json annotation = Annotation(), ones = Annotation();
  for (int k = 0; k < 17; ++k) {
    for (const int number : {100 + k, 200, k % 3}) annotation["keypoints"].push_back(number);
    for (const int number : {100 + k, 200, k % 2}) ones["keypoints"].push_back(number);
  }
  const auto people = Read(Annotations({annotation, ones}));
  ASSERT_EQ(people[0].hidden.size(), 17);
  for (int k = 0; k < 17; ++k) EXPECT_EQ(people[0].hidden[k], k % 3 == 1);
  EXPECT_EQ(people[1].hidden.size(), 0);  // a file that says 1 of whatever is there
  options_.read_as = ParseReadAs("left_right_swapped");
  options_.dense = false;
  const auto swapped = Read(Annotations({annotation, ones}));
  EXPECT_TRUE(swapped[0].hidden[2]);  // the right eye, once the left one
  EXPECT_FALSE(swapped[0].hidden[1]);
}

}  // namespace
}  // namespace vitruvius::dense_points_test
