#include "models/networks/torch_body.h"

#include <algorithm>

#include "models/networks/check_size.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Row-major doubles to a tensor of its own.
template <typename Matrix>
at::Tensor TensorOf(const Matrix& matrix, at::TensorOptions options) {
  RowMatrixXd copy(matrix.rows(), matrix.cols());
  copy = matrix.template cast<double>();
  return at::from_blob(copy.data(), {copy.rows(), copy.cols()}, at::kDouble).to(options, false, true);
}

}  // namespace

TorchBody::TorchBody(const BodyModel& model, at::TensorOptions options,
                     const std::vector<std::int64_t>& vertices)
    : parents_(model.parents()) {
  if (model.pose_feature() != PoseFeature::kRotation) {
    throw InputError(model.name(), "posedirs", "STAR's pose blend shapes are not known here");
  }
  v_template_ = TensorOf(model.v_template(), options);
  shapedirs_ = TensorOf(model.shapedirs().transpose(), options);
  joint_template_ = TensorOf(model.joint_template(), options);
  joint_shapedirs_ = TensorOf(model.joint_shapedirs().transpose(), options);
  weights_ = TensorOf(RowMatrixXd(model.weights()), options);
  if (model.has_posedirs()) posedirs_ = TensorOf(model.posedirs().transpose(), options);
  if (!vertices.empty()) {
    const std::int64_t count = v_template_.size(0);
    for (const std::int64_t v : vertices) VT_CHECK(v >= 0 && v < count);
    const at::Tensor wanted = at::tensor(vertices, at::kLong).to(options.device());
    const auto columns = [&](const at::Tensor& m) {
      return m.reshape({m.size(0), count, 3}).index_select(1, wanted).reshape({m.size(0), -1});
    };
    v_template_ = v_template_.index_select(0, wanted);
    weights_ = weights_.index_select(0, wanted);
    shapedirs_ = columns(shapedirs_);
    if (posedirs_.defined()) posedirs_ = columns(posedirs_);
  }

  const auto indices = [&](const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::kLong).to(options.device());
  };
  std::vector<std::int64_t> generation = {0}, sequence, place(parents_.size());
  while (!generation.empty()) {
    std::vector<std::int64_t> parents, parent, next;
    for (const std::int64_t j : generation) {
      place[j] = static_cast<std::int64_t>(sequence.size());
      sequence.push_back(j);
    }
    const auto begin = static_cast<std::int64_t>(sequence.size() - generation.size());
    for (std::int64_t j = 1; j < num_joints(); ++j) {
      const auto at = std::find(generation.begin(), generation.end(), parents_[j]);
      if (at == generation.end()) continue;
      next.push_back(j);
      parents.push_back(parents_[j]);
      parent.push_back(place[parents_[j]] - begin);
    }
    if (!next.empty()) generations_.push_back({indices(next), indices(parents), indices(parent)});
    generation = next;
  }
  order_ = indices(place);
}

TorchBody::Chain TorchBody::PoseChain(const at::Tensor& rotations, const at::Tensor& betas) const {
  const std::int64_t batch = rotations.size(0);
  VT_CHECK_EQ(rotations.dim(), 4);
  VT_CHECK_EQ(rotations.size(1), num_joints());
  CheckSize(betas, "betas", batch, num_betas());
  Chain chain;
  chain.rest = joint_template_ + betas.matmul(joint_shapedirs_).reshape({batch, num_joints(), 3});
  std::vector<at::Tensor> world_rotation = {rotations.narrow(1, 0, 1)},
                          world_joint = {chain.rest.narrow(1, 0, 1)};
  for (const Generation& g : generations_) {
    const at::Tensor above = world_rotation.back().index_select(1, g.parent);
    const at::Tensor bone = chain.rest.index_select(1, g.joints) - chain.rest.index_select(1, g.parents);
    world_joint.push_back(world_joint.back().index_select(1, g.parent) +
                          above.matmul(bone.unsqueeze(-1)).squeeze(-1));
    world_rotation.push_back(above.matmul(rotations.index_select(1, g.joints)));
  }
  chain.rotation = at::cat(world_rotation, 1).index_select(1, order_);
  chain.joints = at::cat(world_joint, 1).index_select(1, order_);
  return chain;
}

at::Tensor TorchBody::Joints(const at::Tensor& rotations, const at::Tensor& betas) const {
  return PoseChain(rotations, betas).joints;
}

TorchBody::Output TorchBody::ForwardRotations(const at::Tensor& rotations, const at::Tensor& betas) const {
  const Chain chain = PoseChain(rotations, betas);
  const std::int64_t batch = rotations.size(0), num_vertices = v_template_.size(0);
  at::Tensor posed = v_template_ + betas.matmul(shapedirs_).reshape({batch, num_vertices, 3});
  if (posedirs_.defined()) {
    const at::Tensor feature = (rotations.narrow(1, 1, num_joints() - 1) - at::eye(3, rotations.options()))
                                   .reshape({batch, 9 * (num_joints() - 1)});
    posed = posed + feature.matmul(posedirs_).reshape({batch, num_vertices, 3});
  }
  const at::Tensor offset = chain.joints - chain.rotation.matmul(chain.rest.unsqueeze(-1)).squeeze(-1);
  const at::Tensor blended_rotation =
      weights_.matmul(chain.rotation.reshape({batch, num_joints(), 9})).reshape({batch, num_vertices, 3, 3});
  const at::Tensor blended_offset = weights_.matmul(offset);
  return {blended_rotation.matmul(posed.unsqueeze(-1)).squeeze(-1) + blended_offset, chain.joints};
}

TorchBody::Output TorchBody::Forward(const at::Tensor& global_orient, const at::Tensor& body_pose,
                                     const at::Tensor& betas, const at::Tensor& transl) const {
  VT_CHECK_EQ(global_orient.dim(), 2);
  const int64_t batch = global_orient.size(0);
  CheckSize(global_orient, "global_orient", batch, 3);
  CheckSize(body_pose, "body_pose", batch, 3 * (num_joints() - 1));
  CheckSize(transl, "transl", batch, 3);
  const at::Tensor pose = at::cat({global_orient, body_pose}, 1).reshape({batch, num_joints(), 3});
  const Output output = ForwardRotations(RotationsFromAxisAngle(pose), betas);
  const at::Tensor shift = transl.unsqueeze(1);
  return {output.vertices + shift, output.joints + shift};
}

}  // namespace vitruvius
