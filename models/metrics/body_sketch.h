// A posed body in a few numbers that bound how near another can be: the means of its skin over nested parts.
//
// With d(a, b) = 1/V sum_i |a_i - b_i| the mean distance of corresponding vertices (eq. 4 of Davydov et al.,
// Adversarial Parametric Pose Prior, CVPR 2022) and P_k any partition of the vertices, by the triangle
// inequality
//   d(a, b) >= sum_k | 1/V sum_{i in P_k} (a_i - b_i) |,
// and a partition that refines another gives no smaller bound. The sum over a part of skinned vertices is a
// linear function of what each joint carries: it is that of one vertex a joint, at the weighted mean of the
// part's vertices. A sketch therefore is an evaluation of a body of some hundred vertices, whatever the
// mesh's size. Own construction.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "models/body/body_evaluator.h"

namespace vitruvius {

// What sketches of one model share. Parts are made by halving the rest pose, always the part whose vertices
// spread most, along its longest axis.
class BodySketch {
 public:
  static constexpr int kLevels = 3;
  static constexpr std::array<int, kLevels> kParts = {8, 32, 128};  // parts of each level, coarse to fine

  explicit BodySketch(const BodyModel& model);

  const std::shared_ptr<const BodyModel>& reduced_model() const { return reduced_; }
  const PointSet& points() const { return points_; }
  // (V) the fine part of each vertex, and (128), (32) the part of the next coarser level that holds a part.
  const std::vector<int>& part_of_vertex() const { return part_of_vertex_; }
  const std::array<std::vector<int>, kLevels - 1>& parent() const { return parent_; }
  const std::vector<double>& share() const { return share_; }  // (128) of the vertices

 private:
  std::shared_ptr<const BodyModel> reduced_;
  PointSet points_;
  std::vector<int> part_of_vertex_;
  std::array<std::vector<int>, kLevels - 1> parent_;  // [0]: of middle parts, [1]: of fine parts
  std::vector<double> share_;
};

// Sums over the parts of a level, divided by V: x of all parts, then y, then z; metres.
template <int kSize>
using SketchLevel = Eigen::Array<float, kSize, 3>;

// One a thread.
class BodySketcher {
 public:
  explicit BodySketcher(const BodySketch& sketch);  // which must outlive it
  // body_pose: 3(J-1) axis-angle; root at rest, betas 0.
  void Sketch(const double* body_pose, SketchLevel<8>* coarse, SketchLevel<32>* middle,
              SketchLevel<128>* fine);

 private:
  const BodySketch& sketch_;
  BodyEvaluator evaluator_;
};

// The bound of a level, metres; exact but for the rounding of single precision.
template <int kSize>
float SketchGap(const SketchLevel<kSize>& a, const SketchLevel<kSize>& b) {
  return (a - b).square().rowwise().sum().sqrt().sum();
}

}  // namespace vitruvius
