#include "apps/vitruvius/export.h"

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "models/util/check.h"

namespace vitruvius {

BodyAnimation AnimationOf(const FitResult& fit) {
  BodyAnimation animation;
  animation.name = fit.id;
  animation.frames = {fit.parameters};
  animation.found = {1};
  return animation;
}

Eigen::Matrix3d UprightFromResult(const FitResult& fit) {
  std::string up = FLAGS_up;
  if (up == "auto") up = fit.focal_source == "none" ? "y" : "-y";
  Eigen::Matrix3d turn = Eigen::Matrix3d::Identity();
  if (up == "y") return turn;
  if (up == "-y") return Eigen::Vector3d(1, -1, -1).asDiagonal();
  if (up != "z") throw UsageError(StrCat("--up: found \"", FLAGS_up, "\", expected auto, y, -y or z"));
  turn << 1, 0, 0, 0, 0, 1, 0, -1, 0;
  return turn;
}

GlbOptions GlbOptionsFor(const FitResult& fit, int image_width, int image_height) {
  GlbOptions options;
  options.gltf_from_body = UprightFromResult(fit);
  const bool seen = fit.focal_source != "none" && fit.focal_px.minCoeff() > 0;
  if (seen && image_width > 0 && image_height > 0) {
    options.camera = GlbCamera{fit.focal_px, fit.center_px, image_width, image_height};
  }
  return options;
}

}  // namespace vitruvius
