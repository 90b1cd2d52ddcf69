// The differentiable body against BodyEvaluator: two derivations of the same function, analytic and by
// autograd.
#include "models/networks/torch_body.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "models/body/body_evaluator.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::torch_body_test {
namespace {

at::Tensor Row(const Eigen::Ref<const Eigen::VectorXd>& v) {
  const Eigen::VectorXd copy = v;
  return at::from_blob(const_cast<double*>(copy.data()), {1, copy.size()}, at::kDouble)
      .clone()
      .requires_grad_(true);
}

void Compare(const std::shared_ptr<const BodyModel>& model, const BodyParameters& p) {
  PointSet all = PointSet::AllVertices(*model);
  for (int j = 0; j < model->num_joints(); ++j) all.AddJoint(j);
  BodyEvaluator evaluator(model, all);
  evaluator.Evaluate(p, true);

  const TorchBody body(*model, at::kDouble);
  const std::vector<at::Tensor> inputs = {Row(p.global_orient), Row(p.body_pose), Row(p.betas),
                                          Row(p.transl)};
  const TorchBody::Output output = body.Forward(inputs[0], inputs[1], inputs[2], inputs[3]);
  const at::Tensor points = at::cat({output.vertices, output.joints}, 1)[0];
  for (int i = 0; i < evaluator.num_points(); ++i) {
    for (int axis = 0; axis < 3; ++axis) {
      ASSERT_NEAR(points[i][axis].item<double>(), evaluator.points()(i, axis), 1e-11) << i;
    }
  }

  // A random combination of all coordinates has the gradient J^T c.
  Rng rng(3);
  const Eigen::VectorXd c =
      Eigen::VectorXd::NullaryExpr(3 * evaluator.num_points(), [&] { return rng.Normal(); });
  const at::Tensor coefficients = Row(c).detach().reshape({-1, 3});
  const torch::autograd::variable_list gradients =
      torch::autograd::grad({(points * coefficients).sum()}, inputs);
  const Eigen::VectorXd expected = evaluator.jacobian().transpose() * c;
  int column = 0;
  for (const at::Tensor& gradient : gradients) {
    for (int64_t k = 0; k < gradient.size(1); ++k, ++column) {
      ASSERT_NEAR(gradient[0][k].item<double>(), expected[column], 1e-9 * (1 + std::abs(expected[column])))
          << column;
    }
  }
  EXPECT_EQ(column, model->num_parameters());
}

TEST(TorchBody, PointsAndGradientsAreThoseOfTheEvaluator) {
  const auto model = MakeTestBody();
  Rng rng(1);
  Compare(model, RandomParameters(*model, &rng));
  Compare(model, RandomParameters(*model, &rng, 1e-8));
  Compare(model, BodyParameters::Zero(*model));
}

TEST(TorchBody, RowsOfABatchDoNotMix) {
  const auto model = MakeTestBody();
  const TorchBody body(*model, at::kDouble);
  const at::Tensor orient = at::randn({3, 3}, at::kDouble), pose = 0.3 * at::randn({3, 69}, at::kDouble),
                   betas = at::randn({3, 10}, at::kDouble), transl = at::randn({3, 3}, at::kDouble);
  const TorchBody::Output together = body.Forward(orient, pose, betas, transl);
  for (int64_t i = 0; i < 3; ++i) {
    const TorchBody::Output alone = body.Forward(orient.narrow(0, i, 1), pose.narrow(0, i, 1),
                                                 betas.narrow(0, i, 1), transl.narrow(0, i, 1));
    EXPECT_TRUE(at::allclose(together.vertices[i], alone.vertices[0], 1e-12, 1e-12));
    EXPECT_TRUE(at::allclose(together.joints[i], alone.joints[0], 1e-12, 1e-12));
  }
}

TEST(TorchBody, RefusesOtherSizes) {
  const TorchBody body(*MakeTestBody());
  EXPECT_THROW(body.Forward(at::zeros({2, 3}), at::zeros({2, 63}), at::zeros({2, 10}), at::zeros({2, 3})),
               ContractError);
  EXPECT_THROW(body.Forward(at::zeros({2, 3}), at::zeros({1, 69}), at::zeros({2, 10}), at::zeros({2, 3})),
               ContractError);
}

}  // namespace
}  // namespace vitruvius::torch_body_test
