// What was trained with LibTorch against the same file evaluated natively: two programs for one function.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "priors/latent_prior.h"
#include "priors/registry.h"
#include "solvers/training/train_prior.h"
#include "tests/util/run_program.h"

namespace vitruvius::native_prior_test {
namespace {

constexpr double kFloat = 2e-5;  // radians; sums of float products in another order

RowMatrixXd RandomPoses(int count) {
  Rng rng(4);
  RowMatrixXd poses = RowMatrixXd::NullaryExpr(count, 69, [&] { return 0.3 * rng.Normal(); });
  for (const int still : {13, 14, 22, 23}) poses.middleCols(3 * (still - 1), 3).setZero();
  return poses;
}

class NativePriorTest : public testing::TestWithParam<PriorFamily> {};

TEST_P(NativePriorTest, IsTheTrainedNetwork) {
  at::set_num_threads(1);
  const TestFolder folder;
  const TrainingPoses poses(RandomPoses(50), std::vector<double>(50, 1.0), at::Device(at::kCPU));
  const TorchBody body(*Mannequin());
  TrainingOptions options = DefaultTraining(GetParam());
  options.hidden = 16;
  options.latent_dim = 5;
  options.batch = 16;
  options.couplings = 3;
  options.steps = options.evaluate_every = 4;
  options.validation_poses = 4;
  options.inversion_steps = 2;
  const TrainedPrior trained = TrainPrior(options, poses, poses, body, "", false);
  const std::string file = folder / "prior.npz";
  WriteNpz(file, trained.arrays);

  const std::shared_ptr<const Prior> prior = LoadPrior(file);
  const auto* native = dynamic_cast<const LatentPrior*>(prior.get());
  ASSERT_NE(native, nullptr);
  EXPECT_EQ(native->family(), FamilyName(GetParam()));
  EXPECT_EQ(native->dim(), 63);
  const LatentMap map = trained.trainer->Map();
  ASSERT_EQ(native->latent_dim(), map.latent_dim);
  const std::unique_ptr<PoseDecoder> decoder = native->MakeDecoder();
  at::NoGradGuard no_grad;
  Rng rng(7);
  for (int i = 0; i < 5; ++i) {
    const Eigen::VectorXd z = native->SampleLatent(&rng);
    Eigen::VectorXd pose(63);
    decoder->Decode(z.data(), pose.data());
    const at::Tensor latent = at::empty({1, z.size()}, at::kFloat);
    for (Eigen::Index k = 0; k < z.size(); ++k) latent[0][k] = z[k];
    const Eigen::VectorXd expected = BodyPoses(map.rotations(latent)).row(0).head(63).transpose();
    EXPECT_LT((pose - expected).cwiseAbs().maxCoeff(), kFloat);

    if (!map.encode) continue;
    const Eigen::VectorXd real = RandomPoses(i + 1).row(i).head(63).transpose();
    Eigen::VectorXd code;
    ASSERT_TRUE(native->Encode(real, &code));
    const TrainingPoses one(RandomPoses(i + 1).bottomRows(1), {1.0}, at::Device(at::kCPU));
    const at::Tensor wanted = map.encode(one.axis_angle);
    ASSERT_EQ(code.size(), wanted.numel());
    for (Eigen::Index k = 0; k < code.size(); ++k) {
      EXPECT_NEAR(code[k], wanted[0][k].item<double>(), 1e-4) << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, NativePriorTest,
                         testing::Values(PriorFamily::kGanS, PriorFamily::kGanU, PriorFamily::kGanN,
                                         PriorFamily::kVae, PriorFamily::kRealNvp));

}  // namespace
}  // namespace vitruvius::native_prior_test
