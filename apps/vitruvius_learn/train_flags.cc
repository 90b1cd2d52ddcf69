#include "apps/vitruvius_learn/train_flags.h"

#include <cmath>

#include "apps/common/command.h"
#include "apps/common/flags.h"
#include "apps/vitruvius_learn/training_session.h"
#include "models/util/check.h"

DEFINE_string(family, "gan-s", "gan-s, gan-u, gan-n, vae, realnvp or gmm");
DEFINE_int64(steps, -1, "training steps; of the generator for GANs");
DEFINE_int64(batch, -1, "poses a step");
DEFINE_int64(latent, -1, "latent numbers (GAN, VAE)");
DEFINE_int64(hidden, -1, "width of hidden layers");
DEFINE_double(rate, -1, "learning rate; it falls to 2 % over the last 40 % of the steps");
DEFINE_double(average, -1,
              "decay of the moving average of the weights, which becomes the prior; 0: the last ones");
DEFINE_double(recombine, -1, "share of the poses with another pose's legs, and with another's arms");
DEFINE_string(loss, "least-squares",
              "GAN: least-squares, log (Eq. 1 of the paper) or log-strong (its non-saturating form)");
DEFINE_int32(discriminator_steps, -1, "GAN: steps of the discriminator for one of the generator");
DEFINE_double(path_length, -1, "GAN: weight of the path-length penalty, 0.05 for smoother interpolation");
DEFINE_int64(shapes, -1, "GAN: shape numbers to learn besides the pose, real ones from N(0, 1)");
DEFINE_double(kl, -1, "VAE: weight of the Kullback-Leibler term");
DEFINE_double(joints, -1, "VAE: weight of the joints' distances in metres");
DEFINE_double(mesh, -1, "VAE: weight of as many surface points' distances in metres");
DEFINE_double(rotations, -1, "VAE: weight of the joints' angles in radians");
DEFINE_double(dropout, -1, "VAE: share of hidden numbers that are left out in training");
DEFINE_int64(couplings, -1, "RealNVP: coupling layers");
DEFINE_double(noise, -1, "RealNVP: standard deviation in radians of the noise on the data");
DEFINE_int64(evaluate_every, -1, "steps between evaluations, checkpoints and pictures");

namespace vitruvius {
const std::vector<std::string>& TrainFlagNames() {
  static const std::vector<std::string> names = {
      "family",      "steps",   "batch",     "latent", "hidden",
      "rate",        "average", "recombine", "loss",   "discriminator_steps",
      "path_length", "shapes",  "kl",        "joints", "mesh",
      "rotations",   "dropout", "couplings", "noise",  "evaluate_every"};
  return names;
}

TrainingOptions TrainingFromFlags() {
  TrainingOptions options = DefaultTraining(PriorFamilyOf(FLAGS_family));
  TakeFlag("steps", FLAGS_steps, 1, 1e9, &options.steps);
  options.evaluate_every = std::max<std::int64_t>(1, (options.steps + 11) / 12);
  TakeFlag("batch", FLAGS_batch, 2, 1e6, &options.batch);
  TakeFlag("latent", FLAGS_latent, 2, 1e4, &options.latent_dim);
  TakeFlag("hidden", FLAGS_hidden, 1, 1e5, &options.hidden);
  TakeFlag("rate", FLAGS_rate, 1e-9, 1, &options.learning_rate);
  TakeFlag("average", FLAGS_average, 0, 0.999999, &options.average);
  TakeFlag("recombine", FLAGS_recombine, 0, 1, &options.recombine);
  options.loss = AdversarialLossOf(FLAGS_loss);
  TakeFlag("discriminator_steps", FLAGS_discriminator_steps, 1, 1000, &options.discriminator_steps);
  TakeFlag("path_length", FLAGS_path_length, 0, 1e3, &options.path_length);
  TakeFlag("shapes", FLAGS_shapes, 0, 1000, &options.betas);
  TakeFlag("kl", FLAGS_kl, 0, 1e3, &options.kl_weight);
  TakeFlag("joints", FLAGS_joints, 0, 1e3, &options.joint_weight);
  TakeFlag("mesh", FLAGS_mesh, 0, 1e3, &options.mesh_weight);
  TakeFlag("rotations", FLAGS_rotations, 0, 1e3, &options.rotation_weight);
  TakeFlag("dropout", FLAGS_dropout, 0, 0.9, &options.dropout);
  if (options.joint_weight + options.mesh_weight + options.rotation_weight <= 0) {
    throw UsageError("--joints, --mesh and --rotations are all 0: nothing is left to learn");
  }
  TakeFlag("couplings", FLAGS_couplings, 1, 1000, &options.couplings);
  TakeFlag("noise", FLAGS_noise, 0, 3, &options.noise_rad);
  TakeFlag("evaluate_every", FLAGS_evaluate_every, 1, 1e9, &options.evaluate_every);
  options.seed = FLAGS_seed;
  return options;
}

}  // namespace vitruvius
