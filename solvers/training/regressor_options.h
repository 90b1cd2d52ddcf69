// What a training of an image regressor is told.
#pragma once

#include <cstdint>
#include <string>

#include "data/datasets/image_crops.h"
#include "models/networks/resnet.h"

namespace vitruvius {

// L = regress_weight L_regress + dense_weight L_dense + keypoint_weight L_KP. Epochs, batch, rate and weights
// are the paper's; the size of its crops is not told.
struct RegressorOptions {
  ResNetSize trunk;
  std::int64_t crop_px = 224;
  std::int64_t epochs = 30;
  std::int64_t batch = 30;
  double learning_rate = 1e-4;
  bool decays = true;  // the rate falls over the last 40 % of the steps to 2 %; not in the paper
  // The rate rises over so many steps from nothing; not in the paper.
  std::int64_t warm_steps = 0;
  double beta1 = 0.9, beta2 = 0.999;  // Adam's
  double weight_decay = 0;            // added to the gradient, times the weights
  // Of the raw rotations' lengths, see SegmentRegressor; not in the paper, which tells of no such trouble.
  double length_weight = 0;
  double regress_weight = 1, dense_weight = 10, keypoint_weight = 1;
  CropAugmentation augmentation;
  double held_out = 0.05;  // share of the pictures that judge, where no examples are given for that
  std::uint64_t seed = 1;
  // Watching
  std::int64_t log_every = 20;
  std::int64_t evaluations = 30;                     // spread over the training, with checkpoints
  std::int64_t validation_examples = 1000;           // the first so many judge
  std::int64_t cache_bytes = std::int64_t{1} << 30;  // of pictures kept in memory; changes no number

  void Check() const;  // throws ContractError
  // Everything that the result depends on, as text: an interrupted training goes on with the same only.
  std::string Describe() const;
  // Whole batches; where there are fewer examples than a batch, all of them make one.
  std::int64_t StepsPerEpoch(std::int64_t examples) const;
};

}  // namespace vitruvius
