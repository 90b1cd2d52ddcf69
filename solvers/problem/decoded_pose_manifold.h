// Poses that a latent prior decodes, as a manifold: the pose block moves along the decoder's graph, so that
// every residual on poses works unchanged and the latent is what is solved for.
#pragma once

#include <memory>

#include <ceres/manifold.h>
#include <Eigen/Core>

#include "models/body/body_model.h"
#include "priors/latent_prior.h"

namespace vitruvius {

// The block's numbers are x = [pose (P) ; z (d)] and its invariant pose[i] = Decode(z)[i] for i < num_decoded
// (numbers past the prior's are zero there, SMPL's rigid hands); the other numbers of the pose are free: all
// of them with num_decoded 0, where z only moves in its own space. With (+) the latent space's step,
//   Plus([pose; z], [delta; rest]) = [Decode(z (+) delta); tail + rest; z (+) delta]
//   PlusJacobian = [ D B  0 ]        D = d Decode / d z, B = d (z (+) delta) / d delta at 0
//                  [ 0    I ]
//                  [ B    0 ]
// Latent spaces: normal, z + delta; box, the same kept within [-1, 1]; sphere, along the great circle,
//   z (+) delta = cos|delta| z + sin|delta| B delta / |delta|,   |z| = 1,
// B the first d - 1 columns of the Householder reflection that turns the last axis into z (Hertzberg et al.,
// Information Fusion 2013, B.2). Minus and its Jacobian look at z and the free numbers alone. One a thread.
class DecodedPoseManifold final : public ceres::Manifold {
 public:
  // `decoder` must outlive this.
  DecodedPoseManifold(const LatentPrior& prior, PoseDecoder* decoder, int pose_size, int num_decoded);

  int AmbientSize() const override { return pose_size_ + latent_dim_; }
  int TangentSize() const override { return latent_tangent_ + pose_size_ - num_decoded_; }
  // Of the tangent's leading numbers, those that move z.
  int latent_tangent() const { return latent_tangent_; }

  bool Plus(const double* x, const double* delta, double* x_plus_delta) const override;
  bool PlusJacobian(const double* x, double* jacobian) const override;
  bool Minus(const double* y, const double* x, double* y_minus_x) const override;
  bool MinusJacobian(const double* x, double* jacobian) const override;

  // Writes Decode(z) into the pose of x.
  void Decode(double* x) const;

 private:
  // B of z: (d, latent_tangent), into basis_.
  void FillBasis(const double* z) const;

  LatentSpace space_;
  PoseDecoder* decoder_;
  int pose_size_, num_decoded_, latent_dim_, latent_tangent_;
  int num_shared_;  // of the prior's numbers, those that the pose has
  // Buffers.
  mutable Eigen::VectorXd decoded_, step_;
  mutable RowMatrixXd decoder_jacobian_, basis_;
};

}  // namespace vitruvius
