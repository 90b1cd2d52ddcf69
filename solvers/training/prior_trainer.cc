#include "solvers/training/prior_trainer.h"

namespace vitruvius {

double PriorTrainer::Validate(const TrainingPoses& validation, const TorchBody& body,
                              const TrainingOptions& options) {
  LatentSearchOptions inversion;
  inversion.steps = options.inversion_steps;
  return InversionErrors(Map(), body, validation.axis_angle, inversion).median().item<double>();
}

std::unique_ptr<PriorTrainer> MakeTrainer(const TrainingOptions& options, const TrainingPoses& poses,
                                          const TorchBody& body) {
  options.Check();
  switch (options.family) {
    case PriorFamily::kVae:
      return MakeVaeTrainer(options, poses, body);
    case PriorFamily::kRealNvp:
      return MakeFlowTrainer(options, poses);
    default:
      return MakeGanTrainer(options, poses);
  }
}

}  // namespace vitruvius
