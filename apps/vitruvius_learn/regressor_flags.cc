#include "apps/vitruvius_learn/regressor_flags.h"

#include "apps/common/flags.h"
#include "apps/vitruvius_learn/training_session.h"
#include "solvers/registration/label_weights.h"

DECLARE_int64(batch);
DECLARE_int64(epochs);
DECLARE_double(rate);
DECLARE_string(init);
DEFINE_string(arch, "resnet50", "the network: resnet18 or resnet50");
DEFINE_int64(size, vitruvius::RegressorOptions().crop_px, "side of the crops it sees, px");
DEFINE_string(
    backbone, "",
    "a trunk pretrained on ImageNet to begin with: torchvision's resnet18-*.pth or resnet50-*.pth, or "
    "its state dict as .npz");
DEFINE_double(regress_weight, vitruvius::RegressorOptions().regress_weight,
              "weight of the distance to the registered bodies' numbers");
DEFINE_double(dense_weight, vitruvius::RegressorOptions().dense_weight,
              "weight of the squared distances of surface points");
DEFINE_double(keypoint_weight, vitruvius::RegressorOptions().keypoint_weight,
              "weight of the squared distances of keypoints");
DEFINE_double(weight_decay, vitruvius::RegressorOptions().weight_decay, "L2 on the weights");
DEFINE_int64(warm, vitruvius::RegressorOptions().warm_steps, "steps over which the rate rises from nothing");
DEFINE_double(length_weight, vitruvius::RegressorOptions().length_weight,
              "weight of how far raw quaternions and the raw rotation's columns are from unit length");
DEFINE_bool(decay, vitruvius::RegressorOptions().decays,
            "the rate falls over the last 40 % of the steps to 2 %; off: constant, as in the paper");
DEFINE_double(augment, 1,
              "how strongly pictures are turned, zoomed, shifted, recoloured and covered at random, 0 to 1");
DEFINE_double(mirrored, vitruvius::CropAugmentation().mirrored_share,
              "share of the pictures that are mirrored, with their labels");
DEFINE_double(held_out, vitruvius::RegressorOptions().held_out,
              "share of the pictures that judge which weights are kept");
DEFINE_double(label_out, vitruvius::LabelWeightOptions().out,
              "registrations whose residual or deviation is so many times the usual one teach nothing");
DEFINE_double(unlabelled, vitruvius::RegressorLabelOptions().unlabelled_weight,
              "how much people without a usable registration count, by their points; 0: they are left out");
DEFINE_int64(cache_mb, vitruvius::RegressorOptions().cache_bytes >> 20,
             "memory for parts of pictures that are kept");
DEFINE_int64(evaluations, vitruvius::RegressorOptions().evaluations,
             "how often held-out pictures judge and a checkpoint is written");

namespace vitruvius {

const std::vector<std::string>& RegressorFlagNames() {
  static const std::vector<std::string> names = {
      "warm",          "arch",           "size",         "backbone",        "init",
      "epochs",        "batch",          "rate",         "decay",           "weight_decay",
      "length_weight", "regress_weight", "dense_weight", "keypoint_weight", "augment",
      "mirrored",      "held_out",       "label_out",    "unlabelled",      "evaluations",
      "cache_mb"};
  return names;
}

RegressorFlags RegressorFromFlags() {
  RegressorFlags flags;
  RegressorOptions& training = flags.training;
  training.trunk.kind = ResNetKindOf(FLAGS_arch);
  TakeFlag("size", FLAGS_size, 32, 1024, &training.crop_px);
  TakeFlag("epochs", FLAGS_epochs, 1, 1e6, &training.epochs);
  TakeFlag("batch", FLAGS_batch, 2, 1e5, &training.batch);
  TakeFlag("rate", FLAGS_rate, 1e-12, 1, &training.learning_rate);
  TakeFlag("weight_decay", FLAGS_weight_decay, 0, 1, &training.weight_decay);
  TakeFlag("length_weight", FLAGS_length_weight, 0, 1e6, &training.length_weight);
  TakeFlag("warm", FLAGS_warm, 0, 1e9, &training.warm_steps);
  TakeFlag("regress_weight", FLAGS_regress_weight, 0, 1e6, &training.regress_weight);
  TakeFlag("dense_weight", FLAGS_dense_weight, 0, 1e6, &training.dense_weight);
  TakeFlag("keypoint_weight", FLAGS_keypoint_weight, 0, 1e6, &training.keypoint_weight);
  TakeFlag("held_out", FLAGS_held_out, 1e-6, 0.9, &training.held_out);
  TakeFlag("unlabelled", FLAGS_unlabelled, 0, 1, &flags.labels.unlabelled_weight);
  TakeFlag("evaluations", FLAGS_evaluations, 1, 1e6, &training.evaluations);
  std::int64_t cache_mb = training.cache_bytes >> 20;
  TakeFlag("cache_mb", FLAGS_cache_mb, 0, 1e6, &cache_mb);
  training.cache_bytes = cache_mb << 20;
  training.decays = FLAGS_decay;
  double strength = 1;
  TakeFlag("augment", FLAGS_augment, 0, 1, &strength);
  training.augmentation = training.augmentation.Times(strength);
  TakeFlag("mirrored", FLAGS_mirrored, 0, 1, &training.augmentation.mirrored_share);
  training.seed = FLAGS_seed;
  if (!FLAGS_init.empty() && !FLAGS_backbone.empty())
    throw UsageError("--init and --backbone: either an earlier round or a pretrained trunk");
  flags.initial = FLAGS_init.empty() ? FLAGS_backbone : FLAGS_init;
  return flags;
}

}  // namespace vitruvius
