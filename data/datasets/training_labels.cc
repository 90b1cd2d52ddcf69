#include "data/datasets/training_labels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "data/io/npz.h"
#include "models/body/keypoint_set.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Rows of one length, one a person.
class Column {
 public:
  Column(std::vector<std::int64_t> shape, double missing = 0) : shape_(std::move(shape)), missing_(missing) {
    for (const std::int64_t size : shape_) width_ *= size;
  }

  // The values, or `missing` where there are none.
  template <typename Derived>
  void Append(const Eigen::DenseBase<Derived>& values) {
    VT_CHECK(values.size() == 0 || values.size() == width_);
    const size_t from = values_.size();
    values_.resize(from + static_cast<size_t>(width_), missing_);
    size_t k = from;
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      for (Eigen::Index j = 0; j < values.cols(); ++j) values_[k++] = values(i, j);
    }
  }
  void Append(double value) { values_.push_back(value); }

  NpyArray Array(std::int64_t rows) const {
    std::vector<std::int64_t> shape = shape_;
    shape.insert(shape.begin(), rows);
    return NpyArray::FromDoubles(values_.data(), shape);
  }

 private:
  std::vector<std::int64_t> shape_;
  double missing_;
  std::int64_t width_ = 1;
  std::vector<double> values_;
};

bool WasSeen(const LabelledPerson& person) {
  const PersonObservation* seen = person.seen;
  return seen != nullptr && seen->set != nullptr && seen->keypoints2d.rows() > 0 &&
         seen->keypoints2d.col(2).maxCoeff() > 0;
}

void AddKeypoints(const std::vector<TrainingLabel>& labels, std::map<std::string, NpyArray>* arrays) {
  Eigen::Index most = 0;
  for (const TrainingLabel& label : labels) {
    if (WasSeen(label.person)) most = std::max(most, label.person.seen->keypoints2d.rows());
  }
  if (most == 0) return;
  Column keypoints({most, 3});
  std::vector<std::string> sets;
  for (const TrainingLabel& label : labels) {
    RowMatrixXd points = RowMatrixXd::Zero(most, 3);
    const bool seen = WasSeen(label.person);
    if (seen) {
      const auto& observed = label.person.seen->keypoints2d;
      for (Eigen::Index k = 0; k < observed.rows(); ++k) {
        if (observed(k, 2) > 0) points.row(k) = observed.row(k);
      }
    }
    keypoints.Append(points);
    sets.push_back(seen ? label.person.seen->set->name : "");
  }
  (*arrays)["keypoints2d"] = keypoints.Array(static_cast<std::int64_t>(labels.size()));
  (*arrays)["keypoint_set"] = NpyArray::FromStrings(sets);
}

}  // namespace

void WriteTrainingLabels(const std::string& path, const BodyModel& model,
                         const std::vector<TrainingLabel>& labels) {
  const std::int64_t joints = model.num_joints();
  const auto n = static_cast<std::int64_t>(labels.size());
  std::vector<std::string> ids, images, reasons, flags;
  std::vector<std::int8_t> status;
  std::vector<std::int32_t> image_size;
  std::map<std::string, Column> columns = {{"label_weight", Column({})},
                                           {"crop_center", Column({2})},
                                           {"crop_half", Column({})},
                                           {"poses", Column({3 * joints})},
                                           {"betas", Column({model.num_betas()})},
                                           {"transl", Column({3})},
                                           {"joints3d", Column({joints, 3})},
                                           {"joints2d", Column({joints, 2})},
                                           {"focal", Column({2})},
                                           {"center", Column({2})},
                                           {"residual_mean_px", Column({}, kUnknown)},
                                           {"joints_relative_std_m", Column({joints}, kUnknown)}};
  const bool of_segments = std::any_of(labels.begin(), labels.end(), [](const TrainingLabel& label) {
    return label.person.fit->segment_scales.size() > 0;
  });
  if (of_segments) {
    columns.emplace("segment_scales", Column({joints}));
    columns.emplace("weak_camera", Column({3}));
    columns.emplace("joints_moved_m", Column({}));
  }
  static const FitResult nobody;
  for (const TrainingLabel& label : labels) {
    VT_CHECK(label.person.fit != nullptr && label.body != nullptr);
    const bool usable = label.person.fit->usable;
    // Of who is not usable nothing counts as known.
    const FitResult &fit = usable ? *label.person.fit : nobody, &body = usable ? *label.body : nobody;
    ids.push_back(label.person.fit->id);
    images.push_back(label.person.image_path);
    reasons.push_back(label.person.fit->reason);
    std::string joined;
    for (const std::string& flag : label.person.fit->flags) joined += (joined.empty() ? "" : ";") + flag;
    flags.push_back(joined);
    status.push_back(usable ? 1 : 0);
    image_size.insert(image_size.end(), {label.image_width, label.image_height});
    const LabelCrop crop = CropOf(label.person);
    const auto add = [&](const char* key, const auto& value) { columns.at(key).Append(value); };
    add("label_weight", usable ? label.weight : 0.0);
    add("crop_center", crop.scale > 0 ? crop.center_px : Eigen::Vector2d(0, 0));
    add("crop_half", crop.half_px());
    Eigen::VectorXd poses;
    if (usable) {
      poses.resize(3 * joints);
      poses << body.parameters.global_orient, body.parameters.body_pose;
    }
    add("poses", poses);
    add("betas", body.parameters.betas);
    add("transl", body.parameters.transl);
    add("joints3d", fit.joints3d);
    add("joints2d", fit.joints2d);
    add("focal", fit.focal_px);
    add("center", fit.center_px);
    add("residual_mean_px", fit.focal_px.minCoeff() > 0 ? fit.residual_mean : kUnknown);
    add("joints_relative_std_m", fit.joints_relative_std_m);
    if (of_segments) {
      add("segment_scales", fit.segment_scales);
      add("weak_camera", fit.weak_camera_px);
      add("joints_moved_m", usable ? label.joints_moved_m : 0.0);
    }
  }
  std::map<std::string, NpyArray> arrays;
  for (const auto& [key, column] : columns) arrays[key] = column.Array(n);
  arrays["ids"] = NpyArray::FromStrings(ids);
  arrays["images"] = NpyArray::FromStrings(images);
  arrays["reason"] = NpyArray::FromStrings(reasons);
  arrays["flags"] = NpyArray::FromStrings(flags);
  arrays["status"] = NpyArray::FromInt8(status.data(), {n});
  arrays["image_size"] = NpyArray::FromInt32(image_size.data(), {n, 2});
  arrays["joint_names"] = NpyArray::FromStrings(model.joint_names());
  arrays["model"] = NpyArray::FromString(model.name());
  arrays["model_gender"] = NpyArray::FromString(model.gender());
  AddKeypoints(labels, &arrays);
  WriteNpz(path, arrays);
}

}  // namespace vitruvius
