// The latent of a given pose: where a prior without an encoder, or with a rough one, holds it best.
//
//   min_z  sum_i | x_i(Decode(z)) - x_i(pose) |^2
// over points spread over the body (all joints, and places on the skin), root at rest, betas 0; z stays in
// its space: on the sphere steps are tangent and put back to norm 1, in the box entries at a wall are held
// there while the cost falls outwards. Levenberg-Marquardt from the nearest of many samples of the latent,
// and from the encoder's answer. Source: Davydov et al., Adversarial Parametric Pose Prior, CVPR 2022,
// sec. 4.3, which inverts meshes by L-BFGS; several starts and least squares are own.
#pragma once

#include <memory>

#include "models/body/body_evaluator.h"
#include "models/math/decompositions.h"
#include "priors/latent_prior.h"

namespace vitruvius {

struct InversionOptions {
  int candidates = 64;  // samples of the latent of which the nearest become starts
  int starts = 8;       // that take first_iterations steps
  int finalists = 3;    // of these, the nearest, that go on to the end
  int first_iterations = 8, max_iterations = 60;
  double tolerance = 1e-5;  // stop when the cost falls by less than this share
  int num_surface_points = 64;
  std::uint64_t seed = 1;  // of the samples; the same for every pose
  void Check() const;      // throws ContractError
};

struct Inversion {
  Eigen::VectorXd z;          // in its space
  Eigen::VectorXd body_pose;  // decoded, 3(J-1)
  double joints_mm = 0;       // mean distance of the joints to the pose's
};

// One a thread; answers depend on the pose alone.
class LatentInverter {
 public:
  LatentInverter(std::shared_ptr<const BodyModel> model, std::shared_ptr<const LatentPrior> prior,
                 const InversionOptions& options = {});
  // body_pose: 3(J-1) numbers, of which the prior describes the first dim().
  Inversion Invert(const Eigen::VectorXd& body_pose);

 private:
  struct State {
    Eigen::VectorXd z;
    double cost = 0;
  };
  double Cost(const Eigen::VectorXd& z);
  void Linearize(const Eigen::VectorXd& z);
  void Minimize(int max_iterations, State* state);

  std::shared_ptr<const BodyModel> model_;
  std::shared_ptr<const LatentPrior> prior_;
  InversionOptions options_;
  std::unique_ptr<PoseDecoder> decoder_;
  BodyEvaluator points_;
  std::vector<Eigen::VectorXd> candidates_;

  // Buffers.
  Eigen::VectorXd body_pose_, betas_, residual_, gradient_, step_, trial_;
  MatrixX3d target_;
  RowMatrixXd decoder_jacobian_, jacobian_;
  Eigen::MatrixXd hessian_, damped_;
  Cholesky cholesky_;
};

}  // namespace vitruvius
