#include "data/report/report_bodies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "data/io/result_arrays.h"
#include "data/io/text.h"
#include "models/body/segment_shape.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

// The values of a key, of that shape a row (-1: any length), at some rows; empty where the file has no such
// key.
std::vector<float> RowsOf(const ResultArrays& file, const char* key, std::vector<std::int64_t> shape,
                          bool required, const std::vector<std::int64_t>& rows) {
  if (!required && !file.Has(key)) return {};
  shape.insert(shape.begin(), -1);
  const NpyArray array = file.Read(key, shape);
  const std::int64_t width = array.shape[0] == 0 ? 0 : array.size() / array.shape[0];
  std::vector<float> all(static_cast<size_t>(array.size()));
  array.CopyTo(all.data());
  std::vector<float> values;
  values.reserve(rows.size() * static_cast<size_t>(width));
  for (const std::int64_t row : rows) {
    if (row >= array.shape[0]) throw InputError(file.path(), key, StrCat("holds no row ", row));
    values.insert(values.end(), all.begin() + row * width, all.begin() + (row + 1) * width);
  }
  return values;
}

}  // namespace

ReportChoice ChooseRows(const ReportTable& table, int max_bodies, int max_pictures) {
  const auto limit = static_cast<size_t>(std::max(0, max_bodies));
  std::vector<std::int64_t> usable, failed;
  for (std::int64_t n = 0; n < table.num_rows(); ++n)
    (table.usable[static_cast<size_t>(n)] ? usable : failed).push_back(n);
  // NaN counts as best, so that the order is one.
  std::vector<std::int64_t> by_residual = usable;
  const auto residual = [&](std::int64_t row) {
    const float value = NumberAt(table, "residual_percent", row, std::numeric_limits<float>::quiet_NaN());
    return std::isfinite(value) ? value : -1.0f;
  };
  std::stable_sort(by_residual.begin(), by_residual.end(),
                   [&](std::int64_t a, std::int64_t b) { return residual(a) > residual(b); });

  ReportChoice choice;
  if (usable.size() <= limit) {
    choice.bodies = usable;
    choice.statement = "Every usable person can be seen in 3D.";
  } else {
    const size_t worst = limit * 2 / 5, best = limit / 5;
    choice.bodies.assign(by_residual.begin(), by_residual.begin() + static_cast<long>(worst));
    choice.bodies.insert(choice.bodies.end(), by_residual.end() - static_cast<long>(best), by_residual.end());
    std::vector<std::int64_t> others(by_residual.begin() + static_cast<long>(worst),
                                     by_residual.end() - static_cast<long>(best));
    Rng rng(1);
    for (size_t i = 0; worst + best + i < limit; ++i) {
      std::swap(others[i], others[i + rng.Index(others.size() - i)]);
      choice.bodies.push_back(others[i]);
    }
    std::sort(choice.bodies.begin(), choice.bodies.end());
    choice.statement =
        StrCat(limit, " of ", usable.size(), " usable people can be seen in 3D: the ", worst,
               " with the largest and the ", best, " with the smallest residual for their size, and ",
               limit - worst - best, " at random.");
  }

  const auto pictures = static_cast<size_t>(std::max(0, max_pictures));
  const size_t failures =
      std::min(failed.size(), pictures - std::min(by_residual.size(), pictures - pictures / 2));
  // One of each reason in turn.
  std::map<std::string, std::vector<std::int64_t>> by_reason;
  for (const std::int64_t row : failed) by_reason[ReasonAt(table, row)].push_back(row);
  for (size_t turn = 0; choice.not_usable.size() < failures; ++turn) {
    for (const auto& [reason, rows] : by_reason) {
      if (turn < rows.size() && choice.not_usable.size() < failures) choice.not_usable.push_back(rows[turn]);
    }
  }
  const size_t rest = std::min(by_residual.size(), pictures - choice.not_usable.size());
  choice.worst_usable.assign(by_residual.begin(), by_residual.begin() + static_cast<long>(rest));
  return choice;
}

ReportBodies ReadReportBodies(const std::string& folder, const std::vector<std::int64_t>& rows) {
  const ResultArrays file(folder);
  ReportBodies bodies;
  bodies.rows = rows;
  if (rows.empty()) return bodies;
  const std::vector<float> orient = RowsOf(file, "global_orient", {3}, true, rows);
  const std::vector<float> pose = RowsOf(file, "body_pose", {-1}, true, rows);
  bodies.betas = RowsOf(file, "betas", {-1}, true, rows);
  bodies.transl = RowsOf(file, "transl", {3}, true, rows);
  const size_t width = pose.size() / rows.size();
  if (width % 3 != 0)
    throw InputError(file.path(), "body_pose", StrCat("found ", width, " columns, expected three a joint"));
  bodies.num_joints = static_cast<int>(width / 3 + 1);
  bodies.num_betas = static_cast<int>(bodies.betas.size() / rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    bodies.poses.insert(bodies.poses.end(), &orient[3 * i], &orient[3 * i] + 3);
    bodies.poses.insert(bodies.poses.end(), pose.begin() + static_cast<long>(i * width),
                        pose.begin() + static_cast<long>((i + 1) * width));
  }
  bodies.joints_std_m = RowsOf(file, "joints_std_m", {bodies.num_joints}, false, rows);
  bodies.joints_relative_std_m = RowsOf(file, "joints_relative_std_m", {bodies.num_joints}, false, rows);
  if (file.Has("data_share") && file.Has("rotation_names")) {
    bodies.rotation_names = file.Read("rotation_names", {bodies.num_joints, 3}).ToStrings();
    for (std::string& name : bodies.rotation_names) name = ValidUtf8(name);
    for (const float share : RowsOf(file, "data_share", {bodies.num_joints, 3}, true, rows)) {
      const double percent = std::isfinite(share) ? 100.0 * share : 100.0;
      bodies.data_share_percent.push_back(
          static_cast<std::uint8_t>(std::lround(std::clamp(percent, 0.0, 100.0))));
    }
  }
  const std::vector<float> focal = RowsOf(file, "focal", {2}, false, rows),
                           center = RowsOf(file, "center", {2}, false, rows);
  const std::vector<float> size = RowsOf(file, "image_size", {2}, false, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const std::vector<float>* part : {&focal, &center, &size}) {
      for (size_t k = 0; k < 2; ++k) bodies.camera.push_back(part->empty() ? 0 : (*part)[2 * i + k]);
    }
  }
  if (file.Has("segment_scales")) {
    bodies.segment_scales = RowsOf(file, "segment_scales", {bodies.num_joints}, true, rows);
    bodies.weak_camera = RowsOf(file, "weak_camera", {3}, true, rows);
  }
  for (const std::vector<float>* part :
       {&bodies.poses, &bodies.betas, &bodies.transl, &bodies.segment_scales, &bodies.weak_camera}) {
    if (!std::all_of(part->begin(), part->end(), [](float value) { return std::isfinite(value); })) {
      throw InputError(file.path(), "poses, betas, transl, segment_scales, weak_camera",
                       "a usable row holds a number that is not finite");
    }
  }
  return bodies;
}

BodyParameters ReportBodies::Parameters(size_t i) const {
  BodyParameters p;
  const auto joints = static_cast<size_t>(num_joints), shapes = static_cast<size_t>(num_betas);
  const float* pose = &poses[3 * joints * i];
  p.global_orient = Eigen::Map<const Eigen::Vector3f>(pose).cast<double>();
  p.body_pose = Eigen::Map<const Eigen::VectorXf>(pose + 3, 3 * (num_joints - 1)).cast<double>();
  p.betas = Eigen::Map<const Eigen::VectorXf>(betas.data() + shapes * i, num_betas).cast<double>();
  p.transl = Eigen::Map<const Eigen::Vector3f>(&transl[3 * i]).cast<double>();
  return p;
}

Eigen::VectorXd ReportBodies::Scales(size_t i) const {
  const float* scales = &segment_scales[static_cast<size_t>(num_joints) * i];
  return Eigen::Map<const Eigen::VectorXf>(scales, num_joints).cast<double>();
}

double ReportBodies::LeaveSegments(const BodyModel& model) {
  if (segment_scales.empty()) return 0;
  double moved_m = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const SegmentsAsBody body = AsParametricBody(model, Parameters(i), Scales(i));
    const auto shapes = static_cast<size_t>(num_betas);
    Eigen::Map<Eigen::VectorXf>(betas.data() + shapes * i, num_betas) = body.parameters.betas.cast<float>();
    Eigen::Map<Eigen::Vector3f>(transl.data() + 3 * i) = body.parameters.transl.cast<float>();
    moved_m += body.moved_m.mean() / static_cast<double>(rows.size());
  }
  segment_scales.clear();
  weak_camera.clear();
  return moved_m;
}

FitResult ReportBodies::Result(size_t i, const ReportTable& table) const {
  const std::int64_t row = rows[i];
  FitResult fit;
  fit.id = table.ids[static_cast<size_t>(row)];
  fit.usable = table.usable[static_cast<size_t>(row)] != 0;
  fit.reason = ReasonAt(table, row);
  fit.parameters = Parameters(i);
  if (!segment_scales.empty()) {
    fit.segment_scales = Scales(i);
    fit.weak_camera_px = Eigen::Map<const Eigen::Vector3f>(&weak_camera[3 * i]).cast<double>();
  }
  fit.focal_px = Eigen::Map<const Eigen::Vector2f>(&camera[6 * i]).cast<double>();
  fit.center_px = Eigen::Map<const Eigen::Vector2f>(&camera[6 * i + 2]).cast<double>();
  fit.residual_median = NumberAt(table, "residual_median", row, std::numeric_limits<float>::quiet_NaN());
  fit.num_keypoints = static_cast<int>(NumberAt(table, "num_keypoints", row, 0));
  return fit;
}

}  // namespace vitruvius
