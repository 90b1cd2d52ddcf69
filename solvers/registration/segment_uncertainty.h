// How sure the joints of a registered body of segments are, from the curvature of its objective.
//
// With H = J^T J of the last stage's objective at the solution, C its share of the data terms and n the
// points of weight, the noise of the data is estimated by what they leave over, s^2 = C / n: a mean or a sum
// over points alike, since both C and H scale with its weight. With J_j the Jacobian of joint j about the
// pelvis, in metres, over angles, scales and rotation, the camera's scale held (a picture does not tell it),
//   Cov(joint j) = s^2 J_j H^-1 J_j^T,   std_j = sqrt(trace Cov).
// Depth that only the terms on angles and scales hold shows as a large deviation. Own derivation, after
// MacKay 2003, chapter 27; uncertainty.h does the same for parametric bodies.
#pragma once

#include <Eigen/Core>

#include "models/body/segment_body.h"
#include "solvers/problem/segment_problem.h"

namespace vitruvius {

// (J) metres with respect to the pelvis; empty where the objective has no finite curvature, or the stage that
// `problem` began last, at a solution of which it is, holds some of the parameters. `joints` has all joints
// of the body.
Eigen::VectorXd JointDeviations(int num_points, SegmentProblem* problem, SegmentEvaluator* joints);

}  // namespace vitruvius
