// Light and colour: a small photo studio. A key light from the upper left behind the camera, a weak fill from
// the right, a rim light from behind, and an ambient that is brighter from above than from below.
#pragma once

#include <Eigen/Core>

#include "models/rendering/image.h"

namespace vitruvius {

// sRGB in [0, 1] to linear light and back; values outside, and NaN, are clamped.
Eigen::Vector3f LinearFromSrgb(const Eigen::Vector3f& srgb);
std::uint8_t Srgb8FromLinear(float linear);

// How the studio stands around the camera, and how bright it is.
struct StudioLight {
  Eigen::Matrix3f studio_from_cam = Eigen::Matrix3f::Identity();  // a rotation; both y down, z forward
  Eigen::Vector3f tint = Eigen::Vector3f::Ones();  // multiplies all light, linear; none negative

  // Throws ContractError.
  void Check() const;
};

// Linear light that a surface of linear `albedo` sends to the viewer. Both directions are unit vectors in
// camera axes (x right, y down, z forward); `to_viewer` points from the surface to the camera.
Eigen::Vector3f ShadeStudio(const Eigen::Vector3f& normal, const Eigen::Vector3f& to_viewer,
                            const Eigen::Vector3f& albedo, const StudioLight& light = {});

}  // namespace vitruvius
