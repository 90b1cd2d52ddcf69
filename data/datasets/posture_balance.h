// What motion capture teaches wrongly about everyday people, put right before a prior is trained: knees that
// a solve never lets become straight, and postures that weigh what was captured instead of what is
// photographed. Internal to data/datasets; CollectPoses uses it.
#pragma once

#include <array>
#include <vector>

#include "data/datasets/motion.h"
#include "models/metrics/posture.h"

namespace vitruvius {

// Where the joints of SMPL's 24 lie for each row of `poses` (N, 72), axis-angle, y up: (24, 3) metres.
MatrixX3d JointsOfPose(const MatrixX3d& rest_joints, const Eigen::Ref<const Eigen::RowVectorXd>& pose);

// How far a subject's knees are bent when they are straight, radians. Real people straighten a knee to a few
// degrees in every step and when they stand; a solve whose bones are too long for the markers never does: the
// 2nd percentile of all knees in upright frames (standing, walking), less 3 degrees, 0 to 20. 0 where fewer
// than 100 knees were seen so: nothing tells style from artefact then. Own rule; CMU's subjects have 8 to 23.
double KneeOffsetRad(const RowMatrixXd& poses, const std::vector<Posture>& postures);

// Takes the offset off: the knee extends by it, thigh and shin turn by half of it each, and the foot stays as
// it was in the world.
void StraightenKnees(double offset_rad, Eigen::Ref<Eigen::RowVectorXd> pose);

// Shares of postures that weights are to have, by Posture; they need not sum to one.
using PostureShares = std::array<double, kNumPostures>;
// What people do in photographs and videos of every day, an estimate of ours: mostly they stand.
inline constexpr PostureShares kEverydayShares = {0.40, 0.20, 0.18, 0.10, 0.04, 0.08};

// A weight of each pose, mean 1: those of a posture sum to its share, and a subject's frames of one posture
// count for `cap` at most. A posture of few frames gets four times what these weigh by themselves at most.
std::vector<double> BalancedWeights(const std::vector<Posture>& postures, const std::vector<int>& subjects,
                                    const PostureShares& shares, double cap);

}  // namespace vitruvius
