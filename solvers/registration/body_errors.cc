#include "solvers/registration/body_errors.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "models/camera/camera.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "models/util/parallel.h"

namespace vitruvius {
namespace {

using ImagePoints = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>;

// Where a result's camera sees vertices of MeshOf.
ImagePoints VerticesInImage(const FitResult& result, const BodyMesh& mesh) {
  ImagePoints seen(mesh.vertices.rows(), 2);
  const PerspectiveCamera camera = {result.focal_px, result.center_px};
  const bool weak = result.segment_scales.size() > 0;
  const Eigen::Vector3d pelvis = mesh.joints.row(0);
  for (Eigen::Index i = 0; i < seen.rows(); ++i) {
    const Eigen::Vector3d vertex = mesh.vertices.row(i);
    const Eigen::Vector2d from_pelvis = (vertex - pelvis).head<2>();
    seen.row(i) =
        weak ? Eigen::Vector2d(result.weak_camera_px.tail<2>() + result.weak_camera_px[0] * from_pelvis)
             : camera.ImgFromCam(vertex);
  }
  return seen;
}

}  // namespace

BodyComparer::BodyComparer(std::shared_ptr<const BodyModel> model)
    : model_(std::move(model)),
      meshes_(model_),
      template_length_m_(TotalBoneLength(model_->joint_template(), model_->parents())) {}

BodyErrors BodyComparer::Compare(const FitResult& predicted, const FitResult& truth) {
  VT_CHECK(predicted.usable && truth.usable);
  const BodyMesh found = meshes_.Of(predicted), real = meshes_.Of(truth);
  BodyErrors errors;
  errors.mpjpe_mm = RootAlignedMpjpeMm(found.joints, real.joints);
  errors.rescaled_mpjpe_mm =
      RescaledMpjpeMm(found.joints, real.joints, model_->parents(), template_length_m_);
  errors.pa_mpjpe_mm = ProcrustesMpjpeMm(found.joints, real.joints);
  errors.pa_vertex_mm = ProcrustesMpjpeMm(found.vertices, real.vertices);
  const ImagePoints seen = VerticesInImage(predicted, found), true_seen = VerticesInImage(truth, real);
  errors.pixel = (seen - true_seen).rowwise().norm().mean();
  constexpr double kMargin = 1.2;
  const double side = kMargin * (true_seen.colwise().maxCoeff() - true_seen.colwise().minCoeff()).maxCoeff();
  errors.pixel_in_crop = side > 0 ? errors.pixel * kErrorCropPx / side : 0;
  return errors;
}

MeanErrors CompareAll(const std::shared_ptr<const BodyModel>& model, const std::vector<FitResult>& predicted,
                      const std::vector<FitResult>& truth, int threads) {
  std::unordered_map<std::string, const FitResult*> by_id;
  for (const FitResult& result : predicted) by_id.emplace(result.id, &result);
  MeanErrors all;
  std::vector<std::pair<const FitResult*, const FitResult*>> pairs;
  for (const FitResult& real : truth) {
    if (!real.usable) continue;
    const auto found = by_id.find(real.id);
    if (found == by_id.end() || !found->second->usable) {
      ++all.missing;
    } else {
      pairs.emplace_back(found->second, &real);
    }
  }
  std::vector<BodyErrors> each(pairs.size());
  std::vector<std::optional<BodyComparer>> comparers(static_cast<size_t>(NumThreads(threads)));
  ParallelFor(static_cast<int>(pairs.size()), threads, [&](int i, int thread) {
    std::optional<BodyComparer>& comparer = comparers[static_cast<size_t>(thread)];
    if (!comparer) comparer.emplace(model);
    each[static_cast<size_t>(i)] =
        comparer->Compare(*pairs[static_cast<size_t>(i)].first, *pairs[static_cast<size_t>(i)].second);
  });
  // In order: the same sums for any number of threads.
  std::vector<double> rescaled;
  constexpr double BodyErrors::*kKinds[] = {&BodyErrors::mpjpe_mm,    &BodyErrors::rescaled_mpjpe_mm,
                                            &BodyErrors::pa_mpjpe_mm, &BodyErrors::pa_vertex_mm,
                                            &BodyErrors::pixel,       &BodyErrors::pixel_in_crop};
  for (const BodyErrors& errors : each) {
    for (const auto kind : kKinds) all.mean.*kind += errors.*kind;
    rescaled.push_back(errors.rescaled_mpjpe_mm);
    ++all.people;
  }
  for (const auto kind : kKinds) all.mean.*kind /= static_cast<double>(std::max(all.people, 1L));
  all.median_rescaled_mm = Median(rescaled);
  return all;
}

std::string MeanErrors::ToJson() const {
  const nlohmann::ordered_json document = {{"people", people},
                                           {"missing", missing},
                                           {"mpjpe_mm", mean.mpjpe_mm},
                                           {"rescaled_mpjpe_mm", mean.rescaled_mpjpe_mm},
                                           {"median_rescaled_mpjpe_mm", median_rescaled_mm},
                                           {"pa_mpjpe_mm", mean.pa_mpjpe_mm},
                                           {"pa_vertex_mm", mean.pa_vertex_mm},
                                           {"pixel", mean.pixel},
                                           {"pixel_in_crop_224", mean.pixel_in_crop}};
  return JsonText(document);
}

}  // namespace vitruvius
