// One family's training, a step at a time. What is common to all of them is in train_prior.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/io/npz.h"
#include "solvers/training/inversion.h"
#include "solvers/training/training_options.h"
#include "solvers/training/training_poses.h"

namespace vitruvius {

class PriorTrainer {
 public:
  using Tensors = std::map<std::string, at::Tensor>;

  virtual ~PriorTrainer() = default;
  virtual std::vector<std::string> loss_names() const = 0;
  // One step, its random numbers drawn from (seed, step) alone. Returns the losses, (L,) on the device.
  virtual at::Tensor Step(std::int64_t step) = 0;
  // Of the averaged weights.
  virtual LatentMap Map() = 0;
  // How bad the prior is on poses it was not trained on: the median inversion error in mm, or, for a prior
  // that inverts every pose exactly, the mean negative log likelihood in nats.
  virtual double Validate(const TrainingPoses& validation, const TorchBody& body,
                          const TrainingOptions& options);
  virtual std::string validation_name() const { return "inversion_val_mm"; }
  // All that the training changes, and the part of it that the prior is made of: the trainer's own tensors.
  virtual Tensors State() = 0;
  virtual Tensors Weights() = 0;
  // The prior as a file holds it (priors/README.md), but for where it comes from.
  virtual std::map<std::string, NpyArray> PriorArrays() = 0;
};

// `poses` and `body` must outlive it.
std::unique_ptr<PriorTrainer> MakeTrainer(const TrainingOptions& options, const TrainingPoses& poses,
                                          const TorchBody& body);

// The families.
std::unique_ptr<PriorTrainer> MakeGanTrainer(const TrainingOptions& options, const TrainingPoses& poses);
std::unique_ptr<PriorTrainer> MakeVaeTrainer(const TrainingOptions& options, const TrainingPoses& poses,
                                             const TorchBody& body);
std::unique_ptr<PriorTrainer> MakeFlowTrainer(const TrainingOptions& options, const TrainingPoses& poses);

}  // namespace vitruvius
