// Masks of parts beside DensePose's annotations, in every form that they are written in.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/keypoint_files.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::densepose_masks_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class DensePoseMasks : public ::testing::Test {
 protected:
  std::vector<PersonObservation> Read(const json& document) {
    WriteQuickly(folder_ / "people.json", document.dump());
    ObservationOptions options;
    options.dense = true;
    std::vector<PersonObservation> people;
    const auto source = OpenObservations({folder_ / "people.json"}, options);
    for (PersonObservation person; source->Next(&person);) people.push_back(person);
    return people;
  }

  const TemporaryFolder folder_;
};

json Annotation() {
  return {{"id", 1},
          {"image_id", 7},
          {"bbox", {100, 200, 51, 102}},
          {"dp_x", {0, 255, 127.5}},
          {"dp_y", {0, 255, 51}},
          {"dp_I", {1.0, 24.0, 3.0}},
          {"dp_U", {0, 1, 0.25}},
          {"dp_V", {1, 0, 0.5}},
          {"dp_masks", json::array()}};
}

json Annotations(const json& entries) {
  return {{"images", {{{"id", 7}, {"file_name", "a.jpg"}, {"width", 640}, {"height", 480}}}},
          {"annotations", entries}};
}

// All of the box is torso, right hand and head, where the points lie (parts 1, 3 and 24).
json Masks() {
  json masks = json::array();
  for (int i = 0; i < 14; ++i) masks.push_back(json::array());
  for (const size_t i : {0, 1, 13}) masks[i] = {{"counts", "0PPP2"}, {"size", {256, 256}}};
  return masks;
}

TEST_F(DensePoseMasks, AnAnnotatedPointThatIsNotFiniteIsLeftOut) {
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

TEST_F(DensePoseMasks, AreHeldAgainstTheMasksOfTheirParts) {
  json with = Annotation(), without = Annotation(), hand = Annotation(), off = Annotation(),
       none = Annotation();
  with["dp_masks"] = hand["dp_masks"] = off["dp_masks"] = Masks();
  without.erase("dp_masks");
  hand["dp_masks"][1] = json::array();  // not seen, says the annotator
  none["dp_masks"] = nullptr;
  off["dp_masks"][13]["counts"] = "PPP2";  // no cell of the head
  const auto people = Read(Annotations({with, without, hand, off, none, Annotation()}));
  ASSERT_EQ(people.size(), 6u);
  for (const PersonObservation& person : people) {
    EXPECT_EQ(person.reason, "") << person.detail;
    EXPECT_EQ(person.dense.size(), 3u);
  }
  EXPECT_TRUE(people[0].remarks.empty()) << people[0].remarks[0].detail;
  for (const size_t i : {1, 4, 5}) {
    ASSERT_EQ(people[i].remarks.size(), 1u);
    EXPECT_EQ(people[i].remarks[0].code, remark::kNoMasks);
    EXPECT_THAT(people[i].remarks[0].detail, HasSubstr("].dp_masks: is missing"));
  }
  ASSERT_EQ(people[2].remarks.size(), 1u);
  EXPECT_EQ(people[2].remarks[0].code, remark::kPointsOffMasks);
  EXPECT_THAT(people[2].remarks[0].detail,
              HasSubstr("annotations[2].dp_masks: 1 of 3 points lie more than 2 cells off the mask of their "
                        "part, the first is point 2 of part 3 at (127.5, 51)"));
  ASSERT_EQ(people[3].remarks.size(), 1u);
  EXPECT_THAT(people[3].remarks[0].detail, HasSubstr("1 of 3 points"));
}

// Annotations with the masks changed, and one beside it: nobody is lost, and the points are all there.
TEST_F(DensePoseMasks, MasksThatCannotBeReadCostARemark) {
  const auto with = [&](const auto& change) {
    json bad = Annotation();
    bad["dp_masks"] = Masks();
    change(bad["dp_masks"]);
    const auto people = Read(Annotations({bad, Annotation()}));
    EXPECT_EQ(people[0].reason, "") << people[0].detail;
    EXPECT_EQ(people[0].dense.size(), 3u);
    EXPECT_EQ(people[1].reason, "");
    EXPECT_EQ(people[0].remarks.size(), 1u);
    EXPECT_EQ(people[0].remarks[0].code, remark::kNoMasks);
    EXPECT_THAT(people[0].remarks[0].detail, HasSubstr(", the points cannot be held against the masks"));
    return people[0].remarks[0].detail;
  };
  EXPECT_THAT(with([](json& masks) { masks.erase(3); }),
              HasSubstr("annotations[0].dp_masks: found 13 masks, expected 14"));
  EXPECT_THAT(with([](json& masks) { masks = "PPP2"; }),
              HasSubstr("dp_masks: expected an array of 14 masks"));
  EXPECT_THAT(with([](json& masks) { masks[2] = 5; }), HasSubstr("dp_masks[2]: expected counts and size"));
  EXPECT_THAT(with([](json& masks) {
                masks[13]["size"] = {128, 256};
              }),
              HasSubstr("dp_masks[13].size: found 128, 256, expected 256, 256"));
  EXPECT_THAT(with([](json& masks) { masks[13].erase("size"); }), HasSubstr("dp_masks[13].size"));
  EXPECT_THAT(with([](json& masks) { masks[0]["counts"] = 65536; }),
              HasSubstr("dp_masks[0].counts: expected text"));
  EXPECT_THAT(with([](json& masks) { masks[0]["counts"] = {65535}; }),
              HasSubstr("dp_masks[0].counts: runs add up to 65535 cells"));
  EXPECT_THAT(with([](json& masks) { masks[0]["counts"] = {0.5}; }),
              HasSubstr("dp_masks[0].counts[0]: found 0.5, expected a whole number of cells"));
  EXPECT_THAT(with([](json& masks) { masks[0]["counts"] = "5"; }),
              HasSubstr("dp_masks[0].counts: runs add up to 5 cells, expected 256 x 256"));
  EXPECT_THAT(with([](json& masks) {
                masks[0] = {{1, 2, 3, 4}};
              }),
              HasSubstr("dp_masks[0][0]: found 4 numbers, expected 6 to"));
  EXPECT_THAT(with([](json& masks) { masks[0] = {{1, 2, 3, 4, 5, 1e9}}; }), HasSubstr("found 1e+09"));
  EXPECT_THAT(with([](json& masks) {
                for (json& mask : masks) mask = nullptr;
              }),
              HasSubstr("is null for every part"));
}

TEST_F(DensePoseMasks, MasksOfAnotherFormAreRead) {
  struct Case {
    const char* form;
    json all, none;  // of the box's cells
  };
  const json square = {{0, 0, 256, 0, 256, 256, 0, 256}}, corner = {{0, 0, 9, 0, 9, 9}};
  const Case cases[] = {{"run lengths that are not compressed",
                         {{"counts", {0, 65536}}, {"size", {256, 256}}},
                         {{"counts", {65536}}, {"size", {256, 256}}}},
                        {"polygons", square, corner},
                        {"polygons", square[0], corner[0]}};
  for (const Case& one : cases) {
    json good = Annotation(), off = Annotation();
    good["dp_masks"] = off["dp_masks"] = Masks();
    for (const size_t i : {0, 1, 13}) good["dp_masks"][i] = off["dp_masks"][i] = one.all;
    off["dp_masks"][13] = one.none;
    const auto people = Read(Annotations({good, off}));
    for (const PersonObservation& person : people) {
      EXPECT_EQ(person.reason, "") << person.detail;
      EXPECT_EQ(person.dense.size(), 3u);
      ASSERT_GE(person.remarks.size(), 1u);
      EXPECT_EQ(person.remarks[0].code, remark::kUnusualMasks);
      EXPECT_THAT(person.remarks[0].detail, HasSubstr(std::string("dp_masks: found ") + one.form));
    }
    EXPECT_EQ(people[0].remarks.size(), 1u);
    ASSERT_EQ(people[1].remarks.size(), 2u);
    EXPECT_EQ(people[1].remarks[1].code, remark::kPointsOffMasks);
    EXPECT_THAT(people[1].remarks[1].detail, HasSubstr("1 of 3 points"));
  }
}

TEST_F(DensePoseMasks, OneMaskIsTheWholePersonsAndNullIsNotKnown) {
  const json all = {{"counts", "0PPP2"}, {"size", {256, 256}}},
             none = {{"counts", "PPP2"}, {"size", {256, 256}}};
  json one = Annotation(), off = Annotation(), null = Annotation();
  one["dp_masks"] = all;
  off["dp_masks"] = json::array({none});
  null["dp_masks"] = Masks();
  null["dp_masks"][13] = nullptr;
  null["dp_masks"][1] = json::array();  // not seen, which is another thing
  const auto people = Read(Annotations({one, off, null}));
  ASSERT_EQ(people[0].remarks.size(), 1u);
  EXPECT_THAT(people[0].remarks[0].detail, HasSubstr("found one mask for all parts"));
  ASSERT_EQ(people[1].remarks.size(), 2u);
  EXPECT_THAT(people[1].remarks[1].detail, HasSubstr("3 of 3 points"));
  ASSERT_EQ(people[2].remarks.size(), 2u);
  EXPECT_EQ(people[2].remarks[0].code, remark::kUnusualMasks);
  EXPECT_THAT(people[2].remarks[1].detail, HasSubstr("1 of 3 points"));
}

}  // namespace
}  // namespace vitruvius::densepose_masks_test
