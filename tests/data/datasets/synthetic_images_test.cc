// Pictures of people, against what is said to be true of them.
#include "data/datasets/synthetic_images.h"

#include <cmath>
#include <limits>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <Eigen/Geometry>

#include "data/bodies/body_chart.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/body/surface_sampling.h"
#include "models/camera/camera.h"
#include "models/rendering/rasterizer.h"
#include "models/util/check.h"
#include "tests/util/made_poses.h"

namespace vitruvius::synthetic_images_test {
namespace {

constexpr int kImages = 12;
constexpr double kRounding = 1e-6;  // px and metres: sums of doubles in another order

SyntheticImageOptions SmallOptions() {
  SyntheticImageOptions options;
  options.size_px = 128;
  return options;
}

// It takes the longest of all to make.
std::shared_ptr<const SurfaceChart> Chart() {
  static const std::shared_ptr<const SurfaceChart> chart = ChartOrOwn(*Mannequin());
  return chart;
}

SyntheticImages MakeImages(const SyntheticImageOptions& options) {
  const auto model = Mannequin();
  return SyntheticImages(model, Chart(), MakePoses(30), options);
}

PerspectiveCamera CameraOf(const SyntheticImage& image) {
  return {*image.observation.focal_px, *image.observation.center_px};
}

// Distance along the ray from the camera to the nearest face, as a multiple of the ray; by Moeller and
// Trumbore, through all faces one by one.
double NearestHit(const MatrixX3d& vertices, const MatrixX3i& faces, const Eigen::Vector3d& ray) {
  double nearest = std::numeric_limits<double>::infinity();
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    const Eigen::Vector3d a = vertices.row(faces(f, 0)), b = vertices.row(faces(f, 1)),
                          c = vertices.row(faces(f, 2));
    const Eigen::Vector3d p = ray.cross(c - a);
    const double determinant = p.dot(b - a);
    if (std::abs(determinant) < 1e-15) continue;
    const double u = -a.dot(p) / determinant;
    const Eigen::Vector3d q = (-a).cross(b - a);
    const double v = ray.dot(q) / determinant, t = (c - a).dot(q) / determinant;
    if (u >= 0 && v >= 0 && u + v <= 1 && t > 0) nearest = std::min(nearest, t);
  }
  return nearest;
}

std::uint8_t MaskAt(const SyntheticImage& image, const Eigen::Vector2d& at) {
  const auto x = static_cast<size_t>(at.x()), y = static_cast<size_t>(at.y());
  return image.mask[y * static_cast<size_t>(image.image.width) + x];
}

class SyntheticImagesTest : public testing::Test {
 protected:
  SyntheticImagesTest() : images_(MakeImages(SmallOptions())), workspace_(images_) {
    for (int i = 0; i < kImages; ++i) made_.push_back(images_.Make(i, &workspace_));
  }

  const std::shared_ptr<const BodyModel> model_ = Mannequin();
  const SyntheticImages images_;
  SyntheticImages::Workspace workspace_;
  std::vector<SyntheticImage> made_;
};

TEST_F(SyntheticImagesTest, PointsAreWhereTheTrueBodyPutsThem) {
  const auto chart = Chart();
  const KeypointBinding binding = BindKeypoints(*FindKeypointSet("coco17"), *model_);
  BodyEvaluator keypoints(model_, binding.points);
  size_t num_points = 0;
  for (const SyntheticImage& image : made_) {
    const PerspectiveCamera camera = CameraOf(image);
    const BodyMesh body = PoseMesh(*model_, image.truth.parameters);
    EXPECT_TRUE(body.joints.isApprox(image.truth.joints3d, kRounding));
    keypoints.Evaluate(image.truth.parameters, false);
    for (int i = 0; i < binding.points.size(); ++i) {
      const int k = binding.keypoint_of_point[static_cast<size_t>(i)];
      const Eigen::Vector2d at = camera.ImgFromCam<double>(keypoints.points().row(i));
      const bool is_inside = at.minCoeff() >= 0 && at.maxCoeff() < image.image.width;
      EXPECT_EQ(image.visibility[k] > 0, is_inside);
      EXPECT_EQ(image.observation.keypoints2d(k, 2), is_inside ? 1 : 0);
      if (!is_inside) continue;
      EXPECT_LT((image.observation.keypoints2d.row(k).head<2>().transpose() - at).norm(), kRounding);
    }
    for (const DensePoint& point : image.observation.dense) {
      ++num_points;
      const SurfacePlace place{point.face, point.bary};
      const Eigen::Vector3d by_face = PositionOf(place, *model_, body.vertices);
      EXPECT_LT((camera.ImgFromCam(by_face) - point.image_px).norm(), kRounding);
      // And by the coordinates, which are all that a file keeps.
      const auto found = chart->Find(point.part, point.uv);
      ASSERT_TRUE(found.has_value());
      const SurfacePlace looked_up{found->face, found->bary};
      EXPECT_LT((PositionOf(looked_up, *model_, body.vertices) - by_face).norm(), 1e-5);
    }
  }
  EXPECT_GT(num_points, 60u * kImages);
}

TEST_F(SyntheticImagesTest, NothingLiesBeforeThePointsThatAreSeen) {
  for (const SyntheticImage& image : made_) {
    const MatrixX3d vertices = PoseMesh(*model_, image.truth.parameters).vertices;
    for (const DensePoint& point : image.observation.dense) {
      const Eigen::Vector3d at = PositionOf({point.face, point.bary}, *model_, vertices);
      // A multiple below 1 would be something nearer; its own face may round to a little less.
      EXPECT_GT(NearestHit(vertices, model_->faces(), at), 1 - 1e-6);
      const Eigen::Vector3d a = vertices.row(model_->faces()(point.face, 0)),
                            b = vertices.row(model_->faces()(point.face, 1)),
                            c = vertices.row(model_->faces()(point.face, 2));
      EXPECT_LT((b - a).cross(c - a).dot(at), 0) << "its outside is turned away";
      EXPECT_EQ(MaskAt(image, point.image_px), 255);
    }
  }
}

TEST_F(SyntheticImagesTest, KeypointsOfTheSurfaceAreHiddenWhereSomethingIsBefore) {
  const KeypointBinding binding = BindKeypoints(*FindKeypointSet("coco17"), *model_);
  BodyEvaluator keypoints(model_, binding.points);
  int num_seen = 0, num_hidden = 0;
  for (const SyntheticImage& image : made_) {
    const MatrixX3d vertices = PoseMesh(*model_, image.truth.parameters).vertices;
    keypoints.Evaluate(image.truth.parameters, false);
    for (int i = 0; i < binding.points.size(); ++i) {
      if (binding.points.items[static_cast<size_t>(i)].joint >= 0) continue;
      const int k = binding.keypoint_of_point[static_cast<size_t>(i)];
      const Eigen::Vector3d at = keypoints.points().row(i);
      if (image.visibility[k] == 0) continue;
      const double before_m = (1 - NearestHit(vertices, model_->faces(), at)) * at.norm();
      constexpr double kClearlyHiddenM = 0.06, kClearlySeenM = 1e-4;
      const bool is_covered = MaskAt(image, CameraOf(image).ImgFromCam(at)) == 0;
      if (before_m > kClearlyHiddenM) {
        EXPECT_EQ(image.visibility[k], 1) << before_m;
        ++num_hidden;
      } else if (std::abs(before_m) < kClearlySeenM && !is_covered) {
        EXPECT_EQ(image.visibility[k], 2) << before_m;
        ++num_seen;
      }
    }
  }
  EXPECT_GT(num_seen, 5);
  EXPECT_GT(num_hidden, 5);
}

TEST_F(SyntheticImagesTest, TheMaskIsTheBodyLessWhatIsBeforeIt) {
  SyntheticImageOptions options = SmallOptions();
  for (const double occluded : {0.0, 1.0}) {
    options.occluded_share = occluded;
    const SyntheticImages images = MakeImages(options);
    SyntheticImages::Workspace workspace(images);
    long covered = 0;
    for (int i = 0; i < kImages; ++i) {
      const SyntheticImage image = images.Make(i, &workspace);
      const PerspectiveCamera camera = CameraOf(image);
      RenderView view{options.size_px, options.size_px, camera.focal_px, camera.center_px};
      RenderOptions render;
      render.supersampling = options.supersampling;
      Rendering alone;
      Rasterizer().Render(PoseMesh(*model_, image.truth.parameters).vertices, model_->faces(), view, render,
                          &alone);
      for (size_t p = 0; p < alone.mask.size(); ++p) {
        EXPECT_LE(image.mask[p], alone.mask[p]);
        covered += alone.mask[p] != image.mask[p];
      }
    }
    EXPECT_EQ(covered > 0, occluded > 0);
  }
}

// Bodies of two shapes before the same background: where neither is, the pictures are the same.
TEST_F(SyntheticImagesTest, ThePersonIsWhereTheMaskIs) {
  SyntheticImageOptions options = SmallOptions();
  options.occluded_share = 0;
  const SyntheticImages first = MakeImages(options);
  options.betas_sd = 3;
  const SyntheticImages second = MakeImages(options);
  SyntheticImages::Workspace of_first(first), of_second(second);
  for (int i = 0; i < kImages; ++i) {
    const SyntheticImage a = first.Make(i, &of_first), b = second.Make(i, &of_second);
    const int size = options.size_px;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        bool near_body = false;  // edges are smooth over a pixel
        for (int k = 0; k < 9; ++k) {
          const int column = std::clamp(x + k % 3 - 1, 0, size - 1),
                    row = std::clamp(y + k / 3 - 1, 0, size - 1);
          const auto at = static_cast<size_t>(row * size + column);
          near_body = near_body || a.mask[at] != 0 || b.mask[at] != 0;
        }
        if (near_body) continue;
        ASSERT_EQ(a.image.at(x, y), b.image.at(x, y)) << i << ": " << x << ", " << y;
      }
    }
  }
}

TEST_F(SyntheticImagesTest, OccludersHideKeypoints) {
  SyntheticImageOptions options = SmallOptions();
  options.occluded_share = 1;
  const SyntheticImages images = MakeImages(options);
  SyntheticImages::Workspace workspace(images);
  int num_covered = 0;
  for (int i = 0; i < kImages; ++i) {
    const SyntheticImage image = images.Make(i, &workspace);
    for (int k = 0; k < 17; ++k) {
      if (image.visibility[k] == 0) continue;
      const Eigen::Vector2d at = image.observation.keypoints2d.row(k).head<2>();
      bool is_alone = true;  // nothing of the person within a pixel
      for (int step = 0; step < 9; ++step) {
        const Eigen::Vector2d beside = at + Eigen::Vector2d(step % 3 - 1, step / 3 - 1);
        const bool is_inside = beside.minCoeff() >= 0 && beside.maxCoeff() < options.size_px;
        is_alone = is_alone && (!is_inside || MaskAt(image, beside) == 0);
      }
      if (!is_alone) continue;
      EXPECT_EQ(image.visibility[k], 1);
      ++num_covered;
    }
  }
  EXPECT_GT(num_covered, 3);
}

TEST_F(SyntheticImagesTest, APictureDependsOnItsNumberAlone) {
  SyntheticImages::Workspace other(images_);
  for (const int i : {7, 2, 11}) {
    const SyntheticImage again = images_.Make(i, &other);
    const SyntheticImage& image = made_[static_cast<size_t>(i)];
    EXPECT_EQ(again.image.pixels, image.image.pixels);
    EXPECT_EQ(again.mask, image.mask);
    EXPECT_EQ(again.observation.keypoints2d, image.observation.keypoints2d);
    EXPECT_EQ(again.truth.parameters.body_pose, image.truth.parameters.body_pose);
    ASSERT_EQ(again.observation.dense.size(), image.observation.dense.size());
  }
  EXPECT_NE(made_[0].image.pixels, made_[1].image.pixels);
  SyntheticImageOptions options = SmallOptions();
  options.seed = 2;
  const SyntheticImages reseeded = MakeImages(options);
  SyntheticImages::Workspace workspace(reseeded);
  EXPECT_NE(reseeded.Make(0, &workspace).image.pixels, made_[0].image.pixels);
}

TEST_F(SyntheticImagesTest, PosesAreDrawnByTheirWeights) {
  PoseCollection poses = MakePoses(3);
  poses.weights = {0, 1e-12, 1};
  const SyntheticImages images(model_, Chart(), poses, SmallOptions());
  SyntheticImages::Workspace workspace(images);
  for (int i = 0; i < 3; ++i) {
    const Eigen::VectorXd pose = images.Make(i, &workspace).truth.parameters.body_pose;
    EXPECT_LT((pose.head(60) - poses.poses.row(2).head(60).transpose()).norm(), kRounding);
  }
}

TEST_F(SyntheticImagesTest, PeopleAreLargeAndMostlyInThePicture) {
  for (const SyntheticImage& image : made_) {
    EXPECT_GE(image.box_px.tail<2>().maxCoeff(), 0.3 * image.image.width);
    EXPECT_GE((image.visibility.array() > 0).count(), 8);
    EXPECT_LE(image.observation.dense.size(), 125u);
    std::array<int, kNumChartParts> of_part = {};
    for (const DensePoint& point : image.observation.dense) ++of_part[static_cast<size_t>(point.part - 1)];
    EXPECT_LE(*std::max_element(of_part.begin(), of_part.end()), 14);
  }
}

TEST(SyntheticImagesContracts, OptionsAndChartsAreChecked) {
  SyntheticImageOptions options;
  options.size_px = 8;
  EXPECT_THROW(MakeImages(options), ContractError);
  SurfaceChartData fewer = Chart()->data();
  fewer.faces.row(0).swap(fewer.faces.row(1));
  EXPECT_THROW(SyntheticImages(Mannequin(), SurfaceChart::Create(fewer), MakePoses(2), SmallOptions()),
               InputError);
}

}  // namespace
}  // namespace vitruvius::synthetic_images_test
