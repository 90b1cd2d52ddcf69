// The parts of a body: which joint carries which piece of the skin.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "models/body/body_model.h"

namespace vitruvius {

struct BodyParts {
  std::vector<int> joint_of_vertex;        // (V)
  std::vector<double> area_of_vertex;      // (V) a third of the triangles around it, rest pose, m^2
  std::vector<std::vector<int>> vertices;  // (J) of each joint; empty for a joint without a part
  // (J, J) parts whose skin folds into each other as the body moves: their skins come within kFoldM in the
  // rest pose (armpits, between the thighs), or one hangs on the other, or they are the same. On SMPL's tree
  // these are the pairs that SMPLify-X ignores by a table.
  std::vector<std::vector<bool>> neighbours;
};

// A vertex belongs to the joint of its largest skinning weight (the first of equals). Parts thinner than
// kThinPartM across their second principal axis (one standard deviation), as fingers and eyes are, go to the
// joint above.
inline constexpr double kThinPartM = 0.012;
inline constexpr double kFoldM = 0.04;
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
