// A generator of the size that ships, 32-512-512-114: the shipped gan-s where there is one, else random
// weights.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>

#include "data/io/data_files.h"
#include "data/io/npz.h"
#include "priors/generator_prior.h"
#include "priors/registry.h"
#include "tests/util/random_prior.h"

namespace vitruvius {

inline Arrays ArraysOfGenerator() {
  RandomPriorOptions options;
  options.latent_dim = 32;
  options.hidden = 512;
  return RandomGenerator("gan-s", options);
}

inline std::shared_ptr<const GeneratorPrior> GeneratorOfSize() {
  const std::vector<std::string> names = ShippedPriorNames();
  std::string name = "gan-s";
  if (std::count(names.begin(), names.end(), name) == 0) {
    name = (std::filesystem::temp_directory_path() / "vitruvius_benchmark_generator.npz").string();
    WriteNpz(name, ArraysOfGenerator());
  }
  return std::dynamic_pointer_cast<const GeneratorPrior>(LoadPrior(name));
}

}  // namespace vitruvius
