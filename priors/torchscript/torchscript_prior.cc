#include "priors/torchscript/torchscript_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "models/util/check.h"
#include "priors/learned_prior_file.h"
#include "priors/rotation_output.h"

namespace vitruvius {
namespace {

at::ScalarType KindOf(const torch::jit::Module& module) {
  for (const at::Tensor& parameter : module.parameters()) return parameter.scalar_type();
  return at::kFloat;
}

// (N, 6 J) doubles of (N, d) latents; throws c10::Error as the module does. An undefined tensor for another
// shape.
at::Tensor SixNumbers(const torch::jit::Module& module, const at::Tensor& z, int num_joints) {
  torch::jit::Module callable = module;  // shares all but the handle
  const c10::IValue result = callable.forward({z});
  if (!result.isTensor()) return {};
  at::Tensor out = result.toTensor();
  const int64_t n = z.size(0), joints = num_joints;
  const std::vector<int64_t> shape = out.sizes().vec();
  if (shape == std::vector<int64_t>{n, joints, 3, 3}) out = out.narrow(3, 0, 2);
  const bool known =
      shape == std::vector<int64_t>{n, joints, 3, 3} || shape == std::vector<int64_t>{n, joints, 3, 2} ||
      shape == std::vector<int64_t>{n, joints, 6} || shape == std::vector<int64_t>{n, 6 * joints};
  if (!known) return {};
  return out.to(at::kDouble).reshape({n, 6 * joints});
}

class TorchscriptDecoder final : public PoseDecoder {
 public:
  TorchscriptDecoder(std::shared_ptr<const torch::jit::Module> module, std::vector<int> joints,
                     int latent_dim, int dim)
      : module_(std::move(module)),
        joints_(std::move(joints)),
        latent_dim_(latent_dim),
        dim_(dim),
        kind_(KindOf(*module_)) {}

  void Decode(const double* z, double* pose) override {
    at::Tensor six;
    const bool ran = IsFinite(z) && Run([&] {
                       const at::NoGradGuard no_grad;
                       six = SixNumbers(*module_, Latents(z, 1), num_joints()).contiguous();
                     });
    if (!ran) return Fail(pose, nullptr);
    PoseFromSixNumbers(Eigen::Map<const Eigen::VectorXd>(six.data_ptr<double>(), six.numel()), joints_, dim_,
                       pose);
  }

  void DecodeWithJacobian(const double* z, double* pose, double* jacobian) override {
    if (jacobian == nullptr) return Decode(z, pose);
    at::Tensor six, rows;
    const bool ran = IsFinite(z) && Run([&] {
                       const at::AutoGradMode with_grad(true);
                       const at::Tensor latents = Latents(z, 6 * num_joints()).set_requires_grad(true);
                       const at::Tensor out = SixNumbers(*module_, latents, num_joints());
                       const at::Tensor sum = out.diagonal().sum();
                       // A module that ignores z has no gradient at all.
                       rows = sum.requires_grad()
                                  ? torch::autograd::grad({sum}, {latents}, {}, {}, false, true)[0]
                                  : at::Tensor();
                       if (!rows.defined()) rows = at::zeros_like(latents);
                       rows = rows.to(at::kDouble).contiguous();
                       six = out.detach()[0].contiguous();
                     });
    if (!ran) return Fail(pose, jacobian);
    PoseFromSixNumbers(Eigen::Map<const Eigen::VectorXd>(six.data_ptr<double>(), six.numel()),
                       Eigen::Map<const RowMatrixXd>(rows.data_ptr<double>(), rows.size(0), latent_dim_),
                       joints_, dim_, pose, jacobian);
  }

 private:
  int num_joints() const { return static_cast<int>(joints_.size()); }
  bool IsFinite(const double* z) const {
    return Eigen::Map<const Eigen::VectorXd>(z, latent_dim_).allFinite();
  }
  at::Tensor Latents(const double* z, int64_t rows) const {
    const at::Tensor row = at::from_blob(const_cast<double*>(z), {1, latent_dim_}, at::kDouble);
    return row.to(kind_).repeat({rows, 1});
  }
  // Whether the module ran: it may throw anything, at any z.
  template <typename Body>
  static bool Run(const Body& body) {
    try {
      body();
    } catch (const std::exception&) {
      return false;
    }
    return true;
  }
  void Fail(double* pose, double* jacobian) const {
    std::fill_n(pose, dim_, std::numeric_limits<double>::quiet_NaN());
    if (jacobian == nullptr) return;
    std::fill_n(jacobian, static_cast<size_t>(dim_) * latent_dim_, std::numeric_limits<double>::quiet_NaN());
  }

  std::shared_ptr<const torch::jit::Module> module_;
  std::vector<int> joints_;
  int latent_dim_, dim_;
  at::ScalarType kind_;
};

void CheckRuns(const std::string& name, const torch::jit::Module& module, int latent_dim, int num_joints) {
  at::Tensor both, first;
  const at::NoGradGuard no_grad;
  at::Tensor z = at::zeros({2, latent_dim}, KindOf(module));
  z[1].fill_(0.5);
  try {
    both = SixNumbers(module, z, num_joints);
    first = SixNumbers(module, z.narrow(0, 0, 1), num_joints);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    throw InputError(name, "",
                     StrCat("does not run on (2, ", latent_dim, ") latents: ", what.substr(0, 500)));
  }
  if (!both.defined() || !first.defined()) {
    throw InputError(
        name, "",
        StrCat("gives another result, expected a tensor of shape (N, ", num_joints, ", 3, 3), (N, ",
               num_joints, ", 3, 2), (N, ", num_joints, ", 6) or (N, ", 6 * num_joints, ")"));
  }
  if (!at::isfinite(both).all().item<bool>()) throw InputError(name, "", "gives values that are not finite");
  // Rounding of a float network in batches of other sizes.
  if (!at::allclose(both[0], first[0], 1e-4, 1e-4)) {
    throw InputError(name, "", "gives rows that depend on the other rows of the batch");
  }
}

}  // namespace

TorchscriptPrior::TorchscriptPrior(std::string name, const torch::jit::Module& module,
                                   const TorchscriptPriorOptions& options)
    : name_(std::move(name)),
      module_(std::make_shared<torch::jit::Module>(module)),
      latent_space_(options.latent_space),
      latent_dim_(options.latent_dim),
      dim_(kLearnedPriorDim),
      joints_(LearnedPriorJoints(name_, options.joints)) {
  VT_CHECK_GT(latent_dim_, 0);
  module_->to(at::kCPU);
  module_->eval();
  CheckRuns(name_, *module_, latent_dim_, static_cast<int>(joints_.size()));
  mean_ = MeanOfSamples(*this);
}

std::shared_ptr<const TorchscriptPrior> TorchscriptPrior::Load(const std::string& path,
                                                               const TorchscriptPriorOptions& options) {
  try {
    return std::make_shared<TorchscriptPrior>(path, torch::jit::load(path, at::kCPU), options);
  } catch (const c10::Error& error) {
    throw InputError(path, "", StrCat("is no scripted module: ", error.what_without_backtrace()));
  }
}

double TorchscriptPrior::NegativeLogLikelihood(const Eigen::VectorXd& pose) const {
  return std::numeric_limits<double>::quiet_NaN();
}

std::shared_ptr<const Prior> TorchscriptPrior::Restrict(int n) const {
  VT_CHECK(n > 0 && n <= dim_ && n % 3 == 0);
  auto part = std::make_shared<TorchscriptPrior>(*this);
  part->dim_ = n;
  return part;
}

std::unique_ptr<PoseDecoder> TorchscriptPrior::MakeDecoder() const {
  return std::make_unique<TorchscriptDecoder>(module_, joints_, latent_dim_, dim_);
}

}  // namespace vitruvius
