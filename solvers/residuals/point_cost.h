// Adapter: a functor over a few 3D points of the body becomes a Ceres cost function with exact Jacobians.
//
// A point functor has
//   static constexpr int kNumPoints, kNumResiduals;
//   template <typename T> bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const;
// It is differentiated by Jets over its 3 kNumPoints coordinates only, and chained with the body's analytic
// Jacobian:
//   d r / d parameters = d r / d points (Jets)  *  d points / d parameters (its evaluator).
// Blocks: those of the SharedPoints, in its order, without those of size 0. False from the functor is passed
// on, and from points that could not be evaluated.
#pragma once

#include <algorithm>
#include <array>

#include <ceres/cost_function.h>
#include <ceres/jet.h>

#include "models/util/check.h"
#include "solvers/residuals/shared_points.h"

namespace vitruvius {

template <typename Functor>
class PointCost final : public ceres::CostFunction {
 public:
  static constexpr int kNumPoints = Functor::kNumPoints;
  static constexpr int kNumResiduals = Functor::kNumResiduals;

  // `body` must outlive this; `points` index its point set.
  PointCost(const SharedPoints* body, const std::array<int, kNumPoints>& points, Functor functor)
      : body_(body), points_(points), functor_(std::move(functor)) {
    set_num_residuals(kNumResiduals);
    VT_CHECK_LE(body->num_blocks(), kMostBlocks);
    for (int b = 0; b < body->num_blocks(); ++b) {
      if (body->block_size(b) > 0) {
        blocks_[num_blocks_++] = b;
        mutable_parameter_block_sizes()->push_back(body->block_size(b));
      }
    }
  }

  bool Evaluate(double const* const*, double* residuals, double** jacobians) const override {
    if (!body_->is_valid()) return false;
    const MatrixX3d& positions = body_->points();
    if (jacobians == nullptr) {
      Eigen::Matrix<double, 3, 1> points[kNumPoints];
      for (int i = 0; i < kNumPoints; ++i) points[i] = positions.row(points_[i]);
      return functor_(points, residuals);
    }
    using Jet = ceres::Jet<double, 3 * kNumPoints>;
    Eigen::Matrix<Jet, 3, 1> points[kNumPoints];
    for (int i = 0; i < kNumPoints; ++i) {
      for (int axis = 0; axis < 3; ++axis) points[i][axis] = Jet(positions(points_[i], axis), 3 * i + axis);
    }
    Jet outputs[kNumResiduals];
    if (!functor_(points, outputs)) return false;
    for (int r = 0; r < kNumResiduals; ++r) residuals[r] = outputs[r].a;
    const RowMatrixXd& body_jacobian = body_->jacobian();
    for (int b = 0; b < num_blocks_; ++b) {
      if (jacobians[b] == nullptr) continue;
      const int block_size = body_->block_size(blocks_[b]), size = body_->body_size(blocks_[b]);
      const int offset = body_->block_offset(blocks_[b]);
      for (int r = 0; r < kNumResiduals; ++r) {
        Eigen::Map<Eigen::RowVectorXd> row(jacobians[b] + r * block_size, size);
        std::fill_n(row.data() + size, block_size - size, 0.0);  // a latent moves points by its pose alone
        for (int i = 0; i < kNumPoints; ++i) {
          const auto block = body_jacobian.block(3 * points_[i], offset, 3, size);
          const auto& v = outputs[r].v;
          if (i == 0) {
            row.noalias() = v[0] * block.row(0) + v[1] * block.row(1) + v[2] * block.row(2);
          } else {
            row.noalias() +=
                v[3 * i] * block.row(0) + v[3 * i + 1] * block.row(1) + v[3 * i + 2] * block.row(2);
          }
        }
      }
    }
    return true;
  }

  const Functor& functor() const { return functor_; }

 private:
  static constexpr int kMostBlocks = 4;
  const SharedPoints* body_;
  std::array<int, kNumPoints> points_;
  Functor functor_;
  std::array<int, kMostBlocks> blocks_{};
  int num_blocks_ = 0;
};

}  // namespace vitruvius
