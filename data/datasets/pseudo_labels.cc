#include "data/datasets/pseudo_labels.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/npz.h"
#include "data/io/streamed_file.h"
#include "models/body/skeleton.h"
#include "models/math/decompositions.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kPose = 72, kShape = 10, kOpenPose = 25, kPart = 24;
constexpr double kBoxUnit_px = 200, kBoxMargin = 1.2;

void RequireSmpl(const std::string& path, const BodyModel& model) {
  if (model.num_joints() * 3 == kPose && model.num_betas() <= kShape) return;
  throw InputError(path, "",
                   StrCat("is a layout for bodies of 24 joints and at most 10 betas; ", model.name(), " has ",
                          model.num_joints(), " and ", model.num_betas()));
}

// Detectors that SPIN's first 25 points come from.
bool IsOpenPose(const KeypointSet& set) { return set.name.rfind("openpose", 0) == 0 || set.name == "coco18"; }

// SPIN's second 24 points by the names that annotations have.
const std::vector<std::string>& PartNames() {
  static const std::vector<std::string> names = {
      "right_ankle", "right_knee",  "right_hip",      "left_hip",      "left_knee",  "left_ankle",
      "right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist",
      "neck",        "head_top",    "mid_hip",        "thorax",        "spine",      "jaw",
      "head",        "nose",        "left_eye",       "right_eye",     "left_ear",   "right_ear"};
  return names;
}

std::vector<std::string> NamesOf(const char* set_name) {
  const KeypointSet* set = FindKeypointSet(set_name);
  VT_CHECK(set != nullptr);
  std::vector<std::string> names;
  for (const KeypointSet::Point& point : set->points) names.push_back(point.name);
  return names;
}

// The keypoints of one order by their names in another, (names, 3).
void CopyByName(const PersonObservation& seen, const std::vector<std::string>& names, double* out) {
  for (size_t k = 0; k < names.size(); ++k) {
    const int from = seen.set->Index(names[k]);
    if (from < 0) continue;
    const Eigen::Vector3d point = seen.keypoints2d.row(from);
    if (point.z() > 0) Eigen::Map<Eigen::Vector3d>(out + 3 * k) = point;
  }
}

// pose and shape, or zeros.
Eigen::VectorXd PoseAndShape(const FitResult& fit) {
  Eigen::VectorXd row = Eigen::VectorXd::Zero(kPose + kShape);
  if (!fit.usable) return row;
  row.head<3>() = fit.parameters.global_orient;
  row.segment(3, kPose - 3) = fit.parameters.body_pose;
  row.segment(kPose, fit.parameters.betas.size()) = fit.parameters.betas;
  return row;
}

}  // namespace

LabelCrop CropOf(const LabelledPerson& person) {
  Eigen::AlignedBox2d box;
  if (person.seen != nullptr) {
    for (Eigen::Index k = 0; k < person.seen->keypoints2d.rows(); ++k) {
      if (person.seen->keypoints2d(k, 2) > 0)
        box.extend(Eigen::Vector2d(person.seen->keypoints2d.row(k).head<2>()));
    }
  }
  const bool in_picture = person.fit->usable && person.fit->focal_px.minCoeff() > 0;
  if (box.isEmpty() && in_picture) {
    for (Eigen::Index j = 0; j < person.fit->joints2d.rows(); ++j)
      box.extend(Eigen::Vector2d(person.fit->joints2d.row(j)));
  }
  LabelCrop crop;
  if (box.isEmpty() || !(box.sizes().maxCoeff() > 0)) return crop;
  crop.center_px = box.center();
  crop.scale = kBoxMargin * box.sizes().maxCoeff() / kBoxUnit_px;
  return crop;
}

long WriteSpinLabels(const std::string& path, const BodyModel& model,
                     const std::vector<LabelledPerson>& people) {
  RequireSmpl(path, model);
  std::vector<std::string> names;
  std::vector<double> centers, scales, poses, shapes, openpose, part;
  std::vector<float> fits;
  std::vector<std::int8_t> has_smpl;
  for (const LabelledPerson& person : people) {
    const LabelCrop crop = CropOf(person);
    if (crop.scale == 0) continue;
    names.push_back(person.image_path.empty() ? person.fit->id : person.image_path);
    centers.insert(centers.end(), crop.center_px.begin(), crop.center_px.end());
    scales.push_back(crop.scale);
    const Eigen::VectorXd row = PoseAndShape(*person.fit);
    poses.insert(poses.end(), row.begin(), row.begin() + kPose);
    shapes.insert(shapes.end(), row.begin() + kPose, row.end());
    for (const double value : row) fits.push_back(static_cast<float>(value));
    has_smpl.push_back(person.fit->usable ? 1 : 0);
    openpose.resize(openpose.size() + 3 * kOpenPose, 0.0);
    part.resize(part.size() + 3 * kPart, 0.0);
    if (person.seen == nullptr || person.seen->set == nullptr || person.seen->keypoints2d.rows() == 0)
      continue;
    if (IsOpenPose(*person.seen->set)) {
      CopyByName(*person.seen, NamesOf("openpose25"), &openpose[openpose.size() - 3 * kOpenPose]);
    } else {
      CopyByName(*person.seen, PartNames(), &part[part.size() - 3 * kPart]);
    }
  }
  const auto n = static_cast<std::int64_t>(names.size());
  std::map<std::string, NpyArray> arrays;
  arrays["imgname"] = NpyArray::FromStrings(names);
  arrays["center"] = NpyArray::FromDoubles(centers.data(), {n, 2});
  arrays["scale"] = NpyArray::FromDoubles(scales.data(), {n});
  arrays["pose"] = NpyArray::FromDoubles(poses.data(), {n, kPose});
  arrays["shape"] = NpyArray::FromDoubles(shapes.data(), {n, kShape});
  arrays["openpose"] = NpyArray::FromDoubles(openpose.data(), {n, kOpenPose, 3});
  arrays["part"] = NpyArray::FromDoubles(part.data(), {n, kPart, 3});
  arrays["has_smpl"] = NpyArray::FromInt8(has_smpl.data(), {n});
  if (model.gender() == "male" || model.gender() == "female") {
    arrays["gender"] =
        NpyArray::FromStrings(std::vector<std::string>(names.size(), model.gender().substr(0, 1)));
  }
  const std::filesystem::path place(path);
  const std::string stem = (place.parent_path() / place.stem()).string();
  WriteFileAtomically(stem + "_fits.npy",
                      SerializeNpy(NpyArray::FromFloats(fits.data(), {n, kPose + kShape})));
  WriteNpz(path, arrays);
  return static_cast<long>(n);
}

long WriteEftLabels(const std::string& path, const BodyModel& model,
                    const std::vector<LabelledPerson>& people) {
  using Json = nlohmann::ordered_json;
  RequireSmpl(path, model);
  StreamedFile file(path);
  const auto append = [&](const std::string& text) { file.Append(text.data(), text.size()); };
  append("{\"ver\": 1.0, \"data\": [");
  long count = 0;
  for (const LabelledPerson& person : people) {
    const FitResult& fit = *person.fit;
    const LabelCrop crop = CropOf(person);
    if (!fit.usable || crop.scale == 0 || !(fit.focal_px.minCoeff() > 0)) continue;
    const Vector3d ray((crop.center_px.x() - fit.center_px.x()) / fit.focal_px.x(),
                       (crop.center_px.y() - fit.center_px.y()) / fit.focal_px.y(), 1);
    const bool as_crop_shows = fit.weak_camera_px[0] > 0;
    const Matrix3d crop_from_cam =
        as_crop_shows ? Matrix3d(Matrix3d::Identity()) : RotationBetween(ray, Vector3d::UnitZ());
    BodyParameters shown = TurnBody(model, crop_from_cam, fit.parameters);
    shown.transl.setZero();
    const MatrixX3d rest = RestJoints(model, fit.parameters.betas);
    const MatrixX3d points = PoseSkeleton(model, rest, shown).positions;

    // s X_xy + t against the joints in the crop: linear in (s, tx, ty).
    Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
    Vector3d right = Vector3d::Zero();
    const double half_box_px = crop.half_px();
    for (Eigen::Index j = 0; j < fit.joints2d.rows(); ++j) {
      for (int axis = 0; axis < 2; ++axis) {
        const Vector3d row(points(j, axis), axis == 0, axis == 1);
        normal += row * row.transpose();
        right += row * (fit.joints2d(j, axis) - crop.center_px[axis]) / half_box_px;
      }
    }
    const Vector3d camera = SolveLdlt(normal, right);

    Json entry;
    for (int j = 0; j < model.num_joints(); ++j) {
      const Matrix3d rotation =
          ExpSO3(j == 0 ? shown.global_orient : Vector3d(shown.body_pose.segment<3>(3 * (j - 1))));
      Json rows = Json::array();
      for (int r = 0; r < 3; ++r) rows.push_back({rotation(r, 0), rotation(r, 1), rotation(r, 2)});
      entry["parm_pose"].push_back(rows);
    }
    const Eigen::VectorXd row = PoseAndShape(fit);
    entry["parm_shape"] = std::vector<double>(row.begin() + kPose, row.end());
    entry["parm_cam"] = {camera[0], camera[1], camera[2]};
    entry["bbox_scale"] = crop.scale;
    entry["bbox_center"] = {crop.center_px.x(), crop.center_px.y()};
    for (const std::string& name : NamesOf("coco18")) {
      const int k =
          person.seen != nullptr && person.seen->set != nullptr ? person.seen->set->Index(name) : -1;
      const bool seen = k >= 0 && k < person.seen->keypoints2d.rows() && person.seen->keypoints2d(k, 2) > 0;
      entry["joint_validity_openpose18"].push_back(seen);
    }
    entry["smpltype"] = "smpl";
    const size_t digits = fit.id.find_last_not_of("0123456789") + 1;
    constexpr size_t kLongest = 18;  // digits of an int64
    const bool numbered = digits < fit.id.size() && fit.id.size() - digits <= kLongest;
    entry["annotId"] = numbered ? std::stoll(fit.id.substr(digits)) : -1;
    entry["imageName"] =
        person.image_path.empty() ? fit.id : std::filesystem::path(person.image_path).filename().string();
    entry["subjectId"] = fit.id;
    append((count == 0 ? "\n" : ",\n") + JsonText(entry));
    ++count;
  }
  append("\n]}\n");
  file.Commit();
  return count;
}

}  // namespace vitruvius
