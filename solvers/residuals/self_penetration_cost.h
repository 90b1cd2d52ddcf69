// Keeps the parts of a body out of each other.
#pragma once

#include <memory>
#include <vector>

#include <ceres/cost_function.h>

#include "models/body/body_capsules.h"
#include "models/math/quadratic_term.h"
#include "solvers/residuals/shared_body.h"

namespace vitruvius {

// For each pair of capsules (models/body/body_capsules.h),
//   r = weight max(0, -d),   d = min_{s,t} |a(s) - b(t)| - r_a(s) - r_b(t)
// once differentiable in its square. Residuals: one a pair, metres times the weight's unit. Block: body_pose;
// neither orientation nor place of the whole body changes what it does to itself. Never fails.
//
// With n the normal and x_a, x_b the points of the axes where d is attained, joint k with posed origin p_k
// and tangent T_k (BodyEvaluator) that carries a but not b has
//   dd/dw_k = ((x_a - p_k) x n)^T T_k
// (envelope theorem: s, t stay), one that carries b but not a the same of x_b with the other sign, and one
// that carries both none.
//
// The shape is that of the last SetShape: a stage pushes parts apart by turning joints and not by making the
// body thin (as Bogo et al., Keep it SMPL, ECCV 2016, whose spheres see no betas either). Against their
// residual, exp(-|c_a - c_b|^2 / 2 sigma^2) of balls strung along each capsule with sigma 0.3 of the radii:
// that one is nearly flat until the balls' middles meet, so that a hand a centimetre under the skin is not
// felt, and needs hundreds of balls; this one is exact for the capsules, and nothing at all for a body that
// does not touch itself.
class SelfPenetrationCost final : public ceres::CostFunction, public QuadraticTerm {
 public:
  // `body` and `weight` must outlive this. The weight may change between solves; at 0 nothing is computed.
  SelfPenetrationCost(const SharedBody* body, std::shared_ptr<const BodyCapsules> capsules,
                      const double* weight);

  // Capsules and bones from now on.
  void SetShape(const Eigen::VectorXd& betas);
  // How deep the two capsules that overlap most do, metres, in the body's current pose and this shape; 0:
  // none does.
  double DeepestM() const;

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override;
  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override;

 private:
  // A capsule in its joint's frame, and where the pose has put it.
  struct Part {
    int joint;
    Capsule in_joint, posed;
    Eigen::Vector3d middle;  // of a ball that holds it all
    double reach;
  };
  struct Pair {
    int a, b;
    double begin_a, begin_b;
    int movers_begin, movers_b, movers_end;  // in movers_: joints that carry a alone, then b alone
  };
  // A joint's three columns of the Jacobian of one pair.
  struct Column {
    int index;  // in body_pose
    Eigen::Vector3d value;
  };

  void Pose() const;
  // Depth of a pair, metres; 0 when it does not overlap. When it does and columns are wanted, they are
  // d depth / d body_pose.
  double Depth(const Pair& pair, std::vector<Column>* columns) const;

  const SharedBody* body_;
  std::shared_ptr<const BodyCapsules> capsules_;
  const double* weight_;
  std::vector<Eigen::Vector3d> bones_;  // J_k - J_parent at rest
  std::vector<Pair> pairs_;
  std::vector<int> movers_;
  // Buffers: one of these serves one thread, as its body does.
  mutable std::vector<Part> parts_;
  mutable std::vector<Eigen::Vector3d> joints_;  // p_k, from the root's
  mutable std::vector<Column> columns_;
};

}  // namespace vitruvius
