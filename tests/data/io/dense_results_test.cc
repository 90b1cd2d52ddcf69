// DensePose's results: an image of parts and coordinates.
#include <gmock/gmock.h>

#include "data/io/picture.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/dense_points.h"

namespace vitruvius::dense_results_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using DenseResults = DensePointsFile;

std::string Base64(const std::string& bytes) {
  const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    for (size_t k = 0; k < 3; ++k)
      value = (value << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : digits[(value >> (18 - 6 * k)) & 63];
    if (i % 57 == 0) text += '\n';  // as Python's encodebytes
  }
  return text;
}

json Result(const Image& picture, const json& box) {
  return {{"image_id", 7},
          {"category_id", 1},
          {"score", 0.9},
          {"bbox", box},
          {"uv_shape", {3, picture.height, picture.width}},
          {"uv_data", Base64(SerializePng(picture))}};
}

// 4 x 2 px: the body is all but the corners.
Image SmallPicture() {
  Image picture(4, 2, Rgba{0, 0, 0, 255});
  picture.at(1, 0) = {1, 0, 255, 255};
  picture.at(2, 0) = {2, 51, 102, 255};
  for (int x = 0; x < 4; ++x) picture.at(x, 1) = {24, static_cast<std::uint8_t>(x), 0, 255};
  return picture;
}

TEST_F(DenseResults, ResultsAreReadPixelByPixel) {
  const auto people =
      Read(json::array({Result(SmallPicture(), {10, 20, 8, 4}), Result(SmallPicture(), {0, 0, 4, 2})}));
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].id, "7_0");
  EXPECT_EQ(people[1].id, "7_1");
  ASSERT_EQ(people[0].dense.size(), 6u) << people[0].detail;
  const DensePoint& second = people[0].dense[1];
  EXPECT_EQ(second.part, 2);
  EXPECT_LT((second.uv - Eigen::Vector2d(0.2, 0.4)).norm(), kExact);
  EXPECT_EQ(second.image_px, Eigen::Vector2d(15, 21));  // its centre, 2.5 px and 0.5 px of twice the size
  EXPECT_EQ(people[1].dense[1].image_px, Eigen::Vector2d(2.5, 0.5));
  EXPECT_EQ(people[0].dense[0].uv, Eigen::Vector2d(0, 1));
  EXPECT_EQ(people[0].dense[5].uv.x(), 3 / 255.0);
}

TEST_F(DenseResults, PointsOfResultsAreKeptByAFixedRule) {
  options_.max_dense_points = 2;
  const auto people = Read(json::array({Result(SmallPicture(), {0, 0, 4, 2})}));
  ASSERT_EQ(people[0].dense.size(), 2u);  // floor(0.5 * 6 / 2) = 1 and floor(1.5 * 6 / 2) = 4
  EXPECT_EQ(people[0].dense[0].image_px, Eigen::Vector2d(2.5, 0.5));
  EXPECT_EQ(people[0].dense[1].image_px, Eigen::Vector2d(2.5, 1.5));
  options_.max_dense_points = 6;
  EXPECT_EQ(Read(json::array({Result(SmallPicture(), {0, 0, 4, 2})}))[0].dense.size(), 6u);
  options_.max_dense_points = 0;
  EXPECT_THAT(ErrorOf([&] {
                Read(json::array({Result(SmallPicture(), {0, 0, 4, 2})}));
              }),
              HasSubstr("max_dense_points: found 0, expected 1 or more"));
}

TEST_F(DenseResults, ABadResultCostsItsPersonAlone) {
  const auto with = [&](const char* key, const json& value) {
    json bad = Result(SmallPicture(), {0, 0, 4, 2});
    bad[key] = value;
    const auto people = Read(json::array({bad, Result(SmallPicture(), {0, 0, 4, 2})}));
    EXPECT_EQ(people.size(), 2u);
    EXPECT_EQ(people[0].reason, reason::kBadInput) << key;
    EXPECT_EQ(people[1].reason, "") << people[1].detail;
    return people[0].detail;
  };
  const std::string place = (folder_ / "people.json") + ": [0].";
  EXPECT_EQ(with("uv_shape", {3, 2, 5}),
            place + "uv_data: found a picture of 4 x 2 px, expected 5 x 2 by uv_shape");
  EXPECT_EQ(with("uv_shape", {2, 2, 4}), place + "uv_shape: found (2, 2, 4), expected (3, height, width)");
  EXPECT_EQ(with("uv_shape", {3, 0, 4}), place + "uv_shape: found (3, 0, 4), expected (3, height, width)");
  EXPECT_EQ(with("uv_data", 5), place + "uv_data: expected text, a PNG in base64");
  EXPECT_EQ(with("uv_data", "AA*A"), place + "uv_data: found byte 42 at 2, expected base64");
  EXPECT_EQ(with("uv_data", "AAAAA"), place + "uv_data: is cut short, expected base64");
  EXPECT_THAT(with("uv_data", "AAAA"), HasSubstr(place + "uv_data"));
  EXPECT_THAT(with("bbox", {0, 0, -4, 2}), HasSubstr("bbox[2]: found -4, expected more than 0 px"));
  Image other = SmallPicture();
  other.at(3, 1).r = 25;
  EXPECT_EQ(with("uv_data", Base64(SerializePng(other))),
            place + "uv_data: pixel (3, 1): found part 25, expected 0 to 24");
}

TEST_F(DenseResults, AResultWithoutABodyHasTooFewPoints) {
  const Image empty(3, 3, Rgba{0, 0, 0, 255});
  const auto people = Read(json::array({Result(empty, {0, 0, 3, 3})}));
  EXPECT_EQ(people[0].reason, reason::kTooFewKeypoints);
}

}  // namespace
}  // namespace vitruvius::dense_results_test
