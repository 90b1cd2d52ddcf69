// torch's checkpoints, written here byte by byte in both formats, and by torch where it is installed.
#include "data/io/torch_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/vposer_file.h"
#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/torch_checkpoint_writer.h"

namespace vitruvius::torch_checkpoint_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TorchCheckpoint, TensorsOfBothFormatsAreRead) {
  const TemporaryFolder folder;
  CheckpointWriter writer;
  writer.Add("plain", {{2, 3}, {3, 1}, {1, 2, 3, 4, 5, 6}});
  writer.Add("transposed", {{3, 2}, {1, 3}, {1, 2, 3, 4, 5, 6}});
  writer.Add("part", {{2}, {2}, {1, 2, 3, 4, 5, 6}, 3});
  writer.Add("scalar", {{}, {}, {7}});
  writer.Add("none", {{0, 3}, {3, 1}, {}});
  writer.WriteZip(folder / "a.pt");
  writer.WriteZip(folder / "a.ckpt", true);
  writer.WriteLegacy(folder / "old.pt");
  for (const char* name : {"a.pt", "a.ckpt", "old.pt"}) {
    SCOPED_TRACE(name);
    const auto file = OpenTorchCheckpoint(folder / name);
    EXPECT_THAT(file->Keys(), ElementsAre("none", "part", "plain", "scalar", "transposed"));
    EXPECT_THAT(file->Read("plain", {2, 3})->ToDoubles(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(file->Read("transposed", {-1, 2})->ToDoubles(), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(file->Read("part", {2})->ToDoubles(), ElementsAre(4, 6));
    EXPECT_THAT(file->Read("scalar", {})->ToDoubles(), ElementsAre(7));
    EXPECT_TRUE(file->Read("none", {0, 3})->ToDoubles().empty());
    EXPECT_THAT(ErrorOf([&] { file->Read("plain", {3, 3}); }), HasSubstr("plain: found shape (2, 3)"));
    EXPECT_THAT(ErrorOf([&] { file->Read("lost", {}); }), HasSubstr("lost: is missing"));
  }
  EXPECT_FALSE(std::filesystem::exists("executed"));
}

TEST(TorchCheckpoint, TensorsOutsideTheirStorageAreRefused) {
  const TemporaryFolder folder;
  const StoredTensor bad[] = {{{2, 3}, {3, 1}, {1, 2, 3, 4, 5}},
                              {{2}, {1}, {1, 2}, 1},
                              {{1}, {1}, {1}, 5},
                              {{}, {}, {}},
                              {{1000000, 1000000}, {0, 0}, {1}},
                              {{2, 2}, {2000000000, 1}, {1, 2, 3, 4}},
                              {{2147483647, 2147483647}, {1, 1}, {1}}};
  for (const StoredTensor& tensor : bad) {
    CheckpointWriter writer;
    writer.Add("x", tensor);
    writer.WriteZip(folder / "a.pt");
    const auto file = OpenTorchCheckpoint(folder / "a.pt");
    EXPECT_THAT(ErrorOf([&] { file->Read("x", file->Shape("x")); }), HasSubstr("lies outside its storage"));
  }
}

TEST(TorchCheckpoint, ClassesThatAreNeededAreNamed) {
  const TemporaryFolder folder;
  CheckpointWriter writer;
  writer.AddRaw("weight", "cevil.module\nTensor\n)R");
  writer.WriteZip(folder / "a.pt");
  const auto file = OpenTorchCheckpoint(folder / "a.pt");
  EXPECT_FALSE(file->Has("weight"));
  EXPECT_THAT(ErrorOf([&] { file->Read("weight", {}); }),
              HasSubstr("weight: is an object of the class evil.module.Tensor, which is not read"));
  WriteQuickly(folder / "module.pt",
               "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.K\x01.}."
               "cmodels\nVPoser\n)\x81}b.].");
  EXPECT_THAT(ErrorOf([&] { OpenTorchCheckpoint(folder / "module.pt"); }),
              HasSubstr("holds an object of the class models.VPoser, which is not read"));
}

TEST(TorchCheckpoint, OtherFilesAreNamed) {
  const TemporaryFolder folder;
  WriteQuickly(folder / "a.pkl", "\x80\x02K\x01.");
  EXPECT_THAT(ErrorOf([&] { OpenTorchCheckpoint(folder / "a.pkl"); }),
              HasSubstr("is a pickle but no torch checkpoint"));
  WriteNpz(folder / "a.npz", {});
  EXPECT_THAT(ErrorOf([&] { OpenTorchCheckpoint(folder / "a.npz"); }), HasSubstr("torch checkpoint"));
  EXPECT_THAT(ErrorOf([&] { OpenTorchCheckpoint(folder / "no.pt"); }), HasSubstr("cannot be opened"));
  CheckpointWriter writer;
  writer.Add("x", {{4}, {1}, {1, 2, 3, 4}});
  writer.WriteLegacy(folder / "old.pt");
  const std::string whole = ReadFile(folder / "old.pt");
  for (size_t size = 0; size < whole.size(); ++size) {
    WriteQuickly(folder / "cut.pt", whole.substr(0, size));
    EXPECT_NE(ErrorOf([&] { OpenTorchCheckpoint(folder / "cut.pt"); }), "") << size;
  }
}

// A VPoser of random weights with few neurons: its layers' names, inputs and outputs.
struct LinearLayer {
  std::string name;
  int inputs, outputs;
};

StoredTensor RandomTensor(std::vector<std::int64_t> shape, Rng* rng, bool positive = false) {
  StoredTensor tensor;
  tensor.shape = shape;
  std::int64_t count = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    tensor.stride.insert(tensor.stride.begin(), count);
    count *= shape[d];
  }
  for (std::int64_t i = 0; i < count; ++i) {
    tensor.storage.push_back(static_cast<float>(positive ? rng->Uniform(0.5, 2) : 0.3 * rng->Normal()));
  }
  return tensor;
}

CheckpointWriter RandomVPoser(int version, const std::string& prefix) {
  Rng rng(static_cast<std::uint64_t>(version));
  CheckpointWriter writer;
  const int h = 8, d = 4;
  const bool first = version == 1;
  const std::string e = first ? "bodyprior_enc_" : "encoder_net.",
                    p = first ? "bodyprior_dec_" : "decoder_net.";
  std::vector<LinearLayer> layers = {
      {e + (first ? "fc1" : "2"), 63, h},  {e + (first ? "fc2" : "6"), h, h},
      {e + (first ? "mu" : "8.mu"), h, d}, {e + (first ? "logvar" : "8.logvar"), h, d},
      {p + (first ? "fc1" : "0"), d, h},   {p + (first ? "fc2" : "3"), h, h},
      {p + (first ? "out" : "5"), h, 126}};
  if (!first) layers.push_back({"encoder_net.7", h, h});
  for (const LinearLayer& layer : layers) {
    writer.Add(prefix + layer.name + ".weight", RandomTensor({layer.outputs, layer.inputs}, &rng));
    writer.Add(prefix + layer.name + ".bias", RandomTensor({layer.outputs}, &rng));
  }
  const std::pair<std::string, int> norms[] = {{e + (first ? "bn1" : "1"), 63},
                                               {e + (first ? "bn2" : "4"), h}};
  for (const auto& [name, n] : norms) {
    writer.Add(prefix + name + ".weight", RandomTensor({n}, &rng));
    writer.Add(prefix + name + ".bias", RandomTensor({n}, &rng));
    writer.Add(prefix + name + ".running_mean", RandomTensor({n}, &rng));
    writer.Add(prefix + name + ".running_var", RandomTensor({n}, &rng, true));
  }
  return writer;
}

Eigen::VectorXd Linear(const NamedArrays& file, const std::string& name, const Eigen::VectorXd& x) {
  const auto weight = file.ReadAny(name + ".weight"), bias = file.ReadAny(name + ".bias");
  RowMatrixXd w(weight->shape[0], weight->shape[1]);
  weight->CopyTo(w.data());
  Eigen::VectorXd y(bias->size());
  bias->CopyTo(y.data());
  return y + w * x;
}

Eigen::VectorXd BatchNorm(const NamedArrays& file, const std::string& name, const Eigen::VectorXd& x) {
  const auto at = [&](const char* member) { return file.ReadAny(name + member)->ToDoubles(); };
  const auto gamma = at(".weight"), beta = at(".bias"), mean = at(".running_mean"), var = at(".running_var");
  Eigen::VectorXd y = x;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const auto k = static_cast<size_t>(i);
    y[i] = (x[i] - mean[k]) / std::sqrt(var[k] + 1e-5) * gamma[k] + beta[k];
  }
  return y;
}

Eigen::VectorXd Leaky(const Eigen::VectorXd& x, double slope) { return x.cwiseMax(slope * x); }

// A network as the written keys describe it.
Eigen::VectorXd RunNetwork(const std::map<std::string, NpyArray>& arrays, const std::string& prefix,
                           Eigen::VectorXd x) {
  const double slope = arrays.at("leaky_slope").ToDoubles()[0];
  const std::vector<std::int64_t> leaky = arrays.at(prefix + "leaky").ToInts();
  for (size_t i = 0; i < leaky.size(); ++i) {
    const NpyArray& weight = arrays.at(StrCat(prefix, "weight_", i));
    const std::vector<double> w = weight.ToDoubles(), b = arrays.at(StrCat(prefix, "bias_", i)).ToDoubles();
    x = (Eigen::Map<const RowMatrixXd>(w.data(), weight.shape[0], weight.shape[1]) * x +
         Eigen::Map<const Eigen::VectorXd>(b.data(), weight.shape[0]))
            .eval();
    if (leaky[i] != 0) x = Leaky(x, slope);
  }
  return x;
}

// Reassociation of sums of 63 terms in double precision.
constexpr double kRounding = 1e-12;

TEST(VPoserFile, BothVersionsGiveTheNetworksOfTheCheckpoint) {
  const TemporaryFolder folder;
  Rng rng(9);
  const Eigen::VectorXd pose = Eigen::VectorXd::NullaryExpr(63, [&] { return rng.Normal(); });
  const Eigen::VectorXd latent = Eigen::VectorXd::NullaryExpr(4, [&] { return rng.Normal(); });

  RandomVPoser(1, "").WriteLegacy(folder / "v1.pt");
  const auto v1 = OpenTorchCheckpoint(folder / "v1.pt");
  auto arrays = ReadVPoser(folder / "v1.pt");
  EXPECT_EQ(arrays.at("family").ToStrings()[0], "vposer_v1");
  EXPECT_EQ(arrays.at("latent_dim").ToInts()[0], 4);
  EXPECT_EQ(arrays.at("joints").ToStrings().front(), "left_hip");
  EXPECT_EQ(arrays.at("joints").ToStrings().back(), "right_wrist");
  Eigen::VectorXd x = Leaky(Linear(*v1, "bodyprior_dec_fc1", latent), 0.2);
  x = Linear(*v1, "bodyprior_dec_out", Leaky(Linear(*v1, "bodyprior_dec_fc2", x), 0.2));
  EXPECT_LT((RunNetwork(arrays, "decoder_", latent) - x).cwiseAbs().maxCoeff(), kRounding);
  x = Leaky(Linear(*v1, "bodyprior_enc_fc1", BatchNorm(*v1, "bodyprior_enc_bn1", pose)), 0.2);
  x = Leaky(Linear(*v1, "bodyprior_enc_fc2", BatchNorm(*v1, "bodyprior_enc_bn2", x)), 0.2);
  EXPECT_LT((RunNetwork(arrays, "encoder_", pose) - x).cwiseAbs().maxCoeff(), kRounding);
  EXPECT_EQ(arrays.at("encoder_mean_weight").ToDoubles(),
            v1->ReadAny("bodyprior_enc_mu.weight")->ToDoubles());
  EXPECT_EQ(arrays.at("encoder_std_bias").ToDoubles(), v1->ReadAny("bodyprior_enc_logvar.bias")->ToDoubles());

  std::filesystem::create_directories(folder / "V02_05/snapshots");
  RandomVPoser(2, "vp_model.").WriteZip(folder / "V02_05/snapshots/V02_05_epoch=08_val_loss=0.03.ckpt", true);
  const auto v2 = OpenTorchCheckpoint(folder / "V02_05/snapshots/V02_05_epoch=08_val_loss=0.03.ckpt");
  arrays = ReadVPoser(folder / "V02_05");
  EXPECT_EQ(arrays.at("family").ToStrings()[0], "vposer_v2");
  x = Leaky(Linear(*v2, "vp_model.decoder_net.0", latent), 0.01);
  x = Linear(*v2, "vp_model.decoder_net.5", Leaky(Linear(*v2, "vp_model.decoder_net.3", x), 0.01));
  EXPECT_LT((RunNetwork(arrays, "decoder_", latent) - x).cwiseAbs().maxCoeff(), kRounding);
  x = Leaky(Linear(*v2, "vp_model.encoder_net.2", BatchNorm(*v2, "vp_model.encoder_net.1", pose)), 0.01);
  x = Linear(*v2, "vp_model.encoder_net.6", BatchNorm(*v2, "vp_model.encoder_net.4", x));
  x = Linear(*v2, "vp_model.encoder_net.7", x);
  EXPECT_LT((RunNetwork(arrays, "encoder_", pose) - x).cwiseAbs().maxCoeff(), kRounding);
}

TEST(VPoserFile, WhatIsMissingOrOddIsNamed) {
  const TemporaryFolder folder;
  CheckpointWriter other;
  other.Add("fc.weight", {{1}, {1}, {1}});
  other.WriteZip(folder / "a.pt");
  EXPECT_THAT(ErrorOf([&] { ReadVPoser(folder / "a.pt"); }),
              HasSubstr("holds neither bodyprior_dec_fc1.weight"));
  CheckpointWriter half = RandomVPoser(1, "");
  half.Add("bodyprior_dec_out.weight", {{1, 8}, {8, 1}, {1, 2, 3, 4, 5, 6, 7, 8}});  // the last counts
  half.WriteZip(folder / "a.pt");
  EXPECT_THAT(ErrorOf([&] { ReadVPoser(folder / "a.pt"); }),
              HasSubstr("bodyprior_dec_out.bias: found shape (126,)"));
  EXPECT_THAT(ErrorOf([&] { ReadVPoser(folder.path()); }), HasSubstr("holds no snapshots/*.pt"));
}

TEST(VPoserFile, TorchsOwnFilesAreRead) {
  if (std::system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no /usr/bin/python3 with torch";
  }
  const TemporaryFolder folder;
  ASSERT_TRUE(RunPython(folder, R"(
import argparse, torch
from torch import nn
torch.manual_seed(1)
class V1(nn.Module):
    def __init__(self):
        super().__init__()
        self.bodyprior_enc_bn1, self.bodyprior_enc_fc1 = nn.BatchNorm1d(63), nn.Linear(63, 16)
        self.bodyprior_enc_bn2, self.bodyprior_enc_fc2 = nn.BatchNorm1d(16), nn.Linear(16, 16)
        self.bodyprior_enc_mu, self.bodyprior_enc_logvar = nn.Linear(16, 4), nn.Linear(16, 4)
        self.bodyprior_dec_fc1, self.bodyprior_dec_fc2 = nn.Linear(4, 16), nn.Linear(16, 16)
        self.bodyprior_dec_out = nn.Linear(16, 126)
v = V1()
torch.save(v.state_dict(), 'old.pt', _use_new_zipfile_serialization=False)
torch.save(v.state_dict(), 'new.pt')
optimizer = torch.optim.Adam(v.parameters())
torch.save({'epoch': 3, 'state_dict': v.state_dict(), 'optimizer': optimizer.state_dict(),
            'hyper_parameters': argparse.Namespace(lr=torch.float32, device=torch.device('cpu')),
            'parameter': nn.Parameter(torch.zeros(3)), 'half': torch.zeros(2).half(),
            'bf': torch.zeros(2).bfloat16()}, 'a.ckpt')
v.bodyprior_dec_out.weight.detach().numpy().tofile('weight')
)"));
  const std::string raw = ReadFile(folder / "weight");
  std::vector<float> expected(raw.size() / sizeof(float));
  std::copy_n(raw.data(), raw.size(), reinterpret_cast<char*>(expected.data()));
  for (const char* name : {"old.pt", "new.pt", "a.ckpt"}) {
    const auto arrays = ReadVPoser(folder / name);
    const std::vector<double> found = arrays.at("decoder_weight_2").ToDoubles();
    EXPECT_EQ(std::vector<float>(found.begin(), found.end()), expected) << name;
  }
}

}  // namespace
}  // namespace vitruvius::torch_checkpoint_test
