// A small smooth latent prior for tests: pose = 0.5 sin(A z + b) entry by entry, on the first joints of a
// body. Not a likeness of anybody.
#pragma once

#include <cmath>
#include <memory>

#include "models/body/body_model.h"
#include "models/util/check.h"
#include "priors/latent_prior.h"

namespace vitruvius {

class TinyLatentPrior : public LatentPrior {
 public:
  TinyLatentPrior(LatentSpace space, int num_latents, int num_numbers = 63, std::uint64_t seed = 1)
      : space_(space) {
    Rng rng(seed);
    matrix_ = RowMatrixXd::NullaryExpr(num_numbers, num_latents, [&] { return 0.3 * rng.Normal(); });
    offset_ = Eigen::VectorXd::NullaryExpr(num_numbers, [&] { return 0.2 * rng.Normal(); });
  }
  std::string name() const override { return "tiny"; }
  std::string family() const override { return "tiny"; }
  int dim() const override { return static_cast<int>(matrix_.rows()); }
  int latent_dim() const override { return static_cast<int>(matrix_.cols()); }
  LatentSpace latent_space() const override { return space_; }
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int, const double*) const override { return nullptr; }
  double NegativeLogLikelihood(const Eigen::VectorXd&) const override { return NAN; }
  Eigen::VectorXd Mean() const override { return 0.5 * offset_.array().sin().matrix(); }
  std::vector<Eigen::VectorXd> Modes() const override { return {}; }
  std::shared_ptr<const Prior> Restrict(int) const override { throw ContractError("not needed"); }
  std::unique_ptr<PoseDecoder> MakeDecoder() const override { return std::make_unique<Decoder>(*this); }

 private:
  class Decoder : public PoseDecoder {
   public:
    explicit Decoder(const TinyLatentPrior& prior) : prior_(prior) {}
    void Decode(const double* z, double* pose) override { DecodeWithJacobian(z, pose, nullptr); }
    void DecodeWithJacobian(const double* z, double* pose, double* jacobian) override {
      for (Eigen::Index i = 0; i < prior_.matrix_.rows(); ++i) {
        const double angle =
            prior_.matrix_.row(i).dot(Eigen::Map<const Eigen::VectorXd>(z, prior_.matrix_.cols())) +
            prior_.offset_[i];
        pose[i] = 0.5 * std::sin(angle);
        for (Eigen::Index k = 0; jacobian != nullptr && k < prior_.matrix_.cols(); ++k)
          jacobian[i * prior_.matrix_.cols() + k] = 0.5 * std::cos(angle) * prior_.matrix_(i, k);
      }
    }

   private:
    const TinyLatentPrior& prior_;
  };

  LatentSpace space_;
  RowMatrixXd matrix_;
  Eigen::VectorXd offset_;
};

}  // namespace vitruvius
