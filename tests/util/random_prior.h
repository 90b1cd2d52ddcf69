// Learned priors of random weights with few neurons, as the arrays of their files
// (priors/learned_prior_file.h).
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "data/io/npz.h"
#include "models/body/body_model.h"
#include "models/body/joint_tree.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {

using Arrays = std::map<std::string, NpyArray>;

struct RandomPriorOptions {
  int latent_dim = 6;
  int hidden = 40;
  std::uint64_t seed = 1;
  bool encoder = false, shape = false;
};

inline NpyArray TextArray(const std::string& text) { return NpyArray::FromString(text); }
inline NpyArray Int32Array(std::int32_t value) { return NpyArray::FromInt32(&value, {}); }
inline NpyArray DoubleArray(double value) { return NpyArray::FromDoubles(&value, {}); }
inline NpyArray Int8Array(const std::vector<std::int8_t>& values) {
  return NpyArray::FromInt8(values.data(), {static_cast<std::int64_t>(values.size())});
}
inline NpyArray FloatArray(const RowMatrixXd& values, std::vector<std::int64_t> shape) {
  const Eigen::Matrix<float, -1, -1, Eigen::RowMajor> floats = values.cast<float>();
  return NpyArray::FromFloats(floats.data(), std::move(shape));
}

// left_hip to right_wrist, without the collars where the family is ours.
inline std::vector<std::string> CoveredJoints(bool collars) {
  std::vector<std::string> joints;
  for (int j = 1; j <= 21; ++j) {
    const std::string& name = SmplJointNames()[j];
    if (collars || name.find("collar") == std::string::npos) joints.push_back(name);
  }
  return joints;
}

// weight + suffix and bias + suffix, He's initialisation, so that units of both signs occur in every layer.
inline void AddRandomLayer(const std::string& weight, const std::string& bias, int outputs, int inputs,
                           Rng* rng, Arrays* arrays) {
  const double spread = std::sqrt(2.0 / inputs);
  const RowMatrixXd w = RowMatrixXd::NullaryExpr(outputs, inputs, [&] { return spread * rng->Normal(); });
  const RowMatrixXd b = RowMatrixXd::NullaryExpr(outputs, 1, [&] { return 0.3 * rng->Normal(); });
  (*arrays)[weight] = FloatArray(w, {outputs, inputs});
  (*arrays)[bias] = FloatArray(b, {outputs});
}

// family: gan-s, gan-u, gan-n, vae, vposer_v1 or vposer_v2.
inline Arrays RandomGenerator(const std::string& family, const RandomPriorOptions& options = {}) {
  Rng rng(options.seed);
  const bool is_vposer = family.rfind("vposer", 0) == 0;
  const std::vector<std::string> joints = CoveredJoints(is_vposer);
  const int num_joints = static_cast<int>(joints.size()), hidden = options.hidden;
  Arrays arrays;
  arrays["family"] = TextArray(family);
  if (!is_vposer) {
    arrays["latent"] = TextArray(family == "gan-s" ? "sphere" : family == "gan-u" ? "box" : "normal");
    arrays["trained_with"] = TextArray("a test");
    arrays["inversion_val_mm"] = DoubleArray(7.5);
  }
  arrays["latent_dim"] = Int32Array(options.latent_dim);
  arrays["joints"] = NpyArray::FromStrings(joints);
  arrays["leaky_slope"] = DoubleArray(family == "vposer_v2" ? 0.01 : 0.2);
  arrays["rotation"] = TextArray("6d_interleaved");
  arrays["decoder_leaky"] = Int8Array({1, 1, 0});
  AddRandomLayer("decoder_weight_0", "decoder_bias_0", hidden, options.latent_dim, &rng, &arrays);
  AddRandomLayer("decoder_weight_1", "decoder_bias_1", hidden, hidden, &rng, &arrays);
  AddRandomLayer("decoder_weight_2", "decoder_bias_2", 6 * num_joints, hidden, &rng, &arrays);
  if (options.encoder) {
    arrays["encoder_leaky"] = Int8Array({1, 0});
    AddRandomLayer("encoder_weight_0", "encoder_bias_0", hidden, 3 * num_joints, &rng, &arrays);
    AddRandomLayer("encoder_weight_1", "encoder_bias_1", hidden, hidden, &rng, &arrays);
    AddRandomLayer("encoder_mean_weight", "encoder_mean_bias", options.latent_dim, hidden, &rng, &arrays);
    AddRandomLayer("encoder_std_weight", "encoder_std_bias", options.latent_dim, hidden, &rng, &arrays);
  }
  if (options.shape) AddRandomLayer("shape_weight", "shape_bias", 10, hidden, &rng, &arrays);
  return arrays;
}

// realnvp with four couplings of alternating masks.
inline Arrays RandomFlow(const RandomPriorOptions& options = {}) {
  Rng rng(options.seed);
  const std::vector<std::string> joints = CoveredJoints(false);
  const int dim = 3 * static_cast<int>(joints.size()), couplings = 4;
  Arrays arrays;
  arrays["family"] = TextArray("realnvp");
  arrays["latent"] = TextArray("normal");
  arrays["latent_dim"] = Int32Array(dim);
  arrays["joints"] = NpyArray::FromStrings(joints);
  arrays["leaky_slope"] = DoubleArray(0.2);
  const RowMatrixXd mean = RowMatrixXd::NullaryExpr(dim, 1, [&] { return 0.2 * rng.Normal(); });
  const RowMatrixXd scale = RowMatrixXd::NullaryExpr(dim, 1, [&] { return rng.Uniform(0.05, 0.3); });
  arrays["data_mean"] = FloatArray(mean, {dim});
  arrays["data_scale"] = FloatArray(scale, {dim});
  std::vector<std::int8_t> mask;
  for (int c = 0; c < couplings; ++c) {
    for (int i = 0; i < dim; ++i) mask.push_back(static_cast<std::int8_t>((i + c) % 2));
    for (const char* kind : {"s", "t"}) {
      const auto name = [&](const char* what, int layer) {
        return StrCat("flow_", kind, "_", what, "_", c, "_", layer);
      };
      AddRandomLayer(name("weight", 0), name("bias", 0), options.hidden, dim, &rng, &arrays);
      AddRandomLayer(name("weight", 1), name("bias", 1), options.hidden, options.hidden, &rng, &arrays);
      AddRandomLayer(name("weight", 2), name("bias", 2), dim, options.hidden, &rng, &arrays);
      // Gently, as trained flows are: e^s and t of order one would make poses of many turns.
      for (const char* what : {"weight", "bias"}) {
        NpyArray& array = arrays[name(what, 2)];
        std::vector<double> values = array.ToDoubles();
        for (double& value : values) value *= 0.15;
        array = NpyArray::FromDoubles(values.data(), array.shape);
      }
    }
  }
  arrays["flow_mask"] = NpyArray::FromInt8(mask.data(), {couplings, dim});
  return arrays;
}

}  // namespace vitruvius
