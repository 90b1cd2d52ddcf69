// What a training of a pose prior is told.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace vitruvius {

enum class PriorFamily { kGanS, kGanU, kGanN, kVae, kRealNvp };
// Losses of the adversarial game, by the discriminator's output d:
//   kLeastSquares   D: (d_real - 1)^2 + d_fake^2, G: (d_fake - 1)^2, as in the paper's released code
//   kLog            Eq. 1 of the paper with logits: D and G the same value, of opposite sign
//   kLogStrong      the same discriminator; G: -log D, whose slope does not die while G is bad
enum class AdversarialLoss { kLeastSquares, kLog, kLogStrong };

struct TrainingOptions {
  PriorFamily family = PriorFamily::kGanS;
  std::int64_t steps = 18000;  // of the generator, for the GANs
  std::int64_t batch = 64;
  std::int64_t latent_dim = 32;
  std::int64_t hidden = 512;
  double learning_rate = 2e-4;        // falls over the last 40 % of the steps to 2 %
  double beta1 = 0.5, beta2 = 0.999;  // Adam's
  double average = 0.999;             // the prior is this moving average of the weights; 0: the last ones
  std::uint64_t seed = 1;
  double recombine = 0.2;  // share of the poses with another's legs, and with another's arms
  // GAN
  AdversarialLoss loss = AdversarialLoss::kLeastSquares;
  int discriminator_steps = 10;  // a step of the generator, each with poses of its own
  double path_length = 0;        // weight of the variance of log |G(z + eps u) - G(z)|
  int path_length_every = 4;
  std::int64_t betas = 0;  // shape numbers to learn besides the pose, from N(0, 1): the data has none
  // VAE: weights of terms that are summed over the joints, or of as much for the surface
  double kl_weight = 0.003;
  double joint_weight = 1, mesh_weight = 0;  // of distances of joints and of surface points, metres
  double rotation_weight = 0.05;             // of angles, radians: what no joint moves by, as the head's turn
  double dropout = 0;                        // share of hidden numbers that are left out in training
  // RealNVP
  std::int64_t couplings = 8;
  double noise_rad = 0.07;  // standard deviation of what is added to every number of every pose
  // Watching
  std::int64_t log_every = 50;
  std::int64_t evaluate_every = 1500;  // with the inversion error on validation poses; the best weights stay
  std::int64_t validation_poses = 160;
  int inversion_steps = 20;  // of each of them, see inversion.h
  // Called after each update of a network; may be empty.
  std::function<void(const std::string& network)> updated;

  void Check() const;  // throws ContractError
  // Everything that the result depends on, as text: an interrupted training goes on with the same only.
  std::string Describe() const;
};

// What each family is best trained with.
TrainingOptions DefaultTraining(PriorFamily family);

// "gan-s", "gan-u", "gan-n", "vae", "realnvp"; throws InputError for another name.
PriorFamily PriorFamilyOf(const std::string& name);
std::string FamilyName(PriorFamily family);
// "least-squares", "log", "log-strong"; throws InputError for another name.
AdversarialLoss AdversarialLossOf(const std::string& name);

// The factor on the learning rate at a step: 1, then straight down to 0.02 over the last 40 %.
double RateAt(std::int64_t step, std::int64_t steps);

}  // namespace vitruvius
