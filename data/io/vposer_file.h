// VPoser's weights as arrays of plain names, from the checkpoints of its two versions (Pavlakos et al.,
// SMPL-X, CVPR 2019, sec. 3.3; layouts: human_body_prior, vposer_smpl.py and vposer_model.py).
//
// Keys, all of them always there; a network is linear layers i = 0, 1, ..., x <- weight x + bias, and after
// those whose `leaky` is 1 x <- max(x, leaky_slope x):
//   family ()                "vposer_v1" or "vposer_v2"
//   latent_dim ()            d, 32 as downloaded; the latent prior is the standard normal distribution
//   joints (21,)             names, left_hip to right_wrist
//   leaky_slope ()           0.2 in version 1, 0.01 in version 2
//   decoder_leaky (L,)       1 where a leaky rectifier follows
//   decoder_weight_i (out, in), decoder_bias_i (out,)      the last gives 6 numbers x a joint
//   rotation ()              "6d_interleaved": x[0,2,4] and x[1,3,5] are, after Gram and Schmidt, the first
//   two
//                            columns of the joint's rotation matrix
//   encoder_leaky (M,), encoder_weight_i, encoder_bias_i   of 63 axis-angle numbers, the batch normalisations
//                            folded into the layer behind each
//   encoder_mean_weight (d, h), encoder_mean_bias (d,)     of the latent's mean
//   encoder_std_weight, encoder_std_bias                   of its standard deviation, log(1 + exp(.))
#pragma once

#include <map>
#include <string>

#include "data/io/named_arrays.h"

namespace vitruvius {

// From a state dict of either version. Throws InputError with the array that is missing or has another shape,
// or that is not finite.
std::map<std::string, NpyArray> VPoserArrays(const NamedArrays& state_dict);

// From a file (.pt, .ckpt) or a folder as downloaded, whose last snapshots/*.pt or *.ckpt is taken.
std::map<std::string, NpyArray> ReadVPoser(const std::string& path);

}  // namespace vitruvius
