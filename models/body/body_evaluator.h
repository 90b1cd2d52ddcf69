// Evaluates chosen points of a body, and their Jacobian with respect to every parameter, without touching the
// rest of the mesh. One evaluator a thread; nothing is allocated after construction.
//
// Derivation: right perturbation R_k <- R_k exp([d]x). With G_k, p_k the posed frame and origin of joint k
// and x_i = G_i (v_posed - J_i) + p_i the point as joint i alone would carry it,
//   d p_j / d d_k = -[p_j - p_k]x G_k                               for j a strict descendant of k, else 0
//   d v / d d_k   = -sum_{i in k and below} w_i [x_i - p_k]x G_k  +  (sum_i w_i G_i) d v_posed / d d_k
//   d v / d beta  =  sum_i w_i [ G_i (S - dJ_i) + dp_i ]
// and the axis-angle columns follow by the right Jacobian of SO(3).
#pragma once

#include <memory>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// What is wanted of a body, in order. Points are joints, or weighted sums of vertices (a vertex: one of
// weight 1; a surface point: three; a regressor row: several, weights summing to one).
struct PointSet {
  struct Item {
    int joint = -1;  // >= 0: a joint; vertices unused
    VertexWeights vertices;
  };
  std::vector<Item> items;

  int size() const { return static_cast<int>(items.size()); }
  PointSet& AddJoint(int joint);
  PointSet& AddVertex(int vertex);
  PointSet& AddBarycentric(const Eigen::Vector3i& face, const Eigen::Vector3d& bary);
  PointSet& AddRegressorRow(const SparseRowMatrixd& regressor, int row);
  // A joint, a landmark or a weighted point of this name, looked for in this order; false, and nothing is
  // added, when the body has none.
  bool AddNamed(const BodyModel& model, const std::string& name);

  static PointSet AllJoints(const BodyModel& model);
  static PointSet AllVertices(const BodyModel& model);
};

class BodyEvaluator {
 public:
  BodyEvaluator(std::shared_ptr<const BodyModel> model, const PointSet& points);
  ~BodyEvaluator();
  BodyEvaluator(BodyEvaluator&&) noexcept;

  // Pointers to global_orient (3), body_pose (3(J-1)), betas (B), transl (3).
  void Evaluate(const double* global_orient, const double* body_pose, const double* betas,
                const double* transl, bool with_jacobian);
  void Evaluate(const BodyParameters& parameters, bool with_jacobian);

  const BodyModel& model() const;
  int num_points() const;
  int num_parameters() const;
  // (P, 3) metres, in the order of the point set.
  const MatrixX3d& points() const;
  // (3P, num_parameters): row 3i+axis; columns [orient 3 | body_pose 3(J-1) | betas B | transl 3].
  // Valid after an evaluation with_jacobian.
  const RowMatrixXd& jacobian() const;
  // G_k of the last evaluation: turns the rest pose's axes into those of joint k.
  const Eigen::Matrix3d& joint_rotation(int joint) const;
  // G_k J_r(w_k): its columns are the turns (rotation vectors, world axes) that a unit of each axis-angle
  // component of joint k gives to all it carries. Valid after an evaluation with_jacobian.
  const Eigen::Matrix3d& joint_tangent(int joint) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole mesh (V, 3) and joints (J, 3) at once, for pictures and files.
struct BodyMesh {
  MatrixX3d vertices;
  MatrixX3d joints;
};
BodyMesh PoseMesh(const BodyModel& model, const BodyParameters& parameters);

}  // namespace vitruvius
