#include "data/io/vposer_file.h"

#include <algorithm>
#include <filesystem>

#include "data/io/torch_checkpoint.h"
#include "models/body/joint_tree.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kJoints = 21;
constexpr double kBatchNormEpsilon = 1e-5;  // torch.nn.BatchNorm1d's

struct Layer {
  const char* name;
  const char* batch_norm;  // before it; "" for none
  bool leaky;              // a leaky rectifier follows
};

struct Layout {
  const char* family;
  double leaky_slope;
  std::vector<Layer> encoder, decoder;
  const char *mean, *std;
};

const Layout& LayoutOf(int version) {
  static const Layout layouts[] = {
      {"vposer_v1",
       0.2,
       {{"bodyprior_enc_fc1", "bodyprior_enc_bn1", true}, {"bodyprior_enc_fc2", "bodyprior_enc_bn2", true}},
       {{"bodyprior_dec_fc1", "", true}, {"bodyprior_dec_fc2", "", true}, {"bodyprior_dec_out", "", false}},
       "bodyprior_enc_mu",
       "bodyprior_enc_logvar"},
      {"vposer_v2",
       0.01,
       {{"encoder_net.2", "encoder_net.1", true},
        {"encoder_net.6", "encoder_net.4", false},
        {"encoder_net.7", "", false}},
       {{"decoder_net.0", "", true}, {"decoder_net.3", "", true}, {"decoder_net.5", "", false}},
       "encoder_net.8.mu",
       "encoder_net.8.logvar"}};
  return layouts[version - 1];
}

class Reader {
 public:
  Reader(const NamedArrays& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  RowMatrixXd Matrix(const std::string& name, std::int64_t rows, std::int64_t cols) const {
    const auto array = file_.Read(prefix_ + name, {rows, cols});
    RowMatrixXd matrix(array->shape[0], array->shape[1]);
    array->CopyTo(matrix.data());
    CheckFinite(matrix.allFinite(), name);
    return matrix;
  }
  Eigen::VectorXd Vector(const std::string& name, std::int64_t size) const {
    const auto array = file_.Read(prefix_ + name, {size});
    Eigen::VectorXd vector(array->shape[0]);
    array->CopyTo(vector.data());
    CheckFinite(vector.allFinite(), name);
    return vector;
  }
  [[noreturn]] void Fail(const std::string& name, const std::string& what) const {
    throw InputError(file_.path(), prefix_ + name, what);
  }

 private:
  void CheckFinite(bool is_finite, const std::string& name) const {
    if (!is_finite) Fail(name, "holds a value that is not finite");
  }
  const NamedArrays& file_;
  std::string prefix_;
};

// y = W ((x - mean) / sqrt(var + eps) * gamma + beta) + b, as one linear layer.
void FoldBatchNorm(const Reader& reader, const std::string& name, RowMatrixXd* weight,
                   Eigen::VectorXd* bias) {
  const std::int64_t n = weight->cols();
  const Eigen::VectorXd gamma = reader.Vector(name + ".weight", n), beta = reader.Vector(name + ".bias", n),
                        mean = reader.Vector(name + ".running_mean", n),
                        variance = reader.Vector(name + ".running_var", n);
  if (n > 0 && variance.minCoeff() < 0) reader.Fail(name + ".running_var", "holds a negative variance");
  const Eigen::VectorXd scale = gamma.array() / (variance.array() + kBatchNormEpsilon).sqrt();
  *bias += *weight * (beta - scale.cwiseProduct(mean));
  *weight = *weight * scale.asDiagonal();
}

using Arrays = std::map<std::string, NpyArray>;

// Returns the number of outputs.
std::int64_t AddLayer(const Reader& reader, const Layer& layer, const std::string& prefix,
                      const std::string& suffix, std::int64_t inputs, Arrays* arrays) {
  const std::string name = layer.name;
  RowMatrixXd weight = reader.Matrix(name + ".weight", -1, inputs);
  Eigen::VectorXd bias = reader.Vector(name + ".bias", weight.rows());
  if (layer.batch_norm[0] != '\0') FoldBatchNorm(reader, layer.batch_norm, &weight, &bias);
  (*arrays)[prefix + "weight" + suffix] =
      NpyArray::FromDoubles(weight.data(), {weight.rows(), weight.cols()});
  (*arrays)[prefix + "bias" + suffix] = NpyArray::FromDoubles(bias.data(), {bias.size()});
  return weight.rows();
}

std::int64_t AddNetwork(const Reader& reader, const std::vector<Layer>& layers, const std::string& prefix,
                        std::int64_t inputs, Arrays* arrays) {
  std::vector<std::int8_t> leaky;
  for (size_t i = 0; i < layers.size(); ++i) {
    inputs = AddLayer(reader, layers[i], prefix, StrCat("_", i), inputs, arrays);
    leaky.push_back(layers[i].leaky ? 1 : 0);
  }
  (*arrays)[prefix + "leaky"] = NpyArray::FromInt8(leaky.data(), {static_cast<std::int64_t>(leaky.size())});
  return inputs;
}

}  // namespace

Arrays VPoserArrays(const NamedArrays& state_dict) {
  // Lightning puts the attribute's name before each.
  std::string prefix;
  int version = 0;
  for (const std::string& key : state_dict.Keys()) {
    for (const int candidate : {1, 2}) {
      const std::string ending = std::string(LayoutOf(candidate).decoder[0].name) + ".weight";
      if (key.size() >= ending.size() &&
          key.compare(key.size() - ending.size(), ending.size(), ending) == 0) {
        prefix = key.substr(0, key.size() - ending.size());
        version = candidate;
      }
    }
  }
  if (version == 0) {
    throw InputError(state_dict.path(), "",
                     "holds neither bodyprior_dec_fc1.weight (VPoser 1) nor decoder_net.0.weight (VPoser 2)");
  }
  const Layout& layout = LayoutOf(version);
  const Reader reader(state_dict, prefix);
  Arrays arrays;
  const std::string first = std::string(layout.decoder[0].name) + ".weight";
  const std::int64_t latent_dim = reader.Matrix(first, -1, -1).cols();
  const std::int64_t outputs = AddNetwork(reader, layout.decoder, "decoder_", latent_dim, &arrays);
  if (outputs != 6 * kJoints) {
    reader.Fail(layout.decoder.back().name,
                StrCat("gives ", outputs, " numbers, expected 6 for each of ", kJoints, " joints"));
  }
  const std::int64_t hidden = AddNetwork(reader, layout.encoder, "encoder_", 3 * kJoints, &arrays);
  for (const auto& [name, key] : {std::pair{layout.mean, "encoder_mean_"}, {layout.std, "encoder_std_"}}) {
    const std::int64_t size = AddLayer(reader, {name, "", false}, key, "", hidden, &arrays);
    if (size != latent_dim) reader.Fail(name, StrCat("gives ", size, " numbers, expected ", latent_dim));
  }
  const std::vector<std::string>& names = SmplJointNames();
  const auto dim = static_cast<std::int32_t>(latent_dim);
  arrays["family"] = NpyArray::FromString(layout.family);
  arrays["latent_dim"] = NpyArray::FromInt32(&dim, {});
  arrays["joints"] = NpyArray::FromStrings({names.begin() + 1, names.begin() + 1 + kJoints});
  arrays["leaky_slope"] = NpyArray::FromDoubles(&layout.leaky_slope, {});
  arrays["rotation"] = NpyArray::FromString("6d_interleaved");
  return arrays;
}

Arrays ReadVPoser(const std::string& path) {
  std::string file = path;
  if (std::filesystem::is_directory(path)) {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path + "/snapshots", error)) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".pt" || ending == ".ckpt") found.push_back(entry.path().string());
    }
    if (found.empty()) throw InputError(path, "", "holds no snapshots/*.pt or snapshots/*.ckpt");
    file = *std::max_element(found.begin(), found.end());
  }
  return VPoserArrays(*OpenTorchCheckpoint(file));
}

}  // namespace vitruvius
