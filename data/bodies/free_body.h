// A realistic body without a licensed file: SMPL's form, made from a user's copy of MakeHuman's data.
//
// Adults drawn from MakeHuman's macro targets (macro_shapes.h), each exactly symmetric, are brought into one
// rest pose (rest_pose.h) by linear blend skinning with their own joints and centred at the pelvis. Template:
// their mean. Shape directions: principal components, vertices weighted by their area (a third of the
// vertices are face and hands), each scaled to one standard deviation, so that betas are normal. Joint
// regressor: non-negative, fitted to the mean joints and to the joints' own share of every component. No pose
// blend shapes. Everything is mirror symmetric to the last bit.
#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "data/io/makehuman.h"
#include "models/body/body_model.h"

namespace vitruvius {

struct FreeBodyOptions {
  int num_samples = 500;
  int num_betas = 10;
  std::uint64_t seed = 1;

  void Check() const;  // throws InputError
};

struct FreeBodyReport {
  Eigen::VectorXd explained;  // (betas) share of the variance of the surface, cumulated
  double mean_height_m = 0, lowest_height_m = 0, greatest_height_m = 0;
  // Distance between a sample's joints and those of its betas, root mean square over the samples (24),
  // metres.
  Eigen::VectorXd joint_error_m;
};

// The targets that MakeFreeBody needs: macro_shapes.h. `data` must hold them in that order. Betas: positive
// means taller (the first) or more volume (the others). Throws InputError when the data does not fit (no
// symmetry, unknown bones).
BodyModelData MakeFreeBody(const MakeHumanData& data, const FreeBodyOptions& options = {},
                           FreeBodyReport* report = nullptr);

}  // namespace vitruvius
