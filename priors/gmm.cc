#include "priors/gmm.h"

#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "data/io/npz.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kWeightSumTolerance = 1e-6;
constexpr double kSymmetryTolerance = 1e-6;  // relative to the largest entry: files may hold float32

std::string CovarianceName(std::size_t k) { return StrCat("covars[", k, "]"); }

RowMatrixXd ReadRows(const NamedArrays& reader, const std::string& key, std::int64_t rows,
                     std::int64_t columns) {
  const auto array = reader.Read(key, {rows, columns});
  const std::vector<double> values = array->ToDoubles();
  return Eigen::Map<const RowMatrixXd>(values.data(), array->shape[0], array->shape[1]);
}

}  // namespace

void GaussianMixture::Check(const std::string& path) const {
  if (means.rows() == 0 || means.cols() == 0) {
    throw InputError(path, "means",
                     StrCat("found shape (", means.rows(), ", ", means.cols(), "), expected (K, D)"));
  }
  if (!means.allFinite()) throw InputError(path, "means", "found a value that is not finite");
  if (weights.size() != means.rows()) {
    throw InputError(path, "weights", StrCat("found ", weights.size(), " numbers, expected ", means.rows()));
  }
  for (Eigen::Index k = 0; k < weights.size(); ++k) {
    if (!(weights[k] > 0) || !std::isfinite(weights[k])) {
      throw InputError(path, StrCat("weights[", k, "]"),
                       StrCat("found ", weights[k], ", expected a positive number"));
    }
  }
  if (std::abs(weights.sum() - 1) > kWeightSumTolerance) {
    throw InputError(path, "weights", StrCat("found the sum ", weights.sum(), ", expected 1"));
  }
  if (static_cast<Eigen::Index>(covariances.size()) != means.rows()) {
    throw InputError(path, "covars",
                     StrCat("found ", covariances.size(), " matrices, expected ", means.rows()));
  }
  for (std::size_t k = 0; k < covariances.size(); ++k) {
    const Eigen::MatrixXd& c = covariances[k];
    if (c.rows() != means.cols() || c.cols() != means.cols()) {
      throw InputError(path, CovarianceName(k),
                       StrCat("found shape (", c.rows(), ", ", c.cols(), "), expected (", means.cols(), ", ",
                              means.cols(), ")"));
    }
    if (!c.allFinite()) throw InputError(path, CovarianceName(k), "found a value that is not finite");
    const double asymmetry = (c - c.transpose()).cwiseAbs().maxCoeff();
    if (asymmetry > kSymmetryTolerance * c.cwiseAbs().maxCoeff()) {
      throw InputError(path, CovarianceName(k),
                       StrCat("found an asymmetry of ", asymmetry, ", expected none"));
    }
    if (!Cholesky(c).ok()) {
      throw InputError(path, CovarianceName(k), "found a matrix that is not positive definite");
    }
  }
}

Eigen::VectorXd GaussianMixture::Sample(Rng* rng) const {
  VT_CHECK_GT(num_components(), 0);
  // The sum may round to a little less or more than one: the draw is scaled by it, so that no component
  // gains.
  double left = rng->Uniform() * weights.sum();
  int k = 0;
  while (k + 1 < num_components() && left >= weights[k]) left -= weights[k++];
  Eigen::VectorXd normal(dim());
  for (double& value : normal) value = rng->Normal();
  const Cholesky factor(covariances[k]);
  VT_CHECK(factor.ok());
  return means.row(k).transpose() + factor.MultiplyLower(normal);
}

double GaussianMixture::LogDensity(const Eigen::VectorXd& x) const {
  VT_CHECK_EQ(x.size(), dim());
  return MixtureDensity(*this).LogDensity(x.transpose())[0];
}

GaussianMixture GaussianMixture::Marginal(int n) const {
  VT_CHECK(n > 0 && n <= dim());
  std::vector<int> dims(n);
  std::iota(dims.begin(), dims.end(), 0);
  return Marginal(dims);
}

GaussianMixture GaussianMixture::Marginal(const std::vector<int>& dims) const {
  for (const int d : dims) VT_CHECK(d >= 0 && d < dim());
  GaussianMixture result;
  result.weights = weights;
  result.means = means(Eigen::all, dims);
  for (const Eigen::MatrixXd& c : covariances) result.covariances.emplace_back(c(dims, dims));
  return result;
}

GaussianMixture Joined(const GaussianMixture& first, const GaussianMixture& second, double share) {
  VT_CHECK_EQ(first.dim(), second.dim());
  VT_CHECK(share > 0 && share < 1);
  GaussianMixture joined = first;
  joined.weights.conservativeResize(first.num_components() + second.num_components());
  joined.weights.head(first.num_components()) *= 1 - share;
  joined.weights.tail(second.num_components()) = share * second.weights;
  joined.means.conservativeResize(joined.weights.size(), Eigen::NoChange);
  joined.means.bottomRows(second.num_components()) = second.means;
  joined.covariances.insert(joined.covariances.end(), second.covariances.begin(), second.covariances.end());
  return joined;
}

MixtureDensity::MixtureDensity(const GaussianMixture& mixture) : means_(mixture.means) {
  const int num = mixture.num_components();
  VT_CHECK_EQ(static_cast<int>(mixture.covariances.size()), num);
  VT_CHECK_EQ(static_cast<int>(mixture.means.rows()), num);
  constexpr double kLogTwoPi = 1.8378770664093453;
  log_constants_.resize(num);
  for (int k = 0; k < num; ++k) {
    const Cholesky factor(mixture.covariances[k]);
    if (!factor.ok()) throw InputError(StrCat(CovarianceName(k), " is not positive definite"));
    factors_.push_back(factor.lower());
    log_constants_[k] = std::log(mixture.weights[k]) - 0.5 * mixture.dim() * kLogTwoPi -
                        factors_[k].diagonal().array().log().sum();
  }
}

void MixtureDensity::LogJoint(const Eigen::Ref<const RowMatrixXd>& rows, Eigen::MatrixXd* log_joint) const {
  VT_CHECK_EQ(rows.cols(), means_.cols());
  log_joint->resize(rows.rows(), log_constants_.size());
  Eigen::MatrixXd whitened(rows.cols(), rows.rows());
  for (Eigen::Index k = 0; k < log_constants_.size(); ++k) {
    whitened.noalias() = (rows.rowwise() - means_.row(k)).transpose();
    SolveLowerInPlace(factors_[k], &whitened);
    log_joint->col(k) = (log_constants_[k] - 0.5 * whitened.colwise().squaredNorm().array()).transpose();
  }
}

Eigen::VectorXd MixtureDensity::LogDensity(const Eigen::Ref<const RowMatrixXd>& rows) const {
  Eigen::MatrixXd log_joint;
  LogJoint(rows, &log_joint);
  return LogSumExpOfRows(log_joint);
}

double MixtureDensity::PrecisionTrace(int k) const {
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(means_.cols(), means_.cols());
  SolveLowerInPlace(factors_[k], &inverse);
  return inverse.squaredNorm();
}

Eigen::VectorXd LogSumExpOfRows(const Eigen::MatrixXd& values) {
  Eigen::VectorXd largest = values.rowwise().maxCoeff();
  // minus infinity minus itself would be NaN
  const Eigen::VectorXd shift = largest.array().isFinite().select(largest, 0.0);
  return shift.array() + (values.colwise() - shift).array().exp().rowwise().sum().log();
}

GaussianMixture LoadGaussianMixture(const std::string& path) {
  return ReadGaussianMixture(*OpenNamedArrays(path));
}

GaussianMixture ReadGaussianMixture(const NamedArrays& file) {
  // SMPLify's names, or those of scikit-learn's objects, old and new.
  const bool is_sklearn = !file.Names("means") && file.Names("means_");
  const std::string tail = is_sklearn ? "_" : "";
  const std::string covariances = file.Names("covariances_") ? "covariances_" : "covars" + tail;
  GaussianMixture mixture;
  mixture.means = ReadRows(file, "means" + tail, -1, -1);
  const std::int64_t num = mixture.means.rows(), dim = mixture.means.cols();
  const std::vector<double> weights = file.Read("weights" + tail, {num})->ToDoubles();
  mixture.weights = Eigen::Map<const Eigen::VectorXd>(weights.data(), num);
  const std::vector<double> covars = file.Read(covariances, {num, dim, dim})->ToDoubles();
  for (std::int64_t k = 0; k < num; ++k) {
    const Eigen::Map<const Eigen::MatrixXd> covariance(covars.data() + k * dim * dim, dim, dim);
    mixture.covariances.emplace_back(covariance);
  }
  mixture.Check(file.path());
  mixture.weights /= mixture.weights.sum();
  for (Eigen::MatrixXd& c : mixture.covariances) c = (0.5 * (c + c.transpose())).eval();
  return mixture;
}

void SaveGaussianMixture(const std::string& path, const GaussianMixture& mixture) {
  mixture.Check(path);
  const std::int64_t num = mixture.num_components(), dim = mixture.dim();
  std::vector<double> covars;
  for (const Eigen::MatrixXd& c : mixture.covariances)
    covars.insert(covars.end(), c.data(), c.data() + c.size());
  std::map<std::string, NpyArray> arrays;
  arrays["weights"] = NpyArray::FromDoubles(mixture.weights.data(), {num});
  arrays["means"] = NpyArray::FromDoubles(mixture.means.data(), {num, dim});
  arrays["covars"] = NpyArray::FromDoubles(covars.data(), {num, dim, dim});
  WriteNpz(path, arrays);
}

}  // namespace vitruvius
