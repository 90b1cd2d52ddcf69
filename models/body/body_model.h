// A parametric body: SMPL, its relatives, the mannequin, or any free body of the same kind. Immutable once
// made and shared by all threads; buffers live in BodyEvaluator.
//
// Forward function (Loper et al., SMPL, SIGGRAPH Asia 2015, eqs. 2-10), for V vertices, J joints, B betas:
//   v_shaped = v_template + shapedirs betas          rest joints  = J_regressor v_shaped
//   v_posed  = v_shaped + posedirs f(pose), f joint by joint for j >= 1 (PoseFeature)
//   vertex   = sum_j weights_j [ G_j (v_posed - J_j) + p_j ] + transl
//   G_0 = R_0, p_0 = J_0;   G_j = G_parent R_j,  p_j = p_parent + G_parent (J_j - J_parent)
// Metres; y up, x to the subject's left, z out of the chest in the rest pose.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include "models/body/joint_tree.h"

namespace vitruvius {

using MatrixX3d = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;
using MatrixX3i = Eigen::Matrix<int, Eigen::Dynamic, 3, Eigen::RowMajor>;
using RowMatrixXd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowMatrixXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ChartUv = Eigen::Matrix<double, Eigen::Dynamic, 6, Eigen::RowMajor>;
using SparseRowMatrixd = Eigen::SparseMatrix<double, Eigen::RowMajor>;

// A point given by vertices, their weighted sum: a row of a regressor, or a place on a face.
using VertexWeights = std::vector<std::pair<int, double>>;  // (vertex, weight), weights sum to one

// The space of one hand's poses (Romero et al., Embodied Hands, SIGGRAPH Asia 2017): 15 joints that follow
// each other, pose = mean + components^T coefficients.
struct HandPoses {
  int first_joint = -1;    // of the 15; -1: the body has no such hand
  Eigen::VectorXd mean;    // (45) axis-angle, radians
  RowMatrixXd components;  // (C, 45) radians per unit coefficient, the most telling first
};

// What the columns of posedirs multiply.
enum class PoseFeature {
  kRotation,    // vec(R_j - I), row by row: 9 a joint (SMPL and its relatives)
  kQuaternion,  // (x, y, z, w - 1) of the joint's quaternion, 4 a joint, and once, last, betas[1], which does
                // not move the joints (Osman et al., STAR, ECCV 2020)
};

// Where a body can be loaded from again, for results to say.
struct BodySource {
  std::string file;                     // "mannequin", "free", or an absolute path; empty: made in memory
  std::vector<std::string> regressors;  // absolute paths of joint regressors that were named besides
};

// Plain arrays, as read from a file or generated. BodyModel::Create checks them.
struct BodyModelData {
  std::string name;  // "mannequin", or the file's name
  BodySource source;
  std::string gender = "neutral";
  MatrixX3d v_template;                  // (V, 3) metres
  MatrixX3i faces;                       // (F, 3) 0-based, outward by the right-hand rule
  RowMatrixXd shapedirs;                 // (3V, B): row 3v+axis, metres per unit beta
  RowMatrixXf posedirs;                  // (3V, 9(J-1)) or STAR's (3V, 4(J-1)+1), metres; or (0, 0)
  SparseRowMatrixd joint_regressor;      // (J, V), rows sum to one
  SparseRowMatrixd weights;              // (V, J), rows sum to one, non-negative
  std::vector<int> parents;              // (J), parents[0] = -1, parents[j] < j
  std::vector<std::string> joint_names;  // (J); empty: Create fills those of KnownJointNames
  std::map<std::string, int> landmarks;  // name -> vertex: nose, left_eye, ..., right_pinky
  // Points by more than one vertex: face_17 ... face_67 (iBUG's 68 points) and rows of joint regressors
  // (h36m/right_hip).
  std::map<std::string, VertexWeights> weighted_points;
  RowMatrixXd expressiondirs;  // (3V, E) metres per unit of expression, or (0, 0); not fitted
  HandPoses left_hand, right_hand;
  // A chart of the surface (models/body/surface_chart.h), or both empty.
  Eigen::VectorXi chart_part;  // (F) 1 to 24
  ChartUv chart_uv;            // (F, 6): u, v of each corner, 0 to 1
};

class BodyModel {
 public:
  // Checks sizes, tree, ranges and finiteness; throws InputError naming the array, what was found and what
  // was expected. Names of joints known by their tree,
  // and landmarks of SMPL, SMPL-H (6890 vertices) and SMPL-X (10475), are filled in when absent.
  static std::shared_ptr<const BodyModel> Create(BodyModelData data);

  const std::string& name() const { return data_.name; }
  const BodySource& source() const { return data_.source; }
  const std::string& gender() const { return data_.gender; }
  int num_vertices() const { return static_cast<int>(data_.v_template.rows()); }
  int num_faces() const { return static_cast<int>(data_.faces.rows()); }
  int num_joints() const { return static_cast<int>(data_.parents.size()); }
  int num_body_joints() const { return num_joints() - 1; }
  int num_betas() const { return static_cast<int>(data_.shapedirs.cols()); }
  bool has_posedirs() const { return data_.posedirs.size() > 0; }
  // By the number of columns of posedirs.
  PoseFeature pose_feature() const;
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
  const std::map<std::string, VertexWeights>& weighted_points() const { return data_.weighted_points; }
  int num_expressions() const { return static_cast<int>(data_.expressiondirs.cols()); }
  const HandPoses& left_hand() const { return data_.left_hand; }
  const HandPoses& right_hand() const { return data_.right_hand; }
  // body_pose (3(J-1)) of a body at rest with relaxed hands: their mean poses, zero elsewhere.
  Eigen::VectorXd RelaxedPose() const;
  bool has_chart() const { return data_.chart_part.size() > 0; }
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

}  // namespace vitruvius
