#include "data/io/pickle_objects.h"

#include <algorithm>
#include <cstring>

#include "data/io/npy_header.h"
#include "data/io/pickle_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;
using Class = PickleClass;

constexpr size_t kMaxValues = 4000000;
constexpr std::uint64_t kMaxLinks = 4 * kMaxValues;
// Copies and matrices by entry may take this many times the file's size and a little more: a few bytes of
// file can ask for a copy of all that came before.
constexpr std::uint64_t kSpendPerByte = 4;
constexpr std::uint64_t kSpendAtLeast = 1 << 20;
constexpr size_t kMaxTensorDimensions = 64;

// Libraries move their classes from module to module between versions ("scipy.sparse.csc",
// "scipy.sparse._csc", "scipy.sparse._arrays"), and what a name means stays: known is a name anywhere below a
// package.
struct KnownClass {
  const char* package;
  const char* name;
  Class of;
};
constexpr KnownClass kKnownClasses[] = {
    {"numpy", "ndarray", Class::kNdarray},
    {"numpy", "matrix", Class::kNdarray},  // an array of two dimensions, whose state is an array's
    {"numpy", "memmap", Class::kNdarray},
    {"numpy", "dtype", Class::kDType},
    {"numpy", "_reconstruct", Class::kReconstruct},
    {"numpy", "scalar", Class::kScalar},
    {"numpy", "_frombuffer", Class::kFromBuffer},
    {"scipy.sparse", "csc_matrix", Class::kCsc},
    {"scipy.sparse", "csc_array", Class::kCsc},
    {"scipy.sparse", "csr_matrix", Class::kCsr},
    {"scipy.sparse", "csr_array", Class::kCsr},
    {"scipy.sparse", "coo_matrix", Class::kCoo},
    {"scipy.sparse", "coo_array", Class::kCoo},
    {"scipy.sparse", "lil_matrix", Class::kLil},
    {"scipy.sparse", "lil_array", Class::kLil},
    {"chumpy.ch", "Ch", Class::kCh},
    {"chumpy.reordering", "Select", Class::kSelect},
    {"copy_reg", "_reconstructor", Class::kNewInstance},
    {"copyreg", "_reconstructor", Class::kNewInstance},
    {"_codecs", "encode", Class::kEncode},
    {"collections", "OrderedDict", Class::kOrderedDict},
    {"collections", "defaultdict", Class::kDefaultDict},
    {"sklearn.mixture", "GMM", Class::kRecord},
    {"sklearn.mixture", "GaussianMixture", Class::kRecord},
};
constexpr KnownClass kTorchClasses[] = {
    {"torch._utils", "_rebuild_tensor", Class::kTensor},
    {"torch._utils", "_rebuild_tensor_v2", Class::kTensor},
    {"torch._utils", "_rebuild_parameter", Class::kParameter},
    {"torch", "FloatStorage", Class::kStorage},
    {"torch", "DoubleStorage", Class::kStorage},
    {"torch", "HalfStorage", Class::kStorage},
    {"torch", "BFloat16Storage", Class::kStorage},
    {"torch", "LongStorage", Class::kStorage},
    {"torch", "IntStorage", Class::kStorage},
    {"torch", "ShortStorage", Class::kStorage},
    {"torch", "CharStorage", Class::kStorage},
    {"torch", "ByteStorage", Class::kStorage},
    {"torch", "BoolStorage", Class::kStorage},
    // What detectron2's DensePose dumps: plain data classes.
    {"densepose.structures.chart_result", "DensePoseChartResult", Class::kRecord},
    {"densepose.structures.chart_result", "DensePoseChartResultWithConfidences", Class::kRecord},
    {"densepose.structures.chart_result", "DensePoseChartResultQuantized", Class::kRecord},
    {"densepose.structures.chart_result", "DensePoseChartResultCompressed", Class::kRecord},
};
// The same under the names of Python 2 and 3.
constexpr KnownClass kBuiltins[] = {
    {"", "object", Class::kObject},
    {"", "set", Class::kSet},
    {"", "frozenset", Class::kSet},
    {"", "bytearray", Class::kBytes},
    {"", "bytes", Class::kBytes},
    {"", "complex", Class::kComplex},
    // What defaultdict makes of a key that is missing; nothing here makes any.
    {"", "dict", Class::kObject},
    {"", "list", Class::kObject},
    {"", "int", Class::kObject},
    {"", "float", Class::kObject},
};

// Whether the module is the package, or below it.
bool IsInPackage(const std::string& module, std::string_view package) {
  return module.compare(0, package.size(), package) == 0 &&
         (module.size() == package.size() || module[package.size()] == '.');
}

bool IsSparse(Class of) {
  return of == Class::kCsc || of == Class::kCsr || of == Class::kCoo || of == Class::kLil;
}

}  // namespace

PickleObjects::PickleObjects(const PickleSource* source, bool is_torch)
    : source_(*source), is_torch_(is_torch), may_spend_(kSpendAtLeast + kSpendPerByte * source->size()) {}

PickleValue* PickleObjects::New(PickleKind kind) {
  if (values_.size() >= kMaxValues) source_.Fail(StrCat("the file holds more than ", kMaxValues, " values"));
  values_.emplace_back();
  values_.back().kind = kind;
  return &values_.back();
}

PickleValue* PickleObjects::Sequence(PickleKind kind, std::vector<PickleValue*> items) {
  PickleValue* value = New(kind);
  Extend(value, items.data(), items.data() + items.size());
  return value;
}

void PickleObjects::Extend(PickleValue* list, PickleValue* const* begin, PickleValue* const* end) {
  num_links_ += static_cast<std::uint64_t>(end - begin);
  if (num_links_ > kMaxLinks) source_.Fail(StrCat("the file's lists have more than ", kMaxLinks, " items"));
  list->items.insert(list->items.end(), begin, end);
}

PickleValue* PickleObjects::Class(const std::string& module, const std::string& name) {
  PickleValue* value = New(PickleKind::kOther);
  value->is_class = true;
  for (const KnownClass& known : kKnownClasses) {
    if (name == known.name && IsInPackage(module, known.package)) value->of = known.of;
  }
  if (module == "__builtin__" || module == "builtins") {
    for (const KnownClass& known : kBuiltins) {
      if (name == known.name) value->of = known.of;
    }
  }
  if (is_torch_) {
    for (const KnownClass& known : kTorchClasses) {
      if (module == known.package && name == known.name) value->of = known.of;
    }
    if (value->of == Class::kNone) value->of = Class::kUnknown;
    const std::string text = value->of == Class::kStorage ? name : module + "." + name;
    value->bytes.assign(text.begin(), text.end());
  }
  if (value->of == Class::kNone) {
    source_.Fail("the file names the class " + module + "." + name +
                 ", which is not among those that are read; nothing of it was executed");
  }
  return value;
}

PickleValue* PickleObjects::Unknown(const PickleValue& like) {
  Spend(like.bytes.size());
  PickleValue* value = New(PickleKind::kOther);
  value->of = Class::kUnknown;
  value->bytes = like.bytes;
  return value;
}

PickleValue* PickleObjects::Call(const PickleValue& callee, const PickleValue& arguments) {
  if (callee.of == Class::kUnknown) return Unknown(callee);
  if (callee.kind != PickleKind::kOther || !callee.is_class) {
    source_.Fail(StrCat("found a call of ", callee.KindName()));
  }
  if (arguments.kind != PickleKind::kTuple) source_.Fail("found a call without a tuple of arguments");
  const std::vector<PickleValue*>& items = arguments.items;
  const auto expect = [&](bool fits) {
    if (!fits) source_.Fail(StrCat("found a call with ", items.size(), " arguments that do not fit it"));
  };
  switch (callee.of) {
    case Class::kReconstruct:
      expect(!items.empty() && IsClass(items[0], Class::kNdarray));
      return Instance(*items[0]);
    case Class::kDType: {
      expect(!items.empty() && IsText(items[0]));
      PickleValue* dtype = New(PickleKind::kOther);
      dtype->of = Class::kDType;
      const std::string name = items[0]->Text();
      expect(name.size() < 20);  // "U1000000"
      dtype->bytes.assign(name.begin(), name.end());
      return dtype;
    }
    case Class::kScalar:
      expect(items.size() == 2);
      return CallScalar(items);
    case Class::kFromBuffer:
      expect(items.size() == 4 && IsText(items[0]) && IsText(items[3]));
      return CallFromBuffer(items);
    case Class::kOrderedDict:
      expect(items.size() <= 1 && (items.empty() || IsSequence(items[0])));
      return CallOrderedDict(items);
    case Class::kDefaultDict:
      expect(items.size() <= 1 && (items.empty() || items[0]->kind == PickleKind::kNone ||
                                   IsClass(items[0], Class::kObject) || IsClass(items[0], Class::kSet)));
      return CallOrderedDict({});
    case Class::kTensor:
      expect(items.size() >= 4);
      return CallTensor(items);
    case Class::kParameter:
      expect(!items.empty() && items[0]->kind == PickleKind::kTensor);
      return items[0];
    case Class::kNewInstance:
      if (!items.empty() && items[0]->of == Class::kUnknown) return Unknown(*items[0]);
      expect(items.size() == 3 && IsClass(items[1], Class::kObject) && items[2]->kind == PickleKind::kNone);
      return Instance(*items[0]);
    case Class::kEncode:
      expect(items.size() == 2 && items[0]->kind == PickleKind::kText &&
             (items[1]->Is("latin1") || items[1]->Is("latin-1")));
      return Encode(items[0]);
    case Class::kSet:
      expect(items.size() <= 1 && (items.empty() || IsSequence(items[0])));
      return Sequence(PickleKind::kList, items.empty() ? items : items[0]->items);
    case Class::kBytes:
      expect(items.size() <= 2 && (items.empty() || IsText(items[0])));
      return CallBytes(items);
    case Class::kComplex:
      expect(items.size() == 2 && items[0]->kind == PickleKind::kFloat &&
             items[1]->kind == PickleKind::kFloat);
      return Sequence(PickleKind::kTuple, items);
    default:
      return Instance(callee);
  }
}

PickleValue* PickleObjects::Instance(const PickleValue& of) {
  if (of.of == Class::kUnknown) return Unknown(of);
  if (of.of == Class::kOrderedDict && of.is_class) return CallOrderedDict({});
  const bool known = of.kind == PickleKind::kOther && of.is_class &&
                     (of.of == Class::kNdarray || of.of == Class::kCh || of.of == Class::kSelect ||
                      of.of == Class::kRecord || IsSparse(of.of));
  if (!known) source_.Fail("found an object of something that makes none");
  PickleValue* object = New(PickleKind::kOther);
  object->of = of.of;
  return object;
}

void PickleObjects::Build(PickleValue* object, const PickleValue& state) {
  // Attributes beside the items, such as torch's _metadata.
  if (object->of == Class::kUnknown || object->of == Class::kOrderedDict) return;
  if (object->kind != PickleKind::kOther || object->is_class) {
    source_.Fail(StrCat("found state for ", object->KindName(), ", which takes none"));
  }
  if (object->of == Class::kDType) return BuildDType(object, state);
  if (object->of == Class::kNdarray) return BuildNdarray(object, state);
  // Objects with __slots__ have a pair of dicts.
  const bool pair = state.kind == PickleKind::kTuple && state.items.size() == 2;
  const PickleValue& members = pair ? *state.items[0] : state;
  if (IsSparse(object->of)) return BuildSparse(object, members);
  if (object->of == Class::kSelect) return BuildSelect(object, members);
  if (object->of == Class::kRecord) {
    if (members.kind != PickleKind::kDict) source_.Fail("found an object whose members are no dict");
    object->kind = PickleKind::kDict;
    Extend(object, members.items.data(), members.items.data() + members.items.size());
    return;
  }
  const PickleValue* x = Member(members, "x");
  if (x->kind != PickleKind::kArray) source_.Fail(StrCat("chumpy.ch.Ch: its x is ", x->KindName()));
  object->array = x->array;
  object->kind = PickleKind::kArray;
}

PickleValue* PickleObjects::Member(const PickleValue& state, const char* key) const {
  PickleValue* value = state.Find(key);
  if (value == nullptr) source_.Fail(StrCat("found an object without its '", key, "'"));
  return value;
}

void PickleObjects::Spend(std::uint64_t bytes) {
  if (bytes > may_spend_) source_.Fail("the file asks for far more memory than its size justifies");
  may_spend_ -= bytes;
}

// ---- bytes ----
std::vector<unsigned char> PickleObjects::TakeBytes(PickleValue* value) {
  if (value->is_taken) source_.Fail("found two arrays of the same bytes");
  if (value->bytes.size() <= kSharedPickleBytes) {
    Spend(value->bytes.size());
    return value->bytes;
  }
  value->is_taken = true;
  return std::move(value->bytes);
}

// Python 3 writes bytes as text of their Latin-1 meaning for protocols that had no bytes.
PickleValue* PickleObjects::Encode(PickleValue* text) {
  PickleValue* value = New(PickleKind::kBytes);
  value->bytes = TakeBytes(text);
  if (!text->is_latin1 && !Utf8ToLatin1(&value->bytes)) source_.Fail("found text for Latin-1 that is none");
  return value;
}

PickleValue* PickleObjects::CallBytes(const std::vector<PickleValue*>& arguments) {
  if (!arguments.empty() && arguments[0]->kind == PickleKind::kText) return Encode(arguments[0]);
  PickleValue* value = New(PickleKind::kBytes);
  if (!arguments.empty()) value->bytes = TakeBytes(arguments[0]);
  return value;
}

// ---- numpy ----
std::string PickleObjects::DType(const PickleValue& dtype) const {
  if (dtype.kind != PickleKind::kOther || dtype.is_class || dtype.of != Class::kDType) {
    source_.Fail(StrCat("found ", dtype.KindName(), ", expected a dtype"));
  }
  return std::string(dtype.bytes.begin(), dtype.bytes.end());
}

// (version, byte order, subtype, names, fields, item size, alignment, flags, ...): the first item of the
// call was "f8".
void PickleObjects::BuildDType(PickleValue* object, const PickleValue& state) {
  if (state.kind != PickleKind::kTuple || state.items.size() < 5 || !IsText(state.items[1])) {
    source_.Fail("found a dtype with a state that is none");
  }
  for (int i = 2; i < 5; ++i) {
    if (state.items[i]->kind != PickleKind::kNone) source_.Fail("structured elements are not supported");
  }
  const PickleValue* order = state.items[1];
  for (const char c : {'<', '>', '|', '='}) {
    if (order->Is(std::string_view(&c, 1))) {
      if (!object->bytes.empty() && std::strchr("<>|=", object->bytes[0]) != nullptr) {
        object->bytes.erase(object->bytes.begin());
      }
      object->bytes.insert(object->bytes.begin(), static_cast<unsigned char>(c));
      return;
    }
  }
  source_.Fail("found a dtype of unknown byte order");
}

std::vector<std::int64_t> PickleObjects::Shape(const PickleValue& value) {
  if (!IsSequence(&value) || value.items.size() > kMaxTensorDimensions) {
    source_.Fail("found a shape that is no tuple of lengths");
  }
  std::vector<std::int64_t> shape;
  for (const PickleValue* item : value.items) {
    const bool scalar = item->kind == PickleKind::kArray && item->array->shape.empty();
    const std::int64_t length = item->kind == PickleKind::kInt ? item->integer
                                : scalar                       ? Ints(item, "shape")[0]
                                                               : -1;
    if (length < 0) source_.Fail("found a shape that is no tuple of lengths");
    shape.push_back(length);
  }
  return shape;
}

void PickleObjects::SetArray(PickleValue* object, const std::string& dtype, std::vector<std::int64_t> shape,
                             bool fortran_order, PickleValue* data) {
  NpyHeader header;
  try {
    header = DescribeNpy(dtype, std::move(shape), fortran_order, "", "");
  } catch (const InputError& error) {
    source_.Fail(std::string("array") + (error.what() + 1));  // ": what"
  }
  if (data->bytes.size() != header.num_bytes && !data->is_taken) {
    source_.Fail(StrCat("array of shape ", NpyShapeName(header.shape), " and type ", dtype, ": found ",
                        data->bytes.size(), " bytes, expected ", header.num_bytes));
  }
  object->array = std::make_shared<NpyArray>(MakeNpyArray(header, TakeBytes(data), source_.path()));
  object->kind = PickleKind::kArray;
}

// (version, shape, dtype, Fortran order, bytes or list), without version in numpy's first years.
void PickleObjects::BuildNdarray(PickleValue* object, const PickleValue& state) {
  const size_t size = state.items.size();
  if (state.kind != PickleKind::kTuple || size < 4 || size > 5) {
    source_.Fail("found an array with a state that is none");
  }
  PickleValue* const* parts = state.items.data() + (size - 4);
  const std::string dtype = DType(*parts[1]);
  const bool fortran_order = parts[2]->integer != 0;
  PickleValue* data = parts[3];
  std::vector<std::int64_t> shape = Shape(*parts[0]);
  if (data->kind == PickleKind::kList) {
    object->items.clear();
    Extend(object, data->items.data(), data->items.data() + data->items.size());
    object->kind = PickleKind::kList;
    return;
  }
  if (!IsText(data)) source_.Fail(StrCat("found an array whose content is ", data->KindName()));
  SetArray(object, dtype, std::move(shape), fortran_order, data);
}

PickleValue* PickleObjects::CallScalar(const std::vector<PickleValue*>& arguments) {
  const std::string dtype = DType(*arguments[0]);
  if (!IsText(arguments[1])) source_.Fail("found a numpy scalar without its bytes");
  PickleValue* value = New(PickleKind::kArray);
  SetArray(value, dtype, {}, false, arguments[1]);
  return value;
}

PickleValue* PickleObjects::CallFromBuffer(const std::vector<PickleValue*>& arguments) {
  PickleValue* value = New(PickleKind::kArray);
  SetArray(value, DType(*arguments[1]), Shape(*arguments[2]), arguments[3]->Is("F"), arguments[0]);
  return value;
}

std::vector<std::int64_t> PickleObjects::Ints(const PickleValue* value, const char* what) {
  if (value->kind != PickleKind::kArray) {
    source_.Fail(StrCat("found ", value->KindName(), " for ", what, ", expected an array of integers"));
  }
  Spend(8 * static_cast<std::uint64_t>(value->array->size()));
  return value->array->ToInts();  // throws with the file's name
}

// ---- chumpy ----
// The value of chumpy's Select: a.ravel()[idxs].reshape(preferred_shape).
void PickleObjects::BuildSelect(PickleValue* object, const PickleValue& state) {
  const PickleValue* a = Member(state, "a");
  if (a->kind != PickleKind::kArray)
    source_.Fail(StrCat("chumpy.reordering.Select: its a is ", a->KindName()));
  const NpyArray& from = *a->array;
  const PickleValue* idxs = Member(state, "idxs");
  const PickleValue* preferred = state.Find("preferred_shape");
  const std::vector<std::int64_t> picked = Ints(idxs, "idxs");
  auto array = std::make_shared<NpyArray>();
  array->kind = from.kind;
  array->item_size = from.item_size;
  array->origin = from.origin;
  array->shape = {static_cast<std::int64_t>(picked.size())};
  const auto item = static_cast<size_t>(from.item_size);
  if (picked.size() > (std::uint64_t{1} << 46) / item) source_.Fail("chumpy.reordering.Select: is too large");
  Spend(item * picked.size());
  array->bytes.resize(item * picked.size());
  for (size_t i = 0; i < picked.size(); ++i) {
    const std::int64_t index = picked[i] < 0 ? picked[i] + from.size() : picked[i];
    if (index < 0 || index >= from.size()) {
      source_.Fail(StrCat("chumpy.reordering.Select: picks ", picked[i], " of ", from.size(), " numbers"));
    }
    std::memcpy(&array->bytes[i * item], &from.bytes[static_cast<size_t>(index) * item], item);
  }
  if (preferred != nullptr && preferred->kind != PickleKind::kNone) {
    std::vector<std::int64_t> shape = Shape(*preferred);
    NpyHeader header = DescribeNpy(array->DTypeName(), shape, false, source_.path(), "Select");
    if (header.num_bytes != array->bytes.size()) {
      source_.Fail(StrCat("chumpy.reordering.Select: picks ", picked.size(), " numbers for the shape ",
                          NpyShapeName(shape)));
    }
    array->shape = std::move(shape);
  }
  object->array = std::move(array);
  object->kind = PickleKind::kArray;
}

}  // namespace vitruvius
