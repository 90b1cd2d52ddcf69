// Points of a body, computed once an evaluation for all residual blocks of a problem. Ceres (or DenseLm)
// calls PrepareForEvaluation; the blocks then read points and Jacobians instead of each running the body
// again.
#pragma once

#include <vector>

#include <ceres/evaluation_callback.h>

#include "models/body/body_model.h"

namespace vitruvius {

class SharedPoints : public ceres::EvaluationCallback {
 public:
  SharedPoints(const SharedPoints&) = delete;
  SharedPoints& operator=(const SharedPoints&) = delete;

  int num_blocks() const { return static_cast<int>(blocks_.size()); }
  // The memory Ceres optimises; a block may have size 0, and is then left out.
  double* block(int i) { return blocks_[i].values; }
  int block_size(int i) const { return blocks_[i].size; }
  // Leading numbers of a block that the body sees, all but a latent.
  int body_size(int i) const { return blocks_[i].body_size; }
  int block_offset(int i) const { return blocks_[i].offset; }  // first column in the Jacobian

  virtual const MatrixX3d& points() const = 0;      // (P, 3)
  virtual const RowMatrixXd& jacobian() const = 0;  // (3P, parameters)
  // False when the last evaluation had no result; points are then those of the one before.
  virtual bool is_valid() const { return true; }

 protected:
  struct BlockMemory {
    double* values;
    int size, body_size, offset;
  };
  SharedPoints() = default;
  std::vector<BlockMemory> blocks_;
};

}  // namespace vitruvius
