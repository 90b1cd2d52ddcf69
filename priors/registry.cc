#include "priors/registry.h"

#include <algorithm>

#include "data/io/data_files.h"
#include "models/util/check.h"
#include "priors/gmm.h"
#include "priors/gmm_prior.h"

namespace vitruvius {

std::vector<std::string> ShippedPriorNames() { return DataFileNames("priors", ".npz"); }

std::shared_ptr<const Prior> LoadPrior(const std::string& name) {
  const bool is_path = name.find('/') != std::string::npos || name.find(".npz") != std::string::npos;
  if (!is_path) {
    const std::vector<std::string> names = ShippedPriorNames();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      std::string known;
      for (const std::string& other : names) known += " " + other;
      throw InputError(
          StrCat("prior \"", name, "\" is unknown; shipped are:", known, "; or give a path to a .npz"));
    }
  }
  return std::make_shared<GmmPrior>(
      name, LoadGaussianMixture(is_path ? name : DataFile("priors/" + name + ".npz")));
}

}  // namespace vitruvius
