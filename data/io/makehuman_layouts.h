// The two layouts of MakeHuman's data, and the checks they share. Internal to data/io.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/io/makehuman.h"

namespace vitruvius {

// Bounds of what a file may claim; the data has 19,158 vertices, 13,378 quads and 163 bones.
constexpr int kMaxMakeHumanVertices = 200000;
constexpr int kMaxMakeHumanQuads = 400000;
constexpr int kMaxMakeHumanBones = 2000;
constexpr double kMetresPerDecimetre = 0.1;

// Nothing when the folder, or one of the places below it where the layout is usually found, is not of the
// layout.
std::optional<MakeHumanData> ReadMakeHumanNpm(const std::string& folder,
                                              const std::vector<std::string>& targets);
std::optional<MakeHumanData> ReadMakeHumanMpfb(const std::string& folder,
                                               const std::vector<std::string>& targets);

// Weights of the body's vertices over bones, one row a vertex, each normalised. Throws InputError naming a
// vertex without any.
struct BoneWeight {
  int vertex, bone;
  double weight;
};
SparseRowMatrixd NormalizedWeights(const std::vector<BoneWeight>& entries, int num_vertices, int num_bones,
                                   const std::string& path);

// The number of vertices of the body: its quads must use exactly the first ones.
int CountBodyVertices(const std::vector<std::array<int, 4>>& quads, int num_vertices,
                      const std::string& path);

}  // namespace vitruvius
