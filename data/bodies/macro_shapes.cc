#include "data/bodies/macro_shapes.h"

#include <algorithm>
#include <cmath>

namespace vitruvius {
namespace {

// Which values of the traits a target stands for; -1: any.
struct Macro {
  std::string name;
  int gender = -1, age = -1, muscle = -1, weight = -1, height = -1, proportions = -1, race = -1;
};

constexpr const char* kRaces[] = {"african", "asian", "caucasian"};
constexpr const char* kGenders[] = {"female", "male"};
constexpr const char* kAges[] = {"young", "old"};
constexpr const char* kLevels[] = {"min", "average", "max"};

std::vector<Macro> MakeMacros() {
  std::vector<Macro> macros;
  for (int gender = 0; gender < 2; ++gender) {
    for (int age = 0; age < 2; ++age) {
      const std::string who = std::string(kGenders[gender]) + "-" + kAges[age];
      Macro macro;
      macro.gender = gender;
      macro.age = age;
      for (int race = 0; race < 3; ++race) {
        macro.race = race;
        macro.name = std::string("macrodetails/") + kRaces[race] + "-" + who;
        macros.push_back(macro);
      }
      macro.race = -1;
      for (int muscle = 0; muscle < 3; ++muscle) {
        for (int weight = 0; weight < 3; ++weight) {
          const std::string build = who + "-" + kLevels[muscle] + "muscle-" + kLevels[weight] + "weight";
          macro.muscle = muscle;
          macro.weight = weight;
          macro.name = "macrodetails/universal-" + build;
          macros.push_back(macro);
          for (const int end : {0, 2}) {
            Macro tall = macro, fair = macro;
            tall.height = end;
            tall.name = "macrodetails/height/" + build + "-" + kLevels[end] + "height";
            macros.push_back(tall);
            fair.proportions = end;
            fair.name =
                "macrodetails/proportions/" + build + (end == 2 ? "-ideal" : "-uncommon") + "proportions";
            macros.push_back(fair);
          }
        }
      }
    }
  }
  return macros;
}

const std::vector<Macro>& Macros() {
  static const std::vector<Macro> macros = MakeMacros();
  return macros;
}

// A slider's shares of minimum, average and maximum.
std::array<double, 3> Levels(double slider) {
  const double high = std::max(0.0, 2 * slider - 1), low = std::max(0.0, 1 - 2 * slider);
  return {low, 1 - low - high, high};
}

}  // namespace

std::vector<std::string> MacroTargetNames() {
  std::vector<std::string> names;
  for (const Macro& macro : Macros()) names.push_back(macro.name);
  return names;
}

Eigen::VectorXd MacroWeights(const Traits& traits) {
  const double old = std::max(0.0, 2 * traits.age - 1);
  const std::array<double, 2> gender = {1 - traits.male, traits.male}, age = {1 - old, old};
  const std::array<double, 3> muscle = Levels(traits.muscle), weight = Levels(traits.weight),
                              height = Levels(traits.height), proportions = Levels(traits.proportions);
  Eigen::VectorXd weights(static_cast<Eigen::Index>(Macros().size()));
  Eigen::Index i = 0;
  for (const Macro& macro : Macros()) {
    double product = gender[macro.gender] * age[macro.age];
    if (macro.race >= 0) product *= traits.race[macro.race];
    if (macro.muscle >= 0) product *= muscle[macro.muscle] * weight[macro.weight];
    if (macro.height >= 0) product *= height[macro.height];
    if (macro.proportions >= 0) product *= proportions[macro.proportions];
    weights[i++] = product;
  }
  return weights;
}

Traits DrawTraits(Rng* rng) {
  // Adults' stature deviates by 7 cm within a sex; race already brings some of them. Measured on the mesh:
  // metres of stature for a whole slider below and above average.
  constexpr double kHeightDeviation = 0.065, kMetresBelow = 0.73, kMetresAbove = 1.45;
  const auto normal = [&](double mean, double deviation) {
    return std::clamp(mean + deviation * rng->Normal(), 0.0, 1.0);
  };
  Traits traits;
  const bool male = rng->Uniform() < 0.5;
  const double blend = rng->Uniform(0, 0.1);
  traits.male = male ? 1 - blend : blend;
  traits.age = rng->Uniform(0.5, 0.85);
  traits.muscle = normal(0.45, 0.2);
  traits.weight = normal(0.6, 0.25);  // at the average of both sliders the body mass index is only 20
  const double taller = kHeightDeviation * rng->Normal();
  traits.height = std::clamp(0.5 + taller / (taller < 0 ? kMetresBelow : kMetresAbove), 0.0, 1.0);
  traits.proportions = rng->Uniform(0.3, 0.9);
  double sum = 0;  // uniform over the simplex
  for (double& share : traits.race) sum += share = -std::log(1 - rng->Uniform());
  for (double& share : traits.race) share /= sum;
  return traits;
}

}  // namespace vitruvius
