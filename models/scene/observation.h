// What was seen of one person, as plain data. Readers in data/io make these; every number in them is finite,
// or the person carries the reason why it cannot be fitted.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "models/body/keypoint_set.h"

namespace vitruvius {

// A point of the picture whose place on the body's surface is known: by a face, by the chart
// (models/body/surface_chart.h), or by both. Source of the notion: Guler et al., DensePose, CVPR 2018.
struct DensePoint {
  Eigen::Vector2d image_px = Eigen::Vector2d::Zero();
  double weight = 1;                               // 0 to 1, above 0: how much it counts
  int face = -1;                                   // of the body, 0-based; -1: not known yet
  Eigen::Vector3d bary = Eigen::Vector3d::Zero();  // weights of the face's corners, sum 1
  int part = 0;                                    // of the chart, 1 to 24; 0: not known
  Eigen::Vector2d uv = Eigen::Vector2d::Zero();    // in the part, 0 to 1
};

// What a reader noticed that keeps nobody from being fitted: one of the codes below, to count by, and a
// sentence ("file: place: what was found").
struct Remark {
  std::string code, detail;
};
namespace remark {
inline constexpr char kDroppedKeypoints[] =
    "dropped_keypoints";                                    // numbers that mean no place: taken as not seen
inline constexpr char kDroppedPoints[] = "dropped_points";  // points of the surface that are not finite
inline constexpr char kConfidencesAbove1[] = "confidences_above_1";  // they count as 1
inline constexpr char kIgnoredKeys[] = "ignored_keys";    // keys of a file that look meant and are not read
inline constexpr char kNoMasks[] = "no_masks";            // points of the surface without masks of parts
inline constexpr char kUnusualMasks[] = "unusual_masks";  // masks of parts in another form, read all the same
inline constexpr char kPointsOffMasks[] = "points_off_masks";   // points beside the masks of their parts
inline constexpr char kImageUnreadable[] = "image_unreadable";  // the image is there, but says nothing
inline constexpr char kImageMissing[] =
    "image_missing";  // there is none in the folder that was named for them
inline constexpr char kImageSizeDiffers[] =
    "image_size_differs";  // the image has not the size that the input tells
}  // namespace remark

// Who, when and through which camera: set by the reader that knows, never guessed from an id's text.
struct Identity {
  // The video, clip or file whose frames belong together; empty: the person belongs to no sequence. Rows of
  // one capture without frame numbers may be frames in their order: the input does not say.
  std::string capture;
  std::string subject;      // as the file names who it is; empty: unknown
  std::int64_t frame = -1;  // number as the file counts; -1: not a frame of a sequence
  double time_s = std::numeric_limits<double>::quiet_NaN();  // NaN: unknown
  std::string camera;  // name of the camera; empty: unknown, or the only one
};

// Where the size of an image came from, and with it the camera's middle and what is assumed of its focal
// length.
namespace camera_source {
inline constexpr char kFile[] = "file";      // the input tells
inline constexpr char kGiven[] = "given";    // the user told, for inputs that do not
inline constexpr char kImage[] = "image";    // the image itself, or others of its capture
inline constexpr char kExtent[] = "extent";  // nobody told: of all that was seen in the capture
inline constexpr char kNone[] = "none";      // 3D input
}  // namespace camera_source

struct PersonObservation {
  std::string id;          // unique within a run; the row's name in every output
  std::string source;      // file it came from
  std::string image_path;  // the picture, when known; may be empty
  Identity identity;
  const KeypointSet* set = nullptr;
  Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>
      keypoints2d;  // (K, 3) x_px, y_px, confidence; or empty
  Eigen::Matrix<double, Eigen::Dynamic, 4, Eigen::RowMajor>
      keypoints3d;  // (K, 4) metres, confidence; or empty
  // (K, 2) depth from the pelvis in px of the keypoints' scale, growing away from the camera, and its
  // confidence; or empty. A lifting network's.
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> keypoint_depths_px;
  // (K) of keypoints2d: somebody told where the point is although it cannot be seen; or empty: the file does
  // not say.
  Eigen::Matrix<bool, Eigen::Dynamic, 1> hidden;
  // Points of the surface in pixels, besides keypoints2d or, where the reader was asked for them, alone
  // (set and keypoints are empty then).
  std::vector<DensePoint> dense;
  std::optional<Eigen::Vector4d> box_px;  // left, top, width, height of the person; sides above 0
  int image_width = 0, image_height = 0;  // 0: unknown
  std::string size_source;                // of camera_source; empty where the size is unknown
  // What stands for an image of unknown size, the same for all of a capture: left, top, width, height in px.
  std::optional<Eigen::Vector4d> frame_px;
  std::optional<Eigen::Vector2d> focal_px;   // known focal length (fx, fy)
  double focal_35mm = 0;                     // told by the image's Exif, mm of film of 36 x 24 mm; 0: unknown
  std::optional<Eigen::Vector2d> center_px;  // known principal point
  std::optional<Eigen::VectorXd> betas;      // known shape, held fixed
  std::string gender;                        // "neutral", "male", "female" or empty
  // Set by a reader for a person it could read but that must not be fitted ("non_finite_input", ...): a
  // reason code of models/scene/fit_result.h and a sentence.
  std::string reason, detail;
  std::vector<Remark> remarks;  // none of a person with a reason

  bool is_3d() const { return keypoints3d.rows() > 0; }
};

}  // namespace vitruvius
