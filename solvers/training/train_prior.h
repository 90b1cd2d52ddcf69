// Trains a pose prior: the best checkpoint by error on validation poses, early signs of mode collapse. The
// log has validation_name(), "spread_mean" and "spread_least" besides the losses. Spread: how far a joint's
// rotations lie from each other, generated over real; 1 is right, towards 0 the prior shows ever the same.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "solvers/training/prior_trainer.h"
#include "solvers/training/training_loop.h"

namespace vitruvius {

struct TrainingEvents {
  // After each step; may be empty. False: stop here, as if interrupted.
  std::function<bool(const TrainingRun& run)> stepped;
  // After each evaluation, with some generated poses (25, 69); may be empty.
  std::function<void(const TrainingRun& run, const RowMatrixXd& samples)> evaluated;
};

struct TrainedPrior {
  TrainingRun run;
  // Of the best weights; empty when stopped before the end.
  std::map<std::string, NpyArray> arrays;
  std::shared_ptr<PriorTrainer> trainer;  // with the best weights, unless stopped before the end
};

// `checkpoint`, `resume`: see RunTraining. Throws InputError when the checkpoint is of another training or
// cannot be written.
TrainedPrior TrainPrior(const TrainingOptions& options, const TrainingPoses& train,
                        const TrainingPoses& validation, const TorchBody& body, const std::string& checkpoint,
                        bool resume, const TrainingEvents& events = {});

// Median inversion error over validation_poses of these, drawn by weight, mm.
double MedianInversionError(PriorTrainer* trainer, const TorchBody& body, const TrainingPoses& poses,
                            const TrainingOptions& options);

// (J,): how far the rotations (N, J, 3, 3) of each joint lie from their mean, root mean square.
at::Tensor JointSpread(const at::Tensor& rotations);

}  // namespace vitruvius
