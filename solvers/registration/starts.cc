#include "solvers/registration/starts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "models/geometry/procrustes.h"
#include "models/math/so3.h"
#include "priors/latent_prior.h"
#include "solvers/registration/inversion.h"
#include "solvers/residuals/geman_mcclure.h"

namespace vitruvius {

void Hypothesis::Restore(FitProblem* problem) const {
  problem->SetParameters(parameters);
  if (latent.size() > 0) problem->SetLatent(latent);
}

void Hypothesis::TakeFrom(const FitProblem& problem) {
  parameters = problem.parameters();
  latent = problem.latent();
}

std::vector<StartPose> StartPoses(const std::shared_ptr<const BodyModel>& model,
                                  const std::shared_ptr<const Prior>& prior,
                                  const std::shared_ptr<const Prior>& start_prior,
                                  const StartOptions& options) {
  const Eigen::VectorXd relaxed_pose = model->RelaxedPose();
  if (prior == nullptr) return {{relaxed_pose, {}}};
  const auto padded = [&relaxed_pose](const Eigen::VectorXd& pose) {
    Eigen::VectorXd full = relaxed_pose;
    const Eigen::Index n = std::min(full.size(), pose.size());
    full.head(n) = pose.head(n);
    return full;
  };
  const auto latent_prior = std::dynamic_pointer_cast<const LatentPrior>(prior);
  const std::unique_ptr<PoseDecoder> decoder =
      latent_prior != nullptr ? latent_prior->MakeDecoder() : nullptr;
  std::unique_ptr<LatentInverter> inverter;
  std::vector<StartPose> starts;
  const auto add_latent = [&](const Eigen::VectorXd& latent) {
    Eigen::VectorXd pose(latent_prior->dim());
    decoder->Decode(latent.data(), pose.data());
    starts.push_back({padded(pose), latent});
  };
  const auto add_pose = [&](const Eigen::VectorXd& pose) {
    if (latent_prior == nullptr) {
      starts.push_back({padded(pose), {}});
    } else {
      if (inverter == nullptr) inverter = std::make_unique<LatentInverter>(model, latent_prior);
      add_latent(inverter->Invert(padded(pose)).z);
    }
  };
  const std::shared_ptr<const Prior>& source = start_prior != nullptr ? start_prior : prior;
  const bool own_latent = source == prior && latent_prior != nullptr;
  if (options.with_mean || (options.modes == 0 && options.samples == 0)) {
    if (own_latent) {
      Eigen::VectorXd middle = Eigen::VectorXd::Zero(latent_prior->latent_dim());
      latent_prior->ProjectLatent(&middle);
      add_latent(middle);
    } else {
      add_pose(source->Mean());
    }
  }
  const std::vector<Eigen::VectorXd> modes = source->Modes();
  for (int i = 0; i < options.modes && i < static_cast<int>(modes.size()); ++i) add_pose(modes[i]);
  constexpr std::uint64_t kSeed = 1;
  Rng rng(kSeed);
  for (int i = 0; i < options.samples; ++i) {
    if (own_latent) {
      add_latent(latent_prior->SampleLatent(&rng));
    } else {
      add_pose(source->Sample(&rng));
    }
  }
  return starts;
}

double ReprojectionCost(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                        double robust_sigma_px, const MatrixX3d& points) {
  const double one = 1;
  double cost = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight <= 0) continue;
    const Eigen::Vector3d point = points.row(static_cast<Eigen::Index>(i));
    if (point.z() < kMinDepthM) return std::numeric_limits<double>::infinity();
    const GemanMcClureLoss loss(&robust_sigma_px, &one, &targets[i].weight);
    const Eigen::Vector2d offset = camera.ImgFromCam(point) - targets[i].image_px;
    for (const double r : {offset.x(), offset.y()}) {
      double rho[3];
      loss.Evaluate(r * r, rho);
      cost += 0.5 * rho[0];
    }
  }
  return cost;
}

double AlignmentCost(const std::vector<Keypoint3dTarget>& targets, const MatrixX3d& points) {
  double cost = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight <= 0) continue;
    const Eigen::Vector3d offset =
        points.row(static_cast<Eigen::Index>(i)).transpose() - targets[i].position_m;
    cost += targets[i].weight * targets[i].weight * offset.squaredNorm();
  }
  return cost;
}

std::vector<Hypothesis> BestDistinctStarts(std::vector<Hypothesis> starts, std::vector<MatrixX3d> points,
                                           int keep) {
  std::vector<size_t> order(starts.size()), kept;
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return starts[a].cost < starts[b].cost; });
  for (MatrixX3d& p : points) {
    const Eigen::RowVector3d root = p.row(p.rows() - 1);
    p.rowwise() -= root;
  }
  for (const size_t i : order) {
    if (kept.size() == static_cast<size_t>(keep) || !std::isfinite(starts[i].cost)) break;
    const bool is_new = std::all_of(kept.begin(), kept.end(), [&](size_t other) {
      return (points[i] - points[other]).rowwise().norm().mean() >= kSameStartM;
    });
    if (is_new) kept.push_back(i);
  }
  std::vector<Hypothesis> best;
  for (const size_t i : kept) best.push_back(std::move(starts[i]));
  return best;
}

Eigen::Vector3d UprightOrient(double roll, double yaw) {
  return LogSO3(ExpSO3({0, 0, roll}) * ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0}));
}

double TorsoRoll(const KeypointSet& set, const KeypointBinding& binding,
                 const std::vector<Keypoint2dTarget>& targets) {
  Eigen::Vector2d sum[2] = {Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};  // hips, shoulders
  int count[2] = {0, 0};
  for (size_t i = 0; i < binding.keypoint_of_point.size(); ++i) {
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

void TurnAboutRoot(const Eigen::Matrix3d& rotation, MatrixX3d* points) {
  const Eigen::RowVector3d root = points->row(points->rows() - 1);
  for (Eigen::Index i = 0; i < points->rows(); ++i)
    points->row(i) = (points->row(i) - root) * rotation.transpose() + root;
}

bool PlaceInCamera(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                   MatrixX3d* moved, Eigen::Vector3d* found) {
  const auto num = static_cast<Eigen::Index>(targets.size());
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> image(num, 2);
  Eigen::VectorXd weights(num);
  for (Eigen::Index i = 0; i < num; ++i) {
    image.row(i) = targets[i].image_px;
    weights[i] = targets[i].weight;
  }
  const MatrixX3d& points = *moved;
  Eigen::Vector3d& transl = *found;
  const auto place = [&] {
    moved->rowwise() += transl.transpose();
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

bool PlaceInSpace(const std::vector<Keypoint3dTarget>& targets, MatrixX3d* points, Eigen::Matrix3d* rotation,
                  Eigen::Vector3d* transl) {
  Points3d from(static_cast<Eigen::Index>(targets.size()), 3), to(from.rows(), 3);
  Eigen::Index count = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight <= 0) continue;
    from.row(count) = points->row(static_cast<Eigen::Index>(i));
    to.row(count++) = targets[i].position_m;
  }
  if (count < 3) return false;
  *rotation = AlignPoints(from.topRows(count), to.topRows(count), false).rotation;
  TurnAboutRoot(*rotation, points);
  // The body turns about its own pelvis, so only the mean's place is left to match.
  Eigen::Vector3d offset = Eigen::Vector3d::Zero();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].weight > 0)
      offset += targets[i].position_m - points->row(static_cast<Eigen::Index>(i)).transpose();
  }
  *transl = offset / static_cast<double>(count);
  points->rowwise() += transl->transpose();
  return transl->allFinite();
}

void TurnAround(BodyParameters* parameters) {
  parameters->global_orient = LogSO3(ExpSO3(parameters->global_orient) * ExpSO3({0, EIGEN_PI, 0}));
}

}  // namespace vitruvius
