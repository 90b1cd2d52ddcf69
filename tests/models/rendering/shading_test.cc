#include "models/rendering/shading.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "models/rendering/occlusion.h"
#include "models/util/check.h"

namespace vitruvius::shading_test {
namespace {

RenderView MakeView(int width, int height) {
  RenderView view;
  view.width = width;
  view.height = height;
  return view;
}

TEST(Shading, SrgbGoesThereAndBack) {
  for (int value = 0; value < 256; ++value) {
    const Eigen::Vector3f linear = LinearFromSrgb(Eigen::Vector3f::Constant(static_cast<float>(value) / 255));
    EXPECT_EQ(Srgb8FromLinear(linear.x()), value);
  }
  EXPECT_EQ(Srgb8FromLinear(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_EQ(Srgb8FromLinear(7), 255);
  EXPECT_EQ(Srgb8FromLinear(-7), 0);
  EXPECT_NEAR(LinearFromSrgb(Eigen::Vector3f(0.5f, 2, -1)).x(), 0.21404f, 1e-5f);
}

TEST(Shading, TheStudioTurnsAndHasATint) {
  const Eigen::Vector3f left(-1, 0, 0), right(1, 0, 0), white(1, 1, 1);
  const auto light = [&](const Eigen::Vector3f& normal, const StudioLight& studio) {
    return ShadeStudio(normal, normal, white, studio);  // seen face on: without the rim's light
  };
  StudioLight turned;
  turned.studio_from_cam = Eigen::Vector3f(-1, 1, -1).asDiagonal();  // half a turn about the vertical
  EXPECT_GT(light(left, {}).y(), 1.5f * light(right, {}).y());
  EXPECT_GT(light(right, turned).y(), 1.5f * light(left, turned).y());
  StudioLight red;
  red.tint = Eigen::Vector3f(0.5f, 0, 0);
  const Eigen::Vector3f plain = light(left, {});
  EXPECT_TRUE(light(left, red).isApprox(Eigen::Vector3f(0.5f * plain.x(), 0, 0)));
  turned.studio_from_cam(0, 0) = 1;  // a mirror image is no turn
  EXPECT_THROW(turned.Check(), ContractError);
  red.tint.y() = -1;
  EXPECT_THROW(red.Check(), ContractError);
}

TEST(Shading, SkyIsBrighterThanGround) {
  // Turned away from every lamp: only the ambient is left.
  const auto light = [](float y) {
    const Eigen::Vector3f normal = Eigen::Vector3f(0.3f, y, 0.9f).normalized();
    return ShadeStudio(normal, normal, Eigen::Vector3f::Ones());
  };
  EXPECT_GT(light(-0.3f).y(), 1.15f * light(0.3f).y());
  EXPECT_GT(light(0.3f).y(), 0.05f);
}

TEST(AmbientOcclusion, PillarFarBeforeAWallLeavesNoHalo) {
  RenderView view = MakeView(80, 20);
  view.focal_px = Eigen::Vector2d(200, 200);
  std::vector<float> depth(80 * 20, 2.0f);
  for (int i = 0; i < 80 * 20; ++i) {
    if (i % 80 < 40) depth[i] = 1.0f;
  }
  const std::vector<Eigen::Vector3f> normals(80 * 20, {0, 0, -1});
  AmbientOcclusion occlusion;
  for (const float left : occlusion.Compute(view, depth, normals, 0.2)) ASSERT_EQ(left, 1);
}

TEST(AmbientOcclusion, GroovesLoseLightAndRidgesDoNot) {
  // Two walls that meet at a right angle in the vertical plane x = 0, 2 m away: z = 2 -/+ |x|.
  RenderView view = MakeView(80, 30);
  view.focal_px = Eigen::Vector2d(200, 200);
  view.center_px = Eigen::Vector2d(40, 15);
  AmbientOcclusion occlusion;
  const auto compute = [&](double fold, double radius_m) {
    std::vector<float> depth(80 * 30);
    std::vector<Eigen::Vector3f> normals(80 * 30);
    for (int y = 0; y < 30; ++y) {
      for (int x = 0; x < 80; ++x) {
        const double u = (x + 0.5 - 40) / 200;
        depth[y * 80 + x] = static_cast<float>(2 / (1 + fold * std::abs(u)));
        normals[y * 80 + x] =
            3 * Eigen::Vector3f(static_cast<float>(u < 0 ? fold : -fold), 0, -1);  // any length
      }
    }
    // The upper rows show nothing: nothing is darkened there, and emptiness hides nothing.
    std::fill_n(depth.begin(), 80 * 5, std::numeric_limits<float>::infinity());
    return occlusion.Compute(view, depth, normals, radius_m);
  };
  const std::vector<float> groove = compute(1, 0.2);
  EXPECT_LT(groove[15 * 80 + 38], 0.75f);
  EXPECT_GT(groove[15 * 80 + 38], 0.2f);
  EXPECT_NEAR(groove[15 * 80 + 38], groove[15 * 80 + 41], 0.1f);  // both walls alike
  EXPECT_GT(groove[15 * 80 + 30], groove[15 * 80 + 38]);
  EXPECT_EQ(groove[15 * 80 + 5], 1);  // 0.3 m from the fold
  EXPECT_EQ(groove[2 * 80 + 38], 1);
  for (const float left : compute(-1, 0.2)) ASSERT_EQ(left, 1);
  for (const float left : compute(0, 0.2)) ASSERT_EQ(left, 1);
  for (const float left : compute(1, 0)) ASSERT_EQ(left, 1);
}

}  // namespace
}  // namespace vitruvius::shading_test
