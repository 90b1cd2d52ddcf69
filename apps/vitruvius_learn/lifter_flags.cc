#include "apps/vitruvius_learn/lifter_flags.h"

#include <algorithm>

#include "apps/common/flags.h"
#include "apps/vitruvius_learn/training_session.h"

DECLARE_int64(batch);
DECLARE_int64(hidden);
DECLARE_double(rate);
DECLARE_double(average);
DECLARE_int32(discriminator_steps);
DEFINE_int64(epochs, -1, "passes through the people; -1: the command's own");
DEFINE_int64(people, vitruvius::ProjectionOptions().samples,
             "people to train on: captured poses from random sides");
DEFINE_double(pitch, vitruvius::ProjectionOptions().pitch_deg,
              "standard deviation in degrees of the camera's pitch; its roll's is 0.6 of it");
DEFINE_string(keypoints, "lsp14", "the keypoint set to lift, as `fit --keypoint_set` names it");
DEFINE_string(game, "log",
              "adversarial loss: log (the paper's), log-strong (non-saturating) or least-squares");
DEFINE_double(adversarial, vitruvius::LifterOptions().adversarial_weight, "weight of the adversarial loss");
DEFINE_double(ratio, vitruvius::LifterOptions().ratio_weight, "weight of bone ratios");
DEFINE_double(symmetry, vitruvius::LifterOptions().symmetry_weight,
              "weight of left and right limbs' equality");
DEFINE_double(consistency, vitruvius::LifterOptions().consistency_weight,
              "weight of the distance to what is lifted from another side; 0: the paper's losses alone");
DEFINE_int32(angles, vitruvius::LifterOptions().angles_per_pose,
             "turns of each lifted pose a step, of the paper's seven");
DEFINE_string(choice, "last", "which weights are kept: last, or correlation, those that do best on --val");
DEFINE_bool(supervised, false,
            "give the true joints as registered ones, to see what could be reached at most");
DEFINE_string(init, "", "lifter.npz or regressor.npz of an earlier round, to go on from");

namespace vitruvius {

const std::vector<std::string>& LifterFlagNames() {
  static const std::vector<std::string> names = {
      "epochs",  "people",      "pitch", "keypoints", "batch",       "hidden", "rate",
      "average", "game",        "ratio", "symmetry",  "adversarial", "angles", "discriminator_steps",
      "choice",  "consistency", "init",  "supervised"};
  return names;
}

LifterFlags LifterFromFlags() {
  LifterFlags flags;
  LifterOptions& training = flags.training;
  TakeFlag("epochs", FLAGS_epochs, 1, 1e6, &training.epochs);
  TakeFlag("batch", FLAGS_batch, 2, 1e6, &training.batch);
  TakeFlag("hidden", FLAGS_hidden, 1, 1e5, &training.hidden);
  TakeFlag("rate", FLAGS_rate, 1e-9, 1, &training.learning_rate);
  TakeFlag("average", FLAGS_average, 0, 0.999999, &training.average);
  training.loss = AdversarialLossOf(FLAGS_game);
  TakeFlag("adversarial", FLAGS_adversarial, 0, 1e6, &training.adversarial_weight);
  TakeFlag("ratio", FLAGS_ratio, 0, 1e6, &training.ratio_weight);
  TakeFlag("symmetry", FLAGS_symmetry, 0, 1e6, &training.symmetry_weight);
  TakeFlag("consistency", FLAGS_consistency, 0, 1e6, &training.consistency_weight);
  TakeFlag("angles", FLAGS_angles, 1, static_cast<double>(training.angles_deg.size()),
           &training.angles_per_pose);
  TakeFlag("discriminator_steps", FLAGS_discriminator_steps, 1, 1000, &training.discriminator_steps);
  training.choice = LifterChoiceOf(FLAGS_choice);
  training.seed = FLAGS_seed;
  TakeFlag("people", FLAGS_people, 2, 1e8, &flags.projection.samples);
  constexpr double kRollShare = 0.6;
  TakeFlag("pitch", FLAGS_pitch, 0, 45, &flags.projection.pitch_deg);
  flags.projection.roll_deg = kRollShare * flags.projection.pitch_deg;
  flags.projection.seed = FLAGS_seed;
  flags.keypoints = FindKeypointSet(FLAGS_keypoints);
  if (flags.keypoints == nullptr) {
    std::string known;
    for (const std::string& name : KeypointSetNames()) known += (known.empty() ? "" : ", ") + name;
    throw UsageError(StrCat("--keypoints: found \"", FLAGS_keypoints, "\", expected one of ", known));
  }
  flags.supervised = FLAGS_supervised;
  flags.initial = FLAGS_init;
  return flags;
}

}  // namespace vitruvius
