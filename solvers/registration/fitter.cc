#include "solvers/registration/fitter.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

#include "models/math/so3.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "solvers/registration/flags.h"
#include "solvers/registration/hypotheses.h"
#include "solvers/registration/shape_check.h"
#include "solvers/registration/starts.h"
#include "solvers/registration/uncertainty.h"

namespace vitruvius {
namespace {

// Axis-angles that wound past pi leave the support of every prior; the rotation is the same on the principal
// branch. True when a joint changed, which changes the priors' cost; the root, of which no prior knows, does
// not count.
bool WrapPose(BodyParameters* parameters) {
  parameters->global_orient = WrapAxisAngle(parameters->global_orient);
  bool changed = false;
  for (Eigen::Index k = 0; k + 3 <= parameters->body_pose.size(); k += 3) {
    const Eigen::Vector3d wrapped = WrapAxisAngle(parameters->body_pose.segment<3>(k));
    changed = changed || wrapped != parameters->body_pose.segment<3>(k);
    parameters->body_pose.segment<3>(k) = wrapped;
  }
  return changed;
}

// Of a person seen by points of the surface alone: no keypoints.
const KeypointSet& SetOf(const PersonObservation& person) {
  static const KeypointSet kNone = {"none", {}, {}};
  return person.set != nullptr ? *person.set : kNone;
}

// Larger side of the box of seen targets.
template <typename Target, typename Position>
double SizeOf(const std::vector<Target>& targets, Position Target::*position) {
  Position low, high;
  bool any = false;
  for (const Target& target : targets) {
    if (target.weight <= 0) continue;
    low = any ? Position(low.cwiseMin(target.*position)) : target.*position;
    high = any ? Position(high.cwiseMax(target.*position)) : target.*position;
    any = true;
  }
  return any ? (high - low).maxCoeff() : 0;
}

}  // namespace

void FitOptions::Check() const {
  VT_CHECK_GE(starts, 0);
  VT_CHECK_GE(hypotheses, 0);
  focal.Check();
}

Fitter::Fitter(std::shared_ptr<const BodyModel> model, FitPriors priors2d, FitPriors priors3d,
               Recipe recipe2d, Recipe recipe3d, const FitOptions& options)
    : model_(std::move(model)),
      capsules_(std::make_shared<BodyCapsules>(*model_)),
      priors2d_(std::move(priors2d)),
      priors3d_(std::move(priors3d)),
      recipe2d_(std::move(recipe2d)),
      recipe3d_(std::move(recipe3d)),
      options_(options),
      joints_(model_, PointSet::AllJoints(*model_)),
      axes_(AnatomicalAxes(*model_)) {
  options_.Check();
  recipe2d_.Check();
  recipe3d_.Check();
  VT_CHECK(recipe2d_.body == Recipe::Body::kParametric && recipe3d_.body == Recipe::Body::kParametric);
  for (const RecipeStage& stage : recipe2d_.stages) weighs_dense_ = weighs_dense_ || stage.weights.dense > 0;
  for (const Recipe* recipe : {&recipe2d_, &recipe3d_}) {
    for (const auto* stages : {&recipe->camera_stages, &recipe->stages}) {
      for (const RecipeStage& stage : *stages)
        weighs_bones_ = weighs_bones_ || stage.weights.bone_symmetry > 0 || stage.weights.bone_ratio > 0;
    }
  }
  for (FitPriors* priors : {&priors2d_, &priors3d_}) {
    for (std::shared_ptr<const Prior>* prior : {&priors->prior, &priors->energy, &priors->starts})
      *prior = PriorOnBody(std::move(*prior), *model_);
  }
  surprise2d_ = std::make_unique<SurpriseMeter>(priors2d_.energy != nullptr ? priors2d_.energy.get()
                                                                            : priors2d_.prior.get());
}

FitProblem& Fitter::ProblemFor(const KeypointSet& set, Recipe::Camera camera) {
  const std::pair<std::string, Recipe::Camera> key(set.name, camera);
  auto it = problems_.find(key);
  if (it == problems_.end()) it = problems_.emplace(key, MakeProblem(set, camera, {})).first;
  return *it->second;
}

std::unique_ptr<FitProblem> Fitter::MakeProblem(const KeypointSet& set, Recipe::Camera camera,
                                                const PointSet& surface) const {
  const FitPriors& priors = camera == Recipe::Camera::kNone ? priors3d_ : priors2d_;
  return std::make_unique<FitProblem>(model_, set, camera, priors.prior, capsules_, priors.energy, surface,
                                      weighs_bones_);
}

const std::vector<StartPose>& Fitter::StartPosesFor(bool is_3d, bool is_one_start) {
  const auto [it, is_new] = start_poses_.try_emplace({is_3d, is_one_start});
  if (is_new) {
    const Recipe& recipe = is_3d ? recipe3d_ : recipe2d_;
    const FitPriors& priors = is_3d ? priors3d_ : priors2d_;
    it->second =
        StartPoses(model_, priors.prior, priors.starts, is_one_start ? recipe.starts : recipe.many_starts);
  }
  return it->second;
}

bool Fitter::MakeStarts(const PersonObservation& person, const Recipe& recipe, FitProblem* problem,
                        std::vector<Hypothesis>* hypotheses) {
  const StartOptions& starts = options_.starts == 1 ? recipe.starts : recipe.many_starts;
  const bool is_3d = person.is_3d(), chooses = starts.keep > 0;
  const double roll = is_3d ? 0 : TorsoRoll(SetOf(person), problem->binding(), targets2d_);
  const RecipeStage& first = recipe.camera_stages.empty() ? recipe.stages[0] : recipe.camera_stages[0];
  const double sigma_px = first.robust_sigma / PixelScale(recipe);
  std::vector<Eigen::Matrix3d> turns;
  for (int yaw = 0; yaw < starts.yaws; ++yaw)
    turns.push_back(ExpSO3(UprightOrient(roll, 2 * EIGEN_PI * yaw / starts.yaws)));
  std::vector<MatrixX3d> placed_points;
  int num_poses = 0;
  for (const StartPose& pose : StartPosesFor(is_3d, options_.starts == 1)) {
    Hypothesis start;
    start.pose = num_poses++;
    start.parameters = BodyParameters::Zero(*model_);
    start.parameters.body_pose = pose.body_pose;
    start.latent = pose.latent;
    if (person.betas) start.parameters.betas = *person.betas;
    start.Restore(problem);
    const MatrixX3d as_posed = problem->Points();  // as the body turns, they turn about its root
    for (const Eigen::Matrix3d& rotation : turns) {
      MatrixX3d points = as_posed;
      TurnAboutRoot(rotation, &points);
      Eigen::Matrix3d aligned = Eigen::Matrix3d::Identity();
      const bool placed = is_3d ? PlaceInSpace(targets3d_, &points, &aligned, &start.parameters.transl)
                                : PlaceInCamera(camera_, targets2d_, &points, &start.parameters.transl);
      if (!placed) continue;
      start.parameters.global_orient = LogSO3(aligned * rotation);
      start.start = static_cast<int>(hypotheses->size());
      if (chooses) {
        start.cost = is_3d ? AlignmentCost(targets3d_, points)
                           : ReprojectionCost(camera_, targets2d_, sigma_px, points);
        placed_points.push_back(std::move(points));
      }
      hypotheses->push_back(start);
    }
  }
  if (chooses)
    *hypotheses = BestDistinctStarts(std::move(*hypotheses), std::move(placed_points), starts.keep);
  return !hypotheses->empty();
}

void Fitter::RunStage(const Recipe& recipe, const RecipeStage& stage, FitProblem* problem,
                      std::vector<Hypothesis>* hypotheses, std::vector<Hypothesis>* dropped,
                      FitResult* result) {
  for (Hypothesis& hypothesis : *hypotheses) {
    // A body that wound past pi is solved once more from its principal branch, where the priors see it as it
    // is.
    constexpr int kMostSolves = 2;
    bool wound = true;
    for (int solve = 0; solve < kMostSolves && wound; ++solve) {
      hypothesis.Restore(problem);
      const SolveSummary summary = problem->Solve(stage, options_.solver);
      result->num_iterations += summary.iterations;
      const bool failed = summary.termination == SolveSummary::kFailure;
      hypothesis.cost = failed ? std::numeric_limits<double>::infinity() : summary.final_cost;
      hypothesis.TakeFrom(*problem);
      wound = WrapPose(&hypothesis.parameters);
    }
    if (wound && std::isfinite(hypothesis.cost)) {
      hypothesis.Restore(problem);
      hypothesis.cost = problem->Cost();
    }
  }
  // Ties go to the earlier start, so that the choice does not depend on the sort.
  const auto better = [](const Hypothesis& a, const Hypothesis& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.start < b.start;
  };
  std::sort(hypotheses->begin(), hypotheses->end(), better);
  const auto failed = [](const Hypothesis& h) { return !std::isfinite(h.cost); };
  hypotheses->erase(std::remove_if(hypotheses->begin(), hypotheses->end(), failed), hypotheses->end());
  if (stage.keep_of_pose > 0) {
    std::map<int, int> kept;
    const auto others = std::stable_partition(
        hypotheses->begin(), hypotheses->end(),
        [&](const Hypothesis& hypothesis) { return ++kept[hypothesis.pose] <= stage.keep_of_pose; });
    dropped->insert(dropped->end(), std::make_move_iterator(others),
                    std::make_move_iterator(hypotheses->end()));
    hypotheses->erase(others, hypotheses->end());
  }
  if (stage.keep == 0 || hypotheses->size() <= static_cast<size_t>(stage.keep)) return;
  if (recipe.choose_by == Recipe::Choice::kEvidence && SameObjective(stage, recipe.stages.back()))
    SortByEvidence(stage, problem, &joints_, hypotheses);
  const auto first_dropped = hypotheses->begin() + stage.keep;
  dropped->insert(dropped->end(), std::make_move_iterator(first_dropped),
                  std::make_move_iterator(hypotheses->end()));
  hypotheses->erase(first_dropped, hypotheses->end());
}

void Fitter::AddFlipped(const KeypointSet& set, const KeypointBinding& binding,
                        std::vector<Hypothesis>* hypotheses) const {
  Eigen::Vector2d shoulder[2];
  bool seen[2] = {false, false};
  for (size_t i = 0; i < binding.keypoint_of_point.size(); ++i) {
    const std::string& name = set.points[binding.keypoint_of_point[i]].name;
    const int side = name == "left_shoulder" ? 0 : name == "right_shoulder" ? 1 : -1;
    if (side < 0 || targets2d_[i].weight <= 0) continue;
    shoulder[side] = targets2d_[i].image_px;
    seen[side] = true;
  }
  if (!seen[0] || !seen[1]) return;
  if ((shoulder[0] - shoulder[1]).norm() >= recipe2d_.starts.flip_shoulder_px) return;
  Hypothesis turned = hypotheses->front();
  turned.start = static_cast<int>(hypotheses->size());
  TurnAround(&turned.parameters);
  hypotheses->push_back(turned);
}

FitResult Fitter::Fit(const PersonObservation& person) {
  if (!person.is_3d()) return FitBy(recipe2d_, person);
  FitResult first = FitBy(recipe3d_, person);
  const double left_m = first.residual_median;
  const bool is_noisy = recipe3d_.noise_floor_m > 0 && left_m > recipe3d_.noise_floor_m &&
                        left_m <= recipe3d_.max_median_residual;
  if (!is_noisy) return first;
  // Of the noise of some tens of keypoints a body's parameters explain about half.
  constexpr double kNoiseOverResidual = 2;
  FitResult second = FitBy(recipe3d_.ForNoise(kNoiseOverResidual * left_m), person);
  second.milliseconds += first.milliseconds;
  return second;
}

std::optional<Recipe> Fitter::FollowNoise(const Recipe& recipe, FitProblem* problem,
                                          std::vector<Hypothesis>* ends, FitResult* result) {
  if (!(recipe.noise_ratio_floor > 0) || ends->empty()) return std::nullopt;
  std::vector<Minimum> minima = DistinctMinima(*ends, &joints_);
  if (minima.empty()) return std::nullopt;
  minima.front().hypothesis.Restore(problem);
  const MatrixX3d& points = problem->Points();
  std::vector<double> distances;
  for (int i = 0; i < problem->num_points(); ++i) {
    if (targets2d_[i].weight <= 0) continue;
    const Eigen::Vector2d offset =
        camera_.ImgFromCam(Eigen::Vector3d(points.row(i))) - targets2d_[i].image_px;
    distances.push_back(targets2d_[i].weight * PixelScale(recipe) * offset.norm());
  }
  const double ratio = NoiseRatioByMedian(Median(distances), static_cast<int>(distances.size()),
                                          NoiseLevel2(recipe.stages.back(), *problem));
  if (!(ratio > recipe.noise_ratio_floor)) return std::nullopt;
  // More is a wrong set of keypoints rather than noise, and the prior would win.
  constexpr double kMostRatio = 4;
  Recipe noisy = recipe.ForNoiseRatio(std::min(ratio, kMostRatio));
  std::vector<Hypothesis> again;
  for (Minimum& minimum : minima) again.push_back(std::move(minimum.hypothesis));
  ends->clear();
  for (const RecipeStage& stage : noisy.stages) RunStage(noisy, stage, problem, &again, ends, result);
  ends->insert(ends->end(), again.begin(), again.end());
  return noisy;
}

FitResult Fitter::FitBy(const Recipe& recipe, const PersonObservation& person) {
  const auto begin = std::chrono::steady_clock::now();
  FitResult result;
  result.id = person.id;
  result.parameters = BodyParameters::Zero(*model_);
  result.joints3d = MatrixX3d::Zero(model_->num_joints(), 3);
  result.joints2d.setZero(model_->num_joints(), 2);
  result.focal_source = "none";
  result.camera_source = camera_source::kNone;
  if (!person.reason.empty()) return Refuse(result, person.reason.c_str(), person.detail);

  const bool is_3d = person.is_3d();
  const KeypointSet& set = SetOf(person);
  const SurfaceBinding surface =
      is_3d || !weighs_dense_ ? SurfaceBinding() : BindSurface(person.dense, *model_, options_.surface);
  if (!surface.fault.empty()) return Refuse(result, reason::kBadInput, surface.fault);
  FitProblem* found = nullptr;
  std::unique_ptr<FitProblem> own;  // of this person's places on the surface
  try {
    const Recipe::Camera camera = is_3d ? Recipe::Camera::kNone : recipe.camera;
    if (surface.points.size() > 0) own = MakeProblem(set, camera, surface.points);
    found = own != nullptr ? own.get() : &ProblemFor(set, camera);
  } catch (const InputError& error) {
    return Refuse(result, reason::kBadInput, error.what());
  }
  FitProblem& problem = *found;
  const auto weight_of = [&](int keypoint, double confidence) {
    const auto it = recipe.keypoint_weights.find(set.points[keypoint].name);
    return confidence * (it == recipe.keypoint_weights.end() ? 1 : it->second);
  };
  targets2d_.clear();
  targets3d_.clear();
  for (const int k : problem.binding().keypoint_of_point) {
    if (is_3d) {
      const double weight = weight_of(k, person.keypoints3d(k, 3));
      targets3d_.push_back({person.keypoints3d.row(k).head<3>(), weight});
      result.num_keypoints += weight > 0;
    } else {
      const double weight = weight_of(k, person.keypoints2d(k, 2));
      targets2d_.push_back({person.keypoints2d.row(k).head<2>(), weight});
      result.num_keypoints += weight > 0;
    }
  }
  for (const int i : surface.dense_of_point) {
    targets2d_.push_back({person.dense[i].image_px, person.dense[i].weight});
    ++result.num_keypoints;
  }
  if (result.num_keypoints < recipe.min_keypoints) {
    return Refuse(result, result.num_keypoints == 0 ? reason::kNoPeople : reason::kTooFewKeypoints,
                  StrCat("found ", result.num_keypoints, " keypoints that the body has, expected at least ",
                         recipe.min_keypoints));
  }
  person_size_ = is_3d ? SizeOf(targets3d_, &Keypoint3dTarget::position_m)
                       : SizeOf(targets2d_, &Keypoint2dTarget::image_px);
  if (!(person_size_ > 0)) return Refuse(result, reason::kTooFewKeypoints, "all keypoints are in one place");
  // Nobody spans five metres: such numbers are in other units.
  constexpr double kLargestPersonM = 5, kCertainlyMillimetres = 500;
  if (is_3d && person_size_ > kLargestPersonM) {
    return Refuse(
        result, reason::kBadInput,
        StrCat("the keypoints span ", person_size_, " m; this looks like ",
               person_size_ > kCertainlyMillimetres ? "millimetres" : "centimetres", ", expected metres"));
  }
  if (person.betas && person.betas->size() != model_->num_betas()) {
    return Refuse(result, reason::kBadInput,
                  StrCat("found ", person.betas->size(), " betas, expected ", model_->num_betas()));
  }
  problem.HoldBetas(person.betas.has_value());
  if (is_3d) {
    problem.SetTargets3d(targets3d_);
  } else {
    const ChosenCamera chosen =
        ChooseCamera(person, options_.focal.is_given() ? options_.focal : GivenFocal(recipe.focal_px));
    camera_ = chosen.camera;
    result.focal_source = chosen.focal_source;
    result.camera_source = chosen.camera_source;
    result.focal_px = camera_.focal_px;
    result.center_px = camera_.center_px;
    problem.SetTargets2d(camera_, targets2d_, PixelScale(recipe));
  }

  std::vector<Hypothesis> hypotheses;
  if (!MakeStarts(person, recipe, &problem, &hypotheses)) {
    return Refuse(result, reason::kBehindCamera, "no start could be placed before the camera");
  }
  std::vector<Hypothesis> ends;
  for (const RecipeStage& stage : recipe.camera_stages)
    RunStage(recipe, stage, &problem, &hypotheses, &ends, &result);
  if (options_.starts > 0 && hypotheses.size() > static_cast<size_t>(options_.starts)) {
    hypotheses.resize(options_.starts);
  }
  if (options_.starts == 1 && recipe.starts.flip_test && !is_3d && !hypotheses.empty()) {
    AddFlipped(set, problem.binding(), &hypotheses);
  }
  result.num_starts = static_cast<int>(hypotheses.size());
  for (const RecipeStage& stage : recipe.stages) {
    // Only ends of the last objective can be weighed against each other.
    if (!SameObjective(stage, recipe.stages.back())) ends.clear();
    RunStage(recipe, stage, &problem, &hypotheses, &ends, &result);
    if (!SameObjective(stage, recipe.stages.back())) ends.clear();
  }
  if (hypotheses.empty()) {
    return Refuse(result, reason::kNoConvergence, "the objective could not be evaluated from any start");
  }
  ends.insert(ends.end(), hypotheses.begin(), hypotheses.end());
  const std::optional<Recipe> noisy = is_3d ? std::nullopt : FollowNoise(recipe, &problem, &ends, &result);
  const Recipe& last = noisy ? *noisy : recipe;
  std::vector<Minimum> minima = DistinctMinima(std::move(ends), &joints_);
  if (minima.empty())
    return Refuse(result, reason::kNoConvergence, "the objective could not be evaluated at any end");
  WeighMinima(last.stages.back(), &problem, &joints_, &minima);
  if (recipe.choose_by == Recipe::Choice::kEvidence) {
    std::stable_sort(minima.begin(), minima.end(),
                     [](const Minimum& a, const Minimum& b) { return a.weight > b.weight; });
  }
  // The result belongs to the start that won: parameters, costs and joints all come from this one.
  const Hypothesis& winner = minima.front().hypothesis;
  result.winning_start = winner.start;
  result.parameters = winner.parameters;
  result.latent = winner.latent;
  result.cost = winner.cost;
  result.num_minima = static_cast<int>(minima.size());
  result.joints3d_expected = ExpectedJoints(minima);
  CombineSpreads(minima, &result);
  for (const Minimum& minimum : minima) {
    if (!(minimum.weight > 0) || result.hypotheses.size() == static_cast<size_t>(options_.hypotheses)) break;
    const Hypothesis& end = minimum.hypothesis;
    result.hypotheses.push_back({end.parameters, minimum.joints3d, end.cost, minimum.weight});
  }
  Assemble(person, last, &problem, &result);
  FlagMinima(*model_, minima, &result.flags);
  FlagLimits(*model_, result.parameters, recipe.max_abs_beta, person.betas.has_value(), &result.flags);
  result.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

void Fitter::Assemble(const PersonObservation& person, const Recipe& recipe, FitProblem* problem,
                      FitResult* result) {
  const bool is_3d = person.is_3d();
  Hypothesis{0, 0, result->parameters, result->latent}.Restore(problem);
  problem->Begin(recipe.stages.back());
  result->terms = problem->TermCosts();
  const MatrixX3d& points = problem->Points();
  std::vector<double> residuals;
  bool behind = false;
  // The last loss's sigma in the residuals' own unit.
  const double sigma = recipe.stages.back().robust_sigma / (is_3d ? 1 : PixelScale(recipe));
  for (int i = 0; i < problem->num_points(); ++i) {
    const Eigen::Vector3d point = points.row(i);
    const std::string& name = SetOf(person).points[problem->binding().keypoint_of_point[i]].name;
    if (is_3d) {
      if (targets3d_[i].weight <= 0) continue;
      const Eigen::Vector3d offset = point - targets3d_[i].position_m;
      residuals.push_back(offset.norm());
      FlagSaturation(name, offset.cwiseAbs().maxCoeff(), sigma, &result->flags);
    } else if (targets2d_[i].weight > 0) {
      behind = behind || point.z() < kMinDepthM;
      const Eigen::Vector2d offset = camera_.ImgFromCam(point) - targets2d_[i].image_px;
      residuals.push_back(offset.norm());
      FlagSaturation(name, offset.cwiseAbs().maxCoeff(), sigma, &result->flags);
    }
  }
  for (size_t i = problem->num_points(); i < targets2d_.size(); ++i) {
    if (targets2d_[i].weight <= 0) continue;
    const Eigen::Vector3d point = points.row(static_cast<Eigen::Index>(i));
    behind = behind || point.z() < kMinDepthM;
    residuals.push_back((camera_.ImgFromCam(point) - targets2d_[i].image_px).norm());
  }
  result->penetration_m = problem->SelfPenetrationM();
  result->residual_median = Median(residuals);
  result->residual_mean = Mean(residuals);
  Observe(recipe.stages.back(), axes_, problem, result);
  joints_.Evaluate(result->parameters, false);
  result->joints3d = joints_.points();
  for (Eigen::Index j = 0; !is_3d && j < result->joints3d.rows(); ++j) {
    const Eigen::Vector3d joint = result->joints3d.row(j);
    if (joint.z() >= kMinDepthM) result->joints2d.row(j) = camera_.ImgFromCam(joint);
  }

  result->usable = true;
  const double limit = recipe.max_median_residual * (is_3d ? 1 : person_size_);
  if (!result->joints3d.allFinite() || !std::isfinite(result->cost)) {
    Refuse(*result, reason::kNoConvergence, "the result is not finite");
  } else if (behind) {
    Refuse(*result, reason::kBehindCamera, "a seen point ended behind the camera");
  } else if (result->residual_median > limit) {
    Refuse(*result, reason::kPoorFit,
           StrCat("median residual ", result->residual_median, is_3d ? " m" : " px", ", expected at most ",
                  limit));
  } else if (!person.betas) {
    const RecipeStage& last = recipe.stages.back();
    const double noise_m = std::sqrt(NoiseLevel2(last, *problem)) / last.weights.points3d;
    constexpr double kMedianOfNorm = 1.54;  // of three coordinates, each of standard deviation 1
    const ShapeVerdict shape = JudgeShape(*model_,
                                          {result->parameters.betas, result->betas_std,
                                           result->residual_median / (kMedianOfNorm * noise_m), is_3d},
                                          recipe.max_abs_beta);
    result->detail = shape.detail;
    if (!shape.is_plausible) Refuse(*result, reason::kImplausibleShape, shape.detail);
  }
  if (!is_3d) ScaleDeviations(*model_, EvidenceOf(recipe, *problem, *result), result);
}

FitEvidence Fitter::EvidenceOf(const Recipe& recipe, const FitProblem& problem,
                               const FitResult& result) const {
  double cost = 0, sum_weight2 = 0;
  int num_seen = 0;
  for (const TermCost& term : result.terms) cost += term.name == "reprojection" ? term.cost : 0;
  for (int i = 0; i < problem.num_points(); ++i) {
    num_seen += targets2d_[i].weight > 0;
    sum_weight2 += targets2d_[i].weight * targets2d_[i].weight;
  }
  return {NoiseRatio(cost, num_seen, sum_weight2, NoiseLevel2(recipe.stages.back(), problem)),
          surprise2d_->Nats(result.parameters.body_pose)};
}

}  // namespace vitruvius
