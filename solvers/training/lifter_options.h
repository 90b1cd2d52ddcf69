// What a training of a depth lifter is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "solvers/training/training_options.h"

namespace vitruvius {

// Which weights are kept: kLast, those at the end, which needs no labels; kCorrelation, those with the best
// correlation to true depths of validation keypoints, where they are known. What needs no depths (L_ratio,
// L_sym, the consistency) is no guide: it falls while depths get worse, and rises while they get better.
enum class LifterChoice { kLast, kCorrelation };

// L^G = adversarial L_adv + ratio L_ratio + symmetry L_sym + consistency L_cons + mu L_joint. Epochs, batch,
// rate, angles and the weights of L_ratio, L_sym and L_joint are the paper's; 235 is printed there, and may
// stand for 225. The paper's adversarial weight is 0.1: in these units of keypoints 1 was better.
struct LifterOptions {
  std::int64_t epochs = 50;
  std::int64_t batch = 1024;
  std::int64_t hidden = 1024;
  double learning_rate = 2e-4;        // falls over the last 40 % of the steps to 2 %
  double beta1 = 0.5, beta2 = 0.999;  // Adam's
  double average = 0.99;              // the lifter is this moving average of the weights; 0: the last ones
  std::uint64_t seed = 1;
  AdversarialLoss loss = AdversarialLoss::kLog;
  double adversarial_weight = 1, ratio_weight = 1, symmetry_weight = 1;
  double consistency_weight = 0.1;                   // not in the paper; 0: as printed
  double joint_weight = 100, joint_weight_last = 1;  // mu, at the first and the last epoch
  std::vector<double> angles_deg = {45, 60, 90, 135, 180, 235, 270};
  // Each lifted pose is turned by so many of them a step, drawn without replacement; as many as there are:
  // by all.
  int angles_per_pose = 1;
  int discriminator_steps = 1;  // a step of the generator
  LifterChoice choice = LifterChoice::kLast;
  // Watching
  std::int64_t log_every = 20;
  std::int64_t evaluations = 10;  // spread over the training, with checkpoints
  std::int64_t validation_poses = 4096;

  void Check() const;  // throws ContractError
  // Everything that the result depends on, as text: an interrupted training goes on with the same only.
  std::string Describe() const;
  // Of the generator, for a table of so many people: whole batches, at least one an epoch.
  std::int64_t StepsPerEpoch(std::int64_t rows) const;
  // mu at an epoch: geometric from first to last.
  double JointWeightAt(std::int64_t epoch) const;
};

// "last", "correlation"; throws InputError for another name.
LifterChoice LifterChoiceOf(const std::string& name);

}  // namespace vitruvius
