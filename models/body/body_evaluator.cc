#include "models/body/body_evaluator.h"

#include <algorithm>
#include <map>
#include <utility>

#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Matrix3Xd = Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor>;
using RowMajor3d = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
// Size of PoseFeature a joint.
constexpr int kRotationFeature = 9, kQuaternionFeature = 4;

// The feature of one joint and its derivative by the axis-angle, with the rotation and its right Jacobian.
void PoseFeatureOf(const Vector3d&, const Matrix3d& rotation, Eigen::Matrix<double, 9, 1>* feature) {
  Eigen::Map<RowMajor3d>(feature->data()) = rotation - Matrix3d::Identity();
}
void PoseFeatureOf(const Vector3d& axis_angle, const Matrix3d&, Eigen::Matrix<double, 4, 1>* feature) {
  *feature = QuaternionMinusIdentity(axis_angle);
}
// d R / d w_c = R [J_r e_c]x.
void PoseFeatureJacobian(const Vector3d&, const Matrix3d& rotation, const Matrix3d& right_jacobian,
                         Eigen::Matrix<double, 9, 3>* derivative) {
  for (int c = 0; c < 3; ++c) {
    Eigen::Map<RowMajor3d>(derivative->col(c).data()).noalias() = rotation * Skew(right_jacobian.col(c));
  }
}
// d q / d w_c = q (0, J_r e_c) / 2 as quaternions.
void PoseFeatureJacobian(const Vector3d& axis_angle, const Matrix3d&, const Matrix3d& right_jacobian,
                         Eigen::Matrix<double, 4, 3>* derivative) {
  const Eigen::Vector4d q = QuaternionMinusIdentity(axis_angle);
  const Vector3d vector = q.head<3>();
  derivative->topRows<3>().noalias() = 0.5 * (1 + q[3]) * right_jacobian;
  for (int c = 0; c < 3; ++c) derivative->col(c).head<3>() += 0.5 * vector.cross(right_jacobian.col(c));
  derivative->row(3).noalias() = -0.5 * vector.transpose() * right_jacobian;
}

}  // namespace

PointSet& PointSet::AddJoint(int joint) {
  items.push_back({joint, {}});
  return *this;
}

PointSet& PointSet::AddVertex(int vertex) {
  items.push_back({-1, {{vertex, 1.0}}});
  return *this;
}

PointSet& PointSet::AddBarycentric(const Eigen::Vector3i& face, const Eigen::Vector3d& bary) {
  items.push_back({-1, {{face[0], bary[0]}, {face[1], bary[1]}, {face[2], bary[2]}}});
  return *this;
}

PointSet& PointSet::AddRegressorRow(const SparseRowMatrixd& regressor, int row) {
  VT_CHECK_LT(row, regressor.rows());
  Item item;
  for (SparseRowMatrixd::InnerIterator it(regressor, row); it; ++it) {
    item.vertices.emplace_back(static_cast<int>(it.col()), it.value());
  }
  items.push_back(std::move(item));
  return *this;
}

bool PointSet::AddNamed(const BodyModel& model, const std::string& name) {
  const int joint = model.JointIndex(name);
  const auto landmark = model.landmarks().find(name);
  const auto weighted = model.weighted_points().find(name);
  if (joint >= 0) {
    AddJoint(joint);
  } else if (landmark != model.landmarks().end()) {
    AddVertex(landmark->second);
  } else if (weighted != model.weighted_points().end()) {
    items.push_back({-1, weighted->second});
  } else {
    return false;
  }
  return true;
}

PointSet PointSet::AllJoints(const BodyModel& model) {
  PointSet set;
  for (int j = 0; j < model.num_joints(); ++j) set.AddJoint(j);
  return set;
}

PointSet PointSet::AllVertices(const BodyModel& model) {
  PointSet set;
  set.items.reserve(model.num_vertices());
  for (int v = 0; v < model.num_vertices(); ++v) set.AddVertex(v);
  return set;
}

struct BodyEvaluator::Impl {
  // One vertex that is needed, with everything about it gathered from the model.
  struct Vertex {
    Vector3d rest;
    Matrix3Xd shapedirs;                          // (3, B)
    std::vector<std::pair<int, double>> weights;  // (joint, weight)
    // Joints whose rotation moves the vertex by skinning, and for each the range in `below` of its weighted
    // joints.
    struct Mover {
      int joint;
      int begin, end;
    };
    std::vector<Mover> movers;
    std::vector<int> below;                   // indices into weights
    std::vector<std::pair<int, int>> blends;  // (joint, position in that joint's PoseBlend::vertices)
  };
  // The part of posedirs that belongs to one joint, for the needed vertices where it is not zero.
  struct PoseBlend {
    std::vector<int> vertices;
    Eigen::MatrixXd basis;    // (3 |vertices|, 9 or 4)
    Eigen::MatrixXd tangent;  // (3 |vertices|, 3) buffer: d v_posed / d axis-angle
    Eigen::VectorXd offset;   // (3 |vertices|) buffer
  };
  struct Point {
    int joint = -1;
    std::vector<std::pair<int, double>> vertices;  // (index into vertices, weight)
  };

  std::shared_ptr<const BodyModel> model;
  std::vector<Vertex> vertices;
  std::vector<PoseBlend> pose_blends;  // (J), the root's is empty
  std::vector<Point> points;
  int num_joints, num_betas, num_parameters;
  bool is_star = false;

  // Buffers.
  std::vector<Matrix3d> rotation, right_jacobian, world_rotation, tangent;  // R_k, J_r, G_k, G_k J_r
  std::vector<Vector3d> axis_angle;
  std::vector<Vector3d> rest_joint, world_joint;           // J_k, p_k
  std::vector<Matrix3Xd> joint_by_betas, offset_by_betas;  // dp_k, dp_k - G_k dJ_k
  std::vector<Vector3d> posed;                             // v_posed
  std::vector<Matrix3d> blended_rotation;                  // sum_i w_i G_i
  std::vector<Vector3d> vertex_position;
  std::vector<Vector3d> carried;  // x_i of one vertex
  MatrixX3d result;
  RowMatrixXd jacobian;

  Impl(std::shared_ptr<const BodyModel> body, const PointSet& set);
  void GatherVertex(int vertex);
  void Forward(const double* global_orient, const double* body_pose, const double* betas,
               const double* transl, bool with_jacobian);
  void ShapeJacobians();
  template <int kFeature>
  void GatherBlends(const std::map<int, int>& index_of_vertex);
  template <int kFeature>
  void AddBlends();
  template <int kFeature>
  void BlendJacobians();
  template <typename Block>
  void JointJacobian(int joint, Block&& block) const;
  template <typename Block>
  void VertexJacobian(int index, double scale, Block&& block);
  void Jacobian();
};

BodyEvaluator::Impl::Impl(std::shared_ptr<const BodyModel> body, const PointSet& set)
    : model(std::move(body)) {
  num_joints = model->num_joints();
  num_betas = model->num_betas();
  num_parameters = model->num_parameters();
  std::map<int, int> index_of_vertex;
  size_t most_weights = 0;
  points.reserve(set.items.size());
  for (const PointSet::Item& item : set.items) {
    Point point;
    if (item.joint >= 0) {
      VT_CHECK_LT(item.joint, num_joints);
      point.joint = item.joint;
    } else {
      VT_CHECK_GT(item.vertices.size(), size_t{0});
      for (const auto& [vertex, weight] : item.vertices) {
        VT_CHECK_GE(vertex, 0);
        VT_CHECK_LT(vertex, model->num_vertices());
        const auto [it, is_new] = index_of_vertex.try_emplace(vertex, static_cast<int>(vertices.size()));
        if (is_new) {
          GatherVertex(vertex);
          most_weights = std::max(most_weights, vertices.back().weights.size());
        }
        point.vertices.emplace_back(it->second, weight);
      }
    }
    points.push_back(std::move(point));
  }

  pose_blends.resize(num_joints);
  is_star = model->pose_feature() == PoseFeature::kQuaternion;
  if (model->has_posedirs()) {
    is_star ? GatherBlends<kQuaternionFeature>(index_of_vertex)
            : GatherBlends<kRotationFeature>(index_of_vertex);
  }

  axis_angle.resize(num_joints);
  rotation.resize(num_joints);
  right_jacobian.resize(num_joints);
  world_rotation.resize(num_joints);
  tangent.resize(num_joints);
  rest_joint.resize(num_joints);
  world_joint.resize(num_joints);
  joint_by_betas.assign(num_joints, Matrix3Xd::Zero(3, num_betas));
  offset_by_betas.assign(num_joints, Matrix3Xd::Zero(3, num_betas));
  posed.resize(vertices.size());
  blended_rotation.resize(vertices.size());
  vertex_position.resize(vertices.size());
  carried.resize(most_weights);
  result.resize(static_cast<Eigen::Index>(points.size()), 3);
}

template <int kFeature>
void BodyEvaluator::Impl::GatherBlends(const std::map<int, int>& index_of_vertex) {
  std::vector<int> vertex_of_index(vertices.size());
  for (const auto& [vertex, index] : index_of_vertex) vertex_of_index[index] = vertex;
  for (int k = 1; k < num_joints; ++k) {
    PoseBlend& blend = pose_blends[k];
    const auto basis_of = [&](int vertex) {
      return model->posedirs().block<3, kFeature>(3 * vertex, kFeature * (k - 1));
    };
    for (const auto& [vertex, index] : index_of_vertex) {
      if ((basis_of(vertex).array() != 0).any()) blend.vertices.push_back(index);
    }
    const auto rows = static_cast<Eigen::Index>(3 * blend.vertices.size());
    blend.basis.resize(rows, kFeature);
    blend.tangent.resize(rows, 3);
    blend.offset.resize(rows);
    for (size_t i = 0; i < blend.vertices.size(); ++i) {
      vertices[blend.vertices[i]].blends.emplace_back(k, static_cast<int>(i));
      blend.basis.middleRows<3>(static_cast<Eigen::Index>(3 * i)) =
          basis_of(vertex_of_index[blend.vertices[i]]).template cast<double>();
    }
  }
}

void BodyEvaluator::Impl::GatherVertex(int vertex) {
  Vertex v;
  v.rest = model->v_template().row(vertex);
  v.shapedirs = model->shapedirs().middleRows(num_betas > 0 ? 3 * vertex : 0, num_betas > 0 ? 3 : 0);
  if (num_betas == 0) v.shapedirs.resize(3, 0);
  if (num_betas > 1 && model->pose_feature() == PoseFeature::kQuaternion) {
    v.shapedirs.col(1) += model->posedirs().rightCols<1>().segment<3>(3 * vertex).cast<double>();
  }
  for (SparseRowMatrixd::InnerIterator it(model->weights(), vertex); it; ++it) {
    if (it.value() != 0) v.weights.emplace_back(static_cast<int>(it.col()), it.value());
  }
  // A joint moves the vertex if it, or one below it, carries weight.
  std::map<int, std::vector<int>> below;
  for (size_t i = 0; i < v.weights.size(); ++i) {
    for (int k = v.weights[i].first; k >= 0; k = model->parents()[k]) below[k].push_back(static_cast<int>(i));
  }
  for (const auto& [joint, indices] : below) {
    const int begin = static_cast<int>(v.below.size());
    v.below.insert(v.below.end(), indices.begin(), indices.end());
    v.movers.push_back({joint, begin, static_cast<int>(v.below.size())});
  }
  vertices.push_back(std::move(v));
}

void BodyEvaluator::Impl::Forward(const double* global_orient, const double* body_pose, const double* betas,
                                  const double* transl, bool with_jacobian) {
  const Eigen::Map<const Eigen::VectorXd> shape(betas, num_betas);
  const Eigen::Map<const Vector3d> translation(transl);
  const std::vector<int>& parents = model->parents();
  for (int k = 0; k < num_joints; ++k) {
    Vector3d& w = axis_angle[k];
    w = Eigen::Map<const Vector3d>(k == 0 ? global_orient : body_pose + 3 * (k - 1));
    if (with_jacobian) {
      ExpSO3WithJacobian(w, &rotation[k], &right_jacobian[k]);
    } else {
      rotation[k] = ExpSO3(w);
    }
    rest_joint[k] = model->joint_template().row(k);
    rest_joint[k].noalias() += model->joint_shapedirs().middleRows<3>(3 * k) * shape;
    if (k == 0) {
      world_rotation[0] = rotation[0];
      world_joint[0] = rest_joint[0];
    } else {
      const int parent = parents[k];
      world_rotation[k].noalias() = world_rotation[parent] * rotation[k];
      world_joint[k] = world_joint[parent] + world_rotation[parent] * (rest_joint[k] - rest_joint[parent]);
    }
    if (with_jacobian) tangent[k].noalias() = world_rotation[k] * right_jacobian[k];
  }

  for (size_t i = 0; i < vertices.size(); ++i) {
    posed[i] = vertices[i].rest;
    posed[i].noalias() += vertices[i].shapedirs * shape;
  }
  is_star ? AddBlends<kQuaternionFeature>() : AddBlends<kRotationFeature>();
  for (size_t i = 0; i < vertices.size(); ++i) {
    const Vertex& v = vertices[i];
    Matrix3d blended = Matrix3d::Zero();
    Vector3d position = Vector3d::Zero();
    for (const auto& [joint, weight] : v.weights) {
      blended += weight * world_rotation[joint];
      position += weight * (world_joint[joint] - world_rotation[joint] * rest_joint[joint]);
    }
    blended_rotation[i] = blended;
    vertex_position[i] = position + blended * posed[i];
  }
  for (size_t i = 0; i < points.size(); ++i) {
    Vector3d position = translation;
    if (points[i].joint >= 0) {
      position += world_joint[points[i].joint];
    } else {
      for (const auto& [vertex, weight] : points[i].vertices) position += weight * vertex_position[vertex];
    }
    result.row(static_cast<Eigen::Index>(i)) = position;
  }
}

template <int kFeature>
void BodyEvaluator::Impl::AddBlends() {
  for (int k = 1; k < num_joints; ++k) {
    PoseBlend& blend = pose_blends[k];
    if (blend.vertices.empty()) continue;
    Eigen::Matrix<double, kFeature, 1> feature;
    PoseFeatureOf(axis_angle[k], rotation[k], &feature);
    blend.offset.noalias() = blend.basis * feature;
    for (size_t i = 0; i < blend.vertices.size(); ++i) {
      posed[blend.vertices[i]] += blend.offset.segment<3>(static_cast<Eigen::Index>(3 * i));
    }
  }
}

void BodyEvaluator::Impl::ShapeJacobians() {
  const std::vector<int>& parents = model->parents();
  const RowMatrixXd& shapedirs = model->joint_shapedirs();
  for (int k = 0; k < num_joints; ++k) {
    const auto own = shapedirs.middleRows<3>(3 * k);
    if (k == 0) {
      joint_by_betas[0] = own;
    } else {
      const int parent = parents[k];
      joint_by_betas[k] = joint_by_betas[parent];
      joint_by_betas[k].noalias() += world_rotation[parent] * (own - shapedirs.middleRows<3>(3 * parent));
    }
    offset_by_betas[k] = joint_by_betas[k];
    offset_by_betas[k].noalias() -= world_rotation[k] * own;
  }
}

// d v_posed / d axis-angle of joint k = basis d feature.
template <int kFeature>
void BodyEvaluator::Impl::BlendJacobians() {
  for (int k = 1; k < num_joints; ++k) {
    PoseBlend& blend = pose_blends[k];
    if (blend.vertices.empty()) continue;
    Eigen::Matrix<double, kFeature, 3> derivative;
    PoseFeatureJacobian(axis_angle[k], rotation[k], right_jacobian[k], &derivative);
    blend.tangent.noalias() = blend.basis.lazyProduct(derivative);
  }
}

// Column block of joint k for a point at `arm` from p_k: -[arm]x G_k J_r.
static inline Matrix3d Lever(const Vector3d& arm, const Matrix3d& tangent) {
  Matrix3d block;
  for (int c = 0; c < 3; ++c) block.col(c) = tangent.col(c).cross(arm);
  return block;
}

template <typename Block>
void BodyEvaluator::Impl::JointJacobian(int joint, Block&& block) const {
  for (int k = model->parents()[joint]; k >= 0; k = model->parents()[k]) {
    block.template middleCols<3>(3 * k) = Lever(world_joint[joint] - world_joint[k], tangent[k]);
  }
  block.middleCols(3 * num_joints, num_betas) = joint_by_betas[joint];
}

// Adds scale times the Jacobian of one vertex to a (3, N) block, translation left out.
template <typename Block>
void BodyEvaluator::Impl::VertexJacobian(int index, double scale, Block&& block) {
  const Vertex& v = vertices[index];
  auto by_betas = block.middleCols(3 * num_joints, num_betas);
  const Matrix3d scaled_rotation = scale * blended_rotation[index];
  by_betas.noalias() += scaled_rotation * v.shapedirs;
  for (size_t i = 0; i < v.weights.size(); ++i) {
    const auto& [joint, weight] = v.weights[i];
    carried[i] = weight * (world_rotation[joint] * (posed[index] - rest_joint[joint]) + world_joint[joint]);
    by_betas += (scale * weight) * offset_by_betas[joint];
  }
  for (const Vertex::Mover& mover : v.movers) {
    Vector3d arm = Vector3d::Zero();
    double weight = 0;
    for (int i = mover.begin; i < mover.end; ++i) {
      arm += carried[v.below[i]];
      weight += v.weights[v.below[i]].second;
    }
    arm -= weight * world_joint[mover.joint];
    block.template middleCols<3>(3 * mover.joint) += scale * Lever(arm, tangent[mover.joint]);
  }
  for (const auto& [joint, row] : v.blends) {
    block.template middleCols<3>(3 * joint).noalias() +=
        scaled_rotation * pose_blends[joint].tangent.template middleRows<3>(3 * row);
  }
}

void BodyEvaluator::Impl::Jacobian() {
  ShapeJacobians();
  if (jacobian.size() == 0) {
    jacobian.resize(3 * static_cast<Eigen::Index>(points.size()), num_parameters);
  }
  is_star ? BlendJacobians<kQuaternionFeature>() : BlendJacobians<kRotationFeature>();
  jacobian.setZero();
  for (size_t i = 0; i < points.size(); ++i) {
    auto block = jacobian.middleRows<3>(static_cast<Eigen::Index>(3 * i));
    if (points[i].joint >= 0) {
      JointJacobian(points[i].joint, block);
    } else {
      for (const auto& [vertex, weight] : points[i].vertices) VertexJacobian(vertex, weight, block);
    }
    block.rightCols<3>().setIdentity();
  }
}

BodyEvaluator::BodyEvaluator(std::shared_ptr<const BodyModel> model, const PointSet& points)
    : impl_(std::make_unique<Impl>(std::move(model), points)) {}
BodyEvaluator::~BodyEvaluator() = default;
BodyEvaluator::BodyEvaluator(BodyEvaluator&&) noexcept = default;

void BodyEvaluator::Evaluate(const double* global_orient, const double* body_pose, const double* betas,
                             const double* transl, bool with_jacobian) {
  impl_->Forward(global_orient, body_pose, betas, transl, with_jacobian);
  if (with_jacobian) impl_->Jacobian();
}

void BodyEvaluator::Evaluate(const BodyParameters& parameters, bool with_jacobian) {
  VT_CHECK_EQ(parameters.body_pose.size(), 3 * impl_->model->num_body_joints());
  VT_CHECK_EQ(parameters.betas.size(), impl_->num_betas);
  Evaluate(parameters.global_orient.data(), parameters.body_pose.data(), parameters.betas.data(),
           parameters.transl.data(), with_jacobian);
}

const BodyModel& BodyEvaluator::model() const { return *impl_->model; }
int BodyEvaluator::num_points() const { return static_cast<int>(impl_->points.size()); }
int BodyEvaluator::num_parameters() const { return impl_->num_parameters; }
const MatrixX3d& BodyEvaluator::points() const { return impl_->result; }
const RowMatrixXd& BodyEvaluator::jacobian() const { return impl_->jacobian; }
const Matrix3d& BodyEvaluator::joint_rotation(int joint) const { return impl_->world_rotation[joint]; }
const Matrix3d& BodyEvaluator::joint_tangent(int joint) const { return impl_->tangent[joint]; }

BodyMesh PoseMesh(const BodyModel& model, const BodyParameters& parameters) {
  // The evaluator only borrows the model for the length of this call.
  const std::shared_ptr<const BodyModel> borrowed(&model, [](const BodyModel*) {});
  PointSet all = PointSet::AllVertices(model);
  for (int j = 0; j < model.num_joints(); ++j) all.AddJoint(j);
  BodyEvaluator evaluator(borrowed, all);
  evaluator.Evaluate(parameters, false);
  return {evaluator.points().topRows(model.num_vertices()),
          evaluator.points().bottomRows(model.num_joints())};
}

}  // namespace vitruvius
