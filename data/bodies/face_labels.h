// Labels on the faces of a closed mesh: borders that follow edges, and every label in one piece.
#pragma once

#include <array>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct Surface {
  MatrixX3d vertices;                          // (V, 3) metres
  MatrixX3i faces;                             // (F, 3)
  std::vector<std::array<int, 3>> neighbours;  // (F) the face across the edge from corner k to k + 1
  MatrixX3d centres, normals;                  // (F, 3) metres; unit length
  std::vector<double> areas;                   // (F) m^2

  double EdgeLength(int f, int k) const {
    return (vertices.row(faces(f, k)) - vertices.row(faces(f, (k + 1) % 3))).norm();
  }
};

// The rest pose. Throws InputError naming a face without area or with an open edge.
Surface MakeSurface(const BodyModel& model);

// labels (F): faces labelled a or b take either, at the least
//   sum_f A_f costs(f, label) + strength h^power * length of the border between them,    h: their mean edge
// exactly (data/bodies/min_cut.h). h is weighted by area: edges differ tenfold between a thigh and a finger.
// costs (F, L) are not negative.
void SmoothBorder(const Surface& surface, const RowMatrixXd& costs, int a, int b, double strength, int power,
                  std::vector<int>* labels);

// Where a label has several pieces, all but the greatest go to the label that they share the longest border
// with. Faces that are not movable neither change nor take any in.
void MakeOnePiece(const Surface& surface, const std::vector<char>& movable, std::vector<int>* labels);

}  // namespace vitruvius
