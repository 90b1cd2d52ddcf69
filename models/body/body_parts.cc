#include "models/body/body_parts.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

namespace vitruvius {

PrincipalAxes FindPrincipalAxes(const BodyModel& model, const BodyParts& parts,
                                const std::vector<int>& vertices) {
  PrincipalAxes axes;
  axes.mean.setZero();
  double area = 0;
  for (const int v : vertices) {
    axes.mean += parts.area_of_vertex[v] * model.v_template().row(v).transpose();
    area += parts.area_of_vertex[v];
  }
  axes.mean /= area;
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  for (const int v : vertices) {
    const Eigen::Vector3d x = model.v_template().row(v).transpose() - axes.mean;
    covariance += parts.area_of_vertex[v] / area * x * x.transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(covariance);
  axes.deviations = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
  axes.directions = solver.eigenvectors();
  return axes;
}

BodyParts FindBodyParts(const BodyModel& model) {
  BodyParts parts;
  // Never zero, so that a vertex without triangles still counts a little.
  constexpr double kSmallestAreaM2 = 1e-9;
  parts.area_of_vertex.assign(model.num_vertices(), kSmallestAreaM2);
  for (int f = 0; f < model.num_faces(); ++f) {
    const Eigen::Vector3d corner = model.v_template().row(model.faces()(f, 0));
    const Eigen::Vector3d b = model.v_template().row(model.faces()(f, 1)).transpose() - corner;
    const Eigen::Vector3d c = model.v_template().row(model.faces()(f, 2)).transpose() - corner;
    for (int k = 0; k < 3; ++k) parts.area_of_vertex[model.faces()(f, k)] += b.cross(c).norm() / 6;
  }
  parts.vertices.resize(model.num_joints());
  for (int v = 0; v < model.num_vertices(); ++v) {
    int joint = 0;
    double largest = 0;
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      if (it.value() <= largest) continue;
      largest = it.value();
      joint = static_cast<int>(it.col());
    }
    parts.vertices[joint].push_back(v);
  }
  for (int joint = model.num_joints() - 1; joint > 0; --joint) {
    std::vector<int>& own = parts.vertices[joint];
    if (own.empty() || FindPrincipalAxes(model, parts, own).deviations[1] >= kThinPartM) continue;
    std::vector<int>& above = parts.vertices[model.parents()[joint]];
    above.insert(above.end(), own.begin(), own.end());
    own.clear();
  }
  parts.joint_of_vertex.resize(model.num_vertices());
  for (int joint = 0; joint < model.num_joints(); ++joint) {
    for (const int v : parts.vertices[joint]) parts.joint_of_vertex[v] = joint;
  }
  return parts;
}

}  // namespace vitruvius
