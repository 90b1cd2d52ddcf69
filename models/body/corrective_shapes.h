// The mesh of a body at rest, for programs that know linear blend skinning and morph targets but neither
// shape nor pose blend shapes (glTF, Blender, game engines).
//
// SMPL skins v_shaped(betas) + posedirs f(pose), which changes from frame to frame. Over one sequence that
// change stays near a few directions: with a frame's features x = (betas, f(pose)), the matrix P of
// their effect on the rest mesh and their covariance C, the k directions that leave the least squared error
// over all vertices and frames are the largest eigenvectors of L^T C L, where L L^T = P^T P (principal
// components in the metric of the mesh). One frame needs none: its mesh is the mean.
//
// Skinning about joints of the mean shape moves them by dJ_j = J_j(betas) - J_j(mean); vertices take it out
// again as v - sum_j w_j dJ_j, exact where a vertex hangs on one joint.
#pragma once

#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct CorrectiveShapesOptions {
  double rms_tolerance_m = 2e-4;  // over vertices and frames: more directions are taken until it is kept
  int max_shapes = 64;
  void Check() const;  // throws ContractError
};

struct CorrectiveShapes {
  Eigen::VectorXd mean_betas;       // B
  MatrixX3d rest_joints;            // (J, 3) metres, of the mean betas
  MatrixX3d rest_vertices;          // (V, 3) metres
  std::vector<RowMatrixXf> shapes;  // K of (V, 3) metres: added to rest_vertices by weight
  RowMatrixXf weights;              // (N, K), each in [0, 1]
  double rms_error_m = 0;           // over vertices and frames, what is left out, at rest
};

// frames: at least one; all have the model's sizes.
CorrectiveShapes FindCorrectiveShapes(const BodyModel& model, const std::vector<BodyParameters>& frames,
                                      const CorrectiveShapesOptions& options = {});

}  // namespace vitruvius
