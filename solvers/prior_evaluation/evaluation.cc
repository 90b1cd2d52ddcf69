#include "solvers/prior_evaluation/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

#include "models/metrics/self_penetration.h"
#include "models/metrics/smoothness.h"
#include "models/util/check.h"
#include "models/util/parallel.h"
#include "priors/joint_limits.h"
#include "priors/latent_path.h"
#include "solvers/prior_evaluation/pose_samples.h"
#include "solvers/problem/fit_problem.h"

namespace vitruvius {
namespace {

constexpr std::int64_t kSamplesAtOnce = 1 << 15;  // memory is flat in the number of samples
// Seeds of what is drawn apart from the samples, so that no set is another's beginning.
constexpr std::uint64_t kTrainSeed = 101, kTestSeed = 102;

// What the parts of an evaluation share.
struct Setting {
  std::shared_ptr<const BodyModel> model;
  const PriorEvaluationOptions& options;
  PoseSampler samples;
  RowMatrixXd train, test;  // all real poses of a split, on the body
  RowMatrixXd train_queries, test_queries;
};

// Poses on the body's joints: as PoseSampler fills them.
RowMatrixXd OnBody(const EmpiricalPrior& split, const BodyModel& model) {
  const std::shared_ptr<const EmpiricalPrior> borrowed(&split, [](const EmpiricalPrior*) {});
  const auto fitting = std::static_pointer_cast<const EmpiricalPrior>(PriorOnBody(borrowed, model));
  RowMatrixXd poses = RowMatrixXd::Zero(fitting->poses().rows(), 3 * model.num_body_joints());
  poses.leftCols(fitting->dim()) = fitting->poses();
  return poses;
}

RowMatrixXd DrawReal(const EmpiricalPrior& split, const RowMatrixXd& poses, int count, std::uint64_t seed) {
  RowMatrixXd drawn(count, poses.cols());
  Rng rng(seed);
  for (int i = 0; i < count; ++i) drawn.row(i) = poses.row(split.SampleIndex(&rng));
  return drawn;
}

std::vector<double> DistancesMm(const std::vector<NearestBody>& nearest, size_t begin, size_t end) {
  std::vector<double> distances;
  for (size_t i = begin; i < end; ++i) distances.push_back(1000 * nearest[i].distance_m);
  return distances;
}

void MeasureRecall(const Setting& setting, PriorEvaluation* result) {
  const auto begin = std::chrono::steady_clock::now();
  const auto num_train = static_cast<size_t>(setting.train_queries.rows());
  RowMatrixXd queries(setting.train_queries.rows() + setting.test_queries.rows(), setting.train.cols());
  queries << setting.train_queries, setting.test_queries;
  NearestBodies search(setting.model, queries, setting.options.threads);
  for (std::int64_t i = 0; i < setting.options.samples; i += kSamplesAtOnce)
    search.Add(setting.samples.Draw(i, std::min(kSamplesAtOnce, setting.options.samples - i)));
  result->train.recall_mm = DistancesMm(search.nearest(), 0, num_train);
  result->test.recall_mm = DistancesMm(search.nearest(), num_train, search.nearest().size());
  result->recall_work = search.work();
  result->recall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void MeasurePrecision(const Setting& setting, PriorEvaluation* result) {
  const RowMatrixXd generated = setting.samples.Draw(0, setting.options.queries);
  const auto count = static_cast<size_t>(generated.rows());
  for (const bool is_train : {true, false}) {
    NearestBodies search(setting.model, generated, setting.options.threads);
    search.Add(is_train ? setting.train : setting.test);
    (is_train ? result->train : result->test).precision_mm = DistancesMm(search.nearest(), 0, count);
    if (!is_train) continue;
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return search.nearest()[a].distance_m > search.nearest()[b].distance_m;
    });
    for (size_t i = 0; i < std::min<size_t>(count, setting.options.worst); ++i) {
      const NearestBody& nearest = search.nearest()[order[i]];
      result->worst.push_back({generated.row(static_cast<Eigen::Index>(order[i])),
                               setting.train.row(nearest.index), 1000 * nearest.distance_m});
    }
  }
}

MatrixX3d MeshOf(BodyEvaluator* mesh, BodyParameters* body, const Eigen::VectorXd& body_pose) {
  body->body_pose = body_pose;
  mesh->Evaluate(*body, false);
  return mesh->points();
}

// Latents of the first poses of `queries`, and how far their bodies are.
std::vector<Eigen::VectorXd> Invert(const Setting& setting, const std::shared_ptr<const LatentPrior>& prior,
                                    const RowMatrixXd& queries, PriorEvaluation::Split* split) {
  const int count = static_cast<int>(std::min<Eigen::Index>(setting.options.inverted, queries.rows()));
  std::vector<Inversion> found(count);
  std::vector<double> distances(count);
  struct Tools {
    LatentInverter inverter;
    BodyEvaluator mesh;
    BodyParameters body;
  };
  std::vector<std::unique_ptr<Tools>> tools(NumThreads(setting.options.threads));
  ParallelFor(count, setting.options.threads, [&](int i, int thread) {
    if (tools[thread] == nullptr) {
      tools[thread].reset(new Tools{LatentInverter(setting.model, prior, setting.options.inversion),
                                    BodyEvaluator(setting.model, PointSet::AllVertices(*setting.model)),
                                    BodyParameters::Zero(*setting.model)});
    }
    Tools& own = *tools[thread];
    found[i] = own.inverter.Invert(queries.row(i));
    const MatrixX3d truth = MeshOf(&own.mesh, &own.body, queries.row(i));
    distances[i] = 1000 * MeanVertexDistanceM(truth, MeshOf(&own.mesh, &own.body, found[i].body_pose));
  });
  std::vector<Eigen::VectorXd> latents;
  for (int i = 0; i < count; ++i) {
    split->inversion_joints_mm.push_back(found[i].joints_mm);
    split->inversion_mm.push_back(distances[i]);
    latents.push_back(found[i].z);
  }
  return latents;
}

void MeasurePaths(const Setting& setting, const LatentPrior& prior,
                  const std::vector<Eigen::VectorXd>& latents, PriorEvaluation* result) {
  const int num = static_cast<int>(std::min<size_t>(latents.size(), setting.options.path_bodies));
  const int steps = setting.options.path_steps;
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < num; ++i) {
    for (int k = i + 1; k < num; ++k) pairs.emplace_back(i, k);
  }
  std::vector<Smoothness> found(pairs.size());
  std::vector<std::uint8_t> has_moved(pairs.size(), 0);
  struct Tools {
    std::unique_ptr<PoseDecoder> decoder;
    BodyEvaluator mesh;
    BodyParameters body;
  };
  std::vector<std::unique_ptr<Tools>> tools(NumThreads(setting.options.threads));
  ParallelFor(static_cast<int>(pairs.size()), setting.options.threads, [&](int p, int thread) {
    if (tools[thread] == nullptr) {
      tools[thread].reset(new Tools{prior.MakeDecoder(),
                                    BodyEvaluator(setting.model, PointSet::AllVertices(*setting.model)),
                                    BodyParameters::Zero(*setting.model)});
    }
    Tools& own = *tools[thread];
    own.decoder->Reset();
    const LatentPath path(prior.latent_space(), latents[pairs[p].first], latents[pairs[p].second]);
    std::vector<double> lengths;
    MatrixX3d first, before;
    Eigen::VectorXd body_pose = Eigen::VectorXd::Zero(setting.train.cols());
    for (int t = 0; t <= steps; ++t) {
      const Eigen::VectorXd z = path.At(static_cast<double>(t) / steps);
      own.decoder->Decode(z.data(), body_pose.data());
      MatrixX3d mesh = MeshOf(&own.mesh, &own.body, body_pose);
      if (t == 0) first = mesh;
      if (t > 0) lengths.push_back(MeanVertexDistanceM(before, mesh));
      before = std::move(mesh);
    }
    const double ends = MeanVertexDistanceM(first, before);
    has_moved[p] = ends > 0;  // the same pose twice is no path
    if (has_moved[p]) found[p] = MeasureSmoothness(lengths, ends);
  });
  Eigen::VectorXd curve = Eigen::VectorXd::Zero(steps);
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (!has_moved[p]) continue;
    result->path_ratios.push_back(found[p].ratio);
    curve += Eigen::Map<const Eigen::VectorXd>(found[p].normalized.data(), steps);
  }
  if (result->path_ratios.empty()) return;
  curve /= static_cast<double>(result->path_ratios.size());
  result->path_curve.assign(curve.data(), curve.data() + curve.size());
}

void MeasureDistributions(const Setting& setting, const EmpiricalPrior& train, const EmpiricalPrior& test,
                          PriorEvaluation* result) {
  const PriorEvaluationOptions& options = setting.options;
  const RowMatrixXd generated = setting.samples.Draw(0, options.compared);
  const RowMatrixXd joints = JointsMm(setting.model, generated, options.threads);
  const double root_of_joints = std::sqrt(static_cast<double>(joints.cols()) / 3);
  for (const bool is_train : {true, false}) {
    PriorEvaluation::Split& split = is_train ? result->train : result->test;
    const RowMatrixXd real = is_train
                                 ? DrawReal(train, setting.train, options.compared, options.seed + kTrainSeed)
                                 : DrawReal(test, setting.test, options.compared, options.seed + kTestSeed);
    const RowMatrixXd real_joints = JointsMm(setting.model, real, options.threads);
    split.frechet_mm = FrechetDistance(real_joints, joints) / root_of_joints;
    split.likeness = DensityAndCoverage(real_joints, joints);
    if (!is_train) continue;
    const auto deviations = [](const RowMatrixXd& poses) {
      return (poses.rowwise() - poses.colwise().mean()).colwise().squaredNorm().eval();
    };
    const Eigen::RowVectorXd of_real = deviations(real), of_generated = deviations(generated);
    for (int j = 1; j < setting.model->num_joints(); ++j) {
      const double truth = of_real.segment<3>(3 * (j - 1)).sum();
      constexpr double kStill = 1e-9;  // the data never moves it: there is nothing to compare
      if (truth < kStill) continue;
      result->joints.push_back(setting.model->joint_names()[j]);
      result->spread.push_back(std::sqrt(of_generated.segment<3>(3 * (j - 1)).sum() / truth));
    }
  }
  int beyond = 0;
  for (Eigen::Index i = 0; i < generated.rows(); ++i) {
    for (const LimitExcess& excess : PastLimits(setting.model->joint_names(), generated.row(i))) {
      if (excess.beyond_rad <= options.limit_tolerance_rad) continue;
      ++beyond;
      break;
    }
  }
  result->beyond_limits_percent = 100.0 * beyond / static_cast<double>(generated.rows());
}

void MeasurePenetration(const Setting& setting, PriorEvaluation* result) {
  const RowMatrixXd poses = setting.samples.Draw(0, setting.options.meshes);
  const SelfPenetration penetration(*setting.model);
  std::vector<std::uint8_t> deep(static_cast<size_t>(poses.rows()), 0);
  ParallelFor(NumThreads(setting.options.threads), setting.options.threads, [&](int part, int) {
    BodyEvaluator mesh(setting.model, PointSet::AllVertices(*setting.model));
    BodyParameters body = BodyParameters::Zero(*setting.model);
    for (Eigen::Index i = part; i < poses.rows(); i += NumThreads(setting.options.threads))
      deep[i] = penetration.Deepest(MeshOf(&mesh, &body, poses.row(i))).depth_m > kPenetratingM;
  });
  result->self_penetrating_percent =
      100.0 * static_cast<double>(std::count(deep.begin(), deep.end(), 1)) / static_cast<double>(deep.size());
}

}  // namespace

void PriorEvaluationOptions::Check() const {
  VT_CHECK_GE(samples, 1);
  VT_CHECK_GE(queries, 1);
  VT_CHECK_GE(inverted, 0);
  VT_CHECK_GE(path_bodies, 0);
  VT_CHECK_GE(path_steps, 1);
  VT_CHECK_GE(compared, 6);  // more than coverage's 5 neighbours
  VT_CHECK_GE(meshes, 1);
  VT_CHECK_GE(worst, 0);
  inversion.Check();
}

PriorEvaluation EvaluatePrior(const std::shared_ptr<const BodyModel>& model,
                              const std::shared_ptr<const Prior>& prior, const EmpiricalPrior& train,
                              const EmpiricalPrior& test, const PriorEvaluationOptions& options) {
  options.Check();
  Setting setting = {model,
                     options,
                     PoseSampler(model, prior, options.seed, options.threads),
                     OnBody(train, *model),
                     OnBody(test, *model),
                     {},
                     {}};
  setting.train_queries = DrawReal(train, setting.train, options.queries, options.seed);
  setting.test_queries = DrawReal(test, setting.test, options.queries, options.seed);
  PriorEvaluation result;
  result.name = prior->name();
  result.family = prior->family();
  const auto say = [&](const char* what) {
    if (options.progress) options.progress(what);
  };
  say("recall");
  MeasureRecall(setting, &result);
  say("precision");
  MeasurePrecision(setting, &result);
  if (const auto latent = std::dynamic_pointer_cast<const LatentPrior>(prior)) {
    say("inversion");
    Invert(setting, latent, setting.train_queries, &result.train);
    const std::vector<Eigen::VectorXd> latents = Invert(setting, latent, setting.test_queries, &result.test);
    say("paths");
    MeasurePaths(setting, *latent, latents, &result);
  }
  say("distributions");
  MeasureDistributions(setting, train, test, &result);
  say("self-penetration");
  MeasurePenetration(setting, &result);
  return result;
}

}  // namespace vitruvius
