// Trains a network that tells a body of segments from a picture, towards registered bodies and the points
// they were registered to: the ConvNet of deform-and-learn. Source: "Learning body shape and pose from dense
// correspondences", appendix: ResNet-50 pretrained on ImageNet, Adam, 30 pictures a step, 30 epochs a round,
// rate 1e-4, and the losses of regressor_losses.h.
//
// Where the paper is silent: crops are turned, zoomed, shifted and recoloured, labels and points with them;
// an example counts by its label_weight; the best of several evaluations on held-out pictures is kept.
//
// A step's pictures, their order and changes follow from (seed, step) alone and are read while the step
// before trains.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "solvers/training/regressor_batch.h"
#include "solvers/training/regressor_file.h"
#include "solvers/training/regressor_options.h"
#include "solvers/training/training_loop.h"

namespace vitruvius {

struct TrainedRegressor {
  TrainingRun run;
  // Of the best weights; null when stopped before the end.
  std::shared_ptr<const SegmentRegressor> regressor;
  std::map<std::string, NpyArray> arrays;  // regressor.npz
  // Pictures that could not be read, by name, with the reason; their people were left out. Each is also one
  // of run.signs.
  std::map<std::string, std::string> unread;
  std::int64_t num_train = 0, num_validation = 0;  // examples
};

// `validation` empty: options.held_out of the pictures of `train` judge and are not trained on. `initial`:
// what to begin with (BeginFrom); "" for random weights. `checkpoint`, `resume`, `events`: see RunTraining.
// The log has the losses regress, dense, keypoints, total; and of validation examples, in evaluation mode and
// not augmented, loss_val (the total, by which the best weights are chosen), regress_val, and dense_val_px
// and keypoint_val_px, mean distances in px of the crop.
//
// Throws InputError, also when no picture can be read at all, and ContractError for examples that are not the
// body's.
TrainedRegressor TrainRegressor(const RegressorOptions& options,
                                const std::shared_ptr<const BodyModel>& model,
                                const std::vector<RegressorExample>& train,
                                const std::vector<RegressorExample>& validation, const std::string& initial,
                                const std::string& checkpoint, bool resume,
                                const TrainingLoopEvents& events = {}, at::Device device = at::kCPU);

// Bodies of people in pictures, cameras in px of the picture; evaluation mode. One that has none carries the
// reason why its picture could not be read. `device`: where the regressor is.
struct PredictedSegments {
  SegmentParameters parameters;
  std::string fault;  // not empty: no prediction
};
std::vector<PredictedSegments> PredictSegments(const SegmentRegressor& regressor,
                                               const std::vector<PictureCrop>& people,
                                               std::int64_t batch = 32);

}  // namespace vitruvius
