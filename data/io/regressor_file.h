// Joint regressors that come as files of their own, and the names of their rows: points of a body by many
// vertices, as evaluation sets define their joints.
//
//   family   file as downloaded                                 rows
//   h36m     J_regressor_h36m.npy, ..._h36m_correct.npy         17: Human3.6M's joints
//   extra    J_regressor_extra.npy (SPIN)                        9: right_hip ... head
//   j19      SMPL_to_J19.pkl (ProHMR, HMR 2.0)                  19: LSP's 14, pelvis, thorax, spine, jaw,
//   head cocoplus cocoplus_regressor in HMR's SMPL pickle            19: LSP's 14, nose, eyes, ears body25
//   J_regressor_body25.npy (EasyMocap)                 25: OpenPose's BODY_25
//
// A row becomes the weighted point "family/name": "h36m/right_hip", "extra/head_top". That two families name
// a point alike does not make it the same point: extra/head and h36m/head_top are both "Head (H36M)" in
// places, and differ.
//
// Left and right are told by where a row lies on the body, not by its number: of the two H36M files in use
// one has the left leg first and one the right.
#pragma once

#include <string>
#include <vector>

#include "data/io/named_arrays.h"
#include "models/body/body_model.h"

namespace vitruvius {

// The names of a family's rows in the file's order; empty for an unknown family.
std::vector<std::string> RegressorRowNames(const std::string& family);

// The matrix of any such file, (R, V) with a row for each of its points, whichever way round it stands there:
// bodies have more vertices than points. Throws InputError.
SparseRowMatrixd ReadRegressor(const std::string& path);

// Adds a file's rows to data->weighted_points: a .npy, or a pickle, of one (R, V) or (V, R) matrix, dense or
// sparse. The family is told by the number of rows and the file's name. Throws InputError for another number
// of rows or vertices. That rows sum to about one is checked by BodyModel::Create.
void AttachRegressor(const std::string& path, BodyModelData* data);
// The same for a matrix of a known family inside another file.
void AttachRegressorRows(const NamedArrays& file, const std::string& key, const std::string& family,
                         BodyModelData* data);
// Which of the files above, by their usual names, lie beside a body's file and are for its number of
// vertices.
std::vector<std::string> RegressorsBeside(const std::string& body_path, int num_vertices);

}  // namespace vitruvius
