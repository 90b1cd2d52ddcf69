#include "models/body/body_capsules.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Geometry>
#include <Eigen/LU>

#include "models/body/body_parts.h"
#include "models/math/decompositions.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;
using Vector8d = Eigen::Matrix<double, 8, 1>;
using Matrix8d = Eigen::Matrix<double, 8, 8>;

constexpr double kSmallestRadiusM = 0.005;
// A capsule may be cut by so much of its length where it overlaps another one at rest.
constexpr double kLargestCut = 0.7;

// What a capsule is fitted to.
struct Surface {
  std::vector<int> vertices;
  std::vector<double> weights;  // areas, summing to one
};

Capsule FromNumbers(const Vector8d& c) {
  return {{c.head<3>(), c.segment<3>(3)},
          {std::max(c[6], kSmallestRadiusM), std::max(c[7], kSmallestRadiusM)}};
}

// Signed distance of a point and its derivative by the eight numbers; returns the outward normal.
Vector3d Differentiate(const Capsule& capsule, const Vector3d& x, double* distance, Vector8d* by_numbers) {
  double s;
  *distance = DistanceToCapsule(capsule, x, &s);
  const Vector3d outward = x - capsule.CenterAt(s);
  const double length = outward.norm();
  const Vector3d normal = length > 0 ? Vector3d(outward / length) : Vector3d(Vector3d::Zero());
  *by_numbers << -(1 - s) * normal, -s * normal, -(1 - s), -s;
  return normal;
}

// The surface leaves some directions open (a ball has no axis, a tube no ends) and would take half a giant
// ball for a flat hand: everything is held near its start as if by a surface of this area (all of it is 1).
constexpr double kHold = 0.02;

// sum_i w_i d_i^2 + kHold |c - start|^2, half its Hessian (Gauss-Newton, lower triangle) and gradient.
double Normal(const BodyModel& model, const Surface& surface, const Vector8d& start, const Vector8d& c,
              Matrix8d* hessian, Vector8d* gradient) {
  const Capsule capsule = FromNumbers(c);
  *hessian = kHold * Matrix8d::Identity();
  *gradient = kHold * (c - start);
  double cost = kHold * (c - start).squaredNorm();
  for (size_t i = 0; i < surface.vertices.size(); ++i) {
    double distance;
    Vector8d row;
    Differentiate(capsule, model.v_template().row(surface.vertices[i]).transpose(), &distance, &row);
    const double weight = surface.weights[i];
    hessian->selfadjointView<Eigen::Lower>().rankUpdate(row, weight);
    *gradient += weight * distance * row;
    cost += weight * distance * distance;
  }
  return cost;
}

// Least squares from one axis; returns the cost.
double FitFrom(const BodyModel& model, const Surface& surface, const PrincipalAxes& axes, int axis,
               Vector8d* c) {
  const Vector3d direction = axes.directions.col(axis);
  double low = 0, high = 0, radius = 0;
  for (size_t i = 0; i < surface.vertices.size(); ++i) {
    const Vector3d x = model.v_template().row(surface.vertices[i]).transpose() - axes.mean;
    const double along = x.dot(direction);
    low = std::min(low, along);
    high = std::max(high, along);
    radius += surface.weights[i] * (x - along * direction).norm();
  }
  const double inset = std::min(radius, 0.49 * (high - low));
  *c << axes.mean + (low + inset) * direction, axes.mean + (high - inset) * direction, radius, radius;
  Matrix8d hessian, trial_hessian;
  Vector8d gradient, trial_gradient;
  const Vector8d start = *c;
  double cost = Normal(model, surface, start, *c, &hessian, &gradient);
  double damping = 1e-3;
  constexpr int kIterations = 20;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    Matrix8d damped = hessian.selfadjointView<Eigen::Lower>();
    damped.diagonal() += damping * hessian.diagonal();
    const Vector8d trial = *c - SolveLdlt(damped, gradient);
    const double trial_cost = Normal(model, surface, start, trial, &trial_hessian, &trial_gradient);
    if (trial_cost < cost) {
      const bool done = cost - trial_cost < 1e-4 * cost;
      *c = trial;
      cost = trial_cost;
      hessian = trial_hessian;
      gradient = trial_gradient;
      damping *= 0.3;
      if (done) break;
    } else {
      damping *= 10;
    }
  }
  return cost;
}

using Numbers = Eigen::Matrix<double, 8, Eigen::Dynamic>;

// How the start of the fit follows the betas: the surface's motion along the axis, as a line through it, at
// both ends.
Numbers MotionOfEnds(const BodyModel& model, const Surface& surface, const Capsule& capsule) {
  const Vector3d axis = capsule.ends[1] - capsule.ends[0];
  constexpr double kShortestM = 1e-3;
  const double length2 = std::max(axis.squaredNorm(), kShortestM * kShortestM);
  Eigen::Matrix2d moments = 1e-6 * Eigen::Matrix2d::Identity();  // a disc has no extent along its axis
  Eigen::Matrix<double, 3, Eigen::Dynamic> sum[2];
  for (auto& part : sum) part.setZero(3, model.num_betas());
  for (size_t i = 0; i < surface.vertices.size(); ++i) {
    const int v = surface.vertices[i];
    const double s = (model.v_template().row(v).transpose() - capsule.ends[0]).dot(axis) / length2;
    const Eigen::Vector2d basis(1, s);
    moments += surface.weights[i] * basis * basis.transpose();
    for (int k = 0; k < 2; ++k)
      sum[k] += surface.weights[i] * basis[k] * model.shapedirs().middleRows<3>(3 * v);
  }
  const Eigen::Matrix2d inverse = moments.inverse();
  Numbers motion = Numbers::Zero(8, model.num_betas());
  motion.topRows<3>() = inverse(0, 0) * sum[0] + inverse(0, 1) * sum[1];
  motion.middleRows<3>(3) = motion.topRows<3>() + inverse(1, 0) * sum[0] + inverse(1, 1) * sum[1];
  return motion;
}

// Derivative of the fit by betas, at its minimum.
Numbers Sensitivity(const BodyModel& model, const Surface& surface, const Vector8d& c) {
  if (model.num_betas() == 0) return Numbers(8, 0);
  Matrix8d hessian;
  Vector8d gradient;
  Normal(model, surface, c, c, &hessian, &gradient);
  const Capsule capsule = FromNumbers(c);
  Numbers right = kHold * MotionOfEnds(model, surface, capsule);
  for (size_t i = 0; i < surface.vertices.size(); ++i) {
    double distance;
    Vector8d row;
    const int v = surface.vertices[i];
    const Vector3d normal = Differentiate(capsule, model.v_template().row(v).transpose(), &distance, &row);
    right -= surface.weights[i] * row * (normal.transpose() * model.shapedirs().middleRows<3>(3 * v));
  }
  const Matrix8d full = hessian.selfadjointView<Eigen::Lower>();
  return SolveLdlt(full, right);
}

// How much must be cut off the ends near the joints so that two capsules do not overlap at rest; 1 when
// nothing helps.
double CutApart(const Capsule& a, const Capsule& b, bool cut_a, bool cut_b) {
  constexpr int kSteps = 20;
  for (int i = 0; i < kSteps; ++i) {
    const double begin = static_cast<double>(i) / kSteps;
    const Capsule rest_a = a.Beyond(cut_a ? begin : 0), rest_b = b.Beyond(cut_b ? begin : 0);
    if (NearestPoints(rest_a, rest_b).distance >= 0) return begin;
  }
  return 1;
}

}  // namespace

BodyCapsules::BodyCapsules(const BodyModel& model) {
  const BodyParts parts = FindBodyParts(model);
  for (int joint = 0; joint < model.num_joints(); ++joint) {
    Surface surface;
    surface.vertices = parts.vertices[joint];
    double area = 0;
    for (const int v : surface.vertices) area += parts.area_of_vertex[v];
    for (const int v : surface.vertices) surface.weights.push_back(parts.area_of_vertex[v] / area);
    constexpr size_t kFewestVertices = 8;  // as many as a capsule has numbers
    if (surface.vertices.size() < kFewestVertices) continue;
    const PrincipalAxes axes = FindPrincipalAxes(model, parts, surface.vertices);
    if (axes.deviations[1] < kThinPartM) continue;  // only the root's can be: nobody is above it
    Part part;
    part.joint = joint;
    double best = 0;
    for (int axis = 0; axis < 3; ++axis) {
      Vector8d c;
      const double cost = FitFrom(model, surface, axes, axis, &c);
      if (axis > 0 && cost >= best) continue;
      best = cost;
      part.rest = c;
    }
    const Vector3d joint_m = model.joint_template().row(joint);
    if ((part.rest.head<3>() - joint_m).norm() > (part.rest.segment<3>(3) - joint_m).norm()) {
      const Vector8d c = part.rest;
      part.rest << c.segment<3>(3), c.head<3>(), c[7], c[6];
    }
    part.by_betas = Sensitivity(model, surface, part.rest);
    if (part.rest.allFinite() && part.by_betas.allFinite()) parts_.push_back(std::move(part));
  }
  FindPairs(model, parts.neighbours);
}

Capsule BodyCapsules::Rest(int part, const Eigen::VectorXd& betas) const {
  Vector8d c = parts_[part].rest;
  if (betas.size() > 0) c.noalias() += parts_[part].by_betas * betas;
  return FromNumbers(c);
}

void BodyCapsules::FindPairs(const BodyModel& model, const std::vector<std::vector<bool>>& neighbours) {
  const Eigen::VectorXd no_betas = Eigen::VectorXd::Zero(model.num_betas());
  const auto is_below = [&](int joint, int other) {
    const std::vector<int>& below = model.Descendants(other);
    return std::binary_search(below.begin(), below.end(), joint);
  };
  for (int a = 0; a < static_cast<int>(parts_.size()); ++a) {
    for (int b = a + 1; b < static_cast<int>(parts_.size()); ++b) {
      if (neighbours[parts_[a].joint][parts_[b].joint]) continue;
      // The one further down the chain is cut; two on different branches both are.
      const bool cut_a = !is_below(parts_[b].joint, parts_[a].joint);
      const double begin = CutApart(Rest(a, no_betas), Rest(b, no_betas), cut_a, true);
      if (begin > kLargestCut) continue;
      pairs_.push_back({a, b, cut_a ? begin : 0, begin});
    }
  }
}

}  // namespace vitruvius
