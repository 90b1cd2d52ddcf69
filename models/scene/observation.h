// What was seen of one person, as plain data. Readers in data/io make these; every number in them is finite,
// or the person carries the reason why it cannot be fitted.
#pragma once

#include <optional>
#include <string>

#include <Eigen/Core>

#include "models/body/keypoint_set.h"

namespace vitruvius {

struct PersonObservation {
  std::string id;          // unique within a run; the row's name in every output
  std::string source;      // file it came from
  std::string image_path;  // the picture, when known; may be empty
  const KeypointSet* set = nullptr;
  Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>
      keypoints2d;  // (K, 3) x_px, y_px, confidence; or empty
  Eigen::Matrix<double, Eigen::Dynamic, 4, Eigen::RowMajor>
      keypoints3d;                           // (K, 4) metres, confidence; or empty
  int image_width = 0, image_height = 0;     // 0: unknown
  std::optional<Eigen::Vector2d> focal_px;   // known focal length (fx, fy)
  std::optional<Eigen::Vector2d> center_px;  // known principal point
  std::optional<Eigen::VectorXd> betas;      // known shape, held fixed
  std::string gender;                        // "neutral", "male", "female" or empty
  // Set by a reader for a person it could read but that must not be fitted ("non_finite_input", ...): a
  // reason code of models/scene/fit_result.h and a sentence.
  std::string reason, detail;

  bool is_3d() const { return keypoints3d.rows() > 0; }
};

}  // namespace vitruvius
