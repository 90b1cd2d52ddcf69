// How good a pose prior is: whether it holds what people do (recall, inversion), whether it gives nothing
// else (precision, plausibility), whether its latent space is smooth (paths), and how alike its distribution
// is to the data's. Definitions: models/metrics; Davydov et al., Adversarial Parametric Pose Prior, CVPR
// 2022, secs. 4.2 and 4.3. All bodies have their root at rest and betas 0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/metrics/distributions.h"
#include "models/metrics/nearest_bodies.h"
#include "priors/empirical_prior.h"
#include "solvers/registration/inversion.h"

namespace vitruvius {

struct PriorEvaluationOptions {
  std::int64_t samples = 20000;  // generated bodies among which the nearest is looked for
  int queries = 500;             // real bodies of each split (recall), and generated ones (precision)
  int inverted = 60;             // bodies of each split whose latents are looked for
  int path_bodies = 16;          // inverted test bodies that are joined, all pairs, the first of `inverted`
  int path_steps = 50;
  int compared = 2000;                // bodies of each side for joint statistics
  int meshes = 100;                   // bodies whose meshes are searched for self-penetration
  int worst = 10;                     // samples farthest from the train split
  double limit_tolerance_rad = 0.05;  // past a joint's range by more is a violation
  InversionOptions inversion;
  int threads = 0;  // 0: one a core; figures are the same but for times
  std::uint64_t seed = 1;
  // Told what comes next; may be empty.
  std::function<void(const std::string& what)> progress;
  void Check() const;  // throws ContractError
};

struct WorstSample {
  Eigen::VectorXd body_pose, nearest_pose;  // 3(J-1) each; the second is real
  double distance_mm = 0;
};

struct PriorEvaluation {
  std::string name, family;
  struct Split {
    std::vector<double> recall_mm, precision_mm;  // mean vertex distances to the nearest, one a query
    std::vector<double> inversion_joints_mm,
        inversion_mm;       // of joints, and of vertices; without a latent none
    double frechet_mm = 0;  // of all joints' positions together, over the root of their number
    DensityCoverage likeness;
  };
  Split train, test;
  std::vector<WorstSample> worst;  // the worst first
  // Of paths between inverted test bodies; without a latent none.
  std::vector<double> path_ratios;      // R, one a pair
  std::vector<double> path_curve;       // (path_steps) normalized steps, means over pairs
  double beyond_limits_percent = 0;     // samples with a joint past its range
  double self_penetrating_percent = 0;  // samples that pass through themselves by more than kPenetratingM
  std::vector<std::string> joints;
  std::vector<double> spread;  // of each joint's axis-angle: deviation over that of the train split
  double recall_seconds = 0;
  NearestBodies::Work recall_work;
};

// train, test: real body poses with their weights; `prior` may be one of them. Throws ContractError.
PriorEvaluation EvaluatePrior(const std::shared_ptr<const BodyModel>& model,
                              const std::shared_ptr<const Prior>& prior, const EmpiricalPrior& train,
                              const EmpiricalPrior& test, const PriorEvaluationOptions& options);

}  // namespace vitruvius
