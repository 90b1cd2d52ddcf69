#include "apps/vitruvius/session.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "apps/vitruvius/flags.h"
#include "data/io/keypoint_set_file.h"
#include "models/camera/camera.h"
#include "models/util/check.h"
#include "priors/latent_prior.h"
#include "priors/registry.h"
#include "solvers/batch/launcher.h"

namespace vitruvius {
namespace {

bool ParseInt(const char* text, int* value) {
  char* end = nullptr;
  const long number = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || number < 0 || number > 1000000) return false;
  *value = static_cast<int>(number);
  return true;
}

// --focal, --fov, --focal_mm: one at most.
GivenFocal FocalFromFlags() {
  GivenFocal given;
  if (FLAGS_focal != "auto") {
    char* end = nullptr;
    given.px = std::strtod(FLAGS_focal.c_str(), &end);
    if (end == FLAGS_focal.c_str() || *end != '\0' || !(given.px > 0) || !std::isfinite(given.px)) {
      throw UsageError(StrCat("--focal: found \"", FLAGS_focal, "\", expected pixels or auto"));
    }
  }
  constexpr double kWidestDeg = 179, kLongestMm = 1e5;
  if (!(FLAGS_fov >= 0 && FLAGS_fov <= kWidestDeg))
    throw UsageError(StrCat("--fov: found ", FLAGS_fov, ", expected degrees, ", kWidestDeg, " at most"));
  if (!(FLAGS_focal_mm >= 0 && FLAGS_focal_mm <= kLongestMm))
    throw UsageError(
        StrCat("--focal_mm: found ", FLAGS_focal_mm, ", expected millimetres, ", kLongestMm, " at most"));
  given.fov_deg = FLAGS_fov;
  given.mm_35 = FLAGS_focal_mm;
  if ((given.px > 0) + (given.fov_deg > 0) + (given.mm_35 > 0) > 1)
    throw UsageError("--focal, --fov, --focal_mm: found several, expected one of them");
  return given;
}

}  // namespace

FitSetup FitSetupFromFlags(const std::string& recipe_of_command) {
  return MakeFitSetup({FLAGS_prior, FLAGS_recipe, FLAGS_starts}, recipe_of_command);
}

FitSetup MakeFitSetup(const FitChoice& choice, const std::string& recipe_of_command) {
  FitSetup setup;
  setup.recipe2d = LoadRecipe("default");
  setup.recipe3d = LoadRecipe("keypoints3d");
  std::map<std::string, std::shared_ptr<const Prior>> loaded;
  const auto prior = [&](const std::string& name) -> std::shared_ptr<const Prior> {
    if (name.empty() || name == "none") return nullptr;
    const auto [it, is_new] = loaded.try_emplace(name);
    if (is_new) it->second = LoadPrior(name);
    return it->second;
  };
  // A latent prior comes with the recipe made for such ones, unless another is asked for.
  if (dynamic_cast<const LatentPrior*>(prior(choice.prior).get()) != nullptr)
    setup.recipe2d = LoadRecipe("latent");
  if (!recipe_of_command.empty()) setup.recipe2d = LoadRecipe(recipe_of_command);
  if (!choice.recipe.empty()) {
    std::vector<std::string> own_keypoints;  // of --keypoint_set my.json, which recipes may weigh too
    if (!FLAGS_keypoint_set.empty()) {
      for (const KeypointSet::Point& point : KeypointSetOf(FLAGS_keypoint_set).points)
        own_keypoints.push_back(point.name);
    }
    const Recipe chosen = LoadRecipe(choice.recipe, own_keypoints);
    const bool is_3d = chosen.camera == Recipe::Camera::kNone;
    (is_3d ? setup.recipe3d : setup.recipe2d) = chosen;
    (is_3d ? setup.is_recipe3d_named : setup.is_recipe2d_named) = true;
  }
  setup.model = ModelFromFlags();
  const auto load = [&](const Recipe& recipe) {
    FitPriors priors(prior(choice.prior.empty() ? recipe.prior : choice.prior));
    priors.energy = prior(recipe.energy_prior);
    priors.starts = prior(recipe.start_prior);
    return priors;
  };
  setup.priors2d = load(setup.recipe2d);
  setup.priors3d = load(setup.recipe3d);
  if (choice.starts < 0) throw UsageError(StrCat("--starts: found ", choice.starts, ", expected 0 or more"));
  setup.options.starts = choice.starts;
  constexpr int kMostHypotheses = 1000;
  if (FLAGS_hypotheses < 0 || FLAGS_hypotheses > kMostHypotheses)
    throw UsageError(StrCat("--hypotheses: found ", FLAGS_hypotheses, ", expected 0 to ", kMostHypotheses));
  setup.options.hypotheses = FLAGS_hypotheses;
  const std::map<std::string, SolverKind> solvers = {
      {"lm", SolverKind::kDenseLm}, {"ceres", SolverKind::kCeres}, {"lbfgs", SolverKind::kLbfgs}};
  const auto solver = solvers.find(FLAGS_solver);
  if (solver == solvers.end())
    throw UsageError(StrCat("--solver: found \"", FLAGS_solver, "\", expected lm, ceres or lbfgs"));
  setup.options.solver = solver->second;
  setup.options.focal = FocalFromFlags();
  return setup;
}

int FitSetup::LatentDim() const {
  int dims[2];
  for (const bool is_3d : {false, true}) {
    const auto* latent = dynamic_cast<const LatentPrior*>((is_3d ? priors3d : priors2d).prior.get());
    dims[is_3d] = latent != nullptr ? latent->latent_dim() : 0;
  }
  if (dims[0] > 0 && dims[1] > 0 && dims[0] != dims[1]) {
    throw UsageError(StrCat("--recipe: latents of 2D and 3D fits have ", dims[0], " and ", dims[1],
                            " numbers, and one result holds one kind; name one prior with --prior"));
  }
  return std::max(dims[0], dims[1]);
}

BatchOptions BatchOptionsFromFlags() {
  BatchOptions options;
  constexpr int kMostThreads = 1024;
  if (FLAGS_threads < 0 || FLAGS_threads > kMostThreads)
    throw UsageError(StrCat("--threads: found ", FLAGS_threads, ", expected 0 to ", kMostThreads));
  options.threads = FLAGS_threads;
  if (!FLAGS_shard.empty()) {
    const size_t slash = FLAGS_shard.find('/');
    if (slash == std::string::npos || !ParseInt(FLAGS_shard.substr(0, slash).c_str(), &options.shard_index) ||
        !ParseInt(FLAGS_shard.substr(slash + 1).c_str(), &options.shard_count) ||
        options.shard_index >= options.shard_count) {
      throw UsageError(StrCat("--shard: found \"", FLAGS_shard, "\", expected i/n with 0 <= i < n"));
    }
    return options;
  }
  return options;
}

std::string TakeShardFromEnvironment(BatchOptions* options) {
  if (!FLAGS_shard.empty()) return "--shard";
  std::map<std::string, std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  const LauncherShard shard = ShardOfLauncher(environment);
  if (!shard.refusal.empty())
    throw UsageError(shard.refusal + "; say --shard=i/n, or --shard=0/1 to fit all in this process");
  options->shard_index = shard.index;
  options->shard_count = shard.count;
  return shard.source;
}

bool EndsWith(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

void TakeHypothesis(const std::string& path, ResultsFile* file) {
  if (FLAGS_hypothesis < 0) {
    throw UsageError(StrCat("--hypothesis: found ", FLAGS_hypothesis, ", expected 1 for the best, 2, ..."));
  }
  if (FLAGS_hypothesis == 0) return;
  const auto wanted = static_cast<size_t>(FLAGS_hypothesis);
  const auto lacks = [&](const ResultsFile::Row& row) { return row.fit.hypotheses.size() < wanted; };
  file->rows.erase(std::remove_if(file->rows.begin(), file->rows.end(), lacks), file->rows.end());
  if (file->rows.empty()) {
    throw InputError(
        path, "hypotheses_weight",
        StrCat("nobody has a hypothesis ", wanted, "; fit with --hypotheses K to keep K of them"));
  }
  for (ResultsFile::Row& row : file->rows) {
    FitResult& fit = row.fit;
    const PossibleBody& body = fit.hypotheses[wanted - 1];
    fit.parameters = body.parameters;
    fit.joints3d = body.joints3d;
    fit.cost = body.cost;
    const PerspectiveCamera camera = {fit.focal_px, fit.center_px};
    for (Eigen::Index j = 0; j < fit.joints2d.rows() && j < fit.joints3d.rows(); ++j) {
      const Eigen::Vector3d joint = fit.joints3d.row(j);
      if (joint.z() > 0) fit.joints2d.row(j) = camera.ImgFromCam(joint);
    }
  }
}

std::string OutputFolder() {
  if (FLAGS_out.empty()) throw UsageError("--out is missing: name a folder for the results");
  MakeFolder(FLAGS_out);
  return FLAGS_out;
}

}  // namespace vitruvius
