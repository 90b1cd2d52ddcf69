#include "solvers/training/lifter_skeleton.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// Bones by names without side; those of the second table end in the trunk's upper end.
constexpr std::pair<const char*, const char*> kLimbs[] = {
    {"hip", "knee"}, {"knee", "ankle"}, {"shoulder", "elbow"}, {"elbow", "wrist"}};
constexpr const char* kOfTheNeck[] = {"head_top", "nose", "left_eye", "right_eye", "left_ear", "right_ear"};

// Points minus the middle of the hips.
at::Tensor AboutRoot(const at::Tensor& points, const LifterSkeleton& skeleton) {
  return points -
         0.5 * (points.select(1, skeleton.Joint("left_hip")) + points.select(1, skeleton.Joint("right_hip")))
                   .unsqueeze(1);
}

}  // namespace

int LifterSkeleton::Joint(const std::string& name) const {
  const auto at = std::find(joints.begin(), joints.end(), name);
  return at == joints.end() ? -1 : static_cast<int>(at - joints.begin());
}

void LifterSkeleton::Check() const {
  const int points = static_cast<int>(joints.size()) + 2, count = static_cast<int>(bones.size());
  const auto is_bone = [&](const std::pair<int, int>& bone) {
    return std::min(bone.first, bone.second) >= 0 && std::max(bone.first, bone.second) < points &&
           bone.first != bone.second;
  };
  for (const char* name : {"left_hip", "right_hip", "left_shoulder", "right_shoulder"})
    VT_CHECK_GE(Joint(name), 0);
  VT_CHECK(is_bone(trunk));
  VT_CHECK(trunk_m > 0 && std::isfinite(trunk_m));
  VT_CHECK_EQ(ratios.size(), bones.size());
  for (int i = 0; i < count; ++i) VT_CHECK(is_bone(bones[i]) && ratios[i] > 0 && std::isfinite(ratios[i]));
  for (const auto& [left, right] : mirror) {
    VT_CHECK(std::min(left, right) >= 0 && std::max(left, right) < count && left != right);
  }
}

LifterSkeleton MakeLifterSkeleton(const std::vector<std::string>& joints, const MatrixX3d& average) {
  VT_CHECK_EQ(static_cast<Eigen::Index>(joints.size()), average.rows());
  LifterSkeleton skeleton;
  skeleton.joints = joints;
  for (const char* name : {"left_hip", "right_hip", "left_shoulder", "right_shoulder"}) {
    if (skeleton.Joint(name) < 0)
      throw InputError(
          StrCat("keypoints without ", name, " cannot be lifted: hips and shoulders are needed"));
  }
  const int count = static_cast<int>(joints.size()), root = count, shoulders = count + 1;
  const int neck = skeleton.Joint("neck"), top = neck < 0 ? shoulders : neck;
  const auto place = [&](int point) -> Eigen::Vector3d {
    const auto middle = [&](const char* left, const char* right) -> Eigen::Vector3d {
      return 0.5 * (average.row(skeleton.Joint(left)) + average.row(skeleton.Joint(right))).transpose();
    };
    if (point == root) return middle("left_hip", "right_hip");
    if (point == shoulders) return middle("left_shoulder", "right_shoulder");
    return average.row(point).transpose();
  };
  skeleton.trunk = {root, top};
  skeleton.trunk_m = (place(top) - place(root)).norm();
  const auto add = [&](int from, int to) {
    if (from < 0 || to < 0) return false;
    skeleton.bones.emplace_back(from, to);
    skeleton.ratios.push_back((place(from) - place(to)).norm() / skeleton.trunk_m);
    return true;
  };
  const auto add_both = [&](const auto& from_and_to) {
    const int before = static_cast<int>(skeleton.bones.size());
    bool both = true;
    for (const char* side : {"left_", "right_"}) {
      const auto [from, to] = from_and_to(std::string(side));
      both = add(from, to) && both;
    }
    if (both) skeleton.mirror.emplace_back(before, before + 1);
  };
  for (const auto& limb : kLimbs) {
    add_both([&](const std::string& side) {
      return std::pair<int, int>(skeleton.Joint(side + limb.first), skeleton.Joint(side + limb.second));
    });
  }
  add(skeleton.Joint("left_hip"), skeleton.Joint("right_hip"));
  add(skeleton.Joint("left_shoulder"), skeleton.Joint("right_shoulder"));
  if (neck >= 0) {
    add_both([&](const std::string& side) {
      return std::pair<int, int>(neck, skeleton.Joint(side + "shoulder"));
    });
  }
  for (const char* name : kOfTheNeck) add(top, skeleton.Joint(name));
  skeleton.Check();
  return skeleton;
}

at::Tensor WithMiddles(const at::Tensor& points, const LifterSkeleton& skeleton) {
  VT_CHECK_EQ(points.dim(), 3);
  VT_CHECK_EQ(points.size(1), static_cast<std::int64_t>(skeleton.joints.size()));
  const auto middle = [&](const char* left, const char* right) {
    return (0.5 * (points.select(1, skeleton.Joint(left)) + points.select(1, skeleton.Joint(right))))
        .unsqueeze(1);
  };
  return at::cat({points, middle("left_hip", "right_hip"), middle("left_shoulder", "right_shoulder")}, 1);
}

NormalisedKeypoints NormaliseKeypoints(const at::Tensor& keypoints, const LifterSkeleton& skeleton) {
  constexpr double kSmallest = 1e-12;  // of a square: keypoints that all coincide stay finite
  VT_CHECK_EQ(keypoints.dim(), 3);
  VT_CHECK_EQ(keypoints.size(1), static_cast<std::int64_t>(skeleton.joints.size()));
  VT_CHECK_EQ(keypoints.size(2), 2);
  const at::Tensor about = AboutRoot(keypoints, skeleton);
  const at::Tensor scale = (about.square().sum(2) + kSmallest).sqrt().mean(1).view({-1, 1, 1});
  return {about / scale, scale};
}

at::Tensor LiftedPoints(const at::Tensor& keypoints, const at::Tensor& depths,
                        const LifterSkeleton& skeleton) {
  VT_CHECK_EQ(depths.size(0), keypoints.size(0));
  VT_CHECK_EQ(depths.size(1), keypoints.size(1));
  return at::cat({keypoints, AboutRoot(depths.unsqueeze(2), skeleton)}, 2);
}

at::Tensor KneesForward(const at::Tensor& points, const LifterSkeleton& skeleton) {
  const at::Tensor all = WithMiddles(points, skeleton);
  const auto of = [&](int point) { return all.select(1, point); };
  const at::Tensor left = of(skeleton.Joint("left_hip")) - of(skeleton.Joint("right_hip"));
  const at::Tensor up = of(skeleton.trunk.second) - of(skeleton.trunk.first);
  const at::Tensor forward = at::linalg_cross(left, up, 1);
  at::Tensor sum = at::zeros({points.size(0)}, points.options());
  for (const std::string side : {"left_", "right_"}) {
    const int hip = skeleton.Joint(side + "hip"), knee = skeleton.Joint(side + "knee"),
              ankle = skeleton.Joint(side + "ankle");
    if (knee < 0 || ankle < 0) continue;
    sum = sum + 0.5 * (forward * (of(knee) - 0.5 * (of(hip) + of(ankle)))).sum(1);
  }
  return sum;
}

}  // namespace vitruvius
