// Adults of MakeHuman: which of its macro targets make a person of given traits, and a population to draw
// from. A target's weight is the product of the factors in its name (MakeHuman, human.py: macro modifiers).
// Average height and regular proportions have no target.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "models/util/rng.h"

namespace vitruvius {

// Sliders from 0 to 1, one half being average.
struct Traits {
  double male = 0.5;  // 0 a woman, 1 a man
  double age = 0.5;   // one half is 25 years, 1 is 90
  double muscle = 0.5;
  double weight = 0.5;
  double height = 0.5;
  double proportions = 0.5;                               // 1: ideal
  std::array<double, 3> race = {1. / 3, 1. / 3, 1. / 3};  // african, asian, caucasian; sum to one
};

// Names of the targets that adults need, as ReadMakeHuman takes them.
std::vector<std::string> MacroTargetNames();
// Their weights for a person, in the same order.
Eigen::VectorXd MacroWeights(const Traits& traits);

// A random adult: women and men in equal parts, 25 to 70 years, stature within a sex deviating by 7 cm.
Traits DrawTraits(Rng* rng);

}  // namespace vitruvius
