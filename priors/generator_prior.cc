#include "priors/generator_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/util/check.h"
#include "priors/rotation_output.h"

namespace vitruvius {
namespace {

template <typename Scalar>
class GeneratorDecoder final : public PoseDecoder {
 public:
  GeneratorDecoder(std::shared_ptr<const CompiledNetwork<Scalar>> network, std::vector<int> joints, int dim)
      : network_(network), joints_(std::move(joints)), dim_(dim), z_(network->inputs()) {
    z_.setConstant(std::numeric_limits<double>::quiet_NaN());  // equal to nothing
  }

  void Decode(const double* z, double* pose) override {
    Run(z);
    PoseFromSixNumbers(*six_, joints_, dim_, pose);
  }
  void DecodeWithJacobian(const double* z, double* pose, double* jacobian) override {
    Run(z);
    PoseFromSixNumbers(*six_, network_.Jacobian(), joints_, dim_, pose, jacobian);
  }
  void Reset() override { network_.Reset(); }

 private:
  // A solver asks for the derivatives where it has just asked for the value.
  void Run(const double* z) {
    const Eigen::Map<const Eigen::VectorXd> now(z, z_.size());
    if ((z_.array() == now.array()).all()) return;
    z_ = now;
    six_ = &network_.Evaluate(z);
  }

  NetworkEvaluator<Scalar> network_;
  std::vector<int> joints_;
  int dim_;
  Eigen::VectorXd z_;  // the last
  const typename NetworkEvaluator<Scalar>::Vector* six_ = nullptr;
};

std::shared_ptr<const CompiledNetwork<double>> Compiled(const Network& network) {
  return std::make_shared<CompiledNetwork<double>>(network);
}

}  // namespace

GeneratorPrior::GeneratorPrior(std::string name, const GeneratorWeights& weights)
    : name_(std::move(name)),
      family_(weights.family),
      dim_(kLearnedPriorDim),
      latent_space_(weights.latent_space),
      joints_(weights.joints),
      decoder_(std::make_shared<CompiledNetwork<float>>(weights.decoder)),
      weights_(std::make_shared<Network>(weights.decoder)),
      origin_(weights.origin) {
  VT_CHECK_EQ(decoder_->outputs(), 6 * static_cast<int>(joints_.size()));
  for (const int joint : joints_) VT_CHECK(joint >= 1 && joint <= kLearnedPriorDim / 3);
  if (weights.encoder) encoder_ = Compiled(weights.encoder->mean);
  if (weights.shape) shape_ = Compiled(*weights.shape);
  mean_ = MeanOfSamples(*this);
}

double GeneratorPrior::NegativeLogLikelihood(const Eigen::VectorXd& pose) const {
  return std::numeric_limits<double>::quiet_NaN();
}

std::shared_ptr<const Prior> GeneratorPrior::Restrict(int n) const {
  VT_CHECK(n > 0 && n <= dim_ && n % 3 == 0);
  auto part = std::make_shared<GeneratorPrior>(*this);
  part->dim_ = n;
  return part;
}

std::unique_ptr<PoseDecoder> GeneratorPrior::MakeDecoder() const {
  return std::make_unique<GeneratorDecoder<float>>(decoder_, joints_, dim_);
}

std::unique_ptr<PoseDecoder> GeneratorPrior::MakeDoubleDecoder() const {
  return std::make_unique<GeneratorDecoder<double>>(Compiled(*weights_), joints_, dim_);
}

bool GeneratorPrior::Encode(const Eigen::VectorXd& pose, Eigen::VectorXd* z) const {
  if (encoder_ == nullptr) return false;
  VT_CHECK_EQ(pose.size(), dim_);
  Eigen::VectorXd covered = Eigen::VectorXd::Zero(encoder_->inputs());
  for (size_t i = 0; i < joints_.size(); ++i) {
    const int place = 3 * (joints_[i] - 1);
    if (place < dim_) covered.segment<3>(3 * static_cast<Eigen::Index>(i)) = pose.segment<3>(place);
  }
  *z = NetworkEvaluator<double>(encoder_).Evaluate(covered.data());
  return true;
}

Eigen::VectorXd GeneratorPrior::DecodeBetas(const Eigen::VectorXd& z) const {
  VT_CHECK_EQ(z.size(), latent_dim());
  if (shape_ == nullptr) return {};
  return NetworkEvaluator<double>(shape_).Evaluate(z.data());
}

}  // namespace vitruvius
