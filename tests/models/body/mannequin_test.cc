#include "models/body/mannequin.h"

#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace vitruvius {
namespace {

TEST(Mannequin, EveryEdgeHasTwoFacesOfOppositeDirection) {
  const MatrixX3i& faces = Mannequin()->faces();
  std::map<std::pair<int, int>, int> edges;
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) ++edges[{faces(f, k), faces(f, (k + 1) % 3)}];
  }
  for (const auto& [edge, count] : edges) {
    ASSERT_EQ(count, 1) << edge.first << "-" << edge.second;
    ASSERT_EQ(edges.count({edge.second, edge.first}), 1u) << edge.first << "-" << edge.second;
  }
}

}  // namespace
}  // namespace vitruvius
