#include "solvers/training/regressor_options.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {

void RegressorOptions::Check() const {
  trunk.Check();
  VT_CHECK_GE(crop_px, 32);
  VT_CHECK_LE(crop_px, 4096);
  VT_CHECK_GT(epochs, 0);
  VT_CHECK_GT(batch, 1);
  VT_CHECK_GT(learning_rate, 0);
  VT_CHECK_GE(warm_steps, 0);
  VT_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1);
  VT_CHECK_GE(weight_decay, 0);
  VT_CHECK_GE(length_weight, 0);
  VT_CHECK(regress_weight >= 0 && dense_weight >= 0 && keypoint_weight >= 0);
  augmentation.Check();
  VT_CHECK(held_out > 0 && held_out < 1);
  VT_CHECK_GT(log_every, 0);
  VT_CHECK_GT(evaluations, 0);
  VT_CHECK_GT(validation_examples, 0);
  VT_CHECK_GE(cache_bytes, 0);
}

std::string RegressorOptions::Describe() const {
  const CropAugmentation& a = augmentation;
  return StrCat("regressor ", NameOf(trunk.kind), " width ", trunk.width, " crop ", crop_px, " epochs ",
                epochs, " batch ", batch, " learning_rate ", learning_rate, " decays ", decays, " warm ",
                warm_steps, " beta1 ", beta1, " beta2 ", beta2, " weight_decay ", weight_decay, " length ",
                length_weight, " regress ", regress_weight, " dense ", dense_weight, " keypoints ",
                keypoint_weight, " augmentation ", a.turn_deg, " ", a.turned_share, " ", a.zoom, " ", a.shift,
                " ", a.brightness, " ", a.contrast, " ", a.saturation, " ", a.channel, " ", a.erased_share,
                " ", a.erased_side, " ", a.mirrored_share, " held_out ", held_out, " seed ", seed,
                " log_every ", log_every, " evaluations ", evaluations, " validation_examples ",
                validation_examples);
}

std::int64_t RegressorOptions::StepsPerEpoch(std::int64_t examples) const {
  return std::max<std::int64_t>(1, examples / batch);
}

}  // namespace vitruvius
