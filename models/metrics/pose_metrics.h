// Errors of fitted bodies against truth. Metres in, millimetres out.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "models/geometry/procrustes.h"

namespace vitruvius {

// Mean distance of joints after both sets are moved so that joint `root` is at the origin.
double RootAlignedMpjpeMm(const Points3d& predicted, const Points3d& truth, int root = 0);
// The same after the best similarity (PA-MPJPE, reconstruction error).
double ProcrustesMpjpeMm(const Points3d& predicted, const Points3d& truth);

// Middle value (mean of the two middle ones for an even count); 0 for none.
double Median(std::vector<double> values);
// Value below which the fraction q lies, by linear interpolation.
double Quantile(std::vector<double> values, double q);
double Mean(const std::vector<double>& values);

}  // namespace vitruvius
