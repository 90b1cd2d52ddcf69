#include "solvers/training/regressor_batch.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "models/networks/segment_regressor.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {

void RegressorExample::Check(const BodyModel& model) const {
  crop.Check();
  VT_CHECK_EQ(static_cast<Eigen::Index>(points.size()), targets_px.rows());
  VT_CHECK_EQ(weights.size(), targets_px.rows());
  VT_CHECK(num_keypoints >= 0 && num_keypoints <= points.size());
  VT_CHECK(targets_px.allFinite() && weights.allFinite());
  VT_CHECK(weights.size() == 0 || weights.minCoeff() >= 0);
  VT_CHECK(label_weight >= 0 && label_weight <= 1);
  if (!label) return;
  VT_CHECK_EQ(label->scales.size(), model.num_joints());
  VT_CHECK_EQ(label->angles.size(), 3 * (model.num_joints() - 1));
  VT_CHECK(label->angles.allFinite() && label->scales.allFinite() && label->camera.allFinite());
  RowMatrix3d rotation;
  VT_CHECK(OrthonormalColumns(label->rotation, &rotation));
}

RegressorBatch RegressorBatch::To(at::Device device) const {
  RegressorBatch there = *this;
  for (at::Tensor* tensor :
       {&there.images, &there.weights, &there.is_mirrored, &there.labels, &there.is_labelled, &there.targets,
        &there.dense_weights, &there.keypoint_weights})
    *tensor = tensor->to(device);
  return there;
}

RegressorBatch MakeRegressorBatch(const BodyModel& model, const std::vector<RegressorExample>& examples,
                                  const std::vector<std::int64_t>& rows, CropBatch crops, at::Device device) {
  VT_CHECK_EQ(rows.size(), crops.views.size());
  VT_CHECK(!rows.empty());
  const auto count = static_cast<std::int64_t>(rows.size());
  std::vector<PointSet> points;
  std::vector<SegmentParameters> labels;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const RegressorExample& example = examples[static_cast<std::size_t>(rows[n])];
    points.push_back(example.points);
    labels.push_back(example.label ? crops.views[n].CropFromPicture(*example.label)
                                   : SegmentParameters::Rest(model));
  }
  RegressorBatch batch;
  batch.body = std::make_shared<TorchSegments>(model, points, at::TensorOptions(at::kFloat).device(device));
  const std::int64_t most = batch.body->num_points();
  batch.images = crops.images;
  batch.labels = NumbersOfSegments(labels);
  batch.weights = at::zeros({count});
  batch.is_mirrored = at::zeros({count});
  batch.is_labelled = at::zeros({count});
  batch.targets = at::zeros({count, most, 2});
  batch.dense_weights = at::zeros({count, most});
  batch.keypoint_weights = at::zeros({count, most});
  for (std::int64_t n = 0; n < count; ++n) {
    const auto row = static_cast<std::size_t>(n);
    const RegressorExample& example = examples[static_cast<std::size_t>(rows[row])];
    if (crops.is_there[row]) batch.weights.data_ptr<float>()[n] = static_cast<float>(example.label_weight);
    if (crops.mirrored[row]) batch.is_mirrored.data_ptr<float>()[n] = 1;
    if (example.label) batch.is_labelled.data_ptr<float>()[n] = 1;
    const Eigen::Index split = example.num_keypoints, all = example.points.size();
    const double keypoints = example.weights.head(split).sum(),
                 dense = example.weights.tail(all - split).sum();
    for (Eigen::Index p = 0; p < all; ++p) {
      const std::int64_t at = n * most + p;
      const Eigen::Vector2d target =
          crops.views[row].CropFromPicture(Eigen::Vector2d(example.targets_px.row(p).transpose()));
      batch.targets.data_ptr<float>()[2 * at] = static_cast<float>(target.x());
      batch.targets.data_ptr<float>()[2 * at + 1] = static_cast<float>(target.y());
      const double sum = p < split ? keypoints : dense;
      if (!(sum > 0)) continue;
      float* weight = (p < split ? batch.keypoint_weights : batch.dense_weights).data_ptr<float>() + at;
      *weight = static_cast<float>(example.weights[p] / sum);
    }
  }
  return batch.To(device);
}

std::vector<bool> HeldOut(const std::vector<RegressorExample>& examples, double share, std::uint64_t seed) {
  const auto draw = [&](const std::string& path) {
    return Rng(HashString(std::filesystem::path(path).filename().string(), seed)).Uniform();
  };
  std::vector<bool> held_out;
  double least = 1, most = 0;
  for (const RegressorExample& example : examples) {
    const double drawn = draw(example.image_path);
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }
  if (!(most > least)) return std::vector<bool>(examples.size(), false);
  // At least the picture that drew the least, and not all.
  const double below = std::min(std::max(share, std::nextafter(least, 1.0)), most);
  for (const RegressorExample& example : examples) held_out.push_back(draw(example.image_path) < below);
  return held_out;
}

}  // namespace vitruvius
