// A small random body with every feature of the format (pose blend shapes, many weights), for tests.
#pragma once

#include <memory>

#include "models/body/body_model.h"
#include "models/util/rng.h"

namespace vitruvius {

inline std::shared_ptr<const BodyModel> MakeTestBody(std::uint64_t seed = 1, int num_vertices = 60,
                                                     std::vector<int> parents = SmplParents(),
                                                     int num_betas = 10) {
  Rng rng(seed);
  const int num_joints = static_cast<int>(parents.size());
  BodyModelData data;
  data.name = "test body";
  data.parents = std::move(parents);
  data.v_template = MatrixX3d::NullaryExpr(num_vertices, 3, [&] { return rng.Normal(); });
  data.faces.resize(num_vertices - 2, 3);
  for (int f = 0; f < num_vertices - 2; ++f) data.faces.row(f) << f, f + 1, f + 2;
  data.shapedirs = RowMatrixXd::NullaryExpr(3 * num_vertices, num_betas, [&] { return 0.1 * rng.Normal(); });
  data.posedirs = RowMatrixXf::NullaryExpr(3 * num_vertices, 9 * (num_joints - 1),
                                           [&] { return static_cast<float>(0.05 * rng.Normal()); });
  RowMatrixXd weights = RowMatrixXd::Zero(num_vertices, num_joints);
  for (int v = 0; v < num_vertices; ++v) {
    for (int i = 0; i < 4; ++i) weights(v, static_cast<int>(rng.Index(num_joints))) += rng.Uniform(0.1, 1);
    weights.row(v) /= weights.row(v).sum();
  }
  data.weights = weights.sparseView();
  RowMatrixXd regressor = RowMatrixXd::Zero(num_joints, num_vertices);
  for (int j = 0; j < num_joints; ++j) {
    for (int i = 0; i < 5; ++i)
      regressor(j, static_cast<int>(rng.Index(num_vertices))) += rng.Uniform(0.1, 1);
    regressor.row(j) /= regressor.row(j).sum();
  }
  data.joint_regressor = regressor.sparseView();
  data.landmarks = {{"nose", 3}, {"left_heel", 7}};
  return BodyModel::Create(std::move(data));
}

inline BodyParameters RandomParameters(const BodyModel& model, Rng* rng, double pose_scale = 0.5) {
  BodyParameters p = BodyParameters::Zero(model);
  for (double& x : p.global_orient) x = 2 * pose_scale * rng->Normal();
  for (double& x : p.body_pose) x = pose_scale * rng->Normal();
  for (double& x : p.betas) x = rng->Normal();
  for (double& x : p.transl) x = rng->Normal();
  return p;
}

}  // namespace vitruvius
