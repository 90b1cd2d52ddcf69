// Whether a body is sane: what tends to be wrong with model files, found before a thousand fits are spoiled
// by it.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct ModelFinding {
  std::string check;  // "weights", "units", ...
  bool ok = true;
  std::string detail;  // what was found, and what was expected where it is not ok
};

// Weights and regressor rows sum to one; one root; size in metres; y up, left at x > 0; mirror joints at
// mirrored places; closed surface, outward; joints inside the body; landmarks and
// weighted points on the side that their names say; hands' mean poses within reason.
std::vector<ModelFinding> CheckModel(const BodyModel& model);

// The size alone, which tells metres from centimetres and millimetres; quick.
ModelFinding CheckUnits(const BodyModel& model);

// How often the closed surface winds around a point: about 1 inside, 0 outside (van Oosterom and Strackee,
// The solid angle of a plane triangle, 1983).
double WindingNumber(const MatrixX3d& vertices, const MatrixX3i& faces, const Eigen::Vector3d& point);

}  // namespace vitruvius
