// COCO JSON as it is written, by the reader.
#include "data/io/coco_writer.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/keypoint_files.h"
#include "data/io/part_masks.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/util/run_program.h"

namespace vitruvius::coco_writer_test {
namespace {

CocoPerson MakePerson(std::int64_t index) {
  Rng rng(static_cast<std::uint64_t>(index) + 1);
  CocoPerson person;
  person.image_id = index;
  person.id = index + 1;
  person.file_name = "p " + std::to_string(index) + ".jpg";
  person.width = 640;
  person.height = 480;
  person.box_px = {100, 50, 200, 300};
  person.area_px = 12345;
  person.keypoints_px.resize(17, 2);
  person.visibility.resize(17);
  for (int k = 0; k < 17; ++k) {
    person.keypoints_px.row(k) << rng.Uniform(0, 640), rng.Uniform(0, 480);
    person.visibility[k] = k % 3;
  }
  for (int i = 0; i < 20; ++i) {
    DensePoint point;
    point.image_px = {rng.Uniform(100, 300), rng.Uniform(50, 350)};
    point.part = i + 1;
    point.uv = {rng.Uniform(), rng.Uniform()};
    person.dense.push_back(point);
  }
  return person;
}

TEST(CocoWriter, IsReadBackAsItWas) {
  const TestFolder folder;
  constexpr int kPeople = 3;
  CocoWriter writer(folder / "annotations.json");
  for (int i = 0; i < kPeople; ++i) writer.Append(MakePerson(i));
  EXPECT_FALSE(std::filesystem::exists(folder / "annotations.json"));
  writer.Finish();
  ObservationOptions options;
  options.dense = true;
  const auto source = OpenObservations({folder / "annotations.json"}, options);
  PersonObservation read;
  for (int i = 0; i < kPeople; ++i) {
    ASSERT_TRUE(source->Next(&read));
    const CocoPerson person = MakePerson(i);
    EXPECT_EQ(read.reason, "") << read.detail;
    EXPECT_EQ(read.id, PersonIdOf(person));
    EXPECT_EQ(read.image_path, person.file_name);
    EXPECT_EQ(read.image_width, 640);
    for (int k = 0; k < 17; ++k) {
      EXPECT_EQ(read.keypoints2d(k, 2), person.visibility[k] > 0 ? 1 : 0);
      if (person.visibility[k] == 0) continue;
      EXPECT_LT((read.keypoints2d.row(k).head<2>() - person.keypoints_px.row(k)).norm(), 1e-3);
    }
    ASSERT_EQ(read.dense.size(), person.dense.size());
    for (size_t n = 0; n < read.dense.size(); ++n) {
      EXPECT_EQ(read.dense[n].part, person.dense[n].part);
      EXPECT_LT((read.dense[n].uv - person.dense[n].uv).norm(), 1e-6);
      EXPECT_LT((read.dense[n].image_px - person.dense[n].image_px).norm(), 1e-5);
    }
  }
  EXPECT_FALSE(source->Next(&read));
}

TEST(CocoWriter, HasTheFieldsOfTheFormat) {
  const TestFolder folder;
  CocoWriter writer(folder / "annotations.json");
  writer.Append(MakePerson(0));
  writer.Finish();
  const nlohmann::json document = nlohmann::json::parse(ReadAll(folder / "annotations.json"));
  const nlohmann::json& annotation = document["annotations"][0];
  EXPECT_EQ(annotation["category_id"], 1);
  EXPECT_EQ(annotation["iscrowd"], 0);
  EXPECT_EQ(annotation["image_id"], document["images"][0]["id"]);
  EXPECT_EQ(annotation["bbox"], nlohmann::json({100, 50, 200, 300}));
  EXPECT_EQ(annotation["area"], 12345);
  EXPECT_EQ(annotation["num_keypoints"], 11);
  EXPECT_EQ(annotation["keypoints"][2], 0);
  EXPECT_EQ(annotation["keypoints"][0], 0);
  EXPECT_EQ(document["categories"][0]["keypoints"][0], "nose");
  for (const char* key : {"dp_x", "dp_y"}) {
    for (const double place : annotation[key]) EXPECT_TRUE(place >= 0 && place <= 255);
  }
}

// A picture of 640 x 480 whose person fills the box: the left half torso (1, 2), the right half head (23).
TEST(CocoWriter, MasksOfPartsAreThoseOfThePicture) {
  const TestFolder folder;
  for (const Eigen::Vector2d& size : {Eigen::Vector2d(200, 300), {30, 40}, {400, 380}}) {
    CocoPerson person = MakePerson(0);
    person.box_px.tail<2>() = size;
    person.part_at.assign(640 * 480, 0);
    const double middle = 100 + size.x() / 2;
    for (int y = 50; y < 50 + size.y(); ++y) {
      for (int x = 100; x < 100 + size.x(); ++x)
        person.part_at[static_cast<size_t>(640 * y + x)] = x >= middle ? 23 : y % 2 == 0 ? 1 : 2;
    }
    const auto remarks_of = [&](double torso_x, double head_x) {
      person.dense.resize(2);
      person.dense[0].image_px = {torso_x, 60};
      person.dense[0].part = 2;
      person.dense[1].image_px = {head_x, 70};
      person.dense[1].part = 24;
      CocoWriter writer(folder / "annotations.json");
      writer.Append(person);
      writer.Finish();
      ObservationOptions options;
      options.dense = true;
      PersonObservation read;
      EXPECT_TRUE(OpenObservations({folder / "annotations.json"}, options)->Next(&read));
      EXPECT_EQ(read.reason, "") << read.detail;
      EXPECT_EQ(read.dense.size(), 2u);
      return read.remarks;
    };
    EXPECT_TRUE(remarks_of(101, middle + 1).empty());
    EXPECT_TRUE(remarks_of(middle - 1, 99 + size.x()).empty());
    const double off = 4 * size.x() / 256;  // cells
    ASSERT_EQ(remarks_of(middle + off, middle - off).size(), 1u);
    EXPECT_THAT(remarks_of(middle + off, middle - off)[0].detail, testing::HasSubstr("2 of 2 points"));
    EXPECT_EQ(remarks_of(101, middle - off).size(), 1u);
    const auto annotation =
        nlohmann::json::parse(ReadAll(folder / "annotations.json"))["annotations"][0]["dp_masks"];
    ASSERT_EQ(annotation.size(), 14u);
    EXPECT_EQ(annotation[0]["size"], nlohmann::json({256, 256}));
    EXPECT_EQ(annotation[1], nlohmann::json::array());
    const auto inside = DecodeMask(annotation[13]["counts"].get<std::string>(), "head").count();
    EXPECT_NEAR(static_cast<double>(inside), 256 * 128, 256 * 2);
  }
  CocoPerson person = MakePerson(0);
  person.part_at.assign(640 * 479, 0);
  EXPECT_THROW(CocoWriter(folder / "b.json").Append(person), ContractError);
}

TEST(CocoWriter, WithoutFinishNothingIsLeft) {
  const TestFolder folder;
  WriteAll(folder / "annotations.json", "older");
  { CocoWriter(folder / "annotations.json").Append(MakePerson(0)); }
  EXPECT_EQ(ReadAll(folder / "annotations.json"), "older");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THROW(CocoWriter(folder / "missing/annotations.json"), InputError);
}

TEST(CocoWriter, RefusesWhatTheFormatCannotHold) {
  const TestFolder folder;
  CocoWriter writer(folder / "annotations.json");
  CocoPerson person = MakePerson(0);
  person.dense[3].image_px.x() = 99;
  EXPECT_THROW(writer.Append(person), ContractError);
  person = MakePerson(0);
  person.keypoints_px.conservativeResize(16, 2);
  EXPECT_THROW(writer.Append(person), ContractError);
}

}  // namespace
}  // namespace vitruvius::coco_writer_test
