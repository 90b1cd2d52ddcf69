// One check for every cost function: residuals finite, Jacobians equal to differences, null Jacobians
// respected. (ceres::GradientChecker returns Eigen matrices allocated inside libceres, which our differently
// compiled Eigen may not free; this does the same work on raw arrays.)
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <ceres/cost_function.h>
#include <gtest/gtest.h>

namespace vitruvius {

struct CostCheckOptions {
  double step = 1e-6;
  double relative_tolerance = 1e-6;  // central differences: truncation step^2, rounding 1e-16 / step
  bool expect_nonzero_residual = true;
  std::function<void()> prepare;  // called after each change of the parameters
};

// parameters: the memory of the blocks, changed and restored.
inline void CheckCost(const ceres::CostFunction& cost, const std::vector<double*>& parameters,
                      const CostCheckOptions& options = {}) {
  const std::vector<int32_t>& sizes = cost.parameter_block_sizes();
  ASSERT_EQ(sizes.size(), parameters.size());
  const int rows = cost.num_residuals();
  const auto prepare = [&] {
    if (options.prepare) options.prepare();
  };
  std::vector<std::vector<double>> jacobians;
  std::vector<double*> pointers;
  for (const int32_t size : sizes) jacobians.emplace_back(rows * size, 1e300);
  for (auto& jacobian : jacobians) pointers.push_back(jacobian.data());
  std::vector<double> residuals(rows), plain(rows);
  prepare();
  ASSERT_TRUE(cost.Evaluate(parameters.data(), residuals.data(), pointers.data()));
  ASSERT_TRUE(cost.Evaluate(parameters.data(), plain.data(), nullptr));
  double norm = 0;
  for (int r = 0; r < rows; ++r) {
    EXPECT_NEAR(plain[r], residuals[r], 1e-12 * (1 + std::abs(plain[r])))
        << "residual " << r << " without Jacobians";
    norm += residuals[r] * residuals[r];
  }
  if (options.expect_nonzero_residual) {
    EXPECT_GT(norm, 0) << "a gradient test at zero residual proves little";
  }

  // Any subset of Jacobians may be asked for.
  for (size_t b = 0; b < sizes.size(); ++b) {
    std::vector<double> again(rows * sizes[b], 1e300);
    std::vector<double*> some(sizes.size(), nullptr);
    some[b] = again.data();
    ASSERT_TRUE(cost.Evaluate(parameters.data(), plain.data(), some.data()));
    EXPECT_EQ(again, jacobians[b]) << "block " << b << " alone";
  }

  for (size_t b = 0; b < sizes.size(); ++b) {
    for (int c = 0; c < sizes[b]; ++c) {
      std::vector<double> low(rows), high(rows);
      const double value = parameters[b][c];
      parameters[b][c] = value + options.step;
      prepare();
      ASSERT_TRUE(cost.Evaluate(parameters.data(), high.data(), nullptr));
      parameters[b][c] = value - options.step;
      prepare();
      ASSERT_TRUE(cost.Evaluate(parameters.data(), low.data(), nullptr));
      parameters[b][c] = value;
      for (int r = 0; r < rows; ++r) {
        const double numeric = (high[r] - low[r]) / (2 * options.step);
        const double analytic = jacobians[b][r * sizes[b] + c];
        const double scale = 1 + std::abs(numeric) + std::abs(residuals[r]);
        ASSERT_NEAR(analytic, numeric, options.relative_tolerance * scale)
            << "residual " << r << ", block " << b << ", column " << c;
      }
    }
  }
  prepare();
}

}  // namespace vitruvius
