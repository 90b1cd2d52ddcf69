#include "solvers/registration/starts.h"

#include <cmath>

#include "models/geometry/procrustes.h"
#include "models/math/so3.h"

namespace vitruvius {

std::vector<Eigen::VectorXd> StartPoses(const Prior* prior, const StartOptions& options,
                                        const Eigen::VectorXd& relaxed_pose) {
  const auto padded = [&relaxed_pose](const Eigen::VectorXd& pose) {
    Eigen::VectorXd full = relaxed_pose;
    const Eigen::Index n = std::min(full.size(), pose.size());
    full.head(n) = pose.head(n);
    return full;
  };
  std::vector<Eigen::VectorXd> poses;
  if (prior == nullptr) return {relaxed_pose};
  if (options.with_mean || options.modes == 0) poses.push_back(padded(prior->Mean()));
  const std::vector<Eigen::VectorXd> modes = prior->Modes();
  for (int i = 0; i < options.modes && i < static_cast<int>(modes.size()); ++i)
    poses.push_back(padded(modes[i]));
  return poses;
}

Eigen::Vector3d UprightOrient(double roll, double yaw) {
  return LogSO3(ExpSO3({0, 0, roll}) * ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0}));
}

double TorsoRoll(const KeypointSet& set, const KeypointBinding& binding,
                 const std::vector<Keypoint2dTarget>& targets) {
  Eigen::Vector2d sum[2] = {Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};  // hips, shoulders
  int count[2] = {0, 0};
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string& name = set.points[binding.keypoint_of_point[i]].name;
    const int part = name == "left_hip" || name == "right_hip"             ? 0
                     : name == "left_shoulder" || name == "right_shoulder" ? 1
                                                                           : -1;
    if (part < 0 || targets[i].weight <= 0) continue;
    sum[part] += targets[i].image_px;
    ++count[part];
  }
  if (count[0] == 0 || count[1] == 0) return 0;
  const Eigen::Vector2d up = sum[1] / count[1] - sum[0] / count[0];
  return up.norm() > 0 ? std::atan2(up.x(), -up.y()) : 0;
}

bool PlaceInCamera(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                   FitProblem* problem) {
  const auto num = static_cast<Eigen::Index>(targets.size());
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> image(num, 2);
  Eigen::VectorXd weights(num);
  for (Eigen::Index i = 0; i < num; ++i) {
    image.row(i) = targets[i].image_px;
    weights[i] = targets[i].weight;
  }
  BodyParameters parameters = problem->parameters();
  Eigen::Vector3d& transl = parameters.transl;
  transl.setZero();
  problem->SetParameters(parameters);
  const MatrixX3d& points = problem->Points();
  const auto place = [&] {
    problem->SetParameters(parameters);
    return transl.allFinite();
  };
  // Nearer than this the linear system was badly conditioned, not the person close to the lens.
  constexpr double kNearestM = 0.3;
  const auto in_front = [&](const Eigen::Vector3d& t) {
    for (Eigen::Index i = 0; i < num; ++i) {
      if (weights[i] > 0 && points(i, 2) + t.z() < kNearestM) return false;
    }
    return true;
  };
  if (SolveTranslation(camera, points.topRows(num), image, weights, &transl) && in_front(transl))
    return place();

  // Similar triangles: the spread of the points about their mean, in space across the view and in the image.
  double total = 0;
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  Eigen::Vector2d image_mean = Eigen::Vector2d::Zero();
  for (Eigen::Index i = 0; i < num; ++i) {
    if (weights[i] <= 0) continue;
    total += 1;
    mean += points.row(i).transpose();
    image_mean += image.row(i).transpose();
  }
  if (total < 2) return false;
  mean /= total;
  image_mean /= total;
  double spread = 0, image_spread = 0;
  for (Eigen::Index i = 0; i < num; ++i) {
    if (weights[i] <= 0) continue;
    spread += (points.row(i).head<2>().transpose() - mean.head<2>()).squaredNorm();
    image_spread += (image.row(i).transpose() - image_mean).cwiseQuotient(camera.focal_px).squaredNorm();
  }
  if (!(image_spread > 0) || !(spread > 0)) return false;
  const double depth = std::sqrt(spread / image_spread);
  transl = camera.CamFromImg(image_mean, depth) - mean;
  if (in_front(transl)) return place();
  transl.z() += kNearestM - (points.col(2).head(num).minCoeff() + transl.z());
  return place();
}

bool PlaceInSpace(const std::vector<Keypoint3dTarget>& targets, FitProblem* problem) {
  BodyParameters parameters = problem->parameters();
  parameters.transl.setZero();
  problem->SetParameters(parameters);
  const MatrixX3d& points = problem->Points();
  Points3d from(static_cast<Eigen::Index>(targets.size()), 3), to(from.rows(), 3);
  Eigen::Index count = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight <= 0) continue;
    from.row(count) = points.row(static_cast<Eigen::Index>(i));
    to.row(count++) = targets[i].position_m;
  }
  if (count < 3) return false;
  const Similarity align = AlignPoints(from.topRows(count), to.topRows(count), false);
  parameters.global_orient = LogSO3(align.rotation * ExpSO3(parameters.global_orient));
  problem->SetParameters(parameters);
  // The body turns about its own pelvis, so only the mean's place is left to match.
  const MatrixX3d& turned = problem->Points();
  Eigen::Vector3d offset = Eigen::Vector3d::Zero();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight > 0)
      offset += targets[i].position_m - turned.row(static_cast<Eigen::Index>(i)).transpose();
  }
  parameters.transl = offset / static_cast<double>(count);
  problem->SetParameters(parameters);
  return parameters.transl.allFinite();
}

void TurnAround(BodyParameters* parameters) {
  parameters->global_orient = LogSO3(ExpSO3(parameters->global_orient) * ExpSO3({0, EIGEN_PI, 0}));
}

}  // namespace vitruvius
