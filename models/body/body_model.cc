#include "models/body/body_model.h"

#include <algorithm>
#include <cmath>

#include "models/body/surface_chart.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kHandJoints = 15;

[[noreturn]] void Fail(const BodyModelData& data, const std::string& place, const std::string& what) {
  throw InputError(data.name.empty() ? "body model" : data.name, place, what);
}

template <typename Matrix>
void CheckShape(const BodyModelData& data, const std::string& key, const Matrix& m, Eigen::Index rows,
                Eigen::Index cols) {
  if (m.rows() != rows || m.cols() != cols) {
    Fail(data, key, StrCat("found ", m.rows(), " x ", m.cols(), ", expected ", rows, " x ", cols));
  }
}

// Landmarks by vertex number in SMPL's and SMPL-X's topologies (smplx: vertex_ids.py; SMPLify: head top).
const std::map<std::string, int>& SmplLandmarks() {
  static const std::map<std::string, int> table = {
      {"nose", 332},           {"right_eye", 6260},       {"left_eye", 2800},       {"right_ear", 4071},
      {"left_ear", 583},       {"left_big_toe", 3216},    {"left_small_toe", 3226}, {"left_heel", 3387},
      {"right_big_toe", 6617}, {"right_small_toe", 6624}, {"right_heel", 6787},     {"head_top", 411},
      {"left_thumb", 2746},    {"left_index", 2319},      {"left_middle", 2445},    {"left_ring", 2556},
      {"left_pinky", 2673},    {"right_thumb", 6191},     {"right_index", 5782},    {"right_middle", 5905},
      {"right_ring", 6016},    {"right_pinky", 6133}};
  return table;
}

const std::map<std::string, int>& SmplxLandmarks() {
  static const std::map<std::string, int> table = {
      {"nose", 9120},          {"right_eye", 9929},       {"left_eye", 9448},       {"right_ear", 616},
      {"left_ear", 6},         {"left_big_toe", 5770},    {"left_small_toe", 5780}, {"left_heel", 8846},
      {"right_big_toe", 8463}, {"right_small_toe", 8474}, {"right_heel", 8635},     {"left_thumb", 5361},
      {"left_index", 4933},    {"left_middle", 5058},     {"left_ring", 5169},      {"left_pinky", 5286},
      {"right_thumb", 8079},   {"right_index", 7669},     {"right_middle", 7794},   {"right_ring", 7905},
      {"right_pinky", 8022}};
  return table;
}

void CheckTree(const BodyModelData& data) {
  const int num_joints = static_cast<int>(data.parents.size());
  if (num_joints < 1 || num_joints > 1000) {
    Fail(data, "kintree_table", StrCat("found ", num_joints, " joints, expected 1 to 1000"));
  }
  if (data.parents[0] != -1) {
    Fail(data, "kintree_table", StrCat("joint 0 has parent ", data.parents[0], ", expected none (the root)"));
  }
  for (int j = 1; j < num_joints; ++j) {
    const int parent = data.parents[j];
    if (parent < 0 || parent >= num_joints) {
      Fail(data, "kintree_table",
           StrCat("joint ", j, " has parent ", parent, ", expected 0 to ", num_joints - 1));
    }
    if (parent < j) continue;
    // A parent that comes later is either a cycle or an order we do not take; say which.
    int walker = j;
    for (int step = 0; step < num_joints && walker > 0; ++step) {
      walker = data.parents[walker];
      if (walker < 0 || walker >= num_joints) break;
    }
    if (walker > 0) Fail(data, "kintree_table", StrCat("joint ", j, " is part of a cycle"));
    Fail(data, "kintree_table", StrCat("joint ", j, " comes before its parent ", parent));
  }
}

void CheckRowSums(const BodyModelData& data, const std::string& key, const SparseRowMatrixd& m,
                  double tolerance) {
  for (int row = 0; row < m.outerSize(); ++row) {
    double sum = 0;
    for (SparseRowMatrixd::InnerIterator it(m, row); it; ++it) {
      if (!std::isfinite(it.value()))
        Fail(data, key, StrCat("row ", row, " holds a value that is not finite"));
      sum += it.value();
    }
    if (std::abs(sum - 1) > tolerance) Fail(data, key, StrCat("row ", row, " sums to ", sum, ", expected 1"));
  }
}

bool IsStar(const BodyModelData& data) {
  return data.posedirs.rows() == 3 * data.v_template.rows() &&
         data.posedirs.cols() == 4 * (static_cast<Eigen::Index>(data.parents.size()) - 1) + 1;
}

void CheckWeightedPoints(const BodyModelData& data) {
  // Regressors were trained with sums near one, not at one.
  constexpr double kSumTolerance = 0.1;
  for (const auto& [name, weights] : data.weighted_points) {
    double sum = 0;
    for (const auto& [vertex, weight] : weights) {
      if (vertex < 0 || vertex >= data.v_template.rows()) {
        Fail(data, name, StrCat("names vertex ", vertex, ", expected 0 to ", data.v_template.rows() - 1));
      }
      sum += weight;
    }
    if (!(std::abs(sum - 1) <= kSumTolerance)) {
      Fail(data, name, StrCat("weights of vertices sum to ", sum, ", expected 1"));
    }
  }
}

void CheckHand(const BodyModelData& data, const HandPoses& hand, const std::string& key) {
  if (hand.first_joint < 0) return;
  const auto last = static_cast<std::int64_t>(hand.first_joint) + kHandJoints;
  if (last > static_cast<std::int64_t>(data.parents.size()) || hand.first_joint == 0) {
    Fail(data, key, StrCat("found its first joint ", hand.first_joint, " of ", data.parents.size()));
  }
  if (hand.mean.size() != 3 * kHandJoints) {
    Fail(data, key, StrCat("found ", hand.mean.size(), " numbers, expected ", 3 * kHandJoints));
  }
  if (hand.components.size() > 0 && hand.components.cols() != 3 * kHandJoints) {
    Fail(data, key,
         StrCat("components have ", hand.components.cols(), " numbers, expected ", 3 * kHandJoints));
  }
  if (!hand.mean.allFinite() || !hand.components.allFinite()) {
    Fail(data, key, "hand poses hold a value that is not finite");
  }
}

void CheckData(const BodyModelData& data) {
  CheckTree(data);
  const Eigen::Index v = data.v_template.rows();
  const auto j = static_cast<Eigen::Index>(data.parents.size());
  if (v < 1) Fail(data, "v_template", "found no vertices");
  if (!data.v_template.allFinite()) Fail(data, "v_template", "holds a value that is not finite");
  if (data.shapedirs.size() > 0 && data.shapedirs.rows() != 3 * v) {
    Fail(data, "shapedirs", StrCat("found ", data.shapedirs.rows() / 3, " vertices, expected ", v));
  }
  if (!data.shapedirs.allFinite()) Fail(data, "shapedirs", "holds a value that is not finite");
  if (data.posedirs.size() > 0 && !IsStar(data)) {
    CheckShape(data, "posedirs", data.posedirs, 3 * v, 9 * (j - 1));
  }
  if (!data.posedirs.allFinite()) Fail(data, "posedirs", "holds a value that is not finite");
  CheckShape(data, "J_regressor", data.joint_regressor, j, v);
  CheckShape(data, "weights", data.weights, v, j);
  // Files hold float32 sums; SMPL's own rows are off by up to 1e-4.
  constexpr double kRowSumTolerance = 1e-2;
  CheckRowSums(data, "J_regressor", data.joint_regressor, kRowSumTolerance);
  CheckRowSums(data, "weights", data.weights, kRowSumTolerance);
  if (data.weights.nonZeros() > 0 &&
      Eigen::Map<const Eigen::VectorXd>(data.weights.valuePtr(), data.weights.nonZeros()).minCoeff() <
          -1e-6) {
    Fail(data, "weights", "holds a negative weight");
  }
  for (Eigen::Index f = 0; f < data.faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      if (data.faces(f, k) < 0 || data.faces(f, k) >= v) {
        Fail(data, "f", StrCat("face ", f, " names vertex ", data.faces(f, k), ", expected 0 to ", v - 1));
      }
    }
  }
  for (const auto& [landmark, vertex] : data.landmarks) {
    if (vertex < 0 || vertex >= v) {
      Fail(data, "landmark_vertices", StrCat(landmark, " is vertex ", vertex, ", expected 0 to ", v - 1));
    }
  }
  CheckWeightedPoints(data);
  if (data.expressiondirs.size() > 0 && data.expressiondirs.rows() != 3 * v) {
    Fail(data, "expressiondirs", StrCat("found ", data.expressiondirs.rows() / 3, " vertices, expected ", v));
  }
  if (!data.expressiondirs.allFinite()) Fail(data, "expressiondirs", "holds a value that is not finite");
  CheckHand(data, data.left_hand, "hands_meanl");
  CheckHand(data, data.right_hand, "hands_meanr");
  if (data.chart_part.size() > 0 || data.chart_uv.rows() > 0) {
    CheckChartArrays(data.name.empty() ? "body model" : data.name, data.faces.rows(), data.chart_part,
                     data.chart_uv);
  }
  if (!data.joint_names.empty() && static_cast<Eigen::Index>(data.joint_names.size()) != j) {
    Fail(data, "joint_names", StrCat("found ", data.joint_names.size(), ", expected ", j));
  }
}

}  // namespace

BodyParameters BodyParameters::Zero(const BodyModel& model) {
  BodyParameters parameters;
  parameters.body_pose = Eigen::VectorXd::Zero(3 * model.num_body_joints());
  parameters.betas = Eigen::VectorXd::Zero(model.num_betas());
  return parameters;
}

std::shared_ptr<const BodyModel> BodyModel::Create(BodyModelData data) {
  CheckData(data);
  if (data.joint_names.empty()) data.joint_names = KnownJointNames(data.parents);
  if (data.landmarks.empty()) {
    if (data.v_template.rows() == 6890) data.landmarks = SmplLandmarks();
    if (data.v_template.rows() == 10475) data.landmarks = SmplxLandmarks();
  }
  return std::shared_ptr<const BodyModel>(new BodyModel(std::move(data)));
}

BodyModel::BodyModel(BodyModelData data) : data_(std::move(data)) {
  data_.weights.makeCompressed();
  data_.joint_regressor.makeCompressed();
  const int num_joints = this->num_joints();
  joint_template_ = data_.joint_regressor * data_.v_template;
  joint_shapedirs_ = RowMatrixXd::Zero(3 * num_joints, num_betas());
  for (int j = 0; j < num_joints; ++j) {
    for (SparseRowMatrixd::InnerIterator it(data_.joint_regressor, j); it; ++it) {
      if (num_betas() == 0) break;
      joint_shapedirs_.middleRows<3>(3 * j) += it.value() * data_.shapedirs.middleRows<3>(3 * it.col());
    }
  }
  descendants_.resize(num_joints);
  for (int j = num_joints - 1; j > 0; --j) {
    for (int ancestor = data_.parents[j]; ancestor >= 0; ancestor = data_.parents[ancestor]) {
      descendants_[ancestor].insert(descendants_[ancestor].begin(), j);
    }
  }
}

PoseFeature BodyModel::pose_feature() const {
  return IsStar(data_) ? PoseFeature::kQuaternion : PoseFeature::kRotation;
}

Eigen::VectorXd BodyModel::RelaxedPose() const {
  Eigen::VectorXd pose = Eigen::VectorXd::Zero(3 * num_body_joints());
  for (const HandPoses* hand : {&data_.left_hand, &data_.right_hand}) {
    if (hand->first_joint > 0) pose.segment(3 * (hand->first_joint - 1), hand->mean.size()) = hand->mean;
  }
  return pose;
}

int BodyModel::JointIndex(const std::string& joint_name) const {
  const auto it = std::find(data_.joint_names.begin(), data_.joint_names.end(), joint_name);
  return it == data_.joint_names.end() ? -1 : static_cast<int>(it - data_.joint_names.begin());
}

}  // namespace vitruvius
