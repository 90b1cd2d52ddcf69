#include "models/rendering/shading.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/LU>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// IEC 61966-2-1.
float LinearFromSrgb(float value) {
  value = value > 0 ? std::min(value, 1.0f) : 0.0f;  // NaN becomes 0
  return value <= 0.04045f ? value / 12.92f : std::pow((value + 0.055f) / 1.055f, 2.4f);
}

constexpr int kTableSize = 4096;
std::array<std::uint8_t, kTableSize + 1> MakeSrgbTable() {
  std::array<std::uint8_t, kTableSize + 1> table;
  for (int i = 0; i <= kTableSize; ++i) {
    // The index is the square root of the light, so that dark tones get their share of entries.
    const double linear = static_cast<double>(i) * i / (double{kTableSize} * kTableSize);
    const double srgb = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
    table[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(srgb, 0.0, 1.0)));
  }
  return table;
}

struct Light {
  Eigen::Vector3f direction;  // unit, from the surface to the light
  Eigen::Vector3f radiance;
};

}  // namespace

Eigen::Vector3f LinearFromSrgb(const Eigen::Vector3f& srgb) {
  return {LinearFromSrgb(srgb.x()), LinearFromSrgb(srgb.y()), LinearFromSrgb(srgb.z())};
}

std::uint8_t Srgb8FromLinear(float linear) {
  static const std::array<std::uint8_t, kTableSize + 1> table = MakeSrgbTable();
  const float clamped = linear > 0 ? std::min(linear, 1.0f) : 0.0f;
  return table[static_cast<int>(std::sqrt(clamped) * kTableSize + 0.5f)];
}

void StudioLight::Check() const {
  constexpr float kRounding = 1e-4f;
  VT_CHECK(studio_from_cam.allFinite() && tint.allFinite());
  VT_CHECK((studio_from_cam * studio_from_cam.transpose()).isIdentity(kRounding));
  VT_CHECK_GT(studio_from_cam.determinant(), 0.0f);
  VT_CHECK_GE(tint.minCoeff(), 0.0f);
}

Eigen::Vector3f ShadeStudio(const Eigen::Vector3f& normal_in_cam, const Eigen::Vector3f& to_viewer,
                            const Eigen::Vector3f& albedo, const StudioLight& studio) {
  static const Light kKey = {Eigen::Vector3f(-0.62f, -0.66f, -0.52f).normalized(), {1.02f, 0.98f, 0.92f}};
  static const Light kFill = {Eigen::Vector3f(0.80f, -0.05f, -0.60f).normalized(), {0.20f, 0.22f, 0.25f}};
  static const Light kRim = {Eigen::Vector3f(0.55f, -0.45f, 0.62f).normalized(), {0.34f, 0.37f, 0.42f}};
  static const Eigen::Vector3f kSky(0.25f, 0.27f, 0.30f), kGround(0.10f, 0.09f, 0.085f);
  const Eigen::Vector3f normal = studio.studio_from_cam * normal_in_cam;
  const Eigen::Vector3f half_way = (kKey.direction - studio.studio_from_cam.col(2)).normalized();

  // Light wraps a little around the edge of day and night, as it does on a soft material.
  const auto wrapped = [&](const Light& light) {
    constexpr float kWrap = 0.12f;
    const float cosine = (normal.dot(light.direction) + kWrap) / (1 + kWrap);
    return cosine > 0 ? cosine * cosine * (1.6f - 0.6f * cosine) : 0.0f;
  };
  const float up = 0.5f - 0.5f * normal.y();
  const float facing = std::clamp(normal_in_cam.dot(to_viewer), 0.0f, 1.0f);
  const float grazing = (1 - facing) * (1 - facing) * (1 - facing);
  const Eigen::Vector3f diffuse =
      kGround + up * (kSky - kGround) + wrapped(kKey) * kKey.radiance + wrapped(kFill) * kFill.radiance;
  const float rim = grazing * std::max(0.0f, normal.dot(kRim.direction) + 0.25f);
  const float half = std::max(0.0f, normal.dot(half_way));
  const float half4 = half * half * half * half;
  const float gloss = 0.045f * half4 * half4 * half4;
  return studio.tint.cwiseProduct(albedo.cwiseProduct(diffuse) + rim * kRim.radiance +
                                  Eigen::Vector3f::Constant(gloss));
}

}  // namespace vitruvius
