// The parts of a body: which joint carries which piece of the skin.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "models/body/body_model.h"

namespace vitruvius {

struct BodyParts {
  std::vector<int> joint_of_vertex;          // (V)
  std::vector<double> area_of_vertex;        // (V) a third of the triangles around it, rest pose, m^2
  std::vector<std::vector<int>> vertices;    // (J) of each joint; empty for a joint without a part
};

// A vertex belongs to the joint of its largest skinning weight (the first of equals). Parts thinner than
// kThinPartM across their second principal axis (one standard deviation), as fingers and eyes are, go to the
// joint above.
inline constexpr double kThinPartM = 0.012;
BodyParts FindBodyParts(const BodyModel& model);

// Area-weighted principal axes of some vertices in the rest pose.
struct PrincipalAxes {
  Eigen::Vector3d mean;
  Eigen::Vector3d deviations;  // ascending, metres
  Eigen::Matrix3d directions;  // columns
};
PrincipalAxes FindPrincipalAxes(const BodyModel& model, const BodyParts& parts,
                                const std::vector<int>& vertices);

}  // namespace vitruvius
