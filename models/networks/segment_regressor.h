// Pictures of people to bodies of segments (models/body/segment_body.h): a residual network and a linear
// head. Source: "Learning body shape and pose from dense correspondences", appendix: ResNet-50 to 132
// numbers, joint rotations as quaternions, nine numbers of the global rotation made orthonormal. The paper
// does not say how the 132 are shared out; for 24 joints the natural partition is
//
//   [ quaternions 4J | scales J | rotation 9 | camera 3 ]
//
// quaternion: (w, x, y, z) of each joint against its parent, unit length. Joint 0 has no parent and its turn
// is
//   in `rotation`: its quaternion is redundant, its label is the identity, and the body ignores it.
// scales: positive, 1 the template. rotation: row by row, columns orthonormal, camera axes from body axes.
// camera: s crop units a metre, positive, and t_x, t_y crop units.
//
// Crop units: x right, y down, -1 to 1 over the square crop (data/datasets/image_crops.h).
#pragma once

#include <vector>

#include "models/body/segment_body.h"
#include "models/networks/resnet.h"
#include "models/networks/torch_segments.h"

namespace vitruvius {

struct SegmentRegressorSize {
  ResNetSize trunk;
  std::int64_t joints = 24;
  std::int64_t crop_px = 224;  // side of the pictures it is made for; 32 or more
  void Check() const;          // throws ContractError
  std::int64_t num_outputs() const { return 5 * joints + 12; }
};

// What the numbers (N, 5J+12) above mean, and back.
//
// Of bodies of J joints: quaternions with w not negative, the rotation's columns made orthonormal. Throws
// ContractError for other sizes and for a rotation without orthonormal columns.
at::Tensor NumbersOfSegments(const std::vector<SegmentParameters>& people);  // float, CPU
// Differentiable, finite at the identity. Quaternions need not be of unit length nor w positive.
TorchSegments::Parameters SegmentsOfNumbers(const at::Tensor& numbers);
// As plain values. A reflection is taken for the rotation with its first two columns.
std::vector<SegmentParameters> ParametersOfNumbers(const at::Tensor& numbers);
// The numbers of the mirror image, left for right, of a body that is its own mirror image at rest, in the
// mirror image of its picture. swap: MirrorPermutation of the joints. Differentiable; twice is the same
// again.
at::Tensor MirrorNumbers(const at::Tensor& numbers, const std::vector<int>& swap);
// The places of the parts within the numbers.
struct SegmentNumberPlaces {
  explicit SegmentNumberPlaces(std::int64_t joints)
      : num_joints(joints), scales(4 * joints), rotation(5 * joints), camera(5 * joints + 9) {}
  std::int64_t num_joints, quaternions = 0, scales, rotation, camera;
};

class SegmentRegressor {
 public:
  SegmentRegressor(const SegmentRegressorSize& size, at::Device device);
  SegmentRegressor(const SegmentRegressor&) = delete;
  SegmentRegressor& operator=(const SegmentRegressor&) = delete;

  // The trunk as InitialiseResNet; of the head small random weights, so that every picture gives almost
  // `start`, in crop units.
  void Initialise(std::uint64_t seed, const SegmentParameters& start);
  // Pictures (N, 3, S, S), normalised as ImageNet's -> (N, 5J+12) as the head gives them. S need not be
  // crop_px. `training`: see ResNet. Throws ContractError for another shape.
  at::Tensor Raw(const at::Tensor& images, bool training) const;
  // Quaternions of unit length, scales and s by softplus, which stays positive and grows no faster than its
  // argument, a rotation of the first two raw columns by Gram and Schmidt (the third raw one is not used).
  at::Tensor NumbersOfRaw(const at::Tensor& raw) const;
  // (N): sum of (|v|^2 - 1)^2 over the raw quaternions and the first two raw columns of the rotation.
  // Lengths change no number, so that no other loss holds them, and every step across makes them longer: they
  // run off without this, and a step then turns them less. Source for quaternions: Pavllo et al., QuaterNet,
  // BMVC 2018, weight 0.01.
  at::Tensor LengthPenalty(const at::Tensor& raw) const;
  at::Tensor Forward(const at::Tensor& images, bool training) const {
    return NumbersOfRaw(Raw(images, training));
  }

  const SegmentRegressorSize& size() const { return size_; }
  // The trunk's and "head.weight", "head.bias".
  const TensorSet& parameters() const { return parameters_; }
  const TensorSet& buffers() const { return buffers_; }  // running statistics

 private:
  SegmentRegressorSize size_;
  TensorSet parameters_, buffers_;
  ResNet trunk_;
};

// The template upright, facing the camera, its box `margin` times inside the crop.
SegmentParameters RestInCrop(const BodyModel& model, double margin = 1.2);

}  // namespace vitruvius
