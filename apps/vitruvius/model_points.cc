#include "apps/vitruvius/model_points.h"

#include <cstdio>

#include "models/body/body_evaluator.h"
#include "models/body/keypoint_set.h"

namespace vitruvius {
namespace {

void PrintPoint(const char* kind, const std::string& name, const std::string& number,
                const Eigen::Vector3d& place) {
  std::printf("%-9s  %-28s %8s %8.3f %8.3f %8.3f\n", kind, name.c_str(), number.c_str(), place.x(), place.y(),
              place.z());
}

}  // namespace

void PrintModelPoints(const BodyModel& model) {
  std::printf("body %s: %d joints, vertices 0 to %d, faces 0 to %d\n\n", model.name().c_str(),
              model.num_joints(), model.num_vertices() - 1, model.num_faces() - 1);
  std::printf("%-9s  %-28s %8s %8s %8s %8s\n", "kind", "name", "number", "x m", "y m", "z m");
  for (int j = 0; j < model.num_joints(); ++j)
    PrintPoint("joint", model.joint_names()[j], std::to_string(j), model.joint_template().row(j));
  for (const auto& [name, vertex] : model.landmarks())
    PrintPoint("vertex", name, std::to_string(vertex), model.v_template().row(vertex));
  for (const auto& [name, weights] : model.weighted_points()) {
    Eigen::Vector3d place = Eigen::Vector3d::Zero();
    for (const auto& [vertex, weight] : weights) place += weight * model.v_template().row(vertex).transpose();
    PrintPoint("weighted", name, "", place);
  }
  std::printf("\n%-16s points that the body has\n", "set");
  for (const std::string& name : KeypointSetNames()) {
    const KeypointSet& set = *FindKeypointSet(name);
    const KeypointBinding binding = BindKeypoints(set, model);
    std::string lacking;
    std::vector<bool> bound(static_cast<size_t>(set.size()));
    for (const int k : binding.keypoint_of_point) bound[static_cast<size_t>(k)] = true;
    constexpr int kMostNamed = 6;
    int num_lacking = 0;
    for (int k = 0; k < set.size(); ++k) {
      if (!bound[static_cast<size_t>(k)] && ++num_lacking <= kMostNamed) lacking += " " + set.points[k].name;
    }
    if (num_lacking > kMostNamed) lacking += " ...";
    std::printf("%-16s %d of %d%s%s\n", name.c_str(), binding.points.size(), set.size(),
                num_lacking > 0 ? ", without" : "", lacking.c_str());
  }
}

}  // namespace vitruvius
