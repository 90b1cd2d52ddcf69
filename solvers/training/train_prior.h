// Trains a pose prior: steps, a log, the best checkpoint by error on validation poses, early signs of mode
// collapse, and going on after an interruption.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "solvers/training/prior_trainer.h"

namespace vitruvius {

// Rows every log_every steps: "step", the losses' means since the row before; and after evaluations
// validation_name(), "spread_mean" and "spread_least", else NaN there. Spread: how far a joint's rotations
// lie from each other, generated over real; 1 is right, towards 0 the prior shows ever the same.
struct TrainingLog {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
  // Column by name, of the rows where it is a number: (step, value).
  std::vector<std::pair<double, double>> Curve(const std::string& column) const;
};

struct TrainingRun {
  std::int64_t step = 0;  // done
  TrainingLog log;
  std::int64_t best_step = 0;
  double best = 0;                 // validation_name() there
  std::string best_name;           // validation_name()
  std::vector<std::string> signs;  // what looks wrong, in words, the newest last
};

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

// `checkpoint`: a file that is written at each evaluation, and read first with `resume` where it exists; ""
// for none. A resumed training gives the same bytes as one without a stop. Throws InputError when the
// checkpoint is of another training or cannot be written.
TrainedPrior TrainPrior(const TrainingOptions& options, const TrainingPoses& train,
                        const TrainingPoses& validation, const TorchBody& body, const std::string& checkpoint,
                        bool resume, const TrainingEvents& events = {});

// Median inversion error over validation_poses of these, drawn by weight, mm.
double MedianInversionError(PriorTrainer* trainer, const TorchBody& body, const TrainingPoses& poses,
                            const TrainingOptions& options);

// (J,): how far the rotations (N, J, 3, 3) of each joint lie from their mean, root mean square.
at::Tensor JointSpread(const at::Tensor& rotations);

}  // namespace vitruvius
