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

// Sum of the distances of joints from their parents; parents as BodyModel's, -1 for none.
double TotalBoneLength(const Points3d& joints, const std::vector<int>& parents);
// The first of these after `predicted` is scaled to a total bone length, that of an average skeleton: what
// scales a picture cannot tell is left out. Not comparable to plain MPJPE. Source: Learning Body Shape and
// Pose from Dense Correspondences, evaluation.
double RescaledMpjpeMm(const Points3d& predicted, const Points3d& truth, const std::vector<int>& parents,
                       double total_bone_length);

// Middle value (mean of the two middle ones for an even count); 0 for none.
double Median(std::vector<double> values);
// Value below which the fraction q lies, by linear interpolation.
double Quantile(std::vector<double> values, double q);
double Mean(const std::vector<double>& values);

}  // namespace vitruvius
