#include "models/body/mannequin.h"

#include "models/body/mannequin_internal.h"

namespace vitruvius {

BodyModelData MakeMannequin() {
  const mannequin::Surface surface = mannequin::MakeSurface();
  BodyModelData data;
  data.name = data.source.file = "mannequin";
  data.v_template.resize(static_cast<Eigen::Index>(surface.vertices.size()), 3);
  for (size_t v = 0; v < surface.vertices.size(); ++v)
    data.v_template.row(v) = surface.vertices[v].transpose();
  data.faces.resize(static_cast<Eigen::Index>(surface.faces.size()), 3);
  for (size_t f = 0; f < surface.faces.size(); ++f) {
    data.faces.row(f) << surface.faces[f][0], surface.faces[f][1], surface.faces[f][2];
  }
  data.weights = mannequin::MakeWeights(surface);
  data.joint_regressor = mannequin::MakeJointRegressor(surface);
  data.shapedirs = mannequin::MakeShapedirs(surface, data.weights);
  data.posedirs = mannequin::MakePosedirs(surface, data.weights);
  data.parents = SmplParents();
  data.joint_names = SmplJointNames();
  data.landmarks = surface.landmarks;
  return data;
}

std::shared_ptr<const BodyModel> Mannequin() {
  static const std::shared_ptr<const BodyModel> body = BodyModel::Create(MakeMannequin());
  return body;
}

}  // namespace vitruvius
