#include "models/rendering/overlay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/math/angles.h"
#include "models/rendering/canvas.h"
#include "models/rendering/contact_sheet.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::overlay_test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Rgba kPaper = {250, 250, 250, 255};

int Distance(const Rgba& a, const Rgba& b) {
  return std::abs(a.r - b.r) + std::abs(a.g - b.g) + std::abs(a.b - b.b);
}

// Number of pixels within `tolerance` of a colour.
int Count(const Image& image, const Rgba& color, int tolerance = 0) {
  int count = 0;
  for (const Rgba& pixel : image.pixels) count += Distance(pixel, color) <= tolerance;
  return count;
}

class Overlay : public testing::Test {
 protected:
  Overlay() : model_(MakeTestBody()) {
    observation_.set = FindKeypointSet("coco17");
    observation_.id = "person";
    observation_.image_width = 200;
    observation_.image_height = 160;
    observation_.keypoints2d.setZero(17, 3);
    result_.usable = true;
    result_.focal_px << 300, 300;
    result_.center_px << 100, 80;
    options_.crop = false;
    options_.caption = false;
    options_.max_width = 200;
    options_.max_height = 160;
  }

  void See(const std::string& name, double x, double y, double confidence) {
    observation_.keypoints2d.row(observation_.set->Index(name)) << x, y, confidence;
  }
  Image Draw() const { return DrawOverlay(observation_, result_, *model_, mesh_, &background_, options_); }

  // Every vertex at one of three corners: seen at (70, 60), (200, 60), (70, 180) px. No joint is seen.
  void BeATriangle() {
    mesh_ = PoseMesh(*model_, BodyParameters::Zero(*model_));
    for (int v = 0; v < model_->num_vertices(); ++v) {
      mesh_.vertices.row(v) << (v % 3 == 1 ? 1.0 : -0.3), (v % 3 == 2 ? 1.0 : -0.2), 3;
    }
    mesh_.joints.setConstant(-100);
  }

  std::shared_ptr<const BodyModel> model_;
  PersonObservation observation_;
  FitResult result_;
  BodyMesh mesh_;
  Image background_ = Image(200, 160, kPaper);
  OverlayOptions options_;
};

TEST_F(Overlay, KeypointsHaveTheColourOfTheirSide) {
  See("left_knee", 30, 40, 1);
  See("right_knee", 90, 40, 1);
  See("nose", 150, 40, 1);
  const Image image = Draw();
  EXPECT_EQ(image.at(30, 40), kLeftColor);
  EXPECT_EQ(image.at(90, 40), kRightColor);
  EXPECT_EQ(image.at(150, 40), kCenterColor);
  EXPECT_EQ(image.at(60, 40), kPaper);  // no limb joins the knees
  EXPECT_EQ(image.at(30, 60), kPaper);
}

TEST_F(Overlay, PointsOfTheSurfaceAreDots) {
  const Image without = Draw();
  observation_.dense.resize(2);
  observation_.dense[0].image_px = {60, 50};
  observation_.dense[1].image_px = {kNaN, 50};
  const Image with = Draw();
  EXPECT_GT(Distance(with.at(60, 50), without.at(60, 50)), 60);
  EXPECT_EQ(Distance(with.at(70, 50), without.at(70, 50)), 0);
  // They say where the person is where nothing else does: the picture is cropped to them.
  options_.crop = true;
  observation_.dense[1].image_px = {80, 90};
  const Image crop = Draw();
  EXPECT_NE(crop.width, 200);
}

TEST_F(Overlay, LimbsJoinSeenKeypointsOnly) {
  See("left_knee", 40, 20, 1);
  See("left_ankle", 40, 100, 1);
  See("right_knee", 120, 20, 1);
  EXPECT_EQ(Draw().at(40, 60), kLeftColor);
  EXPECT_EQ(Draw().at(120, 60), kPaper);
  See("right_ankle", 120, 100, 0);  // missing
  EXPECT_EQ(Draw().at(120, 60), kPaper);
  EXPECT_EQ(Draw().at(120, 100), kPaper);
  See("right_ankle", 120, 100, 1);
  EXPECT_EQ(Draw().at(120, 60), kRightColor);
}

TEST_F(Overlay, ConfidenceIsOpacity) {
  See("left_knee", 40, 40, 1);
  const int full = Distance(Draw().at(40, 40), kPaper);
  See("left_knee", 40, 40, 0.5);
  const int half = Distance(Draw().at(40, 40), kPaper);
  See("left_knee", 40, 40, 0.05);
  const int faint = Distance(Draw().at(40, 40), kPaper);
  EXPECT_GT(full, half + 30);
  EXPECT_GT(half, faint + 30);
  EXPECT_GT(faint, 30);
}

TEST_F(Overlay, BodyIsBlendedOverThePicture) {
  BeATriangle();
  observation_.set = nullptr;
  options_.mesh_opacity = 1;
  background_ = Image(200, 160, {0, 0, 0, 255});
  const Rgba solid = Draw().at(100, 90);
  EXPECT_GT(solid.r, 60);
  EXPECT_EQ(Draw().at(60, 90), (Rgba{0, 0, 0, 255}));    // left of x = -0.3 / 3 * 300 + 100
  EXPECT_EQ(Draw().at(195, 155), (Rgba{0, 0, 0, 255}));  // beyond the hypotenuse
  options_.mesh_opacity = 0.5;
  EXPECT_NEAR(Draw().at(100, 90).r, solid.r / 2, 2);
  result_.focal_px.setZero();  // no camera, no body
  EXPECT_EQ(Draw().at(100, 90), (Rgba{0, 0, 0, 255}));
}

TEST_F(Overlay, FittedKeypointsAreRingsTiedToTheObserved) {
  mesh_ = PoseMesh(*model_, BodyParameters::Zero(*model_));
  mesh_.vertices.setConstant(-100);  // behind the camera: neither body nor landmarks
  mesh_.joints.setConstant(-100);
  mesh_.joints.row(model_->JointIndex("left_knee")) << 0, 0, 3;        // seen at (100, 80)
  mesh_.joints.row(model_->JointIndex("right_knee")) << 0.1, 0.2, -3;  // behind: not at (90, 60)
  See("left_knee", 40, 80, 1);
  constexpr Rgba kDark = {60, 60, 60, 255};
  background_ = Image(200, 160, kDark);
  const Image image = Draw();
  EXPECT_EQ(image.at(40, 80), kLeftColor);
  EXPECT_GT(image.at(103, 80).r, 200);  // a pale ring of radius 3.5 px, open in the middle
  EXPECT_EQ(image.at(100, 80), kDark);
  EXPECT_GT(image.at(70, 80).r, 120);  // and a thin line to it
  EXPECT_EQ(image.at(70, 84), kDark);
  EXPECT_EQ(image.at(125, 80), kDark);
  EXPECT_EQ(image.at(93, 60), kDark);
}

TEST_F(Overlay, CropShowsThePersonEnlarged) {
  See("left_knee", 30, 40, 1);
  See("left_ankle", 50, 60, 1);
  options_.crop = true;
  options_.max_width = options_.max_height = 120;
  const Image image = Draw();
  // 20 px and 4 px of margin on each side: 28 px, enlarged by 4.
  EXPECT_EQ(image.width, 112);
  EXPECT_EQ(image.height, 112);
  EXPECT_EQ(image.at(16, 16), kLeftColor);
  EXPECT_EQ(image.at(96, 96), kLeftColor);
}

TEST_F(Overlay, CropKeepsTheBodyInItsPlace) {
  BeATriangle();
  See("left_knee", 20, 20, 1);
  See("left_ankle", 150, 150, 1);
  options_.crop = true;
  options_.margin = 0;  // at least 4 px: (16, 16) to (200, 160)
  options_.mesh_opacity = 1;
  options_.max_width = options_.max_height = 368;  // two px for each
  background_ = Image(200, 160, {0, 0, 0, 255});
  const Image image = Draw();
  ASSERT_EQ(image.width, 368);
  EXPECT_EQ(image.at(2 * (67 - 16), 2 * (110 - 16)), (Rgba{0, 0, 0, 255}));
  EXPECT_GT(image.at(2 * (73 - 16), 2 * (110 - 16)).r, 60);
  EXPECT_EQ(image.at(2 * (130 - 16), 2 * (57 - 16)), (Rgba{0, 0, 0, 255}));
  EXPECT_GT(image.at(2 * (130 - 16), 2 * (63 - 16)).r, 60);
}

TEST_F(Overlay, PictureOfUnknownSizeIsMadeToFit) {
  observation_.image_width = observation_.image_height = 0;
  See("left_knee", 30, 4000, 1);
  See("left_ankle", 50, 9000, 1);
  const Image image = DrawOverlay(observation_, result_, *model_, mesh_, nullptr, options_);
  EXPECT_LE(image.width, 200);
  EXPECT_EQ(image.height, 160);
  EXPECT_GT(Count(image, kLeftColor, 40), 50);
}

TEST_F(Overlay, LargePicturesShrinkToTheLimit) {
  background_ = Image(2000, 1000, kPaper);
  observation_.image_width = 2000;
  observation_.image_height = 1000;
  See("left_knee", 1000, 500, 1);
  const Image image = Draw();
  EXPECT_EQ(image.width, 200);
  EXPECT_EQ(image.height, 100);
  EXPECT_EQ(image.at(100, 50), kLeftColor);
}

TEST_F(Overlay, PointsFarOutsideAndNotFiniteAreLeftOut) {
  const Image bare = Draw();
  See("left_knee", 1e30, 40, 1);
  See("right_knee", kNaN, 40, 1);
  See("nose", 20, std::numeric_limits<double>::infinity(), 1);
  See("left_hip", 60, 60, kNaN);
  See("right_hip", 60, 60, -1);
  EXPECT_EQ(Draw().pixels, bare.pixels);
  options_.crop = true;
  EXPECT_FALSE(Draw().empty());
}

TEST_F(Overlay, BodyThatWentAstrayDoesNotHideThePerson) {
  mesh_ = PoseMesh(*model_, BodyParameters::Zero(*model_));
  mesh_.vertices.col(0).array() += 1e5;
  mesh_.vertices.col(2).array() += 1e3;
  mesh_.vertices(0, 0) = kNaN;
  See("left_knee", 30, 40, 1);
  See("left_ankle", 50, 80, 1);
  options_.crop = true;
  observation_.image_width = observation_.image_height = 0;
  EXPECT_GT(Count(DrawOverlay(observation_, result_, *model_, mesh_, nullptr, options_), kLeftColor), 50);
}

TEST_F(Overlay, PictureOfAnotherSizeIsScaledToTheNamedOne) {
  background_ = Image(400, 320, kPaper);
  for (int y = 0; y < 320; ++y) {
    for (int x = 200; x < 400; ++x) background_.at(x, y) = {0, 0, 200, 255};
  }
  const Image image = Draw();
  EXPECT_EQ(image.at(96, 150), kPaper);
  EXPECT_EQ(image.at(103, 150), (Rgba{0, 0, 200, 255}));
}

TEST_F(Overlay, SpatialKeypointsNeedNoCamera) {
  observation_.keypoints2d.resize(0, 3);
  observation_.keypoints3d.setZero(17, 4);
  observation_.keypoints3d.row(observation_.set->Index("left_knee")) << 0, 0, 0, 1;
  observation_.keypoints3d.row(observation_.set->Index("left_ankle")) << 0, 0.4, 0.01, 1;
  result_.focal_px.setZero();
  const Image image = Draw();
  EXPECT_EQ(image.height, 160);
  EXPECT_GT(Count(image, kLeftColor), 100);
}

TEST_F(Overlay, CaptionIsAStripBelowThePicture) {
  See("left_knee", 30, 40, 1);
  const Image bare = Draw();
  options_.caption = true;
  result_.reason = reason::kNoConvergence;
  result_.usable = false;
  const Image bad = Draw();
  ASSERT_GT(bad.height, bare.height);
  for (int x = 0; x < bare.width; ++x) EXPECT_EQ(bad.at(x, 100), bare.at(x, 100));
  result_.usable = true;
  const Image doubtful = Draw();
  EXPECT_NE(bad.at(14, bare.height + 16), doubtful.at(14, bare.height + 16)) << "the verdict has a colour";
  result_.reason = reason::kOk;
  EXPECT_NE(Draw().at(14, bare.height + 16), doubtful.at(14, bare.height + 16));
}

TEST_F(Overlay, NothingAtAllIsStillAPicture) {
  for (const bool crop : {false, true}) {
    options_.crop = crop;
    options_.caption = true;
    EXPECT_FALSE(
        DrawOverlay(PersonObservation(), FitResult(), *model_, BodyMesh(), nullptr, options_).empty());
    const Image empty;
    EXPECT_FALSE(DrawOverlay(observation_, FitResult(), *model_, BodyMesh(), &empty, options_).empty());
  }
}

TEST_F(Overlay, BrokenContractsThrow) {
  mesh_.vertices = MatrixX3d::Zero(3, 3);
  EXPECT_THROW(Draw(), ContractError);
  mesh_.vertices.resize(0, 3);
  options_.max_height = 0;
  EXPECT_THROW(Draw(), ContractError);
}

// A result of 3D keypoints without them: no camera is known, and the body far from the origin.
TEST_F(Overlay, ABodyWithoutACameraIsSeenFromAfar) {
  const auto body = Mannequin();
  PersonObservation nothing;
  FitResult result;
  result.usable = true;
  options_ = OverlayOptions();
  options_.caption = false;
  std::vector<Image> images;
  for (const double turn : {0.0, kPi}) {  // y up, and in camera axes
    result.parameters = BodyParameters::Zero(*body);
    result.parameters.global_orient.x() = turn;
    result.parameters.transl = {0.5, 1, turn == 0 ? -2.0 : 4.0};
    images.push_back(
        DrawOverlay(nothing, result, *body, PoseMesh(*body, result.parameters), nullptr, options_));
    const Image empty = DrawOverlay(nothing, result, *body, BodyMesh(), nullptr, options_);
    EXPECT_GT(images.back().height, 400);
    const Rgba middle = images.back().at(images.back().width / 2, images.back().height / 2);
    EXPECT_GT(Distance(middle, empty.at(empty.width / 2, empty.height / 2)), 40);
  }
  // Both stand upright before the viewer, and look alike but for rounding at edges.
  ASSERT_EQ(images[0].width, images[1].width);
  int different = 0;
  for (size_t i = 0; i < images[0].pixels.size(); ++i)
    different += Distance(images[0].pixels[i], images[1].pixels[i]) > 30;
  EXPECT_LT(different, static_cast<int>(images[0].pixels.size()) / 100);
}

TEST_F(Overlay, AViewFromTheSideIsNarrowAndHasNoPicture) {
  const auto body = Mannequin();
  result_.parameters = BodyParameters::Zero(*body);
  result_.parameters.global_orient.x() = kPi;
  result_.parameters.transl.z() = 4;
  const BodyMesh mesh = PoseMesh(*body, result_.parameters);
  const Image red(200, 160, {255, 0, 0, 255});
  const auto width_at = [&](double yaw, double pitch) {
    options_ = OverlayOptions();
    options_.caption = false;
    options_.angle = ViewAngle{yaw, pitch};
    const Image image = DrawOverlay(observation_, result_, *body, mesh, &red, options_);
    EXPECT_EQ(Count(image, {255, 0, 0, 255}, 60), 0);
    // Columns with the body's colour in them.
    int columns = 0;
    for (int x = 0; x < image.width; ++x) {
      bool any = false;
      for (int y = 0; y < image.height; ++y) any = any || image.at(x, y).r > image.at(x, y).b + 12;
      columns += any;
    }
    return static_cast<double>(columns) / image.height;
  };
  const double front = width_at(0, 0), side = width_at(kPi / 2, 0), top = width_at(0, kPi / 2);
  EXPECT_GT(front, 0.7);  // arms spread
  EXPECT_LT(side, 0.4);
  EXPECT_GT(top, 1.5);
}

TEST_F(Overlay, AKeptPainterDrawsTheSame) {
  BeATriangle();
  See("left_knee", 40, 40, 1);
  OverlayPainter painter;
  const Image first = painter.Draw(observation_, result_, *model_, mesh_, &background_, options_);
  options_.supersampling = 2;
  painter.Draw(observation_, result_, *model_, BodyMesh(), &background_, options_);
  options_.supersampling = 3;
  EXPECT_EQ(painter.Draw(observation_, result_, *model_, mesh_, &background_, options_).pixels, first.pixels);
  EXPECT_EQ(Draw().pixels, first.pixels);
}

TEST_F(Overlay, APictureNeedsNotBeFinerThanItIsShown) {
  BeATriangle();
  options_.max_width = options_.max_height = 80;
  EXPECT_NEAR(OverlayScale(observation_, result_, *model_, mesh_, options_), 0.4, 1e-12);
  options_.angle = ViewAngle{};
  EXPECT_EQ(OverlayScale(observation_, result_, *model_, mesh_, options_), 0);
}

TEST(CanvasDrawing, OnlyWhatIsSeenOfALargeImageIsCopiedAndNothingElseChanges) {
  Image large(900, 700);
  for (int y = 0; y < large.height; ++y) {
    for (int x = 0; x < large.width; ++x) {
      large.at(x, y) = {static_cast<std::uint8_t>(x * 7 % 256), static_cast<std::uint8_t>(y * 5 % 256),
                        static_cast<std::uint8_t>((x + y) % 256), 255};
    }
  }
  for (const double scale : {0.3, 1.0, 2.5}) {
    // Where the image is drawn whole, and the same place seen through a small window.
    Canvas whole(static_cast<int>(900 * scale) + 1, static_cast<int>(700 * scale) + 1), window(60, 50);
    whole.DrawImage(large, 0, 0, scale);
    const int left = static_cast<int>(300 * scale), top = static_cast<int>(400 * scale);
    window.DrawImage(large, -left, -top, scale);
    const Image expected = whole.ToImage(), found = window.ToImage();
    int farthest = 0;
    for (int y = 0; y < found.height; ++y) {
      for (int x = 0; x < found.width; ++x)
        farthest = std::max(farthest, Distance(found.at(x, y), expected.at(left + x, top + y)));
    }
    EXPECT_LE(farthest, 3) << scale;
  }
}

TEST(CanvasDrawing, PictureRoundTrip) {
  Image image(3, 2, {10, 20, 30, 255});
  image.at(2, 1) = {200, 0, 90, 255};
  image.at(0, 0) = {255, 128, 0, 0};
  const Image again = Canvas(image).ToImage();
  EXPECT_EQ(again.at(1, 0), image.at(1, 0));
  EXPECT_EQ(again.at(2, 1), image.at(2, 1));
  EXPECT_EQ(again.at(0, 0).a, 0);
}

TEST(CanvasDrawing, ShapesLieWhereTheyAreAskedFor) {
  Canvas canvas(Image(20, 20, kPaper));
  canvas.DrawBox(2, 3, 4, 5, 0, {255, 0, 0, 255});
  const Image image = canvas.ToImage();
  EXPECT_EQ(Count(image, {255, 0, 0, 255}), 20);
  EXPECT_EQ(image.at(2, 3), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(image.at(5, 7), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(image.at(6, 7), kPaper);
}

TEST(CanvasDrawing, FarAndNonFiniteShapesChangeNothing) {
  Canvas canvas(Image(20, 20, kPaper));
  const Image before = canvas.ToImage();
  for (const double bad : {kNaN, 1e300, -1e9, std::numeric_limits<double>::infinity()}) {
    canvas.DrawLine(bad, 0, 10, 10, 3, kLeftColor);
    canvas.DrawDisc(5, bad, 3, kLeftColor);
    canvas.DrawRing(bad, 5, 3, 1, kLeftColor);
    canvas.DrawBox(0, 0, bad, 3, 0, kLeftColor);
    canvas.DrawText(bad, 5, 100, "x", TextStyle());
    canvas.DrawImage(Image(2, 2, kLeftColor), bad, 0, 1);
  }
  EXPECT_EQ(canvas.ToImage().pixels, before.pixels);
  canvas.DrawDisc(5, 5, 3, kLeftColor);  // and the canvas still works
  EXPECT_EQ(canvas.ToImage().at(5, 5), kLeftColor);
}

TEST(CanvasDrawing, TextStaysInItsRoomWhateverItsBytes) {
  Canvas canvas(Image(200, 30, kPaper));
  const TextStyle style;
  const double wide = canvas.TextWidth("a caption that is rather long", style);
  if (wide == 0) GTEST_SKIP() << "no font is installed";
  EXPECT_LE(canvas.DrawText(5, 20, 60, "a caption that is rather long", style), 60);
  const Image image = canvas.ToImage();
  int ink = 0;
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 200; ++x) {
      if (image.at(x, y) == kPaper) continue;
      ++ink;
      EXPECT_LT(x, 67);
    }
  }
  EXPECT_GT(ink, 50);
  EXPECT_GT(canvas.DrawText(0, 20, 500, "\xff\xfe broken \xc3", style), 0);
  EXPECT_GT(canvas.DrawText(0, 20, 500, "J\xc3\xbcrgen", style), 0);
  EXPECT_EQ(canvas.TextWidth("a\xff", style), canvas.TextWidth("a?", style));
  EXPECT_EQ(canvas.DrawText(0, 20, 500, "", style), 0);
  EXPECT_EQ(canvas.DrawText(0, 20, 0.5, "no room", style), 0);
}

TEST(CanvasDrawing, SizesAreChecked) {
  EXPECT_THROW(Canvas(0, 5), ContractError);
  EXPECT_THROW(Canvas(5, 20000), ContractError);
  EXPECT_THROW(Canvas{Image()}, ContractError);
}

TEST(ContactSheetPage, PicturesKeepTheirPixelsAndOrder) {
  const std::vector<Image> images = {Image(40, 30, {255, 0, 0, 255}), Image(40, 30, {0, 255, 0, 255}),
                                     Image(20, 30, {0, 0, 255, 255})};
  const Image sheet = ContactSheet(images, 2, {"one\nfirst", "two", "three"}, "Title");
  EXPECT_EQ(Count(sheet, {255, 0, 0, 255}), 40 * 30);
  EXPECT_EQ(Count(sheet, {0, 255, 0, 255}), 40 * 30);
  EXPECT_EQ(Count(sheet, {0, 0, 255, 255}), 20 * 30);
  const auto first = [&](const Rgba& color) {
    for (int i = 0;; ++i) {
      if (sheet.pixels[i] == color) return std::pair(i % sheet.width, i / sheet.width);
    }
  };
  EXPECT_LT(first({255, 0, 0, 255}).first, first({0, 255, 0, 255}).first);
  EXPECT_EQ(first({255, 0, 0, 255}).second, first({0, 255, 0, 255}).second);
  EXPECT_GT(first({0, 0, 255, 255}).second, first({255, 0, 0, 255}).second + 30);
}

TEST(ContactSheetPage, ShrinksAndChecks) {
  EXPECT_LT(ContactSheet({Image(1000, 500, kLeftColor)}, 5, {}, "", 100).width, 160);
  EXPECT_FALSE(ContactSheet({}, 3).empty());
  EXPECT_FALSE(ContactSheet({Image(), Image(0, 7)}, 3, {"a", ""}).empty());
  EXPECT_THROW(ContactSheet({Image()}, 0), ContractError);
  EXPECT_THROW(ContactSheet({Image()}, 1, {"a", "b"}), ContractError);
  EXPECT_THROW(ContactSheet(std::vector<Image>(100, Image(400, 400)), 1), ContractError);
}

}  // namespace
}  // namespace vitruvius::overlay_test
