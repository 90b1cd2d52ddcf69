// Poses on a body: samples of a prior, and bodies' joints. Sample i depends on the prior, the seed and i
// alone.
#pragma once

#include <cstdint>
#include <memory>

#include "models/body/body_model.h"
#include "priors/latent_prior.h"

namespace vitruvius {

class PoseSampler {
 public:
  // The prior as far as it speaks of the model's joints; others are zero. Throws ContractError where it does
  // not speak of any. threads 0: one a core.
  PoseSampler(std::shared_ptr<const BodyModel> model, const std::shared_ptr<const Prior>& prior,
              std::uint64_t seed, int threads = 0);
  // Samples [begin, begin + count): (count, 3(J-1)) body poses.
  RowMatrixXd Draw(std::int64_t begin, std::int64_t count) const;

 private:
  std::shared_ptr<const BodyModel> model_;
  std::shared_ptr<const Prior> prior_;
  const LatentPrior* latent_;  // the same, or null
  std::uint64_t seed_;
  int threads_;
};

// Joints 1 to 23 (or as many as there are) of each pose about the root, root at rest, betas 0:
// (N, 3 (min(J, 24) - 1)), mm.
RowMatrixXd JointsMm(const std::shared_ptr<const BodyModel>& model, const RowMatrixXd& body_poses,
                     int threads = 0);

}  // namespace vitruvius
