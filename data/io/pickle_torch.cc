#include "data/io/pickle_objects.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;
using Class = PickleClass;

// Their elements; bfloat16 is no type of numpy's.
constexpr const char* kStorageTypes[][2] = {
    {"FloatStorage", "f4"}, {"DoubleStorage", "f8"}, {"HalfStorage", "f2"}, {"LongStorage", "i8"},
    {"IntStorage", "i4"},   {"ShortStorage", "i2"},  {"CharStorage", "i1"}, {"ByteStorage", "u1"},
    {"BoolStorage", "b1"},  {"BFloat16Storage", ""},
};

}  // namespace

PickleValue* PickleObjects::CallOrderedDict(const std::vector<PickleValue*>& arguments) {
  PickleValue* dict = New(PickleKind::kDict);
  dict->of = Class::kOrderedDict;
  if (arguments.empty()) return dict;
  for (const PickleValue* pair : arguments[0]->items) {  // as Python 2 wrote it
    if (!IsSequence(pair) || pair->items.size() != 2) source_.Fail("found an OrderedDict of no pairs");
    Extend(dict, pair->items.data(), pair->items.data() + 2);
  }
  return dict;
}

// ("storage", class, key, device, number of elements, ...)
PickleValue* PickleObjects::Storage(const PickleValue& id) {
  const std::vector<PickleValue*>& items = id.items;
  const bool fits = IsSequence(&id) && items.size() >= 5 && items[0]->Is("storage") && IsText(items[2]) &&
                    !items[2]->is_taken && items[2]->bytes.size() <= kSharedPickleBytes &&
                    items[4]->kind == PickleKind::kInt && items[4]->integer >= 0;
  if (!fits) source_.Fail("found a reference to an object outside the pickle that is no storage");
  if (items[1]->of == Class::kUnknown) return Unknown(*items[1]);
  if (!IsClass(items[1], Class::kStorage)) source_.Fail("found a storage of no known kind");
  // Parts of storages were written by torch before 0.4.
  if (items.size() > 5 && items[5]->kind != PickleKind::kNone) source_.Fail("found a view of a storage");
  PickleValue* storage = New(PickleKind::kOther);
  storage->of = Class::kStorage;
  storage->tensor = std::make_shared<PickleTensor>();
  storage->tensor->storage = items[2]->Text();
  storage->tensor->storage_items = items[4]->integer;
  const std::string name(items[1]->bytes.begin(), items[1]->bytes.end());
  for (const auto& [known, type] : kStorageTypes) {
    if (name == known) storage->tensor->dtype = type;
  }
  return storage;
}

// (storage, offset, shape, stride, ...)
PickleValue* PickleObjects::CallTensor(const std::vector<PickleValue*>& arguments) {
  if (arguments[0]->of == Class::kUnknown) return Unknown(*arguments[0]);
  const bool fits = arguments[0]->of == Class::kStorage && !arguments[0]->is_class &&
                    arguments[1]->kind == PickleKind::kInt && arguments[1]->integer >= 0;
  if (!fits) source_.Fail("found a tensor without a storage");
  PickleValue* value = New(PickleKind::kTensor);
  value->tensor = std::make_shared<PickleTensor>(*arguments[0]->tensor);
  value->tensor->offset = arguments[1]->integer;
  value->tensor->shape = Shape(*arguments[2]);
  value->tensor->stride = Shape(*arguments[3]);
  if (value->tensor->shape.size() != value->tensor->stride.size()) {
    source_.Fail("found a tensor with unequal numbers of lengths and strides");
  }
  return value;
}

}  // namespace vitruvius
