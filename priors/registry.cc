#include "priors/registry.h"

#include "data/io/data_files.h"
#include "data/io/named_arrays.h"
#include "priors/flow_prior.h"
#include "priors/generator_prior.h"
#include "priors/gmm.h"
#include "priors/gmm_prior.h"
#include "priors/learned_prior_file.h"

namespace vitruvius {

std::vector<std::string> ShippedPriorNames() { return DataFileNames("priors", ".npz"); }

std::shared_ptr<const Prior> LoadPrior(const std::string& name) {
  const std::string path = HasPickleEnding(name) ? name : ShippedOrOwnFile("prior", "priors", ".npz", name);
  const std::unique_ptr<NamedArrays> file = OpenNamedArrays(path);
  if (IsLearnedPrior(*file) && IsFlow(*file)) return std::make_shared<FlowPrior>(name, ReadFlow(*file));
  if (IsLearnedPrior(*file)) return std::make_shared<GeneratorPrior>(name, ReadGenerator(*file));
  return std::make_shared<GmmPrior>(name, ReadGaussianMixture(*file));
}

}  // namespace vitruvius
