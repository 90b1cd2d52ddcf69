// Learned priors as files: one layout of arrays for all families, checked completely when read.
//
//   family ()          "gan-s", "gan-u", "gan-n", "vae", "vposer_v1", "vposer_v2" or "realnvp"
//   latent ()          "sphere", "box" or "normal", as the family has it; may be absent where it is normal
//   latent_dim ()      d
//   joints (J,)        names of SMPL's joints that the network gives, in its order, of left_hip to
//   right_wrist;
//                      the others stay at rest
//   leaky_slope ()     networks are those of data/io/vposer_file.h: PREFIXleaky (L,), and for each layer i
//                      PREFIXweight_i (outputs, inputs), PREFIXbias_i (outputs,)
// Generators (all families but realnvp):
//   rotation ()        "6d_interleaved" (models/math/rotation_6d.h)
//   decoder_...        of z; the last layer gives 6 J numbers
//   encoder_..., encoder_mean_..., encoder_std_...     where there is an encoder: of 3 J axis-angle numbers
//   shape_weight (B, h), shape_bias (B,)      where shape comes along: betas from the last hidden layer
// Flows (realnvp), d = 3 J: C affine couplings on axis-angle numbers in units of their spread. From latent to
// pose, c = 0 to C - 1 in turn, m a row of the mask:
//   x <- m x + (1 - m) (x exp(s_c(m x)) + t_c(m x)),   then   pose = data_mean + data_scale x
//   data_mean (d,), data_scale (d,)
//   flow_mask (C, d)   int8, 0 or 1
//   flow_s_weight_c_k, flow_s_bias_c_k, flow_t_weight_c_k, flow_t_bias_c_k     layers k = 0, 1, ... of the
//                      networks s and t; a leaky rectifier between them, and tanh behind the last of s
// Where it comes from, texts, may be absent: trained_with (), trained_on (); inversion_val_mm (), a number.
// Sources: Davydov et al., CVPR 2022, sec. 3; Dinh et al., Density estimation using Real NVP, ICLR 2017.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/io/named_arrays.h"
#include "priors/latent_prior.h"
#include "priors/network.h"

namespace vitruvius {

// A learned prior's dim(): the 21 joints that SMPL, SMPL-H and SMPL-X share, left_hip to right_wrist.
inline constexpr int kLearnedPriorDim = 63;

struct EncoderWeights {
  Network mean;  // of the latent, from 3 J axis-angle numbers
  Network std;   // log(1 + exp(.)) of its outputs is the latent's standard deviation
};

struct GeneratorWeights {
  std::string family;
  LatentSpace latent_space = LatentSpace::kNormal;
  std::vector<int> joints;  // in SMPL's tree, 1 to 21
  Network decoder;
  std::optional<EncoderWeights> encoder;
  std::optional<Network> shape;  // of z
  PriorOrigin origin;
};

struct Coupling {
  std::vector<std::uint8_t> mask;  // 1: passes, and is what the networks see
  Network s, t;                    // of all d numbers, those that do not pass being zero; tanh of s is meant
};

struct FlowWeights {
  std::string family;
  std::vector<int> joints;
  Eigen::VectorXd data_mean, data_scale;  // (3 J,)
  std::vector<Coupling> couplings;
  PriorOrigin origin;
};

// Numbers in SMPL's tree, 1 to 21, of names that may come in any order; without names all 21. Throws
// InputError with `path` for one that is unknown or comes twice.
std::vector<int> LearnedPriorJoints(const std::string& path, const std::vector<std::string>& names);

// Whether it is a learned prior at all: it names its family.
bool IsLearnedPrior(const NamedArrays& file);
bool IsFlow(const NamedArrays& file);
// Throw InputError with the array that is missing, has another shape, or holds what cannot be.
GeneratorWeights ReadGenerator(const NamedArrays& file);
FlowWeights ReadFlow(const NamedArrays& file);

}  // namespace vitruvius
