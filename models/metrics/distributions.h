// How alike two sets of samples are, and what their values spread over; for comparing what a prior gives with
// what people do.
#pragma once

#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct Summary {
  double mean = 0, std = 0, median = 0;  // std: over n, not n - 1
};
Summary Summarize(const std::vector<double>& values);

// Share of the values below each threshold; thresholds ascending.
std::vector<double> CumulativeShares(std::vector<double> values, const std::vector<double>& thresholds);

// Distance of the normal distributions fitted to two sets of samples (rows), in the samples' unit:
//   sqrt( |m_a - m_b|^2 + tr( C_a + C_b - 2 (C_a^{1/2} C_b C_a^{1/2})^{1/2} ) ),
// the 2-Wasserstein distance (Frechet; Dowson and Landau, 1982). "FID" is its square. Two rows at least.
double FrechetDistance(const RowMatrixXd& a, const RowMatrixXd& b);

// Density and coverage by balls around each real sample that reach to its k-th nearest real one (Naeem et
// al., Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020, eqs. 4, 5); Euclidean.
// Density: how many balls hold a generated sample, over k; 1 for equal distributions, may be above.
// Coverage: share of balls that hold a generated sample; 1 - 2^-k for equal distributions and many samples of
// each. More than k real rows.
struct DensityCoverage {
  double density = 0, coverage = 0;
};
DensityCoverage DensityAndCoverage(const RowMatrixXd& real, const RowMatrixXd& generated, int k = 5);

}  // namespace vitruvius
