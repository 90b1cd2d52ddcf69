// Rounds of registration and training in turn: each round learns depths from the keypoints, registers the
// body of segments to every person, from the last round's prediction and, so that a bad one does no harm,
// from its registration, whichever ends lower, and trains the image regressor on the registrations. Source:
// "Learning body shape and pose from dense correspondences", appendix; the number of rounds, and whether
// networks go on or begin anew, are not told there: here they go on. There predictions alone are starts.
//
// Everything a stage makes is in a file, and every stage reads its inputs from files: a run that was stopped
// anywhere goes on to the same results as one that was not. In the folder:
//
//   options.txt                      what the results depend on; a folder of other options is refused
//   round_R/lifter/lifter.npz        with log.csv and checkpoint.npz while it trains; so the regressor's
//   round_R/registrations/           results.npz, manifest.jsonl: one row a training person
//   round_R/labels.npz               ids (N,), label_weight (N,): how much each registration taught
//   round_R/regressor/regressor.npz
//   round_R/predictions/             of the training people, for the next round; none in the last
//   round_R/test/                    of the test people
//   round_R/scores.json              RoundScores
//   times.csv                        round, stage, seconds of every stage that ran
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <nlohmann/json_fwd.hpp>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/body_errors.h"
#include "solvers/registration/fitter.h"
#include "solvers/registration/label_weights.h"
#include "solvers/training/lifter_options.h"
#include "solvers/training/regressor_options.h"
#include "solvers/training/training_loop.h"

namespace vitruvius {

struct RoundsOptions {
  int rounds = 3;
  Recipe first, later;       // of bodies of segments: dense-first, dense-later
  std::string recipe_texts;  // what both were read from
  FitOptions fit;            // the surface's lookup, the solver, and the focal length of results
  bool lifts = true;         // without: no depths, no lifter
  LifterOptions lifter;
  std::int64_t later_lifter_epochs = 50;
  RegressorOptions regressor;
  std::int64_t later_regressor_epochs = 30;
  std::string backbone;  // what the first regressor begins with; "": random weights
  LabelWeightOptions labels;
  int threads = 0;  // of registration; 0: one a core. Changes no number

  void Check() const;  // throws ContractError
  std::string Describe() const;
};

// People with the picture's place in image_path. Truth may be empty; else it is found by id.
struct RoundsData {
  std::vector<PersonObservation> train, test;
  std::vector<FitResult> train_truth, test_truth;
};

struct RoundScores {
  int round = 0;
  LabelWeights labels;  // counts alone
  // Mean distance of a person's points from where they were seen, px in a crop kErrorCropPx wide: of
  // registrations, and of predictions of test people.
  double registration_points_px = 0, test_points_px = 0;
  // Against truth; people is 0 where there is none.
  MeanErrors registration, train_predictions, test;
  nlohmann::ordered_json ToJson() const;
};

struct RoundsEvents {
  // A stage begins ("lifter", "registration", "regressor", "predictions", "test"); `people` or 0.
  std::function<void(int round, const std::string& stage, long people)> begun;
  std::function<void(const FitResult& result)> registered;
  // Of the two trainings; `folder` is the stage's. False: stop here, as if killed.
  std::function<bool(const std::string& folder, const TrainingRun& run)> stepped;
  std::function<void(const std::string& folder, const TrainingRun& run)> evaluated;
  // A round has its scores.
  std::function<void(const RoundScores& scores)> scored;
};

struct RoundsOutcome {
  std::vector<RoundScores> rounds;
  bool finished = false;
};

// Goes on with what is in the folder. Throws InputError: no pictures, nobody to register, a folder of other
// options or people, a file that cannot be read or written.
RoundsOutcome RunRounds(const RoundsOptions& options, const std::shared_ptr<const BodyModel>& model,
                        const RoundsData& data, const std::string& folder, const RoundsEvents& events = {},
                        at::Device device = at::kCPU);

// The names of the files above.
std::string RoundFolder(const std::string& folder, int round);

}  // namespace vitruvius
