// What every latent prior promises (priors/latent_prior.h), over all families.
#include "priors/latent_prior.h"

#include <cmath>

#include <gtest/gtest.h>

#include "data/io/data_files.h"
#include "data/io/npz.h"
#include "models/math/so3.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::latent_prior_test {
namespace {

struct Case {
  std::string family;
  bool shipped = false;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const char* family : {"gan-s", "gan-u", "gan-n", "vae", "vposer_v1", "vposer_v2", "realnvp"}) {
    cases.push_back({family, false});
  }
  // By name: every test of the program asks, and opening them takes half a second.
  for (const std::string& name : ShippedPriorNames()) {
    if (name.rfind("gmm", 0) != 0) cases.push_back({name, true});
  }
  return cases;
}

class LatentPriors : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::string path = GetParam().family;
    if (!GetParam().shipped) {
      path = folder_ / "prior.npz";
      WriteNpz(path, GetParam().family == "realnvp" ? RandomFlow() : RandomGenerator(GetParam().family));
    }
    prior_ = std::dynamic_pointer_cast<const LatentPrior>(LoadPrior(path));
    ASSERT_NE(prior_, nullptr);
  }

  TemporaryFolder folder_;
  std::shared_ptr<const LatentPrior> prior_;
};

Matrix3d JointRotation(const Eigen::VectorXd& pose, int joint) { return ExpSO3(pose.segment<3>(3 * joint)); }

// d = log(R^T R') of all joints: differences of poses that do not jump where an axis-angle changes its
// branch.
Eigen::VectorXd TangentBetween(const Eigen::VectorXd& from, const Eigen::VectorXd& to) {
  Eigen::VectorXd d(from.size());
  for (int j = 0; j < from.size() / 3; ++j) {
    d.segment<3>(3 * j) = LogSO3(JointRotation(from, j).transpose() * JointRotation(to, j));
  }
  return d;
}

TEST_P(LatentPriors, DimensionsAndNames) {
  EXPECT_EQ(prior_->dim(), 63);
  EXPECT_GT(prior_->latent_dim(), 0);
  EXPECT_EQ(prior_->Mean().size(), 63);
  EXPECT_TRUE(prior_->Mean().allFinite());
  if (!GetParam().shipped) {
    EXPECT_EQ(prior_->family(), GetParam().family);
  }
}

TEST_P(LatentPriors, LatentsHaveTheirDistribution) {
  Rng rng(1);
  constexpr int kSamples = 4000;
  const int d = prior_->latent_dim();
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(d), squares = sum;
  for (int i = 0; i < kSamples; ++i) {
    const Eigen::VectorXd z = prior_->SampleLatent(&rng);
    if (prior_->latent_space() == LatentSpace::kSphere) {
      ASSERT_NEAR(z.norm(), 1, 1e-12);
    } else if (prior_->latent_space() == LatentSpace::kBox) {
      ASSERT_LE(z.cwiseAbs().maxCoeff(), 1);
    }
    sum += z;
    squares += z.cwiseAbs2();
  }
  const double variance = prior_->latent_space() == LatentSpace::kSphere ? 1.0 / d
                          : prior_->latent_space() == LatentSpace::kBox  ? 1.0 / 3
                                                                         : 1.0;
  // Six standard errors of the mean and of the variance (that of a normal distribution is the largest).
  EXPECT_LT((sum / kSamples).cwiseAbs().maxCoeff(), 6 * std::sqrt(variance / kSamples));
  EXPECT_LT((squares / kSamples).array().operator-(variance).abs().maxCoeff(),
            6 * variance * std::sqrt(2.0 / kSamples));
}

TEST_P(LatentPriors, ProjectionGivesPointsOfTheSpaceAndKeepsThem) {
  Rng rng(2);
  const int d = prior_->latent_dim();
  for (int trial = 0; trial < 20; ++trial) {
    Eigen::VectorXd z = prior_->SampleLatent(&rng), kept = z;
    prior_->ProjectLatent(&kept);
    EXPECT_LT((kept - z).norm(), 1e-14);
    z *= 5;
    prior_->ProjectLatent(&z);
    if (prior_->latent_space() == LatentSpace::kSphere) {
      EXPECT_NEAR(z.norm(), 1, 1e-14);
      EXPECT_LT((z - kept).norm(), 1e-14);
    } else if (prior_->latent_space() == LatentSpace::kBox) {
      EXPECT_EQ(z, (5 * kept).cwiseMax(-1).cwiseMin(1));
    } else {
      EXPECT_LT((z - 5 * kept).norm(), 1e-13);
    }
  }
  Eigen::VectorXd zero = Eigen::VectorXd::Zero(d);
  prior_->ProjectLatent(&zero);
  EXPECT_TRUE(zero.allFinite());
}

TEST_P(LatentPriors, DecodedPosesAreOnThePrincipalBranchAndCollarsRest) {
  const auto decoder = prior_->MakeDecoder();
  Rng rng(3);
  Eigen::VectorXd pose(63);
  const bool covers_collars = prior_->family().rfind("vposer", 0) == 0;
  for (int trial = 0; trial < 50; ++trial) {
    decoder->Decode(prior_->SampleLatent(&rng).data(), pose.data());
    ASSERT_TRUE(pose.allFinite());
    for (int j = 0; j < 21; ++j) ASSERT_LE(pose.segment<3>(3 * j).norm(), EIGEN_PI + 1e-6);
    if (!covers_collars) {
      EXPECT_EQ(pose.segment(36, 6), Eigen::VectorXd::Zero(6));  // left_collar, right_collar
    }
  }
}

TEST_P(LatentPriors, DecodeAndItsJacobianAgree) {
  const auto decoder = prior_->MakeDecoder(), other = prior_->MakeDecoder();
  Rng rng(4);
  Eigen::VectorXd pose(63), again(63);
  RowMatrixXd jacobian(63, prior_->latent_dim()), repeated = jacobian;
  for (int trial = 0; trial < 10; ++trial) {
    const Eigen::VectorXd z = prior_->SampleLatent(&rng);
    decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
    other->Decode(z.data(), again.data());
    EXPECT_EQ(pose, again);
    decoder->DecodeWithJacobian(z.data(), again.data(), repeated.data());  // the same place once more
    EXPECT_EQ(pose, again);
    EXPECT_EQ(jacobian, repeated);
  }
}

TEST_P(LatentPriors, JacobianMatchesDifferences) {
  const auto decoder = prior_->MakeDecoder();
  Rng rng(5);
  const int d = prior_->latent_dim();
  Eigen::VectorXd pose(63), low(63), high(63);
  RowMatrixXd jacobian(63, d);
  int compared = 0;
  for (int trial = 0; trial < 4; ++trial) {
    const Eigen::VectorXd z = prior_->SampleLatent(&rng);
    decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
    const double scale = 1 + jacobian.cwiseAbs().maxCoeff();
    for (int c = 0; c < d; ++c) {
      // In floats a step of 1e-3 rounds by 1e-4; where a unit changes its sign in between there is a kink.
      constexpr double kStep = 1e-3;
      const Eigen::VectorXd step = kStep * Eigen::VectorXd::Unit(d, c);
      decoder->Decode((z + step).eval().data(), high.data());
      decoder->Decode((z - step).eval().data(), low.data());
      const Eigen::VectorXd forward = TangentBetween(pose, high) / kStep,
                            backward = -TangentBetween(pose, low) / kStep;
      if ((forward - backward).norm() > 0.05 * scale) continue;
      ++compared;
      const Eigen::VectorXd numeric = 0.5 * (forward + backward);
      for (int j = 0; j < 21; ++j) {
        const Vector3d tangent = RightJacobianSO3(pose.segment<3>(3 * j)) * jacobian.block<3, 1>(3 * j, c);
        EXPECT_LT((tangent - numeric.segment<3>(3 * j)).norm(), 0.02 * scale)
            << "joint " << j << " column " << c;
      }
    }
  }
  EXPECT_GT(compared, 2 * d);
}

TEST_P(LatentPriors, WhatIsNotFiniteStaysSoAndHarmsNothingAfter) {
  const auto decoder = prior_->MakeDecoder(), fresh = prior_->MakeDecoder();
  Rng rng(6);
  const int d = prior_->latent_dim();
  Eigen::VectorXd pose(63), expected(63);
  RowMatrixXd jacobian(63, d), fresh_jacobian(63, d);
  const Eigen::VectorXd bad = Eigen::VectorXd::Constant(d, std::nan(""));
  decoder->DecodeWithJacobian(bad.data(), pose.data(), jacobian.data());
  EXPECT_FALSE(pose.allFinite());
  const Eigen::VectorXd z = prior_->SampleLatent(&rng);
  decoder->Reset();
  decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  fresh->DecodeWithJacobian(z.data(), expected.data(), fresh_jacobian.data());
  EXPECT_EQ(pose, expected);
  EXPECT_EQ(jacobian, fresh_jacobian);
}

TEST_P(LatentPriors, SamplesAreDecodedLatents) {
  Rng rng(7), same(7);
  const Eigen::VectorXd sample = prior_->Sample(&rng);
  Eigen::VectorXd pose(63);
  prior_->MakeDecoder()->Decode(prior_->SampleLatent(&same).data(), pose.data());
  EXPECT_EQ(sample, pose);
}

TEST_P(LatentPriors, RestrictedIsTheSameForTheJointsThatAreLeft) {
  const auto part = std::dynamic_pointer_cast<const LatentPrior>(prior_->Restrict(45));
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->dim(), 45);
  EXPECT_EQ(part->Mean(), prior_->Mean().head(45));
  EXPECT_EQ(part->latent_dim(), prior_->latent_dim());
  Rng rng(8), same(8);
  const Eigen::VectorXd whole = prior_->Sample(&rng), head = part->Sample(&same);
  EXPECT_EQ(head, whole.head(45));
  const int d = prior_->latent_dim();
  RowMatrixXd jacobian(63, d), part_jacobian(45, d);
  Eigen::VectorXd pose(63), part_pose(45);
  const Eigen::VectorXd z = prior_->SampleLatent(&rng);
  prior_->MakeDecoder()->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  part->MakeDecoder()->DecodeWithJacobian(z.data(), part_pose.data(), part_jacobian.data());
  EXPECT_EQ(part_pose, pose.head(45));
  EXPECT_EQ(part_jacobian, jacobian.topRows(45));
}

INSTANTIATE_TEST_SUITE_P(All, LatentPriors, testing::ValuesIn(Cases()), [](const auto& parameter) {
  std::string name = parameter.param.family;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return (parameter.param.shipped ? "shipped_" : "random_") + name;
});

}  // namespace
}  // namespace vitruvius::latent_prior_test
