// The mannequin's ten shape directions. A direction scales segments of the body along the axes of the rest
// pose; the joints move as the segments before them demand, and the skin follows by the skin weights, as
// smooth as these are:
//   D(v) = sum_j weights_j [ T_j + S_j (v - J_j) ],   T_j = T_parent + S_parent (J_j - J_parent),   T_0 = 0.
// One unit of a beta is about one standard deviation among adults.
#include "models/body/mannequin_internal.h"

namespace vitruvius {
namespace mannequin {
namespace {

using Eigen::Vector3d;

struct SegmentScale {
  const char* joint;  // without left_: both sides alike
  Vector3d scale;     // relative growth along x (arms), y (trunk, legs), z (feet)
};

struct Direction {
  double everything;  // growth of all segments along all axes
  std::vector<SegmentScale> segments;
};

const std::vector<Direction>& Directions() {
  static const std::vector<Direction> directions = {
      // 0 height: everything, 6.5 cm
      {.038, {}},
      // 1 weight: girth, most at the belly, then thighs and upper arms; hands, feet and head hardly
      {0,
       {{"pelvis", {.080, 0, .100}},
        {"spine1", {.100, 0, .150}},
        {"spine2", {.090, 0, .130}},
        {"spine3", {.055, 0, .075}},
        {"neck", {.060, 0, .060}},
        {"head", {.020, 0, .015}},
        {"collar", {0, .050, .070}},
        {"shoulder", {0, .085, .085}},
        {"elbow", {0, .060, .060}},
        {"wrist", {0, .040, .030}},
        {"hand", {0, .040, .030}},
        {"hip", {.095, 0, .095}},
        {"knee", {.060, 0, .060}},
        {"ankle", {.030, 0, .015}},
        {"foot", {.030, 0, 0}}}},
      // 2 leg length: thigh and calf, 2.8 cm
      {0, {{"hip", {0, .035, 0}}, {"knee", {0, .035, 0}}}},
      // 3 arm length: upper arm, forearm and hand, 2.3 cm each side
      {0,
       {{"shoulder", {.040, 0, 0}},
        {"elbow", {.040, 0, 0}},
        {"wrist", {.025, 0, 0}},
        {"hand", {.025, 0, 0}}}},
      // 4 shoulder width: 1.2 cm each side
      {0, {{"spine3", {.035, 0, 0}}, {"collar", {.085, 0, 0}}}},
      // 5 hip width: 1 cm each side
      {0, {{"pelvis", {.060, 0, .015}}, {"spine1", {.025, 0, 0}}, {"hip", {.040, 0, .020}}}},
      // 6 torso length: hips to neck, 2 cm
      {0,
       {{"pelvis", {0, .025, 0}},
        {"spine1", {0, .045, 0}},
        {"spine2", {0, .045, 0}},
        {"spine3", {0, .045, 0}},
        {"collar", {0, .020, 0}}}},
      // 7 head size: 1 cm in height
      {0, {{"neck", {.020, .010, .020}}, {"head", {.045, .045, .045}}}},
      // 8 limb muscle: thickness of arms and legs, some of neck and chest
      {0,
       {{"shoulder", {0, .075, .075}},
        {"elbow", {0, .060, .060}},
        {"collar", {0, .040, .050}},
        {"hip", {.055, 0, .060}},
        {"knee", {.065, 0, .065}},
        {"neck", {.050, 0, .050}},
        {"spine3", {.020, 0, .030}}}},
      // 9 chest against belly: a deeper chest over a flatter belly
      {0,
       {{"spine3", {.020, 0, .080}},
        {"spine2", {.005, 0, .020}},
        {"spine1", {-.020, 0, -.100}},
        {"pelvis", {0, 0, -.040}}}},
  };
  return directions;
}

// The part of a joint's name that both sides share.
std::string SideLess(const std::string& name) {
  for (const std::string side : {"left_", "right_"}) {
    if (name.rfind(side, 0) == 0) return name.substr(side.size());
  }
  return name;
}

}  // namespace

RowMatrixXd MakeShapedirs(const Surface& surface, const SparseRowMatrixd& weights) {
  const std::vector<Vector3d>& joints = JointPositions();
  const std::vector<int>& parents = SmplParents();
  const int num_joints = static_cast<int>(joints.size());
  const int num_vertices = static_cast<int>(surface.vertices.size());
  RowMatrixXd shapedirs(3 * num_vertices, Directions().size());
  for (int b = 0; b < shapedirs.cols(); ++b) {
    const Direction& direction = Directions()[b];
    std::vector<Vector3d> scale(num_joints, Vector3d::Constant(direction.everything));
    std::vector<Vector3d> shift(num_joints, Vector3d::Zero());
    for (int j = 0; j < num_joints; ++j) {
      for (const SegmentScale& segment : direction.segments) {
        if (SideLess(SmplJointNames()[j]) == segment.joint) scale[j] += segment.scale;
      }
      if (j == 0) continue;
      shift[j] = shift[parents[j]] + scale[parents[j]].cwiseProduct(joints[j] - joints[parents[j]]);
    }
    for (int v = 0; v < surface.num_half; ++v) {
      Vector3d d = Vector3d::Zero();
      for (SparseRowMatrixd::InnerIterator it(weights, v); it; ++it) {
        d += it.value() *
             (shift[it.col()] + scale[it.col()].cwiseProduct(surface.vertices[v] - joints[it.col()]));
      }
      const int other = surface.mirror[v];
      if (other == v) d.x() = 0;
      for (int axis = 0; axis < 3; ++axis) {
        const double value = Quantize(d[axis]);
        shapedirs(3 * v + axis, b) = value;
        if (other != v) shapedirs(3 * other + axis, b) = axis == 0 ? -value : value;
      }
    }
  }
  return shapedirs;
}

}  // namespace mannequin
}  // namespace vitruvius
