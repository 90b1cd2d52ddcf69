#include "priors/gmm_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/util/check.h"
#include "models/util/parallel.h"

namespace vitruvius {
namespace {

// Sums are taken over this many parts, each in order and then part after part: the number of threads changes
// nothing.
constexpr int kParts = 16;
constexpr Eigen::Index kBlockRows = 512;  // a block of 69-dimensional rows and its whitened copy fit into L2
constexpr double kDeadWeight = 1e-8;

struct Range {
  Eigen::Index begin, end;
};

Range PartOf(Eigen::Index n, int part) { return {n * part / kParts, n * (part + 1) / kParts}; }

// Calls work(part) for every part, from several threads.
template <typename Work>
void ForEachPart(int threads, const Work& work) {
  ParallelFor(kParts, threads, [&](int part, int) { work(part); });
}

// Sums over samples that the maximisation needs, about the components' old means.
struct Sums {
  Eigen::VectorXd mass;                 // (K) sum u r
  Eigen::MatrixXd first;                // (D, K) sum u r (x - m)
  std::vector<Eigen::MatrixXd> second;  // K times (D, D), lower triangle: sum u r (x - m)(x - m)^T
  double log_likelihood = 0;            // sum u log p

  Sums(int num, Eigen::Index dim)
      : mass(Eigen::VectorXd::Zero(num)),
        first(Eigen::MatrixXd::Zero(dim, num)),
        second(num, Eigen::MatrixXd::Zero(dim, dim)) {}

  void Add(const Sums& other) {
    mass += other.mass;
    first += other.first;
    for (std::size_t k = 0; k < second.size(); ++k) second[k] += other.second[k];
    log_likelihood += other.log_likelihood;
  }
};

class Fitter {
 public:
  Fitter(const RowMatrixXd& samples, const Eigen::VectorXd& weights, const GmmFitOptions& options)
      : samples_(samples), weights_(weights), options_(options), total_(weights.sum()) {}

  GmmFitResult Run(int restart) {
    Rng rng(options_.seed * 0x9e3779b97f4a7c15ull + restart);
    GmmFitResult result;
    result.mixture = Maximise(HardSums(Seeds(&rng), &result.mixture), result.mixture);
    for (int iteration = 0; iteration < options_.max_iterations; ++iteration) {
      const Sums sums = Expect(result.mixture);
      const double likelihood = sums.log_likelihood / total_;
      if (options_.progress) options_.progress(restart, iteration, likelihood);
      const bool small_gain =
          !result.history.empty() && likelihood - result.history.back() < options_.tolerance;
      result.history.push_back(likelihood);
      if (small_gain) {
        result.converged = true;
        break;
      }
      if (iteration + 1 < options_.max_iterations) result.mixture = Maximise(sums, result.mixture);
    }
    SortByWeight(&result.mixture);
    return result;
  }

 private:
  // k-means++: each next centre is a sample drawn with probability proportional to u d^2.
  RowMatrixXd Seeds(Rng* rng) const {
    RowMatrixXd centres(options_.num_components, samples_.cols());
    Eigen::VectorXd mass = weights_;
    Eigen::VectorXd distance2 =
        Eigen::VectorXd::Constant(samples_.rows(), std::numeric_limits<double>::infinity());
    for (int k = 0; k < options_.num_components; ++k) {
      double left = rng->Uniform() * mass.sum();
      Eigen::Index pick = 0;
      while (pick + 1 < mass.size() && left >= mass[pick]) left -= mass[pick++];
      centres.row(k) = samples_.row(pick);
      distance2 = distance2.cwiseMin((samples_.rowwise() - centres.row(k)).rowwise().squaredNorm());
      mass = weights_.cwiseProduct(distance2);
    }
    return centres;
  }

  // Lloyd's iterations, then the sums of the hard assignment about the final centres, which go into
  // `mixture`.
  Sums HardSums(RowMatrixXd centres, GaussianMixture* mixture) const {
    constexpr int kLloydIterations = 10;
    const int num = options_.num_components;
    std::vector<int> nearest(samples_.rows());
    for (int iteration = 0;; ++iteration) {
      Eigen::VectorXd mass = Eigen::VectorXd::Zero(num);
      RowMatrixXd sum = RowMatrixXd::Zero(num, samples_.cols());
      for (Eigen::Index i = 0; i < samples_.rows(); ++i) {
        (centres.rowwise() - samples_.row(i)).rowwise().squaredNorm().minCoeff(&nearest[i]);
        mass[nearest[i]] += weights_[i];
        sum.row(nearest[i]) += weights_[i] * samples_.row(i);
      }
      if (iteration == kLloydIterations) break;
      for (int k = 0; k < num; ++k) {
        if (mass[k] > 0) centres.row(k) = sum.row(k) / mass[k];
      }
    }
    mixture->means = centres;
    mixture->weights = Eigen::VectorXd::Constant(num, 1.0 / num);
    // A centre that holds nothing starts with everybody's covariance.
    const Eigen::VectorXd all = weights_ / total_;
    const Eigen::RowVectorXd mean = all.transpose() * samples_;
    const RowMatrixXd scaled = all.cwiseSqrt().asDiagonal() * (samples_.rowwise() - mean);
    mixture->covariances.assign(num, Floored(scaled.transpose() * scaled));
    Sums sums(num, samples_.cols());
    for (Eigen::Index i = 0; i < samples_.rows(); ++i) {
      const int k = nearest[i];
      const Eigen::VectorXd d = (samples_.row(i) - centres.row(k)).transpose();
      sums.mass[k] += weights_[i];
      sums.first.col(k) += weights_[i] * d;
      sums.second[k].selfadjointView<Eigen::Lower>().rankUpdate(d, weights_[i]);
    }
    return sums;
  }

  Sums Expect(const GaussianMixture& mixture) const {
    const int num = mixture.num_components();
    const MixtureDensity density(mixture);
    Eigen::RowVectorXd ball(num);
    for (int k = 0; k < num; ++k) {
      ball[k] = -0.5 * options_.floor_rad * options_.floor_rad * density.PrecisionTrace(k);
    }
    std::vector<Sums> parts(kParts, Sums(num, samples_.cols()));
    ForEachPart(options_.threads, [&](int part) {
      Eigen::MatrixXd joint;
      Eigen::MatrixXd scaled;
      const Range range = PartOf(samples_.rows(), part);
      for (Eigen::Index begin = range.begin; begin < range.end; begin += kBlockRows) {
        const Eigen::Index rows = std::min(kBlockRows, range.end - begin);
        const auto block = samples_.middleRows(begin, rows);
        const auto u = weights_.segment(begin, rows);
        density.LogJoint(block, &joint);
        joint.rowwise() += ball;
        const Eigen::VectorXd log_p = LogSumExpOfRows(joint);
        parts[part].log_likelihood += u.dot(log_p);
        for (int k = 0; k < num; ++k) {
          const Eigen::VectorXd mass = u.array() * (joint.col(k) - log_p).array().exp();
          parts[part].mass[k] += mass.sum();
          scaled = (block.rowwise() - mixture.means.row(k)).transpose();
          parts[part].first.col(k) += scaled * mass;
          scaled = scaled * mass.cwiseSqrt().asDiagonal();
          parts[part].second[k].selfadjointView<Eigen::Lower>().rankUpdate(scaled);
        }
      }
    });
    Sums sums(num, samples_.cols());
    for (const Sums& part : parts) sums.Add(part);
    return sums;
  }

  // The maximising mixture. A component without samples keeps its shape and gets no weight to speak of.
  GaussianMixture Maximise(const Sums& sums, const GaussianMixture& old) const {
    GaussianMixture mixture = old;
    for (int k = 0; k < old.num_components(); ++k) {
      mixture.weights[k] = std::max(sums.mass[k] / total_, kDeadWeight);
      if (sums.mass[k] <= kDeadWeight * total_) continue;
      const Eigen::VectorXd shift = sums.first.col(k) / sums.mass[k];
      mixture.means.row(k) += shift.transpose();
      const Eigen::MatrixXd second = sums.second[k].selfadjointView<Eigen::Lower>();
      mixture.covariances[k] = Floored(second / sums.mass[k] - shift * shift.transpose());
    }
    mixture.weights /= mixture.weights.sum();
    return mixture;
  }

  Eigen::MatrixXd Floored(const Eigen::MatrixXd& covariance) const {
    Eigen::MatrixXd result = 0.5 * (covariance + covariance.transpose());
    result.diagonal().array() += options_.floor_rad * options_.floor_rad;
    return result;
  }

  static void SortByWeight(GaussianMixture* mixture) {
    std::vector<int> order(mixture->num_components());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return mixture->weights[a] > mixture->weights[b]; });
    while (order.size() > 1 && mixture->weights[order.back()] <= 2 * kDeadWeight) order.pop_back();
    GaussianMixture sorted;
    sorted.weights = mixture->weights(order);
    sorted.weights /= sorted.weights.sum();
    sorted.means = mixture->means(order, Eigen::all);
    for (const int k : order) sorted.covariances.push_back(mixture->covariances[k]);
    *mixture = sorted;
  }

  const RowMatrixXd& samples_;
  const Eigen::VectorXd& weights_;
  const GmmFitOptions& options_;
  double total_;
};

Eigen::VectorXd CheckedWeights(const RowMatrixXd& samples, const std::vector<double>& sample_weights) {
  VT_CHECK_GT(samples.rows(), 0);
  VT_CHECK(samples.allFinite());
  if (sample_weights.empty()) return Eigen::VectorXd::Ones(samples.rows());
  VT_CHECK_EQ(static_cast<Eigen::Index>(sample_weights.size()), samples.rows());
  Eigen::VectorXd weights = Eigen::Map<const Eigen::VectorXd>(sample_weights.data(), samples.rows());
  VT_CHECK(weights.allFinite());
  VT_CHECK_GT(weights.minCoeff(), 0);
  return weights;
}

}  // namespace

void GmmFitOptions::Check() const {
  VT_CHECK_GT(num_components, 0);
  VT_CHECK_GT(restarts, 0);
  VT_CHECK_GT(max_iterations, 0);
  VT_CHECK_GE(tolerance, 0);
  VT_CHECK_GE(floor_rad, 0);
  VT_CHECK(std::isfinite(floor_rad));
  VT_CHECK_GE(threads, 0);
}

GmmFitResult FitGaussianMixture(const RowMatrixXd& samples, const std::vector<double>& sample_weights,
                                const GmmFitOptions& options) {
  options.Check();
  const Eigen::VectorXd weights = CheckedWeights(samples, sample_weights);
  VT_CHECK_GE(samples.rows(), options.num_components);
  Fitter fitter(samples, weights, options);
  GmmFitResult best;
  std::vector<double> likelihoods;
  for (int restart = 0; restart < options.restarts; ++restart) {
    GmmFitResult result = fitter.Run(restart);
    likelihoods.push_back(result.history.back());
    if (best.history.empty() || result.history.back() > best.history.back()) best = std::move(result);
  }
  best.restart_likelihoods = likelihoods;
  return best;
}

double MeanLogDensity(const GaussianMixture& mixture, const RowMatrixXd& samples,
                      const std::vector<double>& sample_weights, int threads) {
  const Eigen::VectorXd weights = CheckedWeights(samples, sample_weights);
  const MixtureDensity density(mixture);
  std::vector<double> parts(kParts, 0.0);
  ForEachPart(threads, [&](int part) {
    const Range range = PartOf(samples.rows(), part);
    for (Eigen::Index begin = range.begin; begin < range.end; begin += kBlockRows) {
      const Eigen::Index rows = std::min(kBlockRows, range.end - begin);
      parts[part] += weights.segment(begin, rows).dot(density.LogDensity(samples.middleRows(begin, rows)));
    }
  });
  return std::accumulate(parts.begin(), parts.end(), 0.0) / weights.sum();
}

}  // namespace vitruvius
