// Small charts for tests.
#pragma once

#include "models/body/surface_chart.h"
#include "models/util/rng.h"

namespace vitruvius {

// Parts 1 and 2, each a grid of 6 x 6 corners moved at random by less than folds a face, 50 faces each. Both
// share the vertices of one row: a seam.
inline SurfaceChartData MakeChartData() {
  constexpr int kCorners = 6;
  Rng rng(7);
  SurfaceChartData data;
  const int faces_of_part = 2 * (kCorners - 1) * (kCorners - 1);
  data.faces.resize(2 * faces_of_part, 3);
  data.part.resize(2 * faces_of_part);
  data.uv.resize(2 * faces_of_part, 6);
  int face = 0;
  for (int part = 1; part <= 2; ++part) {
    Eigen::Vector2d places[kCorners][kCorners];
    for (int i = 0; i < kCorners; ++i) {
      for (int j = 0; j < kCorners; ++j) {
        const Eigen::Vector2d jitter(rng.Uniform(-0.04, 0.04), rng.Uniform(-0.04, 0.04));
        places[i][j] = Eigen::Vector2d(0.1 + 0.16 * i, 0.1 + 0.16 * j) + jitter;
      }
    }
    const auto vertex = [&](int i, int j) {
      return (part - 1) * kCorners * (kCorners - 1) + kCorners * i + j;
    };
    for (int i = 0; i + 1 < kCorners; ++i) {
      for (int j = 0; j + 1 < kCorners; ++j) {
        const int square[2][3][2] = {{{0, 0}, {1, 0}, {0, 1}}, {{1, 0}, {1, 1}, {0, 1}}};
        for (const auto& corners : square) {
          data.part(face) = part;
          for (int k = 0; k < 3; ++k) {
            const int a = i + corners[k][0], b = j + corners[k][1];
            data.faces(face, k) = vertex(a, b);
            data.uv.block<1, 2>(face, 2 * k) = places[a][b].transpose();
          }
          ++face;
        }
      }
    }
  }
  return data;
}

// A square of part 1, from (0.1, 0.1) to (0.9, 0.9), cut along the diagonal from (0.9, 0.1) to (0.1, 0.9):
// vertices 7, 5, 4 and 5, 8, 4.
inline SurfaceChartData MakeTwoTriangles() {
  SurfaceChartData data;
  data.faces.resize(2, 3);
  data.faces << 7, 5, 4, 5, 8, 4;
  data.part = Eigen::Vector2i::Ones();
  data.uv.resize(2, 6);
  data.uv << 0.1, 0.1, 0.9, 0.1, 0.1, 0.9, 0.9, 0.1, 0.9, 0.9, 0.1, 0.9;
  return data;
}

}  // namespace vitruvius
