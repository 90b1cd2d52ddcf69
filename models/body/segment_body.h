// A body of rigid segments that can grow: the template of any BodyModel, one scale for each joint's segment
// instead of betas, no pose blend shapes, seen under weak perspective. Few numbers that explain any person's
// proportions; what deform-and-learn registers to images.
//
// With parent pi, rest joints J and template vertices v (betas 0), angles a and scales S:
//   G_0 = I, p_0 = 0;   G_i = G_pi Exp(a_i),   p_i = p_pi + S_pi G_pi (J_i - J_pi)
//   u = sum_i w_i [ S_i G_i (v - J_i) + p_i ]                 about the pelvis
//   point = s R u + (t_x, t_y, 0),   R = OrthonormalColumns(rotation)
// so that the first two coordinates are the image's (x right, y down) and the third is depth in its unit, the
// pelvis at 0. Source: "Learning body shape and pose from dense correspondences", theta = [a, S, R, s, t];
// the paper does not define its body, this definition is the natural one.
#pragma once

#include <memory>
#include <vector>

#include "models/body/body_evaluator.h"
#include "models/math/orthonormal_columns.h"

namespace vitruvius {

struct SegmentParameters {
  Eigen::VectorXd angles;  // 3(J-1) axis-angle, radians
  Eigen::VectorXd scales;  // (J), positive; 1 is the template
  RowMatrix3d rotation;    // nine free numbers, camera axes from body axes
  Eigen::Vector3d camera;  // s image units a metre, t_x, t_y image units

  // The template upright before the camera, one image unit a metre.
  static SegmentParameters Rest(const BodyModel& model);
};

// A point's share of a joint's segment: u = sum over joints of S_i G_i offset + weight p_i.
struct SegmentShare {
  int joint;
  double weight;
  Eigen::Vector3d offset;  // sum of vertices' weights times (v - J_i), metres
};
// Of each point, by rising joint.
std::vector<std::vector<SegmentShare>> SegmentShares(const BodyModel& model, const PointSet& points);

// Chosen points of it and their Jacobian. One a thread; nothing is allocated after construction.
class SegmentEvaluator {
 public:
  SegmentEvaluator(std::shared_ptr<const BodyModel> model, const PointSet& points);

  // Pointers to angles (3(J-1)), scales (J), rotation (9, row by row), camera (3). False when the rotation
  // has no orthonormal columns; points and Jacobian then are those of the evaluation before. with_pose: the
  // Jacobian's columns of angles and scales too, which take most of the time.
  bool Evaluate(const double* angles, const double* scales, const double* rotation, const double* camera,
                bool with_jacobian, bool with_pose = true);
  bool Evaluate(const SegmentParameters& parameters, bool with_jacobian);

  const BodyModel& model() const { return *model_; }
  int num_points() const { return static_cast<int>(points_.rows()); }
  // 3(J-1) + J + 9 + 3.
  int num_parameters() const { return static_cast<int>(jacobian_.cols()); }
  // (P, 3) image units.
  const MatrixX3d& points() const { return points_; }
  // (3P, num_parameters): row 3i+axis; columns [angles | scales | rotation 9 | camera 3]. Valid after an
  // evaluation with_jacobian.
  const RowMatrixXd& jacobian() const { return jacobian_; }
  // (P, 3) metres, body axes, about the pelvis: u.
  const MatrixX3d& in_body() const { return in_body_; }

 private:
  std::shared_ptr<const BodyModel> model_;
  std::vector<std::vector<SegmentShare>> shares_;  // (P)
  MatrixX3d bones_;                                // (J, 3): J_i - J_pi

  std::vector<Eigen::Matrix3d> turn_, right_jacobian_, global_;  // Exp(a_i), J_r(a_i), G_i
  MatrixX3d joints_;                                             // (J, 3): p_i
  std::vector<Eigen::Vector3d> carried_;  // sum over a joint's subtree of what a point has there
  std::vector<double> carried_weight_;
  MatrixX3d points_, in_body_;
  RowMatrixXd jacobian_;
};

}  // namespace vitruvius
