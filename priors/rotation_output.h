// The last step of every generator: its 6 numbers a joint (models/math/rotation_6d.h) to axis-angles in
// SMPL's order, with derivatives. Joints are SMPL's, 1 to 21; those that are not named, and those past the
// first `dim` numbers of the pose, are left out.
#pragma once

#include <algorithm>
#include <vector>

#include "models/body/body_model.h"
#include "models/math/rotation_6d.h"
#include "models/math/so3.h"

namespace vitruvius {

// six: a vector of 6 numbers for each of `joints`; pose: dim numbers.
template <typename Six>
void PoseFromSixNumbers(const Six& six, const std::vector<int>& joints, int dim, double* pose) {
  std::fill_n(pose, dim, 0.0);
  for (size_t i = 0; i < joints.size(); ++i) {
    const int place = 3 * (joints[i] - 1);
    if (place >= dim) continue;
    const Vector6d numbers =
        six.template segment<6>(6 * static_cast<Eigen::Index>(i)).template cast<double>();
    Eigen::Map<Vector3d>(pose + place) = LogSO3(RotationFrom6d(numbers));
  }
}

// of_six: (6 J, n) derivatives of `six`; jacobian: (dim, n) row-major, those of the pose.
template <typename Six, typename OfSix>
void PoseFromSixNumbers(const Six& six, const OfSix& of_six, const std::vector<int>& joints, int dim,
                        double* pose, double* jacobian) {
  using Scalar = typename OfSix::Scalar;
  std::fill_n(pose, dim, 0.0);
  Eigen::Map<RowMatrixXd> of_pose(jacobian, dim, of_six.cols());
  of_pose.setZero();
  for (size_t i = 0; i < joints.size(); ++i) {
    const int place = 3 * (joints[i] - 1);
    const Eigen::Index from = 6 * static_cast<Eigen::Index>(i);
    if (place >= dim) continue;
    Matrix36d tangent;
    const Vector3d w =
        LogSO3(RotationFrom6d(six.template segment<6>(from).template cast<double>(), &tangent));
    Eigen::Map<Vector3d>(pose + place) = w;
    const Eigen::Matrix<Scalar, 3, 6> factor = (InverseRightJacobianSO3(w) * tangent).template cast<Scalar>();
    for (Eigen::Index c = 0; c < of_six.cols(); ++c) {
      const Eigen::Matrix<Scalar, 3, 1> column = factor * of_six.col(c).template segment<6>(from);
      of_pose.col(c).template segment<3>(place) = column.template cast<double>();
    }
  }
}

}  // namespace vitruvius
