// Examples for image regressors, and a batch of them as tensors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/datasets/torch/crop_loader.h"
#include "models/networks/torch_segments.h"

namespace vitruvius {

// A person in a picture, what was seen there, and the body that was registered to it.
struct RegressorExample {
  std::string image_path;
  CropFrame crop;
  PointSet points;          // keypoints that the body has, then places on its surface
  MatrixX2d targets_px;     // (P, 2) where each is seen, px of the picture
  Eigen::VectorXd weights;  // (P) of their squared distances; 0: not seen
  int num_keypoints = 0;    // of the points, the first ones
  // The camera in px a metre and px of the picture; none: points alone teach.
  std::optional<SegmentParameters> label;
  double label_weight = 1;  // 0 to 1: how much all of this example counts

  void Check(const BodyModel& model) const;  // throws ContractError
};

// Of a batch of N, points of a row filled up to the most of any row, P, with weight 0.
struct RegressorBatch {
  at::Tensor images;         // (N, 3, S, S), see CropBatch
  at::Tensor weights;        // (N), 0 where the picture could not be read
  at::Tensor is_mirrored;    // (N) 0 or 1: the picture is the mirror image of what labels and targets tell
  at::Tensor labels;         // (N, 5J+12), see models/networks/segment_regressor.h, in crop units
  at::Tensor is_labelled;    // (N) 0 or 1
  at::Tensor targets;        // (N, P, 2) crop units
  at::Tensor dense_weights;  // (N, P), a row's sum is 1, or 0 where nothing is seen
  at::Tensor keypoint_weights;
  std::shared_ptr<const TorchSegments> body;  // the rows' points

  RegressorBatch To(at::Device device) const;  // but for `body`, which is made there
};
// The crops of these examples, by their numbers; targets and labels as each crop's view shows them.
RegressorBatch MakeRegressorBatch(const BodyModel& model, const std::vector<RegressorExample>& examples,
                                  const std::vector<std::int64_t>& rows, CropBatch crops, at::Device device);

// Which examples judge: of all pictures about `share`, chosen by their files' names, without the folders, and
// the seed, so that people of one picture stay together and a moved folder changes nothing; at least one
// picture, unless there is one only.
std::vector<bool> HeldOut(const std::vector<RegressorExample>& examples, double share, std::uint64_t seed);

}  // namespace vitruvius
