// Priors that are a map from a latent space to poses: generators (GAN), decoders (VAE), flows.
//
// The latent z has a distribution of its own: a standard normal one, uniform on the unit sphere, or uniform
// in the box [-1, 1]^d. In a fit z takes the place of the pose it stands for. Sources: Davydov et al.,
// Adversarial Parametric Pose Prior, CVPR 2022, sec. 3; Pavlakos et al., SMPL-X, CVPR 2019, sec. 3.3.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <Eigen/Core>

#include "priors/prior.h"

namespace vitruvius {

// What a learned prior's file tells about its making; empty where it does not.
struct PriorOrigin {
  std::string trained_with, trained_on;
  std::optional<double> inversion_val_mm;
};

enum class LatentSpace { kNormal, kSphere, kBox };

// A prior's map from latent to pose, with its buffers: one a thread. Nothing is allocated after construction.
class PoseDecoder {
 public:
  virtual ~PoseDecoder() = default;
  // z: latent_dim() numbers; pose: dim() axis-angle numbers, radians, each joint on the principal branch;
  // joints that the prior does not cover are zero.
  virtual void Decode(const double* z, double* pose) = 0;
  // jacobian: (dim, latent_dim) row-major, d pose / d z, exact, also near angles of 0 and pi.
  virtual void DecodeWithJacobian(const double* z, double* pose, double* jacobian) = 0;
  // Forgets what earlier calls left behind for speed, so that what follows depends on the arguments alone.
  virtual void Reset() {}
};

class LatentPrior : public Prior {
 public:
  virtual int latent_dim() const = 0;
  virtual LatentSpace latent_space() const = 0;
  virtual PriorOrigin origin() const { return {}; }
  // The prior must outlive it.
  virtual std::unique_ptr<PoseDecoder> MakeDecoder() const = 0;
  // The latent of a pose (dim() numbers): the encoder's mean, or a flow's exact inverse. False where the
  // prior has no encoder (solvers invert those).
  virtual bool Encode(const Eigen::VectorXd& pose, Eigen::VectorXd* z) const { return false; }

  // Of the latent's own distribution.
  Eigen::VectorXd SampleLatent(Rng* rng) const;
  // The nearest point of the latent space: |z| = 1 on the sphere, entries within [-1, 1] in the box.
  void ProjectLatent(Eigen::VectorXd* z) const;
  // A decoded sample of the latent.
  Eigen::VectorXd Sample(Rng* rng) const override;
};

// The mean rotation of each joint over samples (chordal: the rotation nearest to the mean matrix), as dim()
// axis-angle numbers: where a latent's centre is no pose, as on the sphere, still the mean of all.
Eigen::VectorXd MeanOfSamples(const LatentPrior& prior);

}  // namespace vitruvius
