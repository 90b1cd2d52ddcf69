#include "solvers/problem/bone_terms.h"

#include <limits>
#include <string>

#include "models/body/anatomy.h"
#include "solvers/residuals/bones.h"
#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/point_cost.h"

namespace vitruvius {
namespace {

// The left bone of each kind and its mirror image, and their ends.
struct BonePair {
  LimbBone left, right;
};
std::vector<BonePair> BonePairs(const BodyModel& model) {
  std::vector<BonePair> pairs;
  const std::vector<LimbBone> bones = LimbBones(model);
  for (const LimbBone& left : bones) {
    for (const LimbBone& right : bones) {
      if (left.name.rfind("left_", 0) == 0 && right.name == "right_" + left.name.substr(5))
        pairs.push_back({left, right});
    }
  }
  return pairs;
}

const double kNoLimit = std::numeric_limits<double>::infinity();

}  // namespace

void AddBoneTerms(const BodyModel& model, int first_joint, const TermWeights& weights,
                  const std::vector<double*>& blocks, SharedPoints* points, ceres::Problem* problem,
                  TermOfBlock* term_of_block) {
  const auto add = [&](auto* cost, const double* weight, const char* term) {
    term_of_block->emplace_back(
        problem->AddResidualBlock(cost, new GemanMcClureLoss(&kNoLimit, weight), blocks), term);
  };
  const int neck = model.JointIndex("neck");
  const auto rest_length = [&](int from, int to) {
    return (model.joint_template().row(to) - model.joint_template().row(from)).norm();
  };
  const std::vector<BonePair> pairs = BonePairs(model);
  for (const BonePair& pair : pairs) {
    add(new PointCost<BoneSymmetry>(points,
                                    {first_joint + pair.left.joint, first_joint + pair.left.end,
                                     first_joint + pair.right.joint, first_joint + pair.right.end},
                                    {}),
        &weights.bone_symmetry, "bone_symmetry");
    for (const LimbBone* bone : {&pair.left, &pair.right}) {
      if (neck < 1) continue;
      add(new PointCost<BoneRatio>(
              points, {first_joint + bone->joint, first_joint + bone->end, first_joint, first_joint + neck},
              {rest_length(bone->joint, bone->end) / rest_length(0, neck)}),
          &weights.bone_ratio, "bone_ratio");
    }
  }
}

}  // namespace vitruvius
