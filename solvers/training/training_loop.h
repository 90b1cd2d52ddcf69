// What all trainings share: steps, a log, the best weights by a score, checkpoints, and going on after an
// interruption as if there had been none.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

namespace vitruvius {

// Rows every log_every steps: "step", the losses' means since the row before; and after evaluations the
// task's evaluation_names(), else NaN there.
struct TrainingLog {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
  // Column by name, of the rows where it is a number: (step, value).
  std::vector<std::pair<double, double>> Curve(const std::string& column) const;
};

struct TrainingRun {
  std::int64_t step = 0;   // done
  std::int64_t steps = 0;  // in all
  TrainingLog log;
  std::size_t num_losses = 0;  // columns 1 to num_losses of the log are losses
  std::int64_t best_step = 0;
  double best = 0;                 // best_name there
  std::string best_name;           // the first of evaluation_names()
  std::vector<std::string> signs;  // what looks wrong, in words, the newest last
};

class TrainingTask {
 public:
  using Tensors = std::map<std::string, at::Tensor>;

  virtual ~TrainingTask() = default;
  virtual std::vector<std::string> loss_names() const = 0;
  // The first is what the kept weights have least of, unless keeps_last().
  virtual std::vector<std::string> evaluation_names() const = 0;
  // The weights of the last evaluation are kept, whatever it says.
  virtual bool keeps_last() const { return false; }
  // One step, its random numbers drawn from (seed, step) alone. Returns the losses, (L,) on the device.
  virtual at::Tensor Step(std::int64_t step) = 0;
  // Values of evaluation_names(); what looks wrong is added to `signs`. `run` is as before the evaluation.
  virtual std::vector<double> Evaluate(const TrainingRun& run, std::vector<std::string>* signs) = 0;
  // All that the training changes, and the part of it that is kept at its best: the task's own tensors.
  virtual Tensors State() = 0;
  virtual Tensors Weights() = 0;
};

struct TrainingSchedule {
  std::int64_t steps = 0, log_every = 0, evaluate_every = 0;
  std::string fingerprint;  // everything that the result depends on: another one cannot be gone on with
};

struct TrainingLoopEvents {
  // After each step; may be empty. False: stop here, as if interrupted.
  std::function<bool(const TrainingRun& run)> stepped;
  // After each evaluation; may be empty.
  std::function<void(const TrainingRun& run)> evaluated;
};

struct TrainingOutcome {
  TrainingRun run;
  bool finished = false;  // then the task's Weights() are the best ones
};

// `checkpoint`: a file that is written at each evaluation, and read first with `resume` where it exists; ""
// for none. A resumed training gives the same bytes as one without a stop. Throws InputError when the
// checkpoint is of another training, is damaged, or cannot be written.
TrainingOutcome RunTraining(TrainingTask* task, const TrainingSchedule& schedule,
                            const std::string& checkpoint, bool resume, const TrainingLoopEvents& events);

}  // namespace vitruvius
