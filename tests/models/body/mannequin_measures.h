// Shared by the mannequin's tests: what one measures on a body.
#pragma once

#include <string>

#include <Eigen/Geometry>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"

namespace vitruvius {

inline Eigen::Vector3d RowOf(const MatrixX3d& m, int row) { return m.row(row).transpose(); }

inline double Volume(const MatrixX3d& vertices, const MatrixX3i& faces) {
  double volume = 0;
  for (int f = 0; f < faces.rows(); ++f) {
    volume +=
        RowOf(vertices, faces(f, 0)).dot(RowOf(vertices, faces(f, 1)).cross(RowOf(vertices, faces(f, 2)))) /
        6;
  }
  return volume;
}

inline BodyParameters WithBeta(int beta, double value) {
  BodyParameters parameters = BodyParameters::Zero(*Mannequin());
  parameters.betas[beta] = value;
  return parameters;
}

inline Eigen::Vector3d Joint(const BodyMesh& mesh, const std::string& name) {
  return RowOf(mesh.joints, Mannequin()->JointIndex(name));
}

inline Eigen::Vector3d Landmark(const BodyMesh& mesh, const std::string& name) {
  return RowOf(mesh.vertices, Mannequin()->landmarks().at(name));
}

inline double Stature(const BodyMesh& mesh) {
  return mesh.vertices.col(1).maxCoeff() - mesh.vertices.col(1).minCoeff();
}

}  // namespace vitruvius
