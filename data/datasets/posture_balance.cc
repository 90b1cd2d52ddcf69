#include "data/datasets/posture_balance.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "models/body/joint_tree.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kHips[] = {1, 2}, kKnees[] = {4, 5}, kAnkles[] = {7, 8};

bool IsUpright(Posture posture) { return posture == Posture::kStanding || posture == Posture::kWalking; }

}  // namespace

MatrixX3d JointsOfPose(const MatrixX3d& rest_joints, const Eigen::Ref<const Eigen::RowVectorXd>& pose) {
  const std::vector<int>& parents = SmplParents();
  VT_CHECK_EQ(rest_joints.rows(), static_cast<Eigen::Index>(parents.size()));
  VT_CHECK_EQ(pose.size(), 3 * rest_joints.rows());
  MatrixX3d places(rest_joints.rows(), 3);
  std::vector<Eigen::Matrix3d> turns(parents.size());
  for (size_t j = 0; j < parents.size(); ++j) {
    const auto row = static_cast<Eigen::Index>(j);
    const Eigen::Matrix3d own = ExpSO3(pose.segment<3>(3 * row).transpose());
    if (parents[j] < 0) {
      turns[j] = own;
      places.row(row) = rest_joints.row(row);
      continue;
    }
    const auto parent = static_cast<size_t>(parents[j]);
    turns[j] = turns[parent] * own;
    const Eigen::Vector3d bone = (rest_joints.row(row) - rest_joints.row(parents[j])).transpose();
    places.row(row) = places.row(parents[j]) + (turns[parent] * bone).transpose();
  }
  return places;
}

double KneeOffsetRad(const RowMatrixXd& poses, const std::vector<Posture>& postures) {
  constexpr size_t kFewest = 100;
  constexpr double kPercentile = 0.02, kNatural = 3 * kRadPerDeg, kMost = 20 * kRadPerDeg;
  std::vector<double> flexions;
  for (Eigen::Index n = 0; n < poses.rows(); ++n) {
    if (!IsUpright(postures[static_cast<size_t>(n)])) continue;
    for (const int knee : kKnees) flexions.push_back(poses(n, 3 * knee));
  }
  if (flexions.size() < kFewest) return 0;
  const auto at =
      flexions.begin() + static_cast<std::ptrdiff_t>(kPercentile * static_cast<double>(flexions.size()));
  std::nth_element(flexions.begin(), at, flexions.end());
  return std::clamp(*at - kNatural, 0.0, kMost);
}

void StraightenKnees(double offset_rad, Eigen::Ref<Eigen::RowVectorXd> pose) {
  if (offset_rad == 0) return;
  const auto turn = [&](int joint, double before, double after) {
    const Eigen::Matrix3d rotation =
        ExpSO3({before, 0, 0}) * ExpSO3(pose.segment<3>(3 * joint).transpose()) * ExpSO3({after, 0, 0});
    pose.segment<3>(3 * joint) = LogSO3(rotation).transpose();
  };
  const double half = 0.5 * offset_rad;
  for (int side = 0; side < 2; ++side) {
    turn(kHips[side], 0, half);
    turn(kKnees[side], -half, -half);
    turn(kAnkles[side], half, 0);
  }
}

std::vector<double> BalancedWeights(const std::vector<Posture>& postures, const std::vector<int>& subjects,
                                    const PostureShares& shares, double cap) {
  VT_CHECK_EQ(postures.size(), subjects.size());
  constexpr double kMostRepeated = 4;  // times what the capped frames of a posture weigh by themselves
  std::map<std::pair<int, int>, double> count;  // frames of a subject in a posture
  for (size_t n = 0; n < postures.size(); ++n) ++count[{static_cast<int>(postures[n]), subjects[n]}];
  std::array<double, kNumPostures> capped = {};
  double all = 0, wanted = 0;
  for (const auto& [key, frames] : count) capped[static_cast<size_t>(key.first)] += std::min(frames, cap);
  for (size_t p = 0; p < capped.size(); ++p) {
    all += capped[p];
    if (capped[p] > 0) wanted += shares[p];
  }
  std::vector<double> weights;
  double sum = 0;
  for (size_t n = 0; n < postures.size(); ++n) {
    const auto p = static_cast<size_t>(postures[n]);
    const double frames = count[{static_cast<int>(postures[n]), subjects[n]}];
    const double factor = std::min(kMostRepeated, shares[p] / wanted * all / capped[p]);
    weights.push_back(factor * std::min(1.0, cap / frames));
    sum += weights.back();
  }
  for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
  return weights;
}

}  // namespace vitruvius
