// A parametric body: SMPL, its relatives, the mannequin, or any free body of the same kind. Immutable once
// made and shared by all threads; buffers live in BodyEvaluator.
//
// Forward function (Loper et al., SMPL, SIGGRAPH Asia 2015, eqs. 2-10), for V vertices, J joints, B betas:
//   v_shaped = v_template + shapedirs betas          rest joints  = J_regressor v_shaped
//   v_posed  = v_shaped + posedirs vec(R_j - I), j >= 1, each 3x3 row by row, joint-major
//   vertex   = sum_j weights_j [ G_j (v_posed - J_j) + p_j ] + transl
//   G_0 = R_0, p_0 = J_0;   G_j = G_parent R_j,  p_j = p_parent + G_parent (J_j - J_parent)
// Metres; y up, x to the subject's left, z out of the chest in the rest pose.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

namespace vitruvius {

using MatrixX3d = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;
using MatrixX3i = Eigen::Matrix<int, Eigen::Dynamic, 3, Eigen::RowMajor>;
using RowMatrixXd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowMatrixXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using SparseRowMatrixd = Eigen::SparseMatrix<double, Eigen::RowMajor>;

// Plain arrays, as read from a file or generated. BodyModel::Create checks them.
struct BodyModelData {
  std::string name;  // "mannequin", or the file's name
  std::string gender = "neutral";
  MatrixX3d v_template;                  // (V, 3) metres
  MatrixX3i faces;                       // (F, 3) 0-based, outward by the right-hand rule
  RowMatrixXd shapedirs;                 // (3V, B): row 3v+axis, metres per unit beta
  RowMatrixXf posedirs;                  // (3V, 9(J-1)), metres; or (0, 0) for none
  SparseRowMatrixd joint_regressor;      // (J, V), rows sum to one
  SparseRowMatrixd weights;              // (V, J), rows sum to one, non-negative
  std::vector<int> parents;              // (J), parents[0] = -1, parents[j] < j
  std::vector<std::string> joint_names;  // (J); Create fills SMPL's names where empty and J is known
  std::map<std::string, int> landmarks;  // name -> vertex: nose, left_eye, ..., right_pinky
};

class BodyModel {
 public:
  // Checks sizes, tree, ranges and finiteness; throws InputError naming the array, what was found and what
  // was expected. Landmarks of SMPL, SMPL-H (6890 vertices) and SMPL-X (10475) are filled in when absent.
  static std::shared_ptr<const BodyModel> Create(BodyModelData data);

  const std::string& name() const { return data_.name; }
  const std::string& gender() const { return data_.gender; }
  int num_vertices() const { return static_cast<int>(data_.v_template.rows()); }
  int num_faces() const { return static_cast<int>(data_.faces.rows()); }
  int num_joints() const { return static_cast<int>(data_.parents.size()); }
  int num_body_joints() const { return num_joints() - 1; }
  int num_betas() const { return static_cast<int>(data_.shapedirs.cols()); }
  bool has_posedirs() const { return data_.posedirs.size() > 0; }
  // Length of [orient 3 | body_pose 3(J-1) | betas B | transl 3].
  int num_parameters() const { return 3 * num_joints() + num_betas() + 3; }

  const MatrixX3d& v_template() const { return data_.v_template; }
  const MatrixX3i& faces() const { return data_.faces; }
  const RowMatrixXd& shapedirs() const { return data_.shapedirs; }
  const RowMatrixXf& posedirs() const { return data_.posedirs; }
  const SparseRowMatrixd& joint_regressor() const { return data_.joint_regressor; }
  const SparseRowMatrixd& weights() const { return data_.weights; }
  const std::vector<int>& parents() const { return data_.parents; }
  const std::vector<std::string>& joint_names() const { return data_.joint_names; }
  const std::map<std::string, int>& landmarks() const { return data_.landmarks; }
  const BodyModelData& data() const { return data_; }

  // joint_regressor * v_template and joint_regressor * shapedirs, (J, 3) and (3J, B): row 3j+axis.
  const MatrixX3d& joint_template() const { return joint_template_; }
  const RowMatrixXd& joint_shapedirs() const { return joint_shapedirs_; }

  // -1 when there is no joint of that name.
  int JointIndex(const std::string& joint_name) const;
  // Descendants of j, itself excluded, ascending.
  const std::vector<int>& Descendants(int joint) const { return descendants_[joint]; }

 private:
  explicit BodyModel(BodyModelData data);
  BodyModelData data_;
  MatrixX3d joint_template_;
  RowMatrixXd joint_shapedirs_;
  std::vector<std::vector<int>> descendants_;
};

// One body's parameters. body_pose holds 3(J-1) numbers of axis-angle, never anything else.
struct BodyParameters {
  Eigen::Vector3d global_orient = Eigen::Vector3d::Zero();  // axis-angle, radians
  Eigen::VectorXd body_pose;                                // 3(J-1) axis-angle, radians
  Eigen::VectorXd betas;                                    // B
  Eigen::Vector3d transl = Eigen::Vector3d::Zero();         // metres, added after everything

  static BodyParameters Zero(const BodyModel& model);
};

// The 24 joints of SMPL: names, parents and the left-right swap.
const std::vector<std::string>& SmplJointNames();
const std::vector<int>& SmplParents();
// swap[j] = the joint that takes j's place in the mirrored body, by left_/right_ in the names.
std::vector<int> MirrorPermutation(const std::vector<std::string>& names);

}  // namespace vitruvius
