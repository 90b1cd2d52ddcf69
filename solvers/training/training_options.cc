#include "solvers/training/training_options.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::pair<PriorFamily, const char*> kFamilies[] = {{PriorFamily::kGanS, "gan-s"},
                                                             {PriorFamily::kGanU, "gan-u"},
                                                             {PriorFamily::kGanN, "gan-n"},
                                                             {PriorFamily::kVae, "vae"},
                                                             {PriorFamily::kRealNvp, "realnvp"}};
constexpr std::pair<AdversarialLoss, const char*> kLosses[] = {
    {AdversarialLoss::kLeastSquares, "least-squares"},
    {AdversarialLoss::kLog, "log"},
    {AdversarialLoss::kLogStrong, "log-strong"}};

template <typename Table>
auto Find(const Table& table, const std::string& name, const char* what) {
  std::string known;
  for (const auto& [value, text] : table) {
    if (name == text) return value;
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  throw InputError(StrCat(what, ": found \"", name, "\", expected one of ", known));
}

}  // namespace

void TrainingOptions::Check() const {
  VT_CHECK_GT(steps, 0);
  VT_CHECK_GT(batch, 1);
  VT_CHECK_GT(latent_dim, 1);
  VT_CHECK_GT(hidden, 0);
  VT_CHECK_GT(learning_rate, 0);
  VT_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1);
  VT_CHECK(average >= 0 && average < 1);
  VT_CHECK(recombine >= 0 && recombine <= 1);
  VT_CHECK_GT(discriminator_steps, 0);
  VT_CHECK_GE(path_length, 0);
  VT_CHECK_GT(path_length_every, 0);
  VT_CHECK_GE(betas, 0);
  VT_CHECK_GE(kl_weight, 0);
  VT_CHECK(joint_weight >= 0 && mesh_weight >= 0 && rotation_weight >= 0);
  VT_CHECK_GT(joint_weight + mesh_weight + rotation_weight, 0);
  VT_CHECK(dropout >= 0 && dropout < 1);
  VT_CHECK_GT(couplings, 0);
  VT_CHECK_GE(noise_rad, 0);
  VT_CHECK_GT(log_every, 0);
  VT_CHECK_GT(evaluate_every, 0);
  VT_CHECK_GT(validation_poses, 0);
  VT_CHECK_GT(inversion_steps, 0);
}

std::string TrainingOptions::Describe() const {
  return StrCat("family ", FamilyName(family), " steps ", steps, " batch ", batch, " latent_dim ", latent_dim,
                " hidden ", hidden, " learning_rate ", learning_rate, " beta1 ", beta1, " beta2 ", beta2,
                " average ", average, " seed ", seed, " recombine ", recombine, " loss ",
                static_cast<int>(loss), " discriminator_steps ", discriminator_steps, " path_length ",
                path_length, " every ", path_length_every, " betas ", betas, " kl_weight ", kl_weight,
                " joint_weight ", joint_weight, " mesh_weight ", mesh_weight, " rotation_weight ",
                rotation_weight, " dropout ", dropout, " couplings ", couplings, " noise_rad ", noise_rad,
                " log_every ", log_every, " evaluate_every ", evaluate_every, " validation_poses ",
                validation_poses, " inversion_steps ", inversion_steps);
}

TrainingOptions DefaultTraining(PriorFamily family) {
  TrainingOptions options;
  options.family = family;
  if (family == PriorFamily::kVae) {
    options.learning_rate = 1e-3;
    options.beta1 = 0.9;
    options.batch = 128;
    options.steps = 15000;
    options.recombine = 0.3;
  }
  if (family == PriorFamily::kRealNvp) {
    options.learning_rate = 1e-3;
    options.beta1 = 0.9;
    options.batch = 256;
    options.steps = 6000;
    options.recombine = 0.3;
    options.hidden = 128;
  }
  return options;
}

PriorFamily PriorFamilyOf(const std::string& name) { return Find(kFamilies, name, "family"); }

std::string FamilyName(PriorFamily family) {
  for (const auto& [value, text] : kFamilies) {
    if (value == family) return text;
  }
  throw ContractError("a family without a name");
}

AdversarialLoss AdversarialLossOf(const std::string& name) { return Find(kLosses, name, "loss"); }

double RateAt(std::int64_t step, std::int64_t steps) {
  constexpr double kFalling = 0.4, kLast = 0.02;
  const double left = static_cast<double>(steps - step) / (kFalling * static_cast<double>(steps));
  return kLast + (1 - kLast) * std::clamp(left, 0.0, 1.0);
}

}  // namespace vitruvius
