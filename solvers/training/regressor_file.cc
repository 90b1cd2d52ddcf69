#include "solvers/training/regressor_file.h"

#include <algorithm>
#include <set>

#include <ATen/core/grad_mode.h>

#include "data/io/named_arrays.h"
#include "data/io/result_body.h"
#include "data/io/torch_checkpoint.h"
#include "models/util/check.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

constexpr char kRegressorFamily[] = "segment-regressor";

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string TextOf(const NpzReader& file, const char* key) {
  const std::vector<std::string> texts = file.Read(key).ToStrings();
  return texts.size() == 1 ? texts[0] : "";
}

std::int64_t NumberOf(const NpzReader& file, const char* key, std::int64_t low, std::int64_t high) {
  const std::int64_t number = file.Read(key, {}).ToInts()[0];
  if (number < low || number > high)
    throw InputError(file.path(), key, StrCat("found ", number, ", expected ", low, " to ", high));
  return number;
}

SegmentRegressorSize ReadSize(const NpzReader& file) {
  const std::string family = TextOf(file, "family");
  if (family != kRegressorFamily)
    throw InputError(file.path(), "family", StrCat("found \"", family, "\", expected ", kRegressorFamily));
  SegmentRegressorSize size;
  try {
    size.trunk.kind = ResNetKindOf(TextOf(file, "architecture"));
  } catch (const InputError& error) {
    throw InputError(file.path(), "", error.what());
  }
  // Within what memory holds: a number that was made up must not ask for all of it.
  size.trunk.width = NumberOf(file, "width", 1, 1024);
  size.crop_px = NumberOf(file, "crop_px", 32, 4096);
  size.joints = NumberOf(file, "joints", 2, 1000);
  return size;
}

std::vector<const TensorSet*> Sets(const SegmentRegressor& regressor) {
  return {&regressor.parameters(), &regressor.buffers()};
}

void ReadAll(const NpzReader& file, SegmentRegressor* regressor) {
  const std::vector<std::int64_t> bias = {regressor->size().num_outputs()};
  file.Read("head.bias", bias);
  for (const TensorSet* set : Sets(*regressor)) {
    for (std::size_t i = 0; i < set->shapes().size(); ++i) {
      const std::string& name = set->shapes()[i].name;
      CopyInto(file.Read(name), set->tensors()[i]);
      if (!set->tensors()[i].isfinite().all().item<bool>())
        throw InputError(file.path(), name, "found numbers that are not finite");
    }
  }
}

void ReadTrunk(const NamedArrays& file, SegmentRegressor* regressor) {
  std::string wrong;
  int num_wrong = 0;
  const auto complain = [&](const std::string& what) {
    constexpr int kMostNamed = 12;
    if (++num_wrong <= kMostNamed) wrong += (wrong.empty() ? "" : "; ") + what;
  };
  std::set<std::string> known;
  std::vector<std::pair<std::shared_ptr<const NpyArray>, at::Tensor>> copies;
  for (const TensorSet* set : Sets(*regressor)) {
    for (std::size_t i = 0; i < set->shapes().size(); ++i) {
      const auto& [name, shape] = set->shapes()[i];
      if (name.rfind("head.", 0) == 0) continue;
      known.insert(name);
      if (!file.Names(name)) {
        complain(name + " is missing");
      } else if (file.Shape(name) != shape) {
        complain(StrCat(name, " has shape ", at::IntArrayRef(file.Shape(name)), ", expected ",
                        at::IntArrayRef(shape)));
      } else {
        copies.emplace_back(file.Read(name, shape), set->tensors()[i]);
      }
    }
  }
  for (const std::string& name : file.Keys()) {
    if (known.count(name) == 0 && name.rfind("fc.", 0) != 0 && !EndsWith(name, ".num_batches_tracked"))
      complain(name + " is not known");
  }
  if (num_wrong > 0) {
    throw InputError(file.path(), "",
                     StrCat("is not the state dict of a ", NameOf(regressor->size().trunk.kind), ": ",
                            num_wrong, " arrays differ: ", wrong));
  }
  for (const auto& [array, tensor] : copies) {
    CopyInto(*array, tensor);
    if (!tensor.isfinite().all().item<bool>())
      throw InputError(array->origin, "", "found numbers that are not finite");
  }
}

}  // namespace

std::map<std::string, NpyArray> RegressorArrays(const SegmentRegressor& regressor, const BodyModel& model) {
  const SegmentRegressorSize& size = regressor.size();
  VT_CHECK_EQ(size.joints, model.num_joints());
  std::map<std::string, NpyArray> arrays;
  arrays["family"] = NpyArray::FromString(kRegressorFamily);
  arrays["architecture"] = NpyArray::FromString(NameOf(size.trunk.kind));
  for (const auto& [key, value] : {std::pair<const char*, std::int64_t>{"width", size.trunk.width},
                                   {"crop_px", size.crop_px},
                                   {"joints", size.joints}}) {
    const auto number = static_cast<std::int32_t>(value);
    arrays[key] = NpyArray::FromInt32(&number, {});
  }
  arrays["joint_names"] = NpyArray::FromStrings(model.joint_names());
  AddResultBody(model, &arrays);
  for (const TensorSet* set : Sets(regressor)) {
    for (std::size_t i = 0; i < set->shapes().size(); ++i)
      arrays[set->shapes()[i].name] = ArrayOf(set->tensors()[i]);
  }
  return arrays;
}

std::shared_ptr<SegmentRegressor> ReadRegressor(const std::string& path, at::Device device) {
  const NpzReader file(path);
  const SegmentRegressorSize size = ReadSize(file);
  // Before so much is allocated.
  file.Read("conv1.weight", {size.trunk.width, 3, 7, 7});
  file.Read("head.weight", {size.num_outputs(), size.trunk.num_features()});
  auto regressor = std::make_shared<SegmentRegressor>(size, device);
  ReadAll(file, regressor.get());
  return regressor;
}

void CheckRegressorBody(const std::string& path, const BodyModel& model) {
  const std::vector<std::string> names = NpzReader(path).Read("joint_names").ToStrings();
  if (names == model.joint_names()) return;
  throw InputError(path, "joint_names",
                   StrCat("found ", names.size(), " joints that are not the ", model.num_joints(), " of ",
                          model.name(), ": it was trained for another body"));
}

void BeginFrom(const std::string& path, SegmentRegressor* regressor) {
  if (EndsWith(path, ".npz")) {
    const NpzReader file(path);
    if (file.Has("family")) {
      const SegmentRegressorSize found = ReadSize(file), expected = regressor->size();
      if (found.trunk.kind != expected.trunk.kind || found.trunk.width != expected.trunk.width ||
          found.joints != expected.joints) {
        const auto describe = [](const SegmentRegressorSize& size) {
          return StrCat(NameOf(size.trunk.kind), " of width ", size.trunk.width, " for ", size.joints,
                        " joints");
        };
        throw InputError(path, "architecture",
                         StrCat("found a ", describe(found), ", expected a ", describe(expected)));
      }
      return ReadAll(file, regressor);
    }
    return ReadTrunk(*OpenNamedArrays(path), regressor);
  }
  ReadTrunk(*OpenTorchCheckpoint(path), regressor);
}

}  // namespace vitruvius
