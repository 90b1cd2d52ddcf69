// What several commands need: the objects that flags name, input and progress.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/body_flags.h"
#include "apps/common/command.h"
#include "apps/common/progress.h"
#include "data/io/result_writer.h"
#include "models/body/body_model.h"
#include "models/scene/fit_result.h"
#include "priors/prior.h"
#include "solvers/batch/batch.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/fitter.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {

// Everything a fit needs, from flags; called once, shared by all threads.
struct FitSetup {
  std::shared_ptr<const BodyModel> model;
  FitPriors priors2d{nullptr}, priors3d{nullptr};
  Recipe recipe2d, recipe3d;
  // Which of the two --recipe names, if any: people of the other kind would not be fitted by it.
  bool is_recipe2d_named = false, is_recipe3d_named = false;
  FitOptions options;

  // Of people whose input has none.
  GivenFocal Focal() const {
    return options.focal.is_given() ? options.focal : GivenFocal(recipe2d.focal_px);
  }
  // Numbers of a latent that results may have; 0 without a latent prior.
  int LatentDim() const;
  // Throws UsageError where the recipe is for a body of segments.
  std::shared_ptr<Fitter> MakeFitter() const {
    if (recipe2d.body == Recipe::Body::kSegments)
      throw UsageError("--recipe: a body of segments is registered, not fitted: vitruvius register");
    return std::make_shared<Fitter>(model, priors2d, priors3d, recipe2d, recipe3d, options);
  }
  PersonWorker MakeWorker() const {
    if (recipe2d.body == Recipe::Body::kSegments) {
      auto fitter = std::make_shared<SegmentFitter>(model, recipe2d, options);
      return [fitter](const PersonObservation& person, long) { return fitter->Fit(person); };
    }
    return [fitter = MakeFitter()](const PersonObservation& person, long) { return fitter->Fit(person); };
  }
};
// How to fit, by name: what --prior, --recipe and --starts say.
struct FitChoice {
  std::string prior, recipe;  // empty: the recipe's prior, the command's recipe
  int starts = 0;             // 0: the recipe's
};
// recipe: where --recipe names none; empty: as fits of keypoints do.
FitSetup FitSetupFromFlags(const std::string& recipe = "");
// The same, but for the choice, which the caller makes.
FitSetup MakeFitSetup(const FitChoice& choice, const std::string& recipe = "");
BatchOptions BatchOptionsFromFlags();  // --threads, --shard
// Without --shard: what the launcher says that started this process (solvers/batch/launcher.h). Returns the
// variables that said so, or "". Throws UsageError where they name no shard.
std::string TakeShardFromEnvironment(BatchOptions* options);

bool EndsWith(const std::string& text, const std::string& ending);

// --hypothesis: the k-th of the bodies that the fits kept takes the result's place; people who have none so
// far down are left out. Throws UsageError, and InputError when nobody has one.
void TakeHypothesis(const std::string& path, ResultsFile* file);

// Folder of --out, made when missing. Throws UsageError when the flag is empty, InputError when it cannot be
// made.
std::string OutputFolder();

}  // namespace vitruvius
