// Decoding inside functors that Ceres differentiates: pose = decode(z) for T = double and for ceres::Jet.
// Jets are chained through the decoder's own Jacobian, dpose = J dz, which is exact and far cheaper than Jets
// through the network.
#pragma once

#include <cmath>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ceres/jet.h>

#include "models/body/body_model.h"
#include "priors/latent_prior.h"

namespace vitruvius {

// One a thread; the prior must outlive it.
class DecodeFunctor {
 public:
  explicit DecodeFunctor(const LatentPrior& prior) : DecodeFunctor(prior, prior.MakeDecoder()) {}
  // With another of its decoders, as GeneratorPrior::MakeDoubleDecoder.
  DecodeFunctor(const LatentPrior& prior, std::unique_ptr<PoseDecoder> decoder)
      : decoder_(std::move(decoder)),
        z_(prior.latent_dim()),
        pose_(prior.dim()),
        jacobian_(prior.dim(), prior.latent_dim()) {}

  // z: latent_dim() numbers; pose: dim() axis-angle numbers, radians. False where a number is not finite.
  template <typename T>
  bool operator()(const T* z, T* pose) const {
    if constexpr (std::is_same_v<T, double>) {
      decoder_->Decode(z, pose);
      return Eigen::Map<const Eigen::VectorXd>(pose, pose_.size()).allFinite();
    } else {
      for (Eigen::Index k = 0; k < z_.size(); ++k) z_[k] = z[k].a;
      decoder_->DecodeWithJacobian(z_.data(), pose_.data(), jacobian_.data());
      for (Eigen::Index i = 0; i < pose_.size(); ++i) {
        pose[i] = T(pose_[i]);
        for (Eigen::Index k = 0; k < z_.size(); ++k) pose[i].v += jacobian_(i, k) * z[k].v;
      }
      return pose_.allFinite() && jacobian_.allFinite();
    }
  }

 private:
  std::unique_ptr<PoseDecoder> decoder_;
  mutable Eigen::VectorXd z_, pose_;
  mutable RowMatrixXd jacobian_;
};

}  // namespace vitruvius
