// Any scripted LibTorch module as a latent prior: z (N, d) -> rotations (N, J, 3, 3), or their six numbers
// (models/math/rotation_6d.h) as (N, J, 3, 2), (N, J, 6) or (N, 6 J).
//
// For generators that no file of arrays describes; those that one does are evaluated natively, and faster
// (priors/generator_prior.h). Derivatives are autograd's: the Jacobian's rows are the gradients of a batch in
// which z stands 6 J times, so that each row is its own. A scripted module runs what its author wrote: load
// only files from authors you trust.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "priors/latent_prior.h"

namespace torch {
namespace jit {
struct Module;
}
}  // namespace torch

namespace vitruvius {

struct TorchscriptPriorOptions {
  LatentSpace latent_space = LatentSpace::kNormal;
  int latent_dim = 32;
  // SMPL's joints in the module's order, of left_hip to right_wrist; empty: all 21.
  std::vector<std::string> joints;
};

// Safe to share between threads: the module is only read. Where it throws, or z is not finite, poses are NaN.
class TorchscriptPrior final : public LatentPrior {
 public:
  // Switches the module to evaluation on the CPU. Throws InputError when it does not run on (2, d) zeros,
  // when its result has another shape or is not finite, or when a row of a batch depends on the others.
  TorchscriptPrior(std::string name, const torch::jit::Module& module,
                   const TorchscriptPriorOptions& options);
  // From a file of torch.jit.save. Throws InputError.
  static std::shared_ptr<const TorchscriptPrior> Load(const std::string& path,
                                                      const TorchscriptPriorOptions& options);

  std::string name() const override { return name_; }
  std::string family() const override { return "torchscript"; }
  int dim() const override { return dim_; }
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int, const double*) const override { return nullptr; }
  double NegativeLogLikelihood(const Eigen::VectorXd& pose) const override;
  Eigen::VectorXd Mean() const override { return mean_.head(dim_); }
  std::vector<Eigen::VectorXd> Modes() const override { return {}; }
  std::shared_ptr<const Prior> Restrict(int n) const override;

  int latent_dim() const override { return latent_dim_; }
  LatentSpace latent_space() const override { return latent_space_; }
  std::unique_ptr<PoseDecoder> MakeDecoder() const override;

 private:
  std::string name_;
  std::shared_ptr<torch::jit::Module> module_;
  LatentSpace latent_space_;
  int latent_dim_, dim_;
  std::vector<int> joints_;
  Eigen::VectorXd mean_;
};

}  // namespace vitruvius
