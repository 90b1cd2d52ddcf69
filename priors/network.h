// Small fully connected networks, natively: values, and exact Jacobians with respect to the input, at a speed
// that lets them stand inside a least-squares problem.
//
// x <- W x + b layer by layer; a leaky rectifier max(x, slope x) follows where a layer says so. With D the
// diagonal of 1 or slope, the Jacobian is W_L D W_(L-1) ... D W_1: products with the few input directions.
// Between neighbouring inputs few units change sign; along an optimiser's path mostly fewer than sixteen do.
// As J_2 = W_2 D_1 W_1 depends on the first layer's signs alone, it is kept and changed by the units that
// flipped (rank one each); after Reset(), and every so often against rounding, it is built anew from slope
// W_2 W_1, by the same steps. Where few flipped, so is J_3 = W_3 D_2 J_2, by
//   W_3 D_2 dJ_2 + W_3 dD_2 J_2,   dJ_2 = W_2 dD_1 W_1 of low rank, dD_2 of few units.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <Eigen/Core>

#include "models/body/body_model.h"

namespace vitruvius {

struct LinearLayer {
  RowMatrixXd weight;    // (outputs, inputs)
  Eigen::VectorXd bias;  // (outputs,)
  bool leaky = false;    // a leaky rectifier follows; not behind the last layer
};

// As read from a file: plain data.
struct Network {
  std::vector<LinearLayer> layers;
  double leaky_slope = 0;  // 0 to below 1

  int inputs() const { return static_cast<int>(layers.front().weight.cols()); }
  int outputs() const { return static_cast<int>(layers.back().weight.rows()); }
  // The same with layers that no rectifier parts made one.
  Network Merged() const;
};

// A network in the order that evaluation reads it. Immutable, shared by threads. Scalar: float to fit with,
// double to check it.
template <typename Scalar>
class CompiledNetwork {
 public:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
  struct Layer {
    Matrix weight;
    Vector bias;
    bool leaky;
  };

  explicit CompiledNetwork(const Network& network);

  const std::vector<Layer>& layers() const { return layers_; }
  Scalar leaky_slope() const { return leaky_slope_; }
  int inputs() const { return static_cast<int>(layers_.front().weight.cols()); }
  int outputs() const { return static_cast<int>(layers_.back().weight.rows()); }
  const Matrix& first_rows() const { return first_rows_; }
  const Matrix& all_inactive() const { return all_inactive_; }

 private:
  std::vector<Layer> layers_;
  Scalar leaky_slope_;
  Matrix first_rows_;    // (inputs, hidden): W_1 transposed
  Matrix all_inactive_;  // slope W_2 W_1, where no unit of the first layer is active
};

// Evaluates one network for one thread. Nothing is allocated after construction.
template <typename Scalar>
class NetworkEvaluator {
 public:
  using Matrix = typename CompiledNetwork<Scalar>::Matrix;
  using Vector = typename CompiledNetwork<Scalar>::Vector;

  explicit NetworkEvaluator(std::shared_ptr<const CompiledNetwork<Scalar>> network);

  // x: inputs() numbers. The same x gives the same bits, whatever came before. Valid until the next call.
  const Vector& Evaluate(const double* x);
  // (outputs, inputs) at the last x that was evaluated. Its rounding depends on the calls since Reset().
  const Matrix& Jacobian();
  void Reset() { refresh_ = true; }

 private:
  // Brings jacobians_[1] up to date: how many units flipped, in flipped_ and, as factors of what changed,
  // flipped_columns_ and flipped_rows_; or kRebuilt, too many for that.
  int UpdateFirstProduct();
  void FlipUnits(int count);
  bool UpdateSecondProduct(int num_flipped);
  // Of layer i, from jacobians_[i - 1].
  void BuildProduct(size_t i);

  std::shared_ptr<const CompiledNetwork<Scalar>> network_;
  Vector input_;
  std::vector<Vector> values_;        // of each layer, behind its rectifier
  std::vector<Matrix> jacobians_;     // of each layer before its rectifier; [0] is not used
  std::vector<Vector> gains_;         // diagonals of D, as jacobians_ of the next layer have them; [0] unused
  Matrix scaled_;                     // D times a Jacobian
  std::vector<std::uint8_t> active_;  // units of the first layer, as jacobians_[1] has them
  std::vector<int> flipped_;
  Matrix flipped_columns_, flipped_rows_;
  Matrix scaled_columns_, moved_columns_;  // D_2 and W_3 D_2 times the former
  bool refresh_ = true;
  int updates_ = 0;
};

extern template class CompiledNetwork<float>;
extern template class CompiledNetwork<double>;
extern template class NetworkEvaluator<float>;
extern template class NetworkEvaluator<double>;

}  // namespace vitruvius
