// Crops of people: what goes where, antialiasing, and labels that stay with the picture.
#include "data/datasets/image_crops.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/check.h"

namespace vitruvius::image_crops_test {
namespace {

constexpr std::array<float, 3> kFill = {0.5f, 0.25f, 0.75f};

TEST(CropFrame, IsTheBoxWithAMargin) {
  MatrixX2d points(3, 2);
  points << 10, 20, 30, 60, 12, 30;
  const auto frame = FrameAround(points, 1.2);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->center_px, Eigen::Vector2d(20, 40));
  EXPECT_DOUBLE_EQ(frame->half_px, 24);
  EXPECT_FALSE(FrameAround(points.topRows(1)));
  EXPECT_FALSE(FrameAround(points.topRows(0)));
  PersonObservation person;
  person.keypoints2d.resize(3, 3);
  person.keypoints2d << 10, 20, 1, 0, 0, 0, 20, 30, 0.5;  // the second was not seen
  DensePoint point;
  point.image_px = {30, 60};
  person.dense.push_back(point);
  EXPECT_EQ(FrameOf(person, 1.2)->center_px, Eigen::Vector2d(20, 40));
  person.box_px = Eigen::Vector4d(100, 200, 50, 20);
  EXPECT_EQ(FrameOf(person, 1.2)->center_px, Eigen::Vector2d(20, 40));  // what is seen goes first
  person.dense.clear();
  person.keypoints2d.setZero();
  EXPECT_EQ(FrameOf(person, 1.2)->center_px, Eigen::Vector2d(125, 210));
  EXPECT_DOUBLE_EQ(FrameOf(person, 1.2)->half_px, 30);
  person.box_px.reset();
  EXPECT_FALSE(FrameOf(person, 1.2));
}

CropView SomeView(Rng* rng) {
  const CropChange change = DrawCropChange(CropAugmentation(), rng);
  return change.ViewOf({{120, 80}, 45});
}

// The picture's points and the body's, seen in the turned crop, are the same.
TEST(CropView, LabelsStayWithThePicture) {
  const std::shared_ptr<const BodyModel> model = Mannequin();
  PointSet points = PointSet::AllJoints(*model);
  points.AddVertex(100).AddVertex(2000);
  SegmentEvaluator evaluator(model, points);
  Rng rng(1);
  for (int n = 0; n < 5; ++n) {
    SegmentParameters person = SegmentParameters::Rest(*model);
    for (double& angle : person.angles) angle = 0.3 * rng.Normal();
    for (int i = 0; i < 9; ++i) person.rotation.data()[i] += 0.4 * rng.Normal();
    person.camera = {50, 118, 84};
    CropView view = SomeView(&rng);
    view.turn_rad = 0.4 - 0.3 * n;
    ASSERT_TRUE(evaluator.Evaluate(person, false));
    const MatrixX3d in_picture = evaluator.points();
    const SegmentParameters in_crop = view.CropFromPicture(person);
    ASSERT_TRUE(evaluator.Evaluate(in_crop, false));
    for (Eigen::Index i = 0; i < in_picture.rows(); ++i) {
      const Eigen::Vector2d px = in_picture.row(i).head<2>().transpose(),
                            crop = evaluator.points().row(i).head<2>().transpose();
      EXPECT_LT((view.CropFromPicture(px) - crop).norm(), 1e-9);
      EXPECT_LT((view.PictureFromCrop(crop) - px).norm(), 1e-9);
    }
    const SegmentParameters back = view.PictureFromCrop(in_crop);
    EXPECT_LT((back.rotation - person.rotation).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((back.camera - person.camera).cwiseAbs().maxCoeff(), 1e-9);
  }
}

// A white dot of the picture is found where the view says.
TEST(SampleCrop, ShowsThingsWhereTheViewSays) {
  constexpr int kSide = 64;
  Image picture(240, 160, {0, 0, 0, 255});
  const Eigen::Vector2d dot(131.5, 71.5);
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) picture.at(131 + dx, 71 + dy) = {255, 255, 255, 255};
  }
  Rng rng(2);
  for (int n = 0; n < 8; ++n) {
    const CropView view = SomeView(&rng);
    const CropSource source = CutForCrops(picture, view.frame, kSide, ReachOf(CropAugmentation()));
    const std::vector<float> crop = SampleCrop(source, view, kSide, {0, 0, 0});
    Eigen::Vector2d middle = Eigen::Vector2d::Zero();
    double total = 0;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const double value = crop[static_cast<size_t>(y * kSide + x)];
        middle += value * Eigen::Vector2d(x + 0.5, y + 0.5);
        total += value;
      }
    }
    const Eigen::Vector2d expected =
        (view.CropFromPicture(dot) + Eigen::Vector2d::Ones()) * kSide / 2;  // px of the crop
    EXPECT_LT((middle / total - expected).norm(), 0.1) << n;
  }
}

TEST(SampleCrop, FineStripesBecomeGreyAndTheOutsideIsFilled) {
  Image picture(400, 400, {0, 0, 0, 255});
  for (int y = 0; y < 400; ++y) {
    for (int x = 0; x < 400; x += 2) picture.at(x, y) = {255, 255, 255, 255};
  }
  const CropView view = {{{200, 200}, 250}};
  const CropSource source = CutForCrops(picture, view.frame, 32, 1);
  EXPECT_GT(source.px_per_pixel, 4);
  const std::vector<float> crop = SampleCrop(source, view, 32, kFill);
  for (int i = 8; i < 24; ++i) EXPECT_NEAR(crop[static_cast<size_t>(16 * 32 + i)], 0.5, 0.01);
  for (size_t c = 0; c < 3; ++c) EXPECT_FLOAT_EQ(crop[c * 32 * 32], kFill[c]);
  // A frame beside the picture is all fill.
  const CropFrame beside = {{-500, 100}, 50};
  for (const float value : SampleCrop(CutForCrops(picture, beside, 8, 1), {beside}, 8, {0.5f, 0.5f, 0.5f}))
    EXPECT_FLOAT_EQ(value, 0.5f);
}

TEST(ChangeColors, KeepsWhatIsNotAskedForAndErases) {
  std::vector<float> crop(3 * 16 * 16);
  Rng rng(1);
  for (float& value : crop) value = static_cast<float>(rng.Uniform());
  std::vector<float> same = crop;
  ChangeColors(CropChange(), 16, &same);
  for (size_t i = 0; i < crop.size(); ++i) EXPECT_NEAR(same[i], crop[i], 1e-6);
  CropChange change;
  change.erased = {0.25, 0.5, 0.5, 0.25};
  change.erased_color = {0.1f, 0.2f, 0.3f};
  ChangeColors(change, 16, &crop);
  EXPECT_FLOAT_EQ(crop[8 * 16 + 4], 0.1f);
  EXPECT_FLOAT_EQ(crop[2 * 256 + 11 * 16 + 11], 0.3f);
  EXPECT_NE(crop[7 * 16 + 4], 0.1f);
  CropChange grey;
  grey.saturation = 0;
  ChangeColors(grey, 16, &crop);
  for (size_t i = 0; i < 256; ++i) EXPECT_NEAR(crop[i], crop[512 + i], 1e-6);
}

TEST(MirrorCrop, TurnsEveryRowOfEveryPlane) {
  std::vector<float> crop = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  MirrorCrop(2, &crop);
  EXPECT_EQ(crop, (std::vector<float>{2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11}));
}

TEST(DrawCropChange, FollowsFromTheRngWithinItsBounds) {
  const CropAugmentation augmentation;
  Rng a(5), b(5);
  bool erased = false, turned = false, upright = false;
  for (int n = 0; n < 50; ++n) {
    const CropChange change = DrawCropChange(augmentation, &a), again = DrawCropChange(augmentation, &b);
    EXPECT_EQ(change.turn_rad, again.turn_rad);
    EXPECT_LE(std::abs(change.turn_rad), augmentation.turn_deg * EIGEN_PI / 180);
    EXPECT_LE(std::abs(change.zoom - 1), augmentation.zoom);
    erased = erased || change.erased[2] > 0;
    turned = turned || change.turn_rad != 0;
    upright = upright || change.turn_rad == 0;
  }
  EXPECT_TRUE(erased && turned && upright);
  const CropChange none = DrawCropChange(CropAugmentation::None(), &a);
  EXPECT_EQ(none.zoom, 1);
  EXPECT_EQ(none.turn_rad, 0);
  EXPECT_EQ(none.erased[2], 0);
  CropAugmentation wrong;
  wrong.zoom = 1;
  EXPECT_THROW(wrong.Check(), ContractError);
}

}  // namespace
}  // namespace vitruvius::image_crops_test
