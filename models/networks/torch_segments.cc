#include "models/networks/torch_segments.h"

#include <algorithm>

#include "models/networks/check_size.h"
#include "models/networks/torch_rotations.h"
#include "models/util/check.h"

namespace vitruvius {

at::Tensor TorchOrthonormalColumns(const at::Tensor& nine) {
  const at::Tensor raw = nine.reshape({-1, 3, 3});
  std::vector<at::Tensor> columns;
  for (int c = 0; c < 3; ++c) {
    at::Tensor left = raw.select(2, c);
    const at::Tensor given = left;
    for (const at::Tensor& q : columns) left = left - (q * given).sum(-1, true) * q;
    columns.push_back(left / (left * left).sum(-1, true).sqrt());
  }
  return at::stack(columns, 2);
}

TorchSegments::TorchSegments(const BodyModel& model, const std::vector<PointSet>& points,
                             at::TensorOptions options)
    : parents_(model.parents()) {
  const std::int64_t joints = model.num_joints(), rows = static_cast<std::int64_t>(points.size());
  std::int64_t most = 0;
  for (const PointSet& set : points) most = std::max<std::int64_t>(most, set.size());
  at::Tensor bones = at::zeros({joints, 3}, at::kDouble),
             weights = at::zeros({rows, most, joints}, at::kDouble),
             offsets = at::zeros({rows, most, joints, 3}, at::kDouble);
  const MatrixX3d& rest = model.joint_template();
  for (std::int64_t j = 1; j < joints; ++j) {
    for (int axis = 0; axis < 3; ++axis)
      bones.data_ptr<double>()[3 * j + axis] = rest(j, axis) - rest(parents_[j], axis);
  }
  for (std::int64_t n = 0; n < rows; ++n) {
    const std::vector<std::vector<SegmentShare>> shares = SegmentShares(model, points[n]);
    for (size_t p = 0; p < shares.size(); ++p) {
      for (const SegmentShare& share : shares[p]) {
        const std::int64_t at = (n * most + static_cast<std::int64_t>(p)) * joints + share.joint;
        weights.data_ptr<double>()[at] = share.weight;
        for (int axis = 0; axis < 3; ++axis) offsets.data_ptr<double>()[3 * at + axis] = share.offset[axis];
      }
    }
  }
  bones_ = bones.to(options);
  weights_ = weights.to(options);
  offsets_ = offsets.to(options);
}

at::Tensor TorchSegments::Forward(const Parameters& parameters) const {
  const std::int64_t rows = num_rows(), joints = static_cast<std::int64_t>(parents_.size());
  CheckSize(parameters.angles, "angles", rows, 3 * (joints - 1));
  CheckSize(parameters.scales, "scales", rows, joints);
  CheckSize(parameters.rotation, "rotation", rows, 9);
  CheckSize(parameters.camera, "camera", rows, 3);
  const at::Tensor turns = RotationsFromAxisAngle(parameters.angles.reshape({rows, joints - 1, 3}));
  std::vector<at::Tensor> rotation = {at::eye(3, bones_.options()).expand({rows, 3, 3})},
                          place = {at::zeros({rows, 3}, bones_.options())};
  for (std::int64_t j = 1; j < joints; ++j) {
    const int parent = parents_[j];
    rotation.push_back(at::matmul(rotation[parent], turns.select(1, j - 1)));
    place.push_back(place[parent] + parameters.scales.select(1, parent).unsqueeze(1) *
                                        at::matmul(rotation[parent], bones_[j].unsqueeze(1)).squeeze(2));
  }
  const at::Tensor scaled =
      at::stack(rotation, 1) * parameters.scales.unsqueeze(2).unsqueeze(3);  // (N, J, 3, 3): S_j G_j
  // u_p = sum_j S_j G_j offset_pj + weight_pj place_j
  const at::Tensor in_body = at::matmul(offsets_.reshape({rows, num_points(), 3 * joints}),
                                        scaled.transpose(2, 3).reshape({rows, 3 * joints, 3})) +
                             at::matmul(weights_, at::stack(place, 1));
  const at::Tensor turned = at::matmul(in_body, TorchOrthonormalColumns(parameters.rotation).transpose(1, 2));
  const at::Tensor camera = parameters.camera;
  const at::Tensor shift = at::cat({camera.slice(1, 1, 3), at::zeros({rows, 1}, camera.options())}, 1);
  return camera.slice(1, 0, 1).unsqueeze(2) * turned + shift.unsqueeze(1);
}

}  // namespace vitruvius
