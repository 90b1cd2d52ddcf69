// Where the 24 parts of a body's chart lie, and where their surfaces are cut open.
//
// First 14 regions by skinning weights: torso, head with neck, and of each limb upper, lower and end. Then
// torso, legs and arms are split lengthwise by a surface through their joints, the head by the middle plane.
// Borders follow edges of the mesh: each face takes the part that is least in
//   sum_f A_f c_f(part) + strength * length of the borders,     c_f: how far f lies on the wrong side
// by changing one face at a time from the first guess; then every part is made one piece.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "data/bodies/chart_cuts.h"
#include "data/bodies/face_labels.h"
#include "models/body/body_model.h"

namespace vitruvius {

// The mirror image (x to -x, corners in the other order) of each face, or empty when the mesh has a face
// without one. Places are compared to kMirrorM.
inline constexpr double kMirrorM = 1e-5;
struct MirrorImage {
  std::vector<int> face;    // (F)
  std::vector<int> vertex;  // (V)
  bool empty() const { return face.empty(); }
};
MirrorImage FindMirrorImage(const MatrixX3d& vertices, const MatrixX3i& faces);

// The part on the body's other side; 1 and 2 are their own.
int MirrorPart(int part);

struct ChartParts {
  Eigen::VectorXi part;  // (F) 1 to 24
  std::set<std::pair<int, int>>
      cuts;  // edges within parts along which their layout is open, lower vertex first
};

// Throws InputError naming what is missing: joints of SMPL's names, or a root called pelvis.
ChartParts FindChartParts(const BodyModel& model, const Surface& surface, const MirrorImage& mirror);

}  // namespace vitruvius
