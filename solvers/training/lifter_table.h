// What a depth lifter is trained and judged on: a plain table of 2D keypoints, and how projections of bodies
// in captured poses make one.
#pragma once

#include <cstdint>
#include <vector>

#include "models/body/body_model.h"
#include "models/body/keypoint_set.h"
#include "solvers/training/lifter_skeleton.h"
#include "solvers/training/weighted_rows.h"

namespace vitruvius {

// One person a row, float, all on one device. Unit: any, one a row (px); x right, y down, z away from the
// camera.
struct LifterTable {
  at::Tensor keypoints;   // (N, J, 2), finite
  at::Tensor registered;  // (N, J, 3) 3D joints that were fitted to them, x and y too; rows with NaN: none.
                          // Or undefined
  at::Tensor depths;      // (N, J) true ones, for judging alone, up to a shift a row; or undefined
  WeightedRows rows;      // how often each is drawn

  explicit LifterTable(const at::Tensor& keypoints_of_people)
      : keypoints(keypoints_of_people), rows(keypoints_of_people.size(0)) {}
  std::int64_t size() const { return keypoints.size(0); }
  // Throws ContractError for other shapes, or keypoints that are not finite.
  void Check(std::int64_t joints) const;
  LifterTable Take(const at::Tensor& chosen) const;  // these rows, each with the same weight
  LifterTable To(at::Device device) const;
};

// Keypoints of a body at its mean shape in poses (N, 69): (N, J, 3) float on the CPU, metres, as the body
// stands: y up, z forward. Throws InputError when the body lacks one of them.
at::Tensor BodyKeypoints(std::shared_ptr<const BodyModel> body, const KeypointSet& set,
                         const RowMatrixXd& poses);

// The body itself is the average person: 2D keypoints do not tell one. Throws InputError as above, and as
// MakeLifterSkeleton.
LifterSkeleton SkeletonOf(const std::shared_ptr<const BodyModel>& body, const KeypointSet& set);

struct ProjectionOptions {
  std::int64_t samples = 50000;        // people, drawn by weight from the poses
  double pitch_deg = 5, roll_deg = 3;  // standard deviations; the yaw is anything
  double low_px = 100, high_px = 400;  // a metre in the image, log-uniform
  double image_px = 1000;              // the root is anywhere in it
  std::uint64_t seed = 1;
  void Check() const;  // throws ContractError
};

// Orthographic pictures of 3D points (N, J, 3) as BodyKeypoints gives them, with their depths in px.
LifterTable Project(const at::Tensor& points, const WeightedRows& rows, const ProjectionOptions& options);

}  // namespace vitruvius
