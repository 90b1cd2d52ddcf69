#include "data/datasets/standing_poses.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/datasets/posture_balance.h"
#include "models/math/angles.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

constexpr int kLegs[] = {1, 2, 4, 5, 7, 8, 10, 11};  // hips, knees, ankles, feet

bool IsOfLeg(Eigen::Index joint) { return std::count(std::begin(kLegs), std::end(kLegs), joint) > 0; }

}  // namespace

RowMatrixXd LegsUnderOthers(const PoseCollection& standing, const PoseCollection& others,
                            const MatrixX3d& rest_joints, std::uint64_t seed) {
  constexpr int kPelvis = 0, kNeck = 12;
  constexpr double kStraightDeg = 30;
  std::vector<Eigen::Index> straight;
  std::vector<double> until;  // sums of weights
  Eigen::RowVectorXd whole = Eigen::RowVectorXd::Zero(3 + others.poses.cols());
  const auto trunk = [&] {
    const MatrixX3d joints = JointsOfPose(rest_joints, whole);
    return Eigen::Vector3d((joints.row(kNeck) - joints.row(kPelvis)).transpose().normalized());
  };
  const Eigen::Vector3d at_rest = trunk();
  for (Eigen::Index n = 0; n < others.poses.rows(); ++n) {
    whole.tail(others.poses.cols()) = others.poses.row(n);
    if (trunk().dot(at_rest) < std::cos(kRadPerDeg * kStraightDeg)) continue;
    straight.push_back(n);
    until.push_back((until.empty() ? 0 : until.back()) + others.weights[static_cast<size_t>(n)]);
  }
  if (straight.empty()) throw InputError("found no pose with a straight trunk to take trunk and arms of");
  RowMatrixXd poses = standing.poses;
  Rng rng(seed);
  for (Eigen::Index n = 0; n < poses.rows(); ++n) {
    const auto at = std::upper_bound(until.begin(), until.end(), rng.Uniform(0, until.back()));
    const Eigen::Index from =
        straight[std::min<size_t>(static_cast<size_t>(at - until.begin()), straight.size() - 1)];
    for (Eigen::Index joint = 1; joint <= poses.cols() / 3; ++joint) {
      if (!IsOfLeg(joint))
        poses.row(n).segment<3>(3 * (joint - 1)) = others.poses.row(from).segment<3>(3 * (joint - 1));
    }
  }
  return poses;
}

std::vector<int> LegNumbers() {
  std::vector<int> numbers;
  for (const int joint : kLegs) {
    for (int axis = 0; axis < 3; ++axis) numbers.push_back(3 * (joint - 1) + axis);
  }
  return numbers;
}

}  // namespace vitruvius
