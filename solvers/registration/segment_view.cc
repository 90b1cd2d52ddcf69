#include "solvers/registration/segment_view.h"

#include <limits>

#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "solvers/registration/starts.h"

namespace vitruvius {
namespace {

SegmentView Refused(const char* code, const std::string& detail) {
  SegmentView view;
  view.reason = code;
  view.detail = detail;
  return view;
}

}  // namespace

SegmentView ViewOf(const PersonObservation& person, const BodyModel& model, const Recipe& recipe,
                   const SurfaceLookup& lookup) {
  SegmentView view;
  KeypointBinding binding;
  if (person.set != nullptr && person.keypoints2d.rows() > 0) {
    binding = BindKeypoints(*person.set, model);
    for (const int k : binding.keypoint_of_point) {
      const std::string& name = person.set->points[k].name;
      const auto factor = recipe.keypoint_weights.find(name);
      PlanarTarget target;
      target.position.head<2>() = person.keypoints2d.row(k).head<2>().transpose();
      target.weight =
          person.keypoints2d(k, 2) * (factor == recipe.keypoint_weights.end() ? 1 : factor->second);
      if (person.keypoint_depths_px.rows() > k && target.weight > 0) {
        target.position.z() = person.keypoint_depths_px(k, 0);
        target.depth_weight = person.keypoint_depths_px(k, 1);
      }
      view.targets.push_back(target);
      view.torso.push_back(IsTorsoKeypoint(name));
    }
  }
  const size_t num_keypoints = view.targets.size();
  const SurfaceBinding surface = BindSurface(person.dense, model, lookup);
  if (!surface.fault.empty()) return Refused(reason::kBadInput, surface.fault);
  for (const int i : surface.dense_of_point) {
    PlanarTarget target;
    target.position.head<2>() = person.dense[i].image_px;
    target.weight = person.dense[i].weight;
    view.targets.push_back(target);
  }
  view.points = binding.points;
  view.points.items.insert(view.points.items.end(), surface.points.items.begin(), surface.points.items.end());

  // The frame: the box of what is seen becomes -1 to 1.
  Eigen::Vector2d low = Eigen::Vector2d::Constant(std::numeric_limits<double>::infinity()), high = -low;
  for (const PlanarTarget& target : view.targets) {
    if (target.weight <= 0) continue;
    ++view.num_seen;
    low = low.cwiseMin(target.position.head<2>());
    high = high.cwiseMax(target.position.head<2>());
  }
  if (view.num_seen < recipe.min_keypoints) {
    return Refused(view.num_seen == 0 ? reason::kNoPeople : reason::kTooFewKeypoints,
                   StrCat("found ", view.num_seen, " points that the body has, expected at least ",
                          recipe.min_keypoints));
  }
  view.center_px = (low + high) / 2;
  view.half_px = (high - low).maxCoeff() / 2;
  if (!(view.half_px > 0)) return Refused(reason::kTooFewKeypoints, "all points are in one place");
  std::vector<Keypoint2dTarget> seen_px;
  for (size_t i = 0; i < num_keypoints; ++i)
    seen_px.push_back({view.targets[i].position.head<2>(), view.targets[i].weight});
  view.roll = num_keypoints > 0 ? TorsoRoll(*person.set, binding, seen_px) : 0;
  for (PlanarTarget& target : view.targets) {
    target.position.head<2>() -= view.center_px;
    target.position /= view.half_px;
  }
  return view;
}

}  // namespace vitruvius
