#include "priors/learned_prior_file.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::learned_prior_file_test {
namespace {

using ::testing::HasSubstr;

// A file that is changed in one thing, and the words that its message must have.
struct Fault {
  std::function<void(Arrays*)> change;
  std::string message;
};

NpyArray With(NpyArray array, size_t place, double value) {
  std::vector<double> values = array.ToDoubles();
  values[place] = value;
  return NpyArray::FromDoubles(values.data(), array.shape);
}

void ExpectRefused(const Arrays& good, const std::vector<Fault>& faults) {
  const TemporaryFolder folder;
  WriteNpz(folder / "p.npz", good);
  ASSERT_EQ(ErrorOf([&] { LoadPrior(folder / "p.npz"); }), "");
  for (const Fault& fault : faults) {
    Arrays bad = good;
    fault.change(&bad);
    WriteNpz(folder / "p.npz", bad);
    EXPECT_THAT(ErrorOf([&] { LoadPrior(folder / "p.npz"); }), HasSubstr(fault.message));
  }
  // Nothing that the file needs may be absent.
  for (const auto& [name, array] : good) {
    if (name == "family" || name == "trained_with" || name == "inversion_val_mm") continue;
    if (name == "latent" && good.at("latent").ToStrings()[0] == "normal") continue;
    if (name == "encoder_leaky" || name == "shape_weight") continue;  // then there is no such network
    Arrays bad = good;
    bad.erase(name);
    WriteNpz(folder / "p.npz", bad);
    EXPECT_THAT(ErrorOf([&] { LoadPrior(folder / "p.npz"); }), HasSubstr(name)) << name;
  }
}

const double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(LearnedPriorFile, GeneratorsThatAreWrongAreRefusedByName) {
  const auto text = [](const char* key, const char* value) {
    return [=](Arrays* a) { (*a)[key] = TextArray(value); };
  };
  ExpectRefused(
      RandomGenerator("gan-s", {6, 12, 1, true, true}),
      {{text("family", "gan-x"), "family: found \"gan-x\", expected one of gan-s"},
       {text("family", "vae"), "latent: found \"sphere\", expected \"normal\" for vae"},
       {text("latent", "ball"), "latent: found \"ball\", expected \"sphere\""},
       {text("rotation", "6d"), "rotation: found \"6d\""},
       {[](Arrays* a) { (*a)["latent_dim"] = Int32Array(0); }, "latent_dim: found a length of 0"},
       {[](Arrays* a) { (*a)["latent_dim"] = Int32Array(7); }, "decoder_weight_0"},
       {[](Arrays* a) { (*a)["leaky_slope"] = DoubleArray(1.5); }, "leaky_slope: found 1.5"},
       {[](Arrays* a) { (*a)["leaky_slope"] = DoubleArray(kNaN); }, "leaky_slope: found nan"},
       {[](Arrays* a) {
          (*a)["joints"] = NpyArray::FromStrings({"left_knee", "left_knee"});
        },
        "joints[1]: found \"left_knee\" again"},
       {[](Arrays* a) { (*a)["joints"] = NpyArray::FromStrings({"pelvis"}); }, "joints[0]: found \"pelvis\""},
       {[](Arrays* a) { (*a)["joints"] = NpyArray::FromStrings({"left_hand"}); }, "joints[0]: found"},
       {[](Arrays* a) { (*a)["joints"] = NpyArray::FromStrings(CoveredJoints(true)); }, "decoder_weight_2"},
       {[](Arrays* a) {
          (*a)["decoder_leaky"] = Int8Array({1, 1, 1});
        },
        "decoder_leaky: found 1 for the last"},
       {[](Arrays* a) {
          (*a)["decoder_leaky"] = Int8Array({1, 2, 0});
        },
        "decoder_leaky: found 2"},
       {[](Arrays* a) {
          (*a)["decoder_leaky"] = Int8Array({1, 1, 1, 0});
        },
        "decoder_weight_"},
       {[](Arrays* a) { (*a)["decoder_bias_1"] = (*a)["decoder_bias_2"]; }, "decoder_bias_1"},
       {[](Arrays* a) { (*a)["decoder_weight_1"] = With((*a)["decoder_weight_1"], 5, kNaN); },
        "decoder_weight_1: holds a value that is not finite"},
       {[](Arrays* a) { (*a)["decoder_bias_2"] = With((*a)["decoder_bias_2"], 0, 1e30); },
        "decoder_bias_2: found a number of size 1e+30"},
       {[](Arrays* a) { (*a)["encoder_mean_weight"] = (*a)["encoder_weight_1"]; }, "encoder_mean_weight"},
       {[](Arrays* a) { (*a)["encoder_std_bias"] = With((*a)["encoder_std_bias"], 1, kNaN); },
        "encoder_std_bias"},
       {[](Arrays* a) { (*a)["shape_bias"] = (*a)["decoder_bias_0"]; }, "shape_bias"},
       {[](Arrays* a) { (*a)["inversion_val_mm"] = DoubleArray(-1); }, "inversion_val_mm"}});
}

TEST(LearnedPriorFile, ATransposedWeightIsRefused) {
  Arrays arrays = RandomGenerator("gan-n");
  std::swap(arrays["decoder_weight_2"].shape[0], arrays["decoder_weight_2"].shape[1]);
  const TemporaryFolder folder;
  WriteNpz(folder / "p.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { LoadPrior(folder / "p.npz"); }), HasSubstr("decoder_weight_2"));
}

}  // namespace
}  // namespace vitruvius::learned_prior_file_test
