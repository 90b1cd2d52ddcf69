#include "apps/vitruvius/model_info.h"

#include <cstdio>

namespace vitruvius {
namespace {

const char* LayoutOf(const BodyModel& model) {
  const std::vector<int>& parents = model.parents();
  if (parents == SmplxParents()) return "SMPL-X: body, jaw, eyes and two hands";
  if (parents == SmplhParents()) return "SMPL-H: body and two hands";
  if (parents == SmplParents()) {
    return model.has_posedirs() && model.pose_feature() == PoseFeature::kQuaternion ? "STAR" : "SMPL";
  }
  return "of its own";
}

void PrintHand(const char* label, const HandPoses& hand) {
  if (hand.first_joint < 0) {
    std::printf("%-11snone\n", label);
  } else {
    std::printf("%-11s15 joints from %d, mean pose of %.2f rad, %ld components\n", label, hand.first_joint,
                hand.mean.norm(), static_cast<long>(hand.components.rows()));
  }
}

// One line a family: the names before the slash, or "face".
void PrintWeightedPoints(const BodyModel& model) {
  std::map<std::string, std::vector<std::string>> families;
  for (const auto& [name, weights] : model.weighted_points()) {
    const size_t slash = name.find('/');
    const std::string family =
        slash == std::string::npos ? name.substr(0, name.find('_')) : name.substr(0, slash);
    families[family].push_back(slash == std::string::npos ? name : name.substr(slash + 1));
  }
  for (const auto& [family, names] : families) {
    std::printf("points     %s, %zu:", family.c_str(), names.size());
    for (const std::string& name : names) std::printf(" %s", name.c_str());
    std::printf("\n");
  }
}

}  // namespace

void PrintModelInfo(const BodyModel& model) {
  const Eigen::Vector3d size =
      model.v_template().colwise().maxCoeff() - model.v_template().colwise().minCoeff();
  std::printf(
      "name       %s\ngender     %s\nlayout     %s\nvertices   %d\nfaces      %d\njoints     %d\nbetas      "
      "%d\n",
      model.name().c_str(), model.gender().c_str(), LayoutOf(model), model.num_vertices(), model.num_faces(),
      model.num_joints(), model.num_betas());
  std::printf("expression %d%s\n", model.num_expressions(),
              model.num_expressions() > 0 ? " (kept, not fitted: faces stay neutral)" : "");
  std::printf("posedirs   %s\n", !model.has_posedirs() ? "none"
                                 : model.pose_feature() == PoseFeature::kQuaternion
                                     ? "by quaternions, as in STAR"
                                     : "by rotations");
  PrintHand("left hand", model.left_hand());
  PrintHand("right hand", model.right_hand());
  std::printf("size       %.3f x %.3f x %.3f m\nlandmarks  %zu:", size.x(), size.y(), size.z(),
              model.landmarks().size());
  for (const auto& [name, vertex] : model.landmarks()) std::printf(" %s", name.c_str());
  std::printf("\n");
  PrintWeightedPoints(model);
  std::printf("%5s  %-16s %-16s %8s %8s %8s\n", "joint", "name", "parent", "x m", "y m", "z m");
  for (int j = 0; j < model.num_joints(); ++j) {
    const int parent = model.parents()[j];
    std::printf("%5d  %-16s %-16s %8.3f %8.3f %8.3f\n", j, model.joint_names()[j].c_str(),
                parent < 0 ? "-" : model.joint_names()[parent].c_str(), model.joint_template()(j, 0),
                model.joint_template()(j, 1), model.joint_template()(j, 2));
  }
}

}  // namespace vitruvius
