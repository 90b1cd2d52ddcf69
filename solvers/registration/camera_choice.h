// Through which camera a person is looked at, where the input does not tell all of it.
#pragma once

#include <string>

#include "models/camera/camera.h"
#include "models/scene/observation.h"

namespace vitruvius {

// A focal length given by the user, for people whose input has none: in one of three units, 0: not given.
struct GivenFocal {
  double px = 0;
  double fov_deg = 0;  // horizontal field of view of the whole image
  double mm_35 = 0;    // on film of 36 x 24 mm with the same field of view, by the diagonal

  GivenFocal(double px_in = 0) : px(px_in) {}  // NOLINT: a number is px
  bool is_given() const { return px > 0 || fov_deg > 0 || mm_35 > 0; }
  void Check() const;  // throws ContractError: below zero, not finite, 180 degrees, or more than one
  // In px for an image of this size.
  double ToPx(const Eigen::Vector2d& image_size) const;
};

struct ChosenCamera {
  PerspectiveCamera camera;
  std::string focal_source;   // "known": of the input; "given"; "exif": of the image's Exif; "assumed"
  std::string camera_source;  // of camera_source
};

// Focal length: known, given, of the image's Exif, or assumed to be the image's diagonal (a field of view of
// 53 degrees from corner to corner, as of a 43 mm lens on film of 36 x 24 mm). Principal point: known, or the
// image's middle. An image whose size is unknown is as large as the capture's frame
// (PersonObservation::frame_px), or that of what was seen of this person (SeenExtent) where there is none.
ChosenCamera ChooseCamera(const PersonObservation& person, const GivenFocal& given);

}  // namespace vitruvius
