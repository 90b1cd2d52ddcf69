// CMU motion as comma-separated exponential maps: 117 numbers a row, root translation and 38 rotations of the
// CMU skeleton, as used by research on human motion prediction. The file names no frame rate; the recordings
// have 120. Source: the layout of Taylor, Hinton and Roweis' code, as distributed with Li et al., CVPR 2018.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/body/body_model.h"
#include "models/math/so3.h"

namespace vitruvius {

inline constexpr int kExpmapBones = 38;
inline constexpr int kExpmapColumns = 3 + 3 * kExpmapBones;
inline constexpr double kExpmapFps = 120.0;

// Name and parent of each rotation, in file order; the names are those of the CMU BVH files, ends are "".
struct ExpmapBone {
  const char* name;
  int parent;
};
const ExpmapBone* ExpmapBones();  // (kExpmapBones)

struct ExpmapMotion {
  std::string path;
  RowMatrixXd rows;  // (N, 117) as in the file: the units of the CMU skeleton, radians

  // Rotations in the world relative to the rest pose, kExpmapBones entries. The file's maps act on row
  // vectors.
  void GlobalRotations(int frame, std::vector<Matrix3d>* global) const;
};

// Throw InputError "path: line N: found ..., expected ...".
ExpmapMotion ReadExpmap(const std::string& path);
ExpmapMotion ParseExpmap(std::string_view text, const std::string& path);

}  // namespace vitruvius
