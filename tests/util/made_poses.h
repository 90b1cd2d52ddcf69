// Poses for tests of what is made from motion, without a file.
#pragma once

#include "data/datasets/pose_collection.h"
#include "models/util/rng.h"

namespace vitruvius {

// Upright people who move their limbs at random, of equal weight.
inline PoseCollection MakePoses(int count, std::uint64_t seed = 1) {
  Rng rng(seed);
  PoseCollection poses;
  poses.poses = RowMatrixXd::NullaryExpr(count, 69, [&] { return 0.25 * rng.Normal(); });
  poses.global_orient = MatrixX3d::NullaryExpr(count, 3, [&] { return 0.1 * rng.Normal(); });
  poses.weights.assign(static_cast<size_t>(count), 1.0);
  return poses;
}

}  // namespace vitruvius
