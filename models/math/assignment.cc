#include "models/math/assignment.h"

#include <algorithm>
#include <limits>

#include "models/util/check.h"

namespace vitruvius {

std::vector<int> OptimalAssignment(const Eigen::MatrixXd& cost, double unpaired) {
  if (cost.rows() > cost.cols()) {
    std::vector<int> column_of(static_cast<size_t>(cost.rows()), -1);
    const std::vector<int> row_of = OptimalAssignment(cost.transpose(), unpaired);
    for (size_t column = 0; column < row_of.size(); ++column) {
      if (row_of[column] >= 0) column_of[static_cast<size_t>(row_of[column])] = static_cast<int>(column);
    }
    return column_of;
  }
  VT_CHECK(cost.size() == 0 || (cost.allFinite() && cost.minCoeff() >= 0));
  const auto n = static_cast<size_t>(cost.rows()), m = static_cast<size_t>(cost.cols());
  const auto at = [&](size_t row, size_t column) {
    return std::min(unpaired, cost(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)));
  };
  // Rows and columns from 1; row 0 is none, and column 0 is where each new row begins.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> row_price(n + 1, 0), column_price(m + 1, 0);
  std::vector<size_t> row_of(m + 1, 0), before(m + 1, 0);
  for (size_t row = 1; row <= n; ++row) {
    std::vector<double> distance(m + 1, kInfinity);
    std::vector<bool> done(m + 1, false);
    size_t column = 0;
    row_of[0] = row;
    do {
      done[column] = true;
      const size_t here = row_of[column];
      double nearest = kInfinity;
      size_t next = 0;
      for (size_t c = 1; c <= m; ++c) {
        if (done[c]) continue;
        const double reduced = at(here - 1, c - 1) - row_price[here] - column_price[c];
        if (reduced < distance[c]) {
          distance[c] = reduced;
          before[c] = column;
        }
        if (distance[c] < nearest) {
          nearest = distance[c];
          next = c;
        }
      }
      for (size_t c = 0; c <= m; ++c) {
        if (done[c]) {
          row_price[row_of[c]] += nearest;
          column_price[c] -= nearest;
        } else {
          distance[c] -= nearest;
        }
      }
      column = next;
    } while (row_of[column] != 0);
    while (column != 0) {
      row_of[column] = row_of[before[column]];
      column = before[column];
    }
  }
  std::vector<int> column_of(n, -1);
  for (size_t c = 1; c <= m; ++c) {
    if (row_of[c] == 0) continue;
    const size_t row = row_of[c] - 1;
    if (cost(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(c - 1)) < unpaired)
      column_of[row] = static_cast<int>(c - 1);
  }
  return column_of;
}

}  // namespace vitruvius
