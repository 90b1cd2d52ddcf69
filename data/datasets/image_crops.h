// A person cut out of a picture as a small square, for networks; and the same cut turned, zoomed, shifted and
// recoloured, to learn from. Everything random is drawn from the Rng that is given.
//
// Crop units: x right, y down, -1 to 1 over the square.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "models/body/segment_body.h"
#include "models/rendering/image.h"
#include "models/scene/observation.h"
#include "models/util/rng.h"

namespace vitruvius {

using MatrixX2d = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>;

// A square of a picture, upright.
struct CropFrame {
  Eigen::Vector2d center_px = Eigen::Vector2d::Zero();
  double half_px = 1;  // half its side
  void Check() const;  // throws ContractError: not finite, or no extent
};
inline constexpr double kCropMargin = 1.2;
// `margin` times the larger side of the box of all points; none where they are not two places.
std::optional<CropFrame> FrameAround(const MatrixX2d& points_px, double margin = kCropMargin);
// Of all that is seen of a person: keypoints of confidence above zero and dense points; of the person's box
// where those are not two places. None without either.
std::optional<CropFrame> FrameOf(const PersonObservation& person, double margin = kCropMargin);

// How a crop shows what is in its frame: crop = zoom Rot(turn) (px - center) / half + shift.
struct CropView {
  CropFrame frame;
  double turn_rad = 0;  // of the person in the crop, from x to y (clockwise as seen)
  double zoom = 1;
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();  // crop units

  Eigen::Vector2d CropFromPicture(const Eigen::Vector2d& px) const;
  Eigen::Vector2d PictureFromCrop(const Eigen::Vector2d& crop) const;
  // A body whose image is in px as one whose image is in crop units, turned with the picture; and back.
  SegmentParameters CropFromPicture(SegmentParameters person) const;
  SegmentParameters PictureFromCrop(SegmentParameters person) const;
};

// What makes of one picture many. Zero: not at all.
struct CropAugmentation {
  double turn_deg = 30;         // at most, to either side; on turned_share of the crops
  double turned_share = 0.6;    // as in SPIN
  double zoom = 0.25;           // 1 - zoom to 1 + zoom
  double shift = 0.1;           // crop units, at most, of each axis
  double brightness = 0.2;      // factor 1 - brightness to 1 + brightness
  double contrast = 0.2;        // factor about the crop's mean
  double saturation = 0.3;      // factor about each pixel's grey
  double channel = 0.1;         // factor of each channel
  double erased_share = 0.25;   // of the crops lose a rectangle
  double erased_side = 0.5;     // its sides at most, of the crop's
  double mirrored_share = 0.5;  // of the crops show the mirror image, left for right

  static CropAugmentation None();
  // Every range and share times a factor of 0 to 1, but for mirror images, which are as real as the others.
  CropAugmentation Times(double factor) const;
  void Check() const;  // throws ContractError
};

// One draw: how the crop is seen, and its colours.
struct CropChange {
  double turn_rad = 0, zoom = 1;
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();
  double brightness = 1, contrast = 1, saturation = 1;
  std::array<double, 3> channel = {1, 1, 1};
  // x, y, width, height of what is erased, of the crop's side; no width: nothing.
  std::array<double, 4> erased = {0, 0, 0, 0};
  std::array<float, 3> erased_color = {0, 0, 0};
  bool mirrored = false;  // the crop is the mirror image of what its view shows

  CropView ViewOf(const CropFrame& frame) const { return {frame, turn_rad, zoom, shift}; }
};
CropChange DrawCropChange(const CropAugmentation& augmentation, Rng* rng);

// What crops of one person are sampled from: the part of the picture that they can reach, halved until a
// pixel of a crop of size_px covers less than two of its pixels (antialiasing, and less to keep in memory).
struct CropSource {
  Image image;                                          // transparent where the picture ends
  Eigen::Vector2d origin_px = Eigen::Vector2d::Zero();  // the picture's px at its corner
  double px_per_pixel = 1;                              // 1, 2, 4, ...
};
// reach: how far from the frame's middle, in crop units. Throws ContractError.
CropSource CutForCrops(const Image& picture, const CropFrame& frame, int size_px, double reach);
// Enough for every draw of an augmentation.
double ReachOf(const CropAugmentation& augmentation);

// (3, size_px, size_px) sRGB, 0 to 1, planes of red, green and blue; bilinear, `fill` where there is no
// picture.
std::vector<float> SampleCrop(const CropSource& source, const CropView& view, int size_px,
                              const std::array<float, 3>& fill);
// Left for right, in place.
void MirrorCrop(int size_px, std::vector<float>* crop);
// Colours, then the erased rectangle, in place; kept within 0 to 1.
void ChangeColors(const CropChange& change, int size_px, std::vector<float>* crop);

}  // namespace vitruvius
