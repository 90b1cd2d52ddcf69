// People as .npz, by the reader.
#include "data/io/observation_writer.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::observation_writer_test {
namespace {

using ::testing::HasSubstr;
using People = std::vector<PersonObservation>;

People Three() {
  People people(3);
  for (size_t n = 0; n < 3; ++n) {
    PersonObservation& person = people[n];
    const auto offset = static_cast<double>(n);
    person.id = "p" + std::to_string(n);
    person.image_path = person.id + ".jpg";
    person.image_width = 640;
    person.image_height = 480;
    DensePoint point;
    point.image_px = {10 + offset, 20};
    point.part = 3;
    point.uv = {0.25, 0.5};
    if (n == 0) point.weight = 0.5;
    if (n == 2) point.face = 7, point.bary = {0.5, 0.25, 0.25};
    person.dense = {point};
    if (n == 1) continue;  // of whom only the surface is seen
    person.set = FindKeypointSet("coco17");
    person.keypoints2d.setZero(17, 3);
    for (int k = 0; k < 16; ++k) person.keypoints2d.row(k) << 100 + k + offset, 200 - 3 * k, 0.5;
  }
  people[0].keypoint_depths_px.setZero(17, 2);
  people[0].keypoint_depths_px.row(5) << -12.5, 1;
  people[0].hidden.setConstant(17, false);
  people[0].hidden[4] = true;
  return people;
}

People ReadBack(const People& people) {
  const TemporaryFolder folder;
  WriteObservations(folder / "people.npz", people);
  ObservationOptions options;
  options.dense = true;
  const auto source = OpenObservations({folder / "people.npz"}, options);
  People read;
  for (PersonObservation person; source->Next(&person);) read.push_back(person);
  return read;
}

TEST(WriteObservations, AreReadBackAsTheyWere) {
  const People people = Three(), read = ReadBack(people);
  ASSERT_EQ(read.size(), 3u);
  for (size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(read[n].reason, "") << read[n].detail;
    EXPECT_EQ(read[n].id, people[n].id);
    EXPECT_EQ(read[n].image_path, people[n].image_path);
    EXPECT_EQ(read[n].image_height, 480);
    EXPECT_EQ(read[n].set, people[n].set);
    EXPECT_EQ(read[n].keypoints2d, people[n].keypoints2d);
    ASSERT_EQ(read[n].dense.size(), 1u);
    EXPECT_EQ(read[n].dense[0].image_px, people[n].dense[0].image_px);
    EXPECT_EQ(read[n].dense[0].face, people[n].dense[0].face);
    EXPECT_EQ(read[n].dense[0].bary, people[n].dense[0].bary);
    EXPECT_EQ(read[n].dense[0].uv, people[n].dense[0].uv);
    EXPECT_EQ(read[n].dense[0].weight, people[n].dense[0].weight);
    EXPECT_FALSE(read[n].focal_px);
  }
  ASSERT_EQ(read[0].keypoint_depths_px.rows(), 17);
  ASSERT_EQ(read[0].hidden.size(), 17);
  EXPECT_EQ(read[0].keypoint_depths_px, people[0].keypoint_depths_px);
  EXPECT_EQ(read[0].hidden, people[0].hidden);
  EXPECT_EQ(read[1].keypoint_depths_px.rows(), 0);
  EXPECT_EQ(read[2].keypoint_depths_px.col(1).sum(), 0);
}

TEST(WriteObservations, RefusesWhatOneFileCannotHold) {
  const auto error = [](const auto& change) {
    People people = Three();
    change(people);
    return ErrorOf([&] { ReadBack(people); });
  };
  EXPECT_THAT(error([](People& p) { p[1].focal_px = Eigen::Vector2d(500, 500); }),
              HasSubstr("focal is known of 1 of 3 people"));
  EXPECT_THAT(error([](People& p) {
                p[2].set = FindKeypointSet("lsp14");
                p[2].keypoints2d.setOnes(14, 3);
                p[2].hidden.resize(0);
              }),
              HasSubstr("p2: has keypoints lsp14 and others coco17"));
  EXPECT_THAT(error([](People& p) { p[1].reason = reason::kBadInput; }), HasSubstr("p1"));
  EXPECT_THAT(error([](People& p) { p.clear(); }), HasSubstr("nobody is left"));
}

TEST(KeypointDepths, ThatMakeNoSenseAreNotKnown) {
  const auto read_with = [](double depth, double confidence) {
    People people = Three();
    people[0].keypoint_depths_px.row(6) << depth, confidence;
    const People read = ReadBack(people);
    EXPECT_EQ(read[2].reason, "");
    EXPECT_EQ(read[0].reason, "") << read[0].detail;
    EXPECT_EQ(read[0].keypoint_depths_px.row(6), Eigen::RowVector2d(0, 0));
    return read[0].remarks.empty() ? "" : read[0].remarks[0].detail;
  };
  EXPECT_THAT(read_with(NAN, 1), HasSubstr("found nan px"));
  EXPECT_THAT(read_with(3, NAN), HasSubstr("found confidence nan"));
  EXPECT_THAT(read_with(3, 1.5), HasSubstr("depth of keypoint 6 (right_shoulder): found confidence 1.5"));
  EXPECT_THAT(read_with(1e9, 1), HasSubstr("expected at most"));
  EXPECT_EQ(read_with(NAN, 0), "");  // not known: what it is does not matter
  EXPECT_THAT(ErrorOf([] {
                const TemporaryFolder folder;
                const std::vector<double> keypoints(51, 1), depths(32);
                WriteNpz(folder / "a.npz",
                         {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {1, 17, 3})},
                          {"keypoint_set", NpyArray::FromString("coco17")},
                          {"keypoint_depths", NpyArray::FromDoubles(depths.data(), {1, 16, 2})}});
                OpenObservations({folder / "a.npz"});
              }),
              HasSubstr("keypoint_depths: found shape (1, 16, 2), expected (1, 17, 2)"));
}

}  // namespace
}  // namespace vitruvius::observation_writer_test
