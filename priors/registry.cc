#include "priors/registry.h"

#include "data/io/data_files.h"
#include "data/io/named_arrays.h"
#include "priors/gmm.h"
#include "priors/gmm_prior.h"

namespace vitruvius {

std::vector<std::string> ShippedPriorNames() { return DataFileNames("priors", ".npz"); }

std::shared_ptr<const Prior> LoadPrior(const std::string& name) {
  const std::string path = HasPickleEnding(name) ? name : ShippedOrOwnFile("prior", "priors", ".npz", name);
  return std::make_shared<GmmPrior>(name, LoadGaussianMixture(path));
}

}  // namespace vitruvius
