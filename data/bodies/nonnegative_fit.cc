#include "data/bodies/nonnegative_fit.h"

#include <vector>

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {

Eigen::VectorXd FitNonNegative(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, double ridge) {
  VT_CHECK_EQ(a.rows(), b.size());
  VT_CHECK_GT(ridge, 0);
  const Eigen::Index n = a.cols();
  Eigen::MatrixXd gram = a.transpose() * a;
  gram.diagonal().array() += ridge;
  const Eigen::VectorXd right = a.transpose() * b;
  const double tolerance = 1e-12 * (1 + right.cwiseAbs().maxCoeff());
  Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
  std::vector<Eigen::Index> free;  // where x may be positive
  std::vector<char> is_free(static_cast<size_t>(n), 0);
  // Every outer step lowers the objective; the bound is a safeguard against rounding only.
  for (Eigen::Index step = 0; step < 3 * n; ++step) {
    const Eigen::VectorXd descent = right - gram * x;
    Eigen::Index best = -1;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (!is_free[i] && descent[i] > tolerance && (best < 0 || descent[i] > descent[best])) best = i;
    }
    if (best < 0) break;
    free.push_back(best);
    is_free[best] = 1;
    while (true) {
      const Eigen::VectorXd solution = Cholesky(gram(free, free)).Solve(Eigen::VectorXd(right(free)));
      // The longest step towards the solution that keeps all of x non-negative.
      double length = 1;
      for (size_t i = 0; i < free.size(); ++i) {
        const double from = x[free[i]], to = solution[static_cast<Eigen::Index>(i)];
        if (to <= 0 && from / (from - to) < length) length = from / (from - to);
      }
      std::vector<Eigen::Index> still_free;
      for (size_t i = 0; i < free.size(); ++i) {
        const double to = solution[static_cast<Eigen::Index>(i)];
        double& value = x[free[i]];
        value += length * (to - value);
        if (to <= 0 && value <= tolerance) {
          value = 0;
          is_free[free[i]] = 0;
        } else {
          still_free.push_back(free[i]);
        }
      }
      const bool done = still_free.size() == free.size() && length == 1;
      free = std::move(still_free);
      if (done) break;
      if (free.empty()) break;
    }
  }
  return x;
}

}  // namespace vitruvius
