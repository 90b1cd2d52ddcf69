#include "priors/network.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// Eigen packs the factors of a product on the stack where they are below EIGEN_STACK_ALLOCATION_LIMIT, and on
// the heap otherwise: products are cut into pieces of at most this many bytes.
constexpr int kPieceBytes = 64 * 1024;
constexpr int kPieceDepth = 64;
// Rounding of a float grows with the number of updates; at this many it is still that of one product.
constexpr int kMostUpdates = 64;
constexpr int kRebuilt = -1;

// c += a b without a heap.
template <typename A, typename B, typename C>
void AddProduct(const A& a, const B& b, C* c) {
  const int rows = kPieceBytes / (kPieceDepth * static_cast<int>(sizeof(typename C::Scalar)));
  for (Eigen::Index r = 0; r < c->rows(); r += rows) {
    const Eigen::Index nr = std::min<Eigen::Index>(rows, c->rows() - r);
    for (Eigen::Index k = 0; k < a.cols(); k += kPieceDepth) {
      const Eigen::Index nk = std::min<Eigen::Index>(kPieceDepth, a.cols() - k);
      c->middleRows(r, nr).noalias() += a.block(r, k, nr, nk) * b.middleRows(k, nk);
    }
  }
}

}  // namespace

Network Network::Merged() const {
  Network merged;
  merged.leaky_slope = leaky_slope;
  for (const LinearLayer& layer : layers) {
    if (merged.layers.empty() || merged.layers.back().leaky) {
      merged.layers.push_back(layer);
      continue;
    }
    LinearLayer& last = merged.layers.back();
    last.weight = (layer.weight * last.weight).eval();
    last.bias = (layer.weight * last.bias + layer.bias).eval();
    last.leaky = layer.leaky;
  }
  return merged;
}

template <typename Scalar>
CompiledNetwork<Scalar>::CompiledNetwork(const Network& network)
    : leaky_slope_(static_cast<Scalar>(network.leaky_slope)) {
  VT_CHECK(!network.layers.empty() && !network.layers.back().leaky);
  const Network merged = network.Merged();
  for (const LinearLayer& layer : merged.layers) {
    if (!layers_.empty()) VT_CHECK_EQ(layer.weight.cols(), layers_.back().weight.rows());
    VT_CHECK_EQ(layer.bias.size(), layer.weight.rows());
    layers_.push_back({layer.weight.cast<Scalar>(), layer.bias.cast<Scalar>(), layer.leaky});
  }
  if (layers_.size() > 1) {
    first_rows_ = layers_[0].weight.transpose();
    all_inactive_ =
        (merged.leaky_slope * merged.layers[1].weight * merged.layers[0].weight).template cast<Scalar>();
  }
}

template <typename Scalar>
NetworkEvaluator<Scalar>::NetworkEvaluator(std::shared_ptr<const CompiledNetwork<Scalar>> network)
    : network_(std::move(network)), input_(network_->inputs()) {
  const auto& layers = network_->layers();
  Eigen::Index widest = 0;
  for (const auto& layer : layers) {
    values_.emplace_back(layer.weight.rows());
    jacobians_.emplace_back(layer.weight.rows(), network_->inputs());
    widest = std::max(widest, layer.weight.rows());
  }
  for (const auto& layer : layers) gains_.push_back(Vector::Zero(layer.weight.rows()));
  scaled_.resize(widest, network_->inputs());
  active_.assign(layers[0].weight.rows(), 0);
  flipped_.resize(active_.size());
  if (layers.size() > 1) {
    flipped_columns_.resize(layers[1].weight.rows(), kPieceDepth);
    flipped_rows_.resize(kPieceDepth, network_->inputs());
  }
  if (layers.size() > 2) {
    scaled_columns_.resize(layers[1].weight.rows(), kPieceDepth);
    moved_columns_.resize(layers[2].weight.rows(), kPieceDepth);
  }
}

template <typename Scalar>
const typename NetworkEvaluator<Scalar>::Vector& NetworkEvaluator<Scalar>::Evaluate(const double* x) {
  input_ = Eigen::Map<const Eigen::VectorXd>(x, input_.size()).template cast<Scalar>();
  const Vector* from = &input_;
  for (size_t i = 0; i < values_.size(); ++i) {
    const auto& layer = network_->layers()[i];
    Vector& to = values_[i];
    to = layer.bias;
    to.noalias() += layer.weight * *from;
    if (layer.leaky) to = to.cwiseMax(network_->leaky_slope() * to);
    from = &to;
  }
  return values_.back();
}

template <typename Scalar>
void NetworkEvaluator<Scalar>::FlipUnits(int count) {
  const auto& layers = network_->layers();
  for (int begin = 0; begin < count; begin += kPieceDepth) {
    const int n = std::min(kPieceDepth, count - begin);
    for (int i = 0; i < n; ++i) {
      const int unit = flipped_[begin + i];
      const Scalar change = active_[unit] ? 1 - network_->leaky_slope() : network_->leaky_slope() - 1;
      flipped_columns_.col(i) = layers[1].weight.col(unit);
      flipped_rows_.row(i) = change * network_->first_rows().col(unit).transpose();
    }
    AddProduct(flipped_columns_.leftCols(n), flipped_rows_.topRows(n), &jacobians_[1]);
  }
}

template <typename Scalar>
int NetworkEvaluator<Scalar>::UpdateFirstProduct() {
  const Vector& first = values_[0];
  const int num = static_cast<int>(first.size());
  // A unit's rectifier keeps its sign.
  const auto find_flipped = [&] {
    int count = 0;
    for (int i = 0; i < num; ++i) {
      const std::uint8_t now = first[i] > 0;
      flipped_[count] = i;
      count += now != active_[i];
    }
    return count;
  };
  bool rebuilt = refresh_ || ++updates_ >= kMostUpdates;
  int count = rebuilt ? num : find_flipped();
  rebuilt = rebuilt || 2 * count >= num;
  if (rebuilt) {
    std::fill(active_.begin(), active_.end(), 0);
    jacobians_[1] = network_->all_inactive();
    count = find_flipped();
    refresh_ = false;
    updates_ = 0;
  }
  for (int i = 0; i < count; ++i) active_[flipped_[i]] ^= 1;
  FlipUnits(count);
  return rebuilt || count > kPieceDepth ? kRebuilt : count;
}

template <typename Scalar>
bool NetworkEvaluator<Scalar>::UpdateSecondProduct(int num_flipped) {
  if (num_flipped == kRebuilt) return false;
  const auto& layers = network_->layers();
  const Vector& value = values_[1];
  Vector& gain = gains_[1];
  const auto gain_of = [&](Eigen::Index unit) {
    return value[unit] > 0 ? Scalar(1) : network_->leaky_slope();
  };
  int num_second = 0;
  for (Eigen::Index unit = 0; unit < value.size(); ++unit) num_second += gain[unit] != gain_of(unit);
  // Multiplications against those of a new product, of which small ones make less use.
  const Eigen::Index wide = value.size(), in = network_->inputs();
  if (num_second > kPieceDepth || 3 * (num_flipped * (wide + in) + num_second * in) > 2 * wide * in)
    return false;
  if (num_flipped > 0) {
    auto scaled = scaled_columns_.leftCols(num_flipped);
    auto moved = moved_columns_.leftCols(num_flipped);
    scaled = flipped_columns_.leftCols(num_flipped).array().colwise() * gain.array();
    moved.setZero();
    AddProduct(layers[2].weight, scaled, &moved);
    AddProduct(moved, flipped_rows_.topRows(num_flipped), &jacobians_[2]);
  }
  int at = 0;
  for (Eigen::Index unit = 0; at < num_second; ++unit) {
    const Scalar now = gain_of(unit);
    if (gain[unit] == now) continue;
    moved_columns_.col(at) = layers[2].weight.col(unit);
    flipped_rows_.row(at) = (now - gain[unit]) * jacobians_[1].row(unit);
    gain[unit] = now;
    ++at;
  }
  if (at > 0) AddProduct(moved_columns_.leftCols(at), flipped_rows_.topRows(at), &jacobians_[2]);
  return true;
}

template <typename Scalar>
void NetworkEvaluator<Scalar>::BuildProduct(size_t i) {
  const Vector& value = values_[i - 1];
  Vector& gain = gains_[i - 1];
  gain = (value.array() > 0).select(Vector::Ones(value.size()), network_->leaky_slope());
  auto scaled = scaled_.topRows(value.size());
  scaled = jacobians_[i - 1].array().colwise() * gain.array();
  jacobians_[i].setZero();
  AddProduct(network_->layers()[i].weight, scaled, &jacobians_[i]);
}

template <typename Scalar>
const typename NetworkEvaluator<Scalar>::Matrix& NetworkEvaluator<Scalar>::Jacobian() {
  const auto& layers = network_->layers();
  if (layers.size() == 1) return layers[0].weight;
  const int num_flipped = UpdateFirstProduct();
  for (size_t i = 2; i < layers.size(); ++i) {
    if (i > 2 || !UpdateSecondProduct(num_flipped)) BuildProduct(i);
  }
  return jacobians_.back();
}

template class CompiledNetwork<float>;
template class CompiledNetwork<double>;
template class NetworkEvaluator<float>;
template class NetworkEvaluator<double>;

}  // namespace vitruvius
