#include "data/bodies/named_points.h"

#include <cmath>
#include <functional>
#include <limits>

#include "data/bodies/smpl_joints.h"
#include "data/bodies/smpl_rig.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

}  // namespace

std::map<std::string, int> FindNamedPoints(const MakeHumanData& data, const MatrixX3d& vertices,
                                           const SparseRowMatrixd& weights, const std::vector<int>& mirror) {
  const auto carried_by = [&](int v, int joint) { return weights.coeff(v, joint) > 0.5; };
  // The vertex of a part with the greatest score; of the left side or the middle.
  const auto best = [&](const char* name, int part, const std::function<double(const Vector3d&)>& score) {
    int found = -1;
    double highest = -std::numeric_limits<double>::infinity();
    for (int v = 0; v < data.num_body_vertices; ++v) {
      const Vector3d p = vertices.row(v);
      if (p.x() < 0 || !carried_by(v, part)) continue;
      const double value = score(p);
      if (value > highest) {
        highest = value;
        found = v;
      }
    }
    if (found < 0) throw InputError(data.path, "", std::string("no vertex can be the landmark ") + name);
    return found;
  };
  std::map<std::string, int> points;
  const auto add_pair = [&](const std::string& name, int left) {
    points["left_" + name] = left;
    points["right_" + name] = mirror[left];
  };
  // The outermost vertex along a bone, not far from its end.
  const auto add_tip = [&](const char* name, int part, const char* bone) {
    const Vector3d tail = TailOfBone(data, vertices, bone);
    const Vector3d direction = (tail - HeadOfBone(data, vertices, bone)).normalized();
    constexpr double kReach = 0.02;
    add_pair(name, best(name, part, [&](const Vector3d& p) {
               const double distance = (p - tail).norm();
               return direction.dot(p - tail) - 10 * std::max(0.0, distance - kReach);
             }));
  };
  constexpr double kMiddle = 1e-4;
  const auto in_the_middle = [](const Vector3d& p) { return p.x() < kMiddle ? 0 : -1e3; };
  points["nose"] = best("nose", kHead, [&](const Vector3d& p) { return p.z() + in_the_middle(p); });
  points["head_top"] = best("head_top", kHead, [&](const Vector3d& p) { return p.y() + in_the_middle(p); });
  // MakeHuman's eyeballs are helpers: the lids' nearest vertex in front of the eye's centre.
  const Vector3d eye = HeadOfBone(data, vertices, "eye.L");
  const Vector3d gaze = (TailOfBone(data, vertices, "eye.L") - eye).normalized();
  constexpr double kEyeRadius = 0.014;
  const Vector3d pupil = eye + kEyeRadius * gaze;
  add_pair("eye", best("eye", kHead, [&](const Vector3d& p) { return -(p - pupil).norm(); }));
  add_pair("ear", best("ear", kHead, [](const Vector3d& p) { return p.x(); }));
  add_pair("heel", best("heel", kLeftAnkle, [](const Vector3d& p) { return -p.z() - 0.5 * p.y(); }));
  add_tip("big_toe", kLeftFoot, "toe1-2.L");
  add_tip("small_toe", kLeftFoot, "toe5-3.L");
  add_tip("thumb", kLeftHand, "finger1-3.L");
  add_tip("index", kLeftHand, "finger2-3.L");
  add_tip("middle", kLeftHand, "finger3-3.L");
  add_tip("ring", kLeftHand, "finger4-3.L");
  add_tip("pinky", kLeftHand, "finger5-3.L");
  return points;
}

}  // namespace vitruvius
