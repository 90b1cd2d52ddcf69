// Backgrounds, shapes and clothes.
#include "data/datasets/backdrops.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/bodies/body_chart.h"
#include "data/datasets/dressed_body.h"
#include "data/datasets/random_shapes.h"
#include "data/io/picture.h"
#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "tests/util/run_program.h"

namespace vitruvius::backdrops_test {
namespace {

using testing::HasSubstr;

template <typename Work>
std::string MessageOf(const Work& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Backdrops, CropsComeFromThePicturesOfTheFolder) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in/deeper");
  const Rgba red = {200, 30, 40, 255}, blue = {10, 20, 220, 255};
  WritePng(folder / "in/a.png", Image(30, 80, red));
  WritePng(folder / "in/deeper/b.PNG", Image(300, 200, blue));
  WriteAll(folder / "in/notes.txt", "no picture");
  const Backdrops backdrops(folder / "in");
  int num_red = 0, num_blue = 0;
  Rng rng(1);
  for (int i = 0; i < 20; ++i) {
    const Image image = backdrops.Draw(64, &rng);
    ASSERT_EQ(image.width, 64);
    const Rgba first = image.at(0, 0);
    for (const Rgba& pixel : image.pixels) ASSERT_EQ(pixel, first);
    num_red += first == red;
    num_blue += first == blue;
  }
  EXPECT_EQ(num_red + num_blue, 20);
  EXPECT_GT(std::min(num_red, num_blue), 2);
}

TEST(Backdrops, FoldersThatAreOfNoUseAreNamed) {
  const TestFolder folder;
  EXPECT_THAT(MessageOf([&] { Backdrops(folder / "missing"); }), HasSubstr("missing: found no folder"));
  EXPECT_THAT(MessageOf([&] { Backdrops{folder.path()}; }), HasSubstr("found no picture, expected .jpg"));
  WriteAll(folder / "broken.png", "no picture at all");
  const Backdrops backdrops(folder.path());
  Rng rng(1);
  EXPECT_THAT(MessageOf([&] { backdrops.Draw(32, &rng); }), HasSubstr("broken.png: neither a PNG"));
}

TEST(Backdrops, SceneIsOpaqueAndFollowsTheSeed) {
  const Backdrops backdrops("");
  Rng rng(3), same(3), other(4);
  const Image image = backdrops.Draw(48, &rng);
  EXPECT_EQ(image.pixels, backdrops.Draw(48, &same).pixels);
  EXPECT_NE(image.pixels, backdrops.Draw(48, &other).pixels);
  for (const Rgba& pixel : image.pixels) ASSERT_EQ(pixel.a, 255);
}

TEST(RandomShapes, FillTheirArea) {
  RandomShape shape;
  shape.center_px = {40.3, 35.7};
  shape.half_size_px = {20, 10};
  shape.angle_rad = 0.6;
  shape.texture.first = Eigen::Vector3f(1, 0, 0);
  for (const bool is_round : {false, true}) {
    shape.is_round = is_round;
    Image image(80, 80);
    FillShape(shape, &image);
    double area = 0;
    for (const Rgba& pixel : image.pixels) area += pixel.a / 255.0;
    const double expected = (is_round ? EIGEN_PI : 4.0) * 20 * 10;
    EXPECT_NEAR(area, expected, 0.02 * expected);
    EXPECT_EQ(image.at(40, 35), (Rgba{255, 0, 0, 255}));
  }
}

TEST(RandomShapes, ColorsOfHues) {
  EXPECT_TRUE(ColorOfHue(0, 1, 1).isApprox(Eigen::Vector3f(1, 0, 0)));
  EXPECT_TRUE(ColorOfHue(1.0 / 3, 1, 0.5).isApprox(Eigen::Vector3f(0, 0.5f, 0), 1e-5f));
  EXPECT_TRUE(ColorOfHue(0.5, 0.5, 1).isApprox(Eigen::Vector3f(0.5f, 1, 1), 1e-5f));
}

TEST(DressedBody, ClothesCoverWhatTheySay) {
  const auto model = Mannequin();
  const auto chart = ChartOrOwn(*model);
  const BodyPainter painter(*model, *chart);
  Rng rng(1);
  Outfit outfit = DrawOutfit(&rng);
  const Eigen::Vector3d skin(0.9, 0.7, 0.6), hair(0.1, 0.1, 0.1), red(1, 0, 0), blue(0, 0, 1), shoes(0, 1, 0);
  outfit.skin = skin;
  outfit.hair = hair;
  outfit.top = ClothPattern{ClothPattern::Kind::kPlain, red, red, 1};
  outfit.bottom = ClothPattern{ClothPattern::Kind::kPlain, blue, blue, 1};
  outfit.shoes = ClothPattern{ClothPattern::Kind::kPlain, shoes, shoes, 1};
  outfit.is_barefoot = outfit.is_bald = false;
  outfit.sleeves = 0.5;
  outfit.legs = 1;
  MatrixX3d colors;
  painter.Paint(outfit, &colors);
  ASSERT_EQ(colors.rows(), model->num_vertices());
  // The color at the middle of the chart's faces of each part that have it in all corners.
  std::array<std::vector<Eigen::Vector3d>, kNumChartParts + 1> of_part;
  for (int f = 0; f < chart->num_faces(); ++f) {
    const Eigen::Vector3i face = model->faces().row(f);
    const Eigen::Vector3d color = colors.row(face[0]);
    if (colors.row(face[1]).transpose() == color && colors.row(face[2]).transpose() == color)
      of_part[static_cast<size_t>(chart->data().part[f])].push_back(color);
  }
  const auto share = [&](int part, const Eigen::Vector3d& color) {
    const auto& all = of_part[static_cast<size_t>(part)];
    return static_cast<double>(std::count(all.begin(), all.end(), color)) / static_cast<double>(all.size());
  };
  for (const int part : {3, 4}) EXPECT_GT(share(part, skin), 0.8) << part;
  for (const int part : {5, 6}) EXPECT_GT(share(part, shoes), 0.8) << part;
  for (const int part : {1, 2}) EXPECT_GT(share(part, red), 0.4) << part;
  for (const int part : {7, 8, 9, 10}) EXPECT_GT(share(part, blue), 0.8) << part;
  for (const int part : {11, 12, 13, 14, 19, 20, 21, 22}) EXPECT_GT(share(part, skin), 0.8) << part;
  for (const int part : {15, 16, 17, 18}) {
    EXPECT_GT(share(part, red), 0.2) << part;
    EXPECT_GT(share(part, skin), 0.2) << part;
  }
  EXPECT_GT(share(23, hair), 0.1);
  EXPECT_GT(share(23, skin), 0.1);
  const auto nose = model->landmarks().at("nose");
  EXPECT_EQ(Eigen::Vector3d(colors.row(nose)), skin);
}

}  // namespace
}  // namespace vitruvius::backdrops_test
