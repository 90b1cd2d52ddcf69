#include "data/io/bone_disorder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitruvius {
namespace {

// Bones between two points of one name (each with its side), and their length over the stature: Winter 2009,
// Biomechanics and Motor Control of Human Movement, fig. 4.1, rounded; head by the mannequin.
struct BodyBone {
  const char *from, *to;
  double length;
};
constexpr BodyBone kBodyBones[] = {
    {"left_shoulder", "left_elbow", 0.17}, {"right_shoulder", "right_elbow", 0.17},
    {"left_elbow", "left_wrist", 0.15},    {"right_elbow", "right_wrist", 0.15},
    {"left_hip", "left_knee", 0.245},      {"right_hip", "right_knee", 0.245},
    {"left_knee", "left_ankle", 0.245},    {"right_knee", "right_ankle", 0.245},
    {"left_shoulder", "left_hip", 0.29},   {"right_shoulder", "right_hip", 0.29},
    {"left_ankle", "left_big_toe", 0.11},  {"right_ankle", "right_big_toe", 0.11},
    {"nose", "left_shoulder", 0.17},       {"nose", "right_shoulder", 0.17},
    {"nose", "left_eye", 0.025},           {"nose", "right_eye", 0.025},
    {"head_top", "left_shoulder", 0.24},   {"head_top", "right_shoulder", 0.24},
    {"jaw", "left_shoulder", 0.14},        {"jaw", "right_shoulder", 0.14},
    {"pelvis", "left_shoulder", 0.31},     {"pelvis", "right_shoulder", 0.31},
    {"mid_hip", "left_shoulder", 0.31},    {"mid_hip", "right_shoulder", 0.31},
};

// One person's points, (K, 3), z = 0 in 2D; the confidences; and the root mean square distance of those seen
// from their middle.
struct SeenPoints {
  Eigen::Matrix<double, Eigen::Dynamic, 3> at;
  Eigen::VectorXd confidence;
  double spread = 0;

  explicit SeenPoints(const PersonObservation& person) {
    const Eigen::Index count = person.is_3d() ? person.keypoints3d.rows() : person.keypoints2d.rows();
    at.setZero(count, 3);
    if (person.is_3d()) {
      at = person.keypoints3d.leftCols<3>();
      confidence = person.keypoints3d.col(3);
    } else {
      at.leftCols<2>() = person.keypoints2d.leftCols<2>();
      confidence = person.keypoints2d.col(2);
    }
    const Eigen::VectorXd seen = (confidence.array() > 0).cast<double>();
    if (!(seen.sum() > 0)) return;
    const Eigen::RowVector3d middle = seen.transpose() * at / seen.sum();
    spread = std::sqrt(seen.dot((at.rowwise() - middle).rowwise().squaredNorm()) / seen.sum());
  }
  bool Seen(int k) const { return k >= 0 && k < confidence.size() && confidence[k] > 0; }
};

double MedianLength(std::vector<double>* values) {
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  return *middle;
}

}  // namespace

double BoneDisorder(const std::vector<const PersonObservation*>& people, const KeypointSet& set) {
  std::vector<SeenPoints> points;
  for (const PersonObservation* person : people) points.emplace_back(*person);
  std::vector<double> logs;
  for (const BodyBone& bone : kBodyBones) {
    const int from = set.Index(bone.from), to = set.Index(bone.to);
    std::vector<double> lengths;
    for (const SeenPoints& person : points) {
      if (!person.Seen(from) || !person.Seen(to) || !(person.spread > 0)) continue;
      lengths.push_back((person.at.row(from) - person.at.row(to)).norm() / person.spread);
    }
    constexpr double kShortest = 0.01;  // of the spread
    if (!lengths.empty()) logs.push_back(std::log(std::max(kShortest, MedianLength(&lengths)) / bone.length));
  }
  constexpr size_t kFewestBones = 4;
  if (logs.size() < kFewestBones) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted = logs;
  const double middle = MedianLength(&sorted);
  double sum = 0;
  for (const double value : logs) sum += std::abs(value - middle);
  return sum / static_cast<double>(logs.size());
}

}  // namespace vitruvius
