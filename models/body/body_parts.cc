#include "models/body/body_parts.h"

#include <Eigen/Geometry>

#include "models/math/decompositions.h"

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
  const SymmetricEigen<3> eigen = EigenOfSymmetric(covariance);
  axes.deviations = eigen.values.cwiseMax(0).cwiseSqrt();
  axes.directions = eigen.vectors;
  return axes;
}

// Whether a vertex of a is within kFoldM of one of b, whose box is given.
static bool SkinsMeet(const BodyModel& model, const std::vector<int>& a, const std::vector<int>& b,
                      const Eigen::AlignedBox3d& box_of_b) {
  for (const int v : a) {
    const Eigen::Vector3d x = model.v_template().row(v);
    if (b.empty() || box_of_b.squaredExteriorDistance(x) > kFoldM * kFoldM) continue;
    for (const int w : b) {
      if ((model.v_template().row(w).transpose() - x).squaredNorm() <= kFoldM * kFoldM) return true;
    }
  }
  return false;
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
  parts.neighbours.assign(model.num_joints(), std::vector<bool>(model.num_joints(), false));
  std::vector<Eigen::AlignedBox3d> boxes(model.num_joints());
  for (int v = 0; v < model.num_vertices(); ++v)
    boxes[parts.joint_of_vertex[v]].extend(Eigen::Vector3d(model.v_template().row(v)));
  for (int a = 0; a < model.num_joints(); ++a) {
    int above = model.parents()[a];
    while (above >= 0 && parts.vertices[above].empty()) above = model.parents()[above];
    for (int b = 0; b <= a; ++b) {
      parts.neighbours[a][b] = parts.neighbours[b][a] =
          b == a || b == above || SkinsMeet(model, parts.vertices[a], parts.vertices[b], boxes[b]);
    }
  }
  return parts;
}

}  // namespace vitruvius
