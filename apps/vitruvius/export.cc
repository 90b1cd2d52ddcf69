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

void CheckUp() {
  for (const char* up : {"auto", "y", "-y", "z"}) {
    if (FLAGS_up == up) return;
  }
  throw UsageError(StrCat("--up: found \"", FLAGS_up, "\", expected auto, y, -y or z"));
}

Eigen::Matrix3d UprightFromResults(const BodyModel& model, const std::vector<const FitResult*>& fits) {
  CheckUp();
  std::string up = FLAGS_up;
  if (up == "auto") {
    const int head = model.JointIndex("head");
    Eigen::RowVector3d sum = Eigen::RowVector3d::Zero();  // of unit vectors from pelvis to head
    int num_bodies = 0;
    bool by_heads = head > 0;
    for (const FitResult* fit : fits) {
      by_heads = by_heads && fit->focal_source == "none";
      if (!by_heads || !fit->usable || fit->joints3d.rows() <= head) continue;
      sum += (fit->joints3d.row(head) - fit->joints3d.row(0)).normalized();
      ++num_bodies;
    }
    // A few who lie with their heads away from the camera are no capture with z up.
    constexpr int kMany = 6;
    constexpr double kClear = 0.8;
    up = !by_heads                                              ? "-y"
         : num_bodies >= kMany && sum.z() > kClear * num_bodies ? "z"
         : sum.y() > 0                                          ? "y"
                                                                : "-y";
  }
  Eigen::Matrix3d turn = Eigen::Matrix3d::Identity();
  if (up == "-y") turn.diagonal() << 1, -1, -1;
  if (up == "z") turn << 1, 0, 0, 0, 0, 1, 0, -1, 0;
  return turn;
}

std::vector<const FitResult*> FitsOf(const std::vector<ResultsFile::Row>& rows) {
  std::vector<const FitResult*> fits;
  for (const ResultsFile::Row& row : rows) fits.push_back(&row.fit);
  return fits;
}

GlbOptions GlbOptionsFor(const Eigen::Matrix3d& upright, const FitResult& fit, int image_width,
                         int image_height) {
  GlbOptions options;
  options.gltf_from_body = upright;
  const bool seen = fit.focal_source != "none" && fit.focal_px.minCoeff() > 0;
  if (seen && image_width > 0 && image_height > 0) {
    options.camera = GlbCamera{fit.focal_px, fit.center_px, image_width, image_height};
  }
  return options;
}

}  // namespace vitruvius
