// Body models as files: SMPL's .pkl as downloaded, .npz with the same keys, and a few more keys for bodies of
// another topology.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct BodyFileOptions {
  // Shape directions kept, from the first: files have up to 300, of which fits use about 10. SMPL-X's files
  // hold expressions after the shapes (300 and 100, or 10 and 10): these are never taken for shapes.
  int max_betas = 10;
  int max_expressions = 10;
  // Files of joint regressors whose rows become weighted points (data/io/regressor_file.h), and whether those
  // that lie beside the body's file are taken too.
  std::vector<std::string> regressors;
  bool regressors_beside = true;
  // What the body's source is to say in the place of the file's path: "free" for the one that every user has
  // at a place of their own.
  std::string known_as;

  void Check() const;  // throws InputError
};

// Reads a .npz or a pickle (data/io/pickle.h): v_template (V,3), shapedirs (V,3,B) or absent, posedirs
// (V,3,9(J-1)), STAR's (V,3,4(J-1)+1), absent or zero, J_regressor (J,V), dense or sparse, weights (V,J),
// kintree_table (2,J) whose root is -1 or 2^32-1, f (F,3); optional: gender, name, joint_names (J,),
// landmark_names (L,) with landmark_vertices (L,); of SMPL-H and SMPL-X hands_meanl (45,), hands_componentsl
// (C,45) and their right sides, cocoplus_regressor (19,V), lmk_faces_idx (51,) with lmk_bary_coords (51,3),
// which become the points face_17 ... face_67. Keys of our own: num_betas (), where expressions begin in
// shapedirs; point_names (P,) with point_of_entry (N,), point_vertices (N,) and point_weights (N,), the
// weighted points; chart_part (F,) 1 to 24 with chart_uv (F,3,2), 0 to 1, a chart of the surface
// (models/body/surface_chart.h). Everything else in the file, objects included, is skipped. A gender that the
// file does not tell is taken from its name (SMPL_MALE.npz, basicModel_f_...), else "neutral". Throws
// InputError with the file, the array, what was found and what was expected.
std::shared_ptr<const BodyModel> LoadBodyModel(const std::string& path, const BodyFileOptions& options = {});

// Copies a body's file to a .npz or .pkl, told by the ending: every array and text as it stands, sparse
// matrices densely, chumpy's objects by their value, other objects left out; name and gender are added where
// the file has none, and the rows of regressors from elsewhere. The body is loaded first, with the options'
// regressors, so that nothing is written that cannot be read. Throws InputError.
void ConvertBodyFile(const std::string& from, const std::string& to, const BodyFileOptions& options = {});

// Writes a body as .npz or .pkl, told by the ending, with all of the above keys: <f8, posedirs <f4 (zeros
// when the model has none, because SMPL's readers expect them), kintree_table and f <u4 with 2^32-1 for the
// root. Throws InputError when the place cannot be written.
void SaveBodyModel(const std::string& path, const BodyModel& model);

}  // namespace vitruvius
