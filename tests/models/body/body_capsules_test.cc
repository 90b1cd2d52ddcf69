// Capsules of bodies: where they are, how they follow the shape, which pairs are watched.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "models/body/body_capsules.h"
#include "models/body/body_parts.h"
#include "models/body/mannequin.h"
#include "tests/util/test_body.h"

namespace vitruvius::body_capsules_test {
namespace {

using Eigen::Vector3d;

class MannequinCapsules : public testing::Test {
 protected:
  int PartOf(const std::string& joint) const {
    for (size_t i = 0; i < capsules_.parts().size(); ++i) {
      if (model_->joint_names()[capsules_.parts()[i].joint] == joint) return static_cast<int>(i);
    }
    return -1;
  }
  bool IsPair(const std::string& a, const std::string& b) const {
    const int p = std::min(PartOf(a), PartOf(b)), q = std::max(PartOf(a), PartOf(b));
    return std::any_of(capsules_.pairs().begin(), capsules_.pairs().end(),
                       [&](const BodyCapsules::Pair& pair) { return pair.a == p && pair.b == q; });
  }
  // Root mean square distance of a part's skin from its capsule, metres.
  double Rms(int part, const Eigen::VectorXd& betas) const {
    const BodyParts parts = FindBodyParts(*model_);
    const Capsule capsule = capsules_.Rest(part, betas);
    double sum = 0, area = 0;
    for (const int v : parts.vertices[capsules_.parts()[part].joint]) {
      Vector3d x = model_->v_template().row(v);
      x += model_->shapedirs().middleRows<3>(3 * v) * betas;
      double s;
      sum += parts.area_of_vertex[v] * std::pow(DistanceToCapsule(capsule, x, &s), 2);
      area += parts.area_of_vertex[v];
    }
    return std::sqrt(sum / area);
  }

  std::shared_ptr<const BodyModel> model_ = Mannequin();
  BodyCapsules capsules_{*model_};
  Eigen::VectorXd no_betas_ = Eigen::VectorXd::Zero(10);
};

TEST_F(MannequinCapsules, LieInTheSkinOfEveryPart) {
  ASSERT_EQ(capsules_.parts().size(), 24u);
  // A pelvis is no capsule, a forearm nearly one.
  constexpr double kTrunkM = 0.015, kLimbM = 0.006;
  for (int part = 0; part < 24; ++part) EXPECT_LT(Rms(part, no_betas_), kTrunkM) << part;
  for (const char* limb : {"left_hip", "left_knee", "right_shoulder", "right_elbow"})
    EXPECT_LT(Rms(PartOf(limb), no_betas_), kLimbM) << limb;
}

TEST_F(MannequinCapsules, FollowTheShape) {
  Eigen::VectorXd betas = no_betas_;
  betas[1] = 2;  // weight
  betas[2] = 2;  // leg length
  for (int part = 0; part < 24; ++part) {
    EXPECT_LT(Rms(part, betas), 1.3 * Rms(part, no_betas_) + 0.002) << part;
  }
  const Capsule slim = capsules_.Rest(PartOf("spine1"), no_betas_),
                stout = capsules_.Rest(PartOf("spine1"), betas);
  EXPECT_GT(stout.radii[0], slim.radii[0] + 0.01);
  const Capsule calf = capsules_.Rest(PartOf("left_knee"), no_betas_),
                longer = capsules_.Rest(PartOf("left_knee"), betas);
  EXPECT_LT(longer.ends[1].y(), calf.ends[1].y() - 0.02);
}

TEST_F(MannequinCapsules, AreMirrorImagesOfEachOther) {
  for (const char* name : {"hip", "knee", "elbow", "hand"}) {
    const Capsule left = capsules_.Rest(PartOf(std::string("left_") + name), no_betas_);
    const Capsule right = capsules_.Rest(PartOf(std::string("right_") + name), no_betas_);
    for (int end = 0; end < 2; ++end) {
      const Vector3d mirrored = left.ends[end].cwiseProduct(Vector3d(-1, 1, 1));
      EXPECT_LT((mirrored - right.ends[end]).norm(), 1e-6) << name;  // sums in another order
      EXPECT_NEAR(left.radii[end], right.radii[end], 1e-6) << name;
    }
    const Vector3d joint = model_->joint_template().row(model_->JointIndex(std::string("left_") + name));
    EXPECT_LT((left.ends[0] - joint).norm(), (left.ends[1] - joint).norm()) << name;
  }
}

TEST_F(MannequinCapsules, PairsAreWhatCanTouch) {
  EXPECT_TRUE(IsPair("left_hand", "spine1"));
  EXPECT_TRUE(IsPair("left_elbow", "pelvis"));
  EXPECT_TRUE(IsPair("left_wrist", "right_wrist"));
  EXPECT_TRUE(IsPair("left_knee", "right_hip"));
  EXPECT_TRUE(IsPair("left_hand", "head"));
  EXPECT_FALSE(IsPair("left_knee", "left_hip"));    // hangs on it
  EXPECT_FALSE(IsPair("spine3", "left_shoulder"));  // share the armpit
  EXPECT_FALSE(IsPair("spine2", "left_shoulder"));
  EXPECT_FALSE(IsPair("left_hip", "right_hip"));  // meet between the legs
  for (const BodyCapsules::Pair& pair : capsules_.pairs()) {
    const Capsule a = capsules_.Rest(pair.a, no_betas_).Beyond(pair.begin_a);
    const Capsule b = capsules_.Rest(pair.b, no_betas_).Beyond(pair.begin_b);
    EXPECT_GE(NearestPoints(a, b).distance, 0) << "overlaps at rest: " << pair.a << " " << pair.b;
  }
}

TEST(BodyCapsules, AnyBodyHasFiniteOnesOrNone) {
  // Random points with random weights, a body of one joint, one of one vertex, one without betas.
  for (const auto& model : {MakeTestBody(1, 60), MakeTestBody(2, 60, {-1}), MakeTestBody(3, 10, {-1, 0}),
                            MakeTestBody(4, 200, SmplParents(), 0)}) {
    const BodyCapsules capsules(*model);
    for (size_t i = 0; i < capsules.parts().size(); ++i) {
      const Capsule capsule =
          capsules.Rest(static_cast<int>(i), Eigen::VectorXd::Constant(model->num_betas(), 3));
      for (int end = 0; end < 2; ++end) {
        EXPECT_TRUE(capsule.ends[end].allFinite());
        EXPECT_GT(capsule.radii[end], 0);
      }
    }
  }
}

TEST(BodyParts, EveryVertexHasOneAndThinOnesJoinTheJointAbove) {
  const auto model = Mannequin();
  const BodyParts parts = FindBodyParts(*model);
  std::vector<int> seen(model->num_vertices(), 0);
  for (int joint = 0; joint < model->num_joints(); ++joint) {
    for (const int v : parts.vertices[joint]) {
      EXPECT_EQ(parts.joint_of_vertex[v], joint);
      ++seen[v];
    }
    if (joint > 0 && !parts.vertices[joint].empty()) {
      EXPECT_GE(FindPrincipalAxes(*model, parts, parts.vertices[joint]).deviations[1], kThinPartM);
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), model->num_vertices());
  // The same body a fiftieth the size: everything is thin and ends in the root.
  BodyModelData small = MakeMannequin();
  small.v_template *= 0.02;
  EXPECT_EQ(FindBodyParts(*BodyModel::Create(small)).vertices[0].size(),
            static_cast<size_t>(model->num_vertices()));
}

}  // namespace
}  // namespace vitruvius::body_capsules_test
