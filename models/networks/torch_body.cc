#include "models/networks/torch_body.h"

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

void CheckSize(const at::Tensor& tensor, const char* name, int64_t batch, int64_t columns) {
  if (tensor.dim() != 2 || tensor.size(0) != batch || tensor.size(1) != columns) {
    throw ContractError(StrCat(name, ": found ", tensor.sizes(), ", expected [", batch, ", ", columns, "]"));
  }
}

}  // namespace

at::Tensor RotationsFromAxisAngle(const at::Tensor& axis_angle) {
  // Series below, so that the root's infinite slope at zero never enters the graph: both branches of a
  // where() are differentiated, hence the replaced angle in the one that is not taken.
  constexpr double kSmall = 1e-4;
  const at::Tensor squared = (axis_angle * axis_angle).sum(-1, true).unsqueeze(-1);  // (..., 1, 1)
  const at::Tensor is_small = squared < kSmall;
  const at::Tensor safe = at::where(is_small, at::ones_like(squared), squared);
  const at::Tensor angle = safe.sqrt();
  const at::Tensor a = at::where(is_small, 1 - squared / 6 * (1 - squared / 20), angle.sin() / angle);
  const at::Tensor b = at::where(is_small, 0.5 - squared / 24 * (1 - squared / 30), (1 - angle.cos()) / safe);
  const std::vector<at::Tensor> w = axis_angle.unbind(-1);
  const at::Tensor zero = at::zeros_like(w[0]);
  std::vector<int64_t> shape = axis_angle.sizes().vec();
  shape.push_back(3);
  const at::Tensor skew =
      at::stack({zero, -w[2], w[1], w[2], zero, -w[0], -w[1], w[0], zero}, -1).reshape(shape);
  const at::Tensor outer = axis_angle.unsqueeze(-1) * axis_angle.unsqueeze(-2);
  const at::Tensor identity = at::eye(3, axis_angle.options());
  return identity * (1 - b * squared) + a * skew + b * outer;
}

TorchBody::TorchBody(const BodyModel& model, at::TensorOptions options) : parents_(model.parents()) {
  if (model.pose_feature() != PoseFeature::kRotation) {
    throw InputError(model.name(), "posedirs", "STAR's pose blend shapes are not known here");
  }
  v_template_ = TensorOf(model.v_template(), options);
  shapedirs_ = TensorOf(model.shapedirs().transpose(), options);
  joint_template_ = TensorOf(model.joint_template(), options);
  joint_shapedirs_ = TensorOf(model.joint_shapedirs().transpose(), options);
  weights_ = TensorOf(RowMatrixXd(model.weights()), options);
  if (model.has_posedirs()) posedirs_ = TensorOf(model.posedirs().transpose(), options);
}

TorchBody::Output TorchBody::Forward(const at::Tensor& global_orient, const at::Tensor& body_pose,
                                     const at::Tensor& betas, const at::Tensor& transl) const {
  const auto num_joints = static_cast<int64_t>(parents_.size());
  VT_CHECK_EQ(global_orient.dim(), 2);
  const int64_t batch = global_orient.size(0), num_vertices = v_template_.size(0);
  CheckSize(global_orient, "global_orient", batch, 3);
  CheckSize(body_pose, "body_pose", batch, 3 * (num_joints - 1));
  CheckSize(betas, "betas", batch, shapedirs_.size(0));
  CheckSize(transl, "transl", batch, 3);

  const at::Tensor pose = at::cat({global_orient, body_pose}, 1).reshape({batch, num_joints, 3});
  const at::Tensor rotations = RotationsFromAxisAngle(pose);  // (N, J, 3, 3)
  at::Tensor posed = v_template_ + betas.matmul(shapedirs_).reshape({batch, num_vertices, 3});
  const at::Tensor rest = joint_template_ + betas.matmul(joint_shapedirs_).reshape({batch, num_joints, 3});
  if (posedirs_.defined()) {
    const at::Tensor feature = (rotations.narrow(1, 1, num_joints - 1) - at::eye(3, rotations.options()))
                                   .reshape({batch, 9 * (num_joints - 1)});
    posed = posed + feature.matmul(posedirs_).reshape({batch, num_vertices, 3});
  }

  std::vector<at::Tensor> world_rotation(num_joints), world_joint(num_joints), offset(num_joints);
  for (int64_t j = 0; j < num_joints; ++j) {
    const at::Tensor local = rotations.select(1, j), origin = rest.select(1, j);
    if (j == 0) {
      world_rotation[j] = local;
      world_joint[j] = origin;
    } else {
      const int parent = parents_[j];
      const at::Tensor bone = (origin - rest.select(1, parent)).unsqueeze(-1);
      world_rotation[j] = world_rotation[parent].matmul(local);
      world_joint[j] = world_joint[parent] + world_rotation[parent].matmul(bone).squeeze(-1);
    }
    offset[j] = world_joint[j] - world_rotation[j].matmul(origin.unsqueeze(-1)).squeeze(-1);
  }
  const at::Tensor blended_rotation =
      weights_.matmul(at::stack(world_rotation, 1).reshape({batch, num_joints, 9}))
          .reshape({batch, num_vertices, 3, 3});
  const at::Tensor blended_offset = weights_.matmul(at::stack(offset, 1));
  const at::Tensor moved = blended_rotation.matmul(posed.unsqueeze(-1)).squeeze(-1) + blended_offset;
  const at::Tensor shift = transl.unsqueeze(1);
  return {moved + shift, at::stack(world_joint, 1) + shift};
}

}  // namespace vitruvius
