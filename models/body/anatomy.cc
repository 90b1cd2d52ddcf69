#include "models/body/anatomy.h"

#include <algorithm>

#include <Eigen/Geometry>

namespace vitruvius {
namespace {

struct Words {
  const char *joint, *twist, *flexion, *side;
};

// Without left_ and right_.
constexpr Words kWords[] = {
    {"pelvis", "body yaw", "body pitch", "body roll"},
    {"hip", "thigh twist", "hip flexion", "hip abduction"},
    {"knee", "shin twist", "knee flexion", "knee side bend"},
    {"ankle", "foot inversion", "ankle flexion", "foot rotation"},
    {"foot", "toes twist", "toes flexion", "toes side bend"},
    {"spine1", "lower spine twist", "lower spine flexion", "lower spine side bend"},
    {"spine2", "middle spine twist", "middle spine flexion", "middle spine side bend"},
    {"spine3", "upper spine twist", "upper spine flexion", "upper spine side bend"},
    {"neck", "neck twist", "neck flexion", "neck side bend"},
    {"head", "head yaw", "head pitch", "head roll"},
    {"collar", "collar twist", "collar protraction", "collar elevation"},
    {"shoulder", "upper arm twist", "shoulder horizontal flexion", "shoulder abduction"},
    {"elbow", "forearm twist", "elbow flexion", "elbow side bend"},
    {"wrist", "hand twist", "wrist deviation", "wrist flexion"},
    {"hand", "fingers twist", "fingers deviation", "fingers flexion"},
};

std::array<std::string, 3> NamesOf(const std::string& joint) {
  std::string side, rest = joint;
  for (const char* prefix : {"left_", "right_"}) {
    if (joint.rfind(prefix, 0) != 0) continue;
    rest = joint.substr(std::string(prefix).size());
    side = std::string(prefix, std::string(prefix).size() - 1) + " ";
  }
  for (const Words& words : kWords) {
    if (rest == words.joint) return {side + words.twist, side + words.flexion, side + words.side};
  }
  std::string plain = side + rest;
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return {plain + " twist", plain + " flexion", plain + " side bend"};
}

}  // namespace

std::vector<JointAxes> AnatomicalAxes(const BodyModel& model) {
  const int num_joints = model.num_joints();
  const MatrixX3d& rest = model.joint_template();
  MatrixX3d children = MatrixX3d::Zero(num_joints, 3);
  std::vector<int> count(num_joints, 0);
  for (int j = 1; j < num_joints; ++j) {
    children.row(model.parents()[j]) += rest.row(j);
    ++count[model.parents()[j]];
  }
  std::vector<JointAxes> all(num_joints);
  for (int j = 0; j < num_joints; ++j) {
    Eigen::Vector3d bone = Eigen::Vector3d::UnitY();
    if (j > 0 && count[j] > 0) bone = (children.row(j) / count[j] - rest.row(j)).transpose();
    if (j > 0 && count[j] == 0) bone = (rest.row(j) - rest.row(model.parents()[j])).transpose();
    // Joints that coincide have no bone; any axis will do.
    constexpr double kShortestBoneM = 1e-6;
    bone = bone.norm() > kShortestBoneM ? Eigen::Vector3d(bone.normalized()) : Eigen::Vector3d::UnitY();
    const bool sideways = std::abs(bone.x()) > bone.tail<2>().norm();
    Eigen::Vector3d flexion = sideways ? Eigen::Vector3d::UnitY() : Eigen::Vector3d::UnitX();
    flexion = (flexion - flexion.dot(bone) * bone).normalized();
    all[j].axes << bone.transpose(), flexion.transpose(), bone.cross(flexion).transpose();
    all[j].names = NamesOf(model.joint_names()[j]);
  }
  return all;
}

std::vector<LimbBone> LimbBones(const BodyModel& model) {
  static constexpr const char* kBones[][3] = {{"upper_arm", "shoulder", "elbow"},
                                              {"forearm", "elbow", "wrist"},
                                              {"thigh", "hip", "knee"},
                                              {"shin", "knee", "ankle"}};
  std::vector<LimbBone> bones;
  for (const std::string side : {"left_", "right_"}) {
    for (const auto& [name, joint, end] : kBones) {
      const LimbBone bone = {side + name, model.JointIndex(side + joint), model.JointIndex(side + end)};
      if (bone.joint > 0 && bone.end > 0) bones.push_back(bone);
    }
  }
  return bones;
}

std::string PartOfJoint(const std::string& joint) {
  static constexpr const char* kGroups[][2] = {
      {"hip", "hips"},           {"knee", "knees"},   {"ankle", "feet"},  {"foot", "feet"},
      {"spine", "trunk"},        {"collar", "trunk"}, {"neck", "head"},   {"head", "head"},
      {"shoulder", "shoulders"}, {"elbow", "elbows"}, {"wrist", "hands"}, {"hand", "hands"}};
  for (const auto& [word, group] : kGroups) {
    if (joint.find(word) != std::string::npos) return group;
  }
  return "others";
}

}  // namespace vitruvius
