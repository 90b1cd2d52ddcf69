#include "solvers/registration/camera_choice.h"

#include <cmath>

#include "models/math/angles.h"
#include "models/scene/seen_extent.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kFilmDiagonalMm = 43.266615305567875;  // of 36 x 24 mm

}  // namespace

void GivenFocal::Check() const {
  for (const double value : {px, fov_deg, mm_35}) VT_CHECK(std::isfinite(value) && value >= 0);
  VT_CHECK_LT(fov_deg, 180.0);
  VT_CHECK_LE((px > 0) + (fov_deg > 0) + (mm_35 > 0), 1);
}

double GivenFocal::ToPx(const Eigen::Vector2d& image_size) const {
  if (px > 0) return px;
  if (fov_deg > 0) return image_size.x() / 2 / std::tan(fov_deg / kDegPerRad / 2);
  return mm_35 * image_size.norm() / kFilmDiagonalMm;
}

ChosenCamera ChooseCamera(const PersonObservation& person, const GivenFocal& given) {
  ChosenCamera chosen;
  Eigen::Vector4d frame(0, 0, person.image_width, person.image_height);
  chosen.camera_source = person.size_source.empty() ? camera_source::kFile : person.size_source;
  if (person.image_width <= 0 || person.image_height <= 0) {
    chosen.camera_source = camera_source::kExtent;
    SeenExtent seen;
    seen.Add(person);
    frame = person.frame_px ? *person.frame_px : seen.empty() ? Eigen::Vector4d(0, 0, 1, 1) : seen.Frame();
  }
  const Eigen::Vector2d size = frame.tail<2>();
  const double focal_35mm = person.focal_35mm;
  const auto set_focal = [&](double focal_px, const char* source) {
    chosen.camera.focal_px.setConstant(focal_px);
    chosen.focal_source = source;
  };
  if (person.focal_px) {
    chosen.camera.focal_px = *person.focal_px;
    chosen.focal_source = "known";
  } else if (given.is_given()) {
    set_focal(given.ToPx(size), "given");
  } else if (focal_35mm > 0) {
    set_focal(focal_35mm * size.norm() / kFilmDiagonalMm, "exif");
  } else {
    set_focal(size.norm(), "assumed");
  }
  chosen.camera.center_px =
      person.center_px ? *person.center_px : Eigen::Vector2d(frame.head<2>() + size / 2);
  // Nothing is taken from the size then.
  if (person.center_px && (person.focal_px || given.px > 0)) chosen.camera_source = camera_source::kFile;
  return chosen;
}

}  // namespace vitruvius
