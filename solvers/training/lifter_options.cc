#include "solvers/training/lifter_options.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"

namespace vitruvius {

void LifterOptions::Check() const {
  VT_CHECK_GT(epochs, 0);
  VT_CHECK_GT(batch, 1);
  VT_CHECK_GT(hidden, 0);
  VT_CHECK_GT(learning_rate, 0);
  VT_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1);
  VT_CHECK(average >= 0 && average < 1);
  VT_CHECK(adversarial_weight >= 0 && ratio_weight >= 0 && symmetry_weight >= 0 && consistency_weight >= 0);
  VT_CHECK(joint_weight > 0 && joint_weight_last > 0);
  VT_CHECK(!angles_deg.empty());
  for (const double angle : angles_deg) VT_CHECK(std::isfinite(angle));
  VT_CHECK_GE(angles_per_pose, 1);
  VT_CHECK_LE(angles_per_pose, static_cast<int>(angles_deg.size()));
  VT_CHECK_GT(discriminator_steps, 0);
  VT_CHECK_GT(log_every, 0);
  VT_CHECK_GT(evaluations, 0);
  VT_CHECK_GT(validation_poses, 1);
}

std::string LifterOptions::Describe() const {
  std::string angles;
  for (const double angle : angles_deg) angles += StrCat(" ", angle);
  return StrCat("lifter epochs ", epochs, " batch ", batch, " hidden ", hidden, " learning_rate ",
                learning_rate, " beta1 ", beta1, " beta2 ", beta2, " average ", average, " seed ", seed,
                " loss ", static_cast<int>(loss), " adversarial ", adversarial_weight, " ratio ",
                ratio_weight, " symmetry ", symmetry_weight, " consistency ", consistency_weight, " joint ",
                joint_weight, " to ", joint_weight_last, " angles", angles, " per pose ", angles_per_pose,
                " discriminator_steps ", discriminator_steps, " choice ", static_cast<int>(choice),
                " log_every ", log_every, " evaluations ", evaluations, " validation_poses ",
                validation_poses);
}

std::int64_t LifterOptions::StepsPerEpoch(std::int64_t rows) const {
  return std::max<std::int64_t>(1, rows / batch);
}

double LifterOptions::JointWeightAt(std::int64_t epoch) const {
  if (epochs == 1) return joint_weight;
  const double done = static_cast<double>(epoch) / static_cast<double>(epochs - 1);
  return joint_weight * std::pow(joint_weight_last / joint_weight, done);
}

LifterChoice LifterChoiceOf(const std::string& name) {
  if (name == "last") return LifterChoice::kLast;
  if (name == "correlation") return LifterChoice::kCorrelation;
  throw InputError(StrCat("choice: found \"", name, "\", expected last or correlation"));
}

}  // namespace vitruvius
