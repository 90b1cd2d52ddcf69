#include "priors/learned_prior_file.h"

#include <algorithm>
#include <cmath>

#include "models/body/joint_tree.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kMostLayers = 16, kMostCouplings = 64;
constexpr std::int64_t kMostUnits = 4096, kMostLatents = 512;
constexpr std::int64_t kMostWeights = 1 << 25;  // of one file; a flow as published has 5 million
// Weights of trained networks are below 100; products of larger ones would leave the range of floats.
constexpr double kLargestNumber = 1e6;
constexpr int kPosedJoints = kLearnedPriorDim / 3;

struct Family {
  const char *name, *latent;
};
constexpr Family kFamilies[] = {{"gan-s", "sphere"},  {"gan-u", "box"},        {"gan-n", "normal"},
                                {"vae", "normal"},    {"vposer_v1", "normal"}, {"vposer_v2", "normal"},
                                {"realnvp", "normal"}};

class Reader {
 public:
  explicit Reader(const NamedArrays& file) : file_(file) {}

  [[noreturn]] void Fail(const std::string& name, const std::string& what) const {
    throw InputError(file_.path(), name, what);
  }

  std::string Text(const std::string& name) const {
    const std::vector<std::string> texts = file_.ReadTexts(name);
    if (texts.size() != 1) Fail(name, StrCat("found ", texts.size(), " texts, expected one"));
    return texts[0];
  }
  std::string TextOr(const std::string& name, const std::string& otherwise) const {
    return file_.Names(name) ? Text(name) : otherwise;
  }

  double Number(const std::string& name, double low, double high) const {
    const double value = file_.Read(name, {})->ToDoubles()[0];
    if (!(value >= low && value <= high)) {
      Fail(name, StrCat("found ", value, ", expected ", low, " to ", high));
    }
    return value;
  }

  RowMatrixXd Matrix(const std::string& name, std::int64_t rows, std::int64_t cols) const {
    const std::vector<std::int64_t> shape = file_.Shape(name);
    // Before anything is read.
    std::int64_t size = 1;
    for (const std::int64_t n : shape) {
      CheckCount(name, n, kMostUnits);
      size = std::min(size, kMostWeights) * n;
    }
    num_weights_ += size;
    if (num_weights_ > kMostWeights) {
      Fail(name, StrCat("is one array too many: found more than ", kMostWeights, " weights"));
    }
    const auto array = file_.Read(name, {rows, cols});
    RowMatrixXd matrix(array->shape[0], array->shape[1]);
    array->CopyTo(matrix.data());
    CheckNumbers(name, matrix);
    return matrix;
  }
  Eigen::VectorXd Vector(const std::string& name, std::int64_t size) const {
    const auto array = file_.Read(name, {size});
    Eigen::VectorXd vector(array->shape[0]);
    array->CopyTo(vector.data());
    CheckNumbers(name, vector);
    return vector;
  }

  void CheckCount(const std::string& name, std::int64_t found, std::int64_t most) const {
    if (found < 1 || found > most) Fail(name, StrCat("found a length of ", found, ", expected 1 to ", most));
  }

  // 0 or 1 each; `shape` as NamedArrays::Read takes it.
  std::vector<std::uint8_t> Switches(const std::string& name, const std::vector<std::int64_t>& shape) const {
    std::vector<std::uint8_t> switches;
    for (const std::int64_t value : file_.Read(name, shape)->ToInts()) {
      if (value != 0 && value != 1) Fail(name, StrCat("found ", value, ", expected 0 or 1"));
      switches.push_back(static_cast<std::uint8_t>(value));
    }
    return switches;
  }

  LinearLayer Layer(const std::string& weight, const std::string& bias, std::int64_t outputs,
                    std::int64_t inputs) const {
    LinearLayer layer;
    layer.weight = Matrix(weight, outputs, inputs);
    layer.bias = Vector(bias, layer.weight.rows());
    return layer;
  }

  // Layers PREFIXweight_i as PREFIXleaky counts them; outputs -1: any number.
  Network Layers(const std::string& prefix, std::int64_t inputs, std::int64_t outputs, double slope) const {
    Network network;
    network.leaky_slope = slope;
    const std::vector<std::int64_t> shape = file_.Shape(prefix + "leaky");
    if (shape.size() == 1) CheckCount(prefix + "leaky", shape[0], kMostLayers);
    const std::vector<std::uint8_t> leaky = Switches(prefix + "leaky", {-1});
    for (size_t i = 0; i < leaky.size(); ++i) {
      const bool is_last = i + 1 == leaky.size();
      network.layers.push_back(
          Layer(StrCat(prefix, "weight_", i), StrCat(prefix, "bias_", i), is_last ? outputs : -1, inputs));
      network.layers.back().leaky = leaky[i] != 0;
      inputs = network.outputs();
    }
    return network;
  }

  std::vector<int> Joints() const {
    const std::vector<std::string> names = file_.ReadTexts("joints");
    if (names.empty()) Fail("joints", "found none, expected names of joints");
    return LearnedPriorJoints(file_.path(), names);
  }

  Family ReadFamily() const {
    const std::string name = Text("family");
    std::string known;
    for (const Family& family : kFamilies) {
      if (name == family.name) {
        const std::string latent = TextOr("latent", "normal");
        if (latent == family.latent) return family;
        Fail("latent", StrCat("found \"", latent, "\", expected \"", family.latent, "\" for ", name));
      }
      known += StrCat(known.empty() ? "" : ", ", family.name);
    }
    Fail("family", StrCat("found \"", name, "\", expected one of ", known));
  }

  PriorOrigin Origin() const {
    PriorOrigin origin;
    origin.trained_with = TextOr("trained_with", "");
    origin.trained_on = TextOr("trained_on", "");
    if (file_.Names("inversion_val_mm")) origin.inversion_val_mm = Number("inversion_val_mm", 0, 1e6);
    return origin;
  }

  double LeakySlope() const { return Number("leaky_slope", 0, 0.999); }

  int LatentDim() const {
    const std::vector<std::int64_t> values = file_.Read("latent_dim", {})->ToInts();
    CheckCount("latent_dim", values[0], kMostLatents);
    return static_cast<int>(values[0]);
  }

  bool Has(const std::string& name) const { return file_.Names(name); }

 private:
  template <typename Derived>
  void CheckNumbers(const std::string& name, const Eigen::MatrixBase<Derived>& numbers) const {
    if (!numbers.allFinite()) Fail(name, "holds a value that is not finite");
    const double largest = numbers.size() == 0 ? 0 : numbers.cwiseAbs().maxCoeff();
    if (largest > kLargestNumber) {
      Fail(name, StrCat("found a number of size ", largest, ", expected at most ", kLargestNumber));
    }
  }
  const NamedArrays& file_;
  mutable std::int64_t num_weights_ = 0;
};

// The last layer's rectifier has no meaning in a network whose outputs are numbers of either sign.
void CheckLastLayer(const Reader& reader, const std::string& prefix, const Network& network) {
  if (network.layers.back().leaky) reader.Fail(prefix + "leaky", "found 1 for the last layer, expected 0");
}

Network ReadFlowNetwork(const Reader& reader, const std::string& kind, int coupling, int dim, double slope) {
  Network network;
  network.leaky_slope = slope;
  std::int64_t inputs = dim;
  const auto name = [&](const char* what, int layer) {
    return StrCat("flow_", kind, "_", what, "_", coupling, "_", layer);
  };
  int num_layers = 1;  // the first is asked for in any case, so that its absence is told by name
  while (num_layers < kMostLayers && reader.Has(name("weight", num_layers))) ++num_layers;
  for (int k = 0; k < num_layers; ++k) {
    const bool is_last = k + 1 == num_layers;
    network.layers.push_back(reader.Layer(name("weight", k), name("bias", k), is_last ? dim : -1, inputs));
    network.layers.back().leaky = !is_last;
    inputs = network.outputs();
  }
  return network;
}

}  // namespace

std::vector<int> LearnedPriorJoints(const std::string& path, const std::vector<std::string>& names) {
  const std::vector<std::string>& known = SmplJointNames();
  const auto begin = known.begin() + 1, end = begin + kPosedJoints;
  std::vector<int> joints;
  for (const std::string& name : names.empty() ? std::vector<std::string>(begin, end) : names) {
    const std::string place = StrCat("joints[", joints.size(), "]");
    const auto found = std::find(begin, end, name);
    if (found == end) {
      throw InputError(path, place, StrCat("found \"", name, "\", expected one of left_hip to right_wrist"));
    }
    const int joint = static_cast<int>(found - known.begin());
    if (std::count(joints.begin(), joints.end(), joint) != 0) {
      throw InputError(path, place, StrCat("found \"", name, "\" again"));
    }
    joints.push_back(joint);
  }
  return joints;
}

bool IsLearnedPrior(const NamedArrays& file) { return file.Names("family"); }

bool IsFlow(const NamedArrays& file) { return Reader(file).ReadFamily().name == std::string("realnvp"); }

GeneratorWeights ReadGenerator(const NamedArrays& file) {
  const Reader reader(file);
  const Family family = reader.ReadFamily();
  const std::string latent = family.latent;
  GeneratorWeights weights;
  weights.family = family.name;
  weights.latent_space = latent == "sphere" ? LatentSpace::kSphere
                         : latent == "box"  ? LatentSpace::kBox
                                            : LatentSpace::kNormal;
  const std::string rotation = reader.Text("rotation");
  if (rotation != "6d_interleaved") {
    reader.Fail("rotation", StrCat("found \"", rotation, "\", expected \"6d_interleaved\""));
  }
  const int latent_dim = reader.LatentDim();
  weights.joints = reader.Joints();
  const std::int64_t num_joints = static_cast<std::int64_t>(weights.joints.size());
  const double slope = reader.LeakySlope();
  weights.decoder = reader.Layers("decoder_", latent_dim, 6 * num_joints, slope);
  CheckLastLayer(reader, "decoder_", weights.decoder);
  if (reader.Has("encoder_leaky")) {
    const Network hidden = reader.Layers("encoder_", 3 * num_joints, -1, slope);
    weights.encoder.emplace(EncoderWeights{hidden, hidden});
    weights.encoder->mean.layers.push_back(
        reader.Layer("encoder_mean_weight", "encoder_mean_bias", latent_dim, hidden.outputs()));
    weights.encoder->std.layers.push_back(
        reader.Layer("encoder_std_weight", "encoder_std_bias", latent_dim, hidden.outputs()));
  }
  if (reader.Has("shape_weight")) {
    weights.shape = weights.decoder;
    weights.shape->layers.pop_back();
    const std::int64_t hidden = weights.decoder.layers.back().weight.cols();
    weights.shape->layers.push_back(reader.Layer("shape_weight", "shape_bias", -1, hidden));
  }
  weights.origin = reader.Origin();
  return weights;
}

FlowWeights ReadFlow(const NamedArrays& file) {
  const Reader reader(file);
  FlowWeights weights;
  weights.family = reader.ReadFamily().name;
  weights.joints = reader.Joints();
  const int dim = 3 * static_cast<int>(weights.joints.size());
  if (reader.LatentDim() != dim) {
    reader.Fail("latent_dim", StrCat("found ", reader.LatentDim(), ", expected 3 for each of ",
                                     weights.joints.size(), " joints"));
  }
  weights.data_mean = reader.Vector("data_mean", dim);
  weights.data_scale = reader.Vector("data_scale", dim);
  constexpr double kSmallestScale = 1e-6;
  if (weights.data_scale.minCoeff() < kSmallestScale) {
    reader.Fail("data_scale",
                StrCat("found ", weights.data_scale.minCoeff(), ", expected at least ", kSmallestScale));
  }
  const std::vector<std::int64_t> shape = file.Shape("flow_mask");
  if (shape.size() == 2) reader.CheckCount("flow_mask", shape[0], kMostCouplings);
  const std::vector<std::uint8_t> masks = reader.Switches("flow_mask", {-1, dim});
  const double slope = reader.LeakySlope();
  for (int c = 0; c < static_cast<int>(masks.size()) / dim; ++c) {
    Coupling coupling;
    coupling.mask.assign(masks.begin() + c * dim, masks.begin() + (c + 1) * dim);
    const auto passing = std::count(coupling.mask.begin(), coupling.mask.end(), 1);
    if (passing == 0 || passing == dim) {
      reader.Fail(StrCat("flow_mask[", c, "]"), "found all numbers alike, expected some of 0 and some of 1");
    }
    coupling.s = ReadFlowNetwork(reader, "s", c, dim, slope);
    coupling.t = ReadFlowNetwork(reader, "t", c, dim, slope);
    weights.couplings.push_back(std::move(coupling));
  }
  weights.origin = reader.Origin();
  return weights;
}

}  // namespace vitruvius
