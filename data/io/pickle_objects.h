// The classes that a pickle may name, and what calling them and giving them their state means. Internal to
// data/io.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "data/io/pickle.h"
#include "data/io/pickle_source.h"

namespace vitruvius {

// Python keeps one object of each string this short, so that many arrays may name the same; longer ones
// belong to one array, which takes them without a copy.
inline constexpr size_t kSharedPickleBytes = 64;

inline bool IsText(const PickleValue* value) {
  return value->kind == PickleValue::Kind::kText || value->kind == PickleValue::Kind::kBytes;
}
inline bool IsClass(const PickleValue* value, PickleClass of) {
  return value->kind == PickleValue::Kind::kOther && value->is_class && value->of == of;
}
inline bool IsSequence(const PickleValue* value) {
  return value->kind == PickleValue::Kind::kList || value->kind == PickleValue::Kind::kTuple;
}

class PickleObjects {
 public:
  // `source` gives errors their place, and must outlive this. `is_torch`: see LoadTorchPickle.
  PickleObjects(const PickleSource* source, bool is_torch);

  PickleValue* New(PickleValue::Kind kind);  // throws InputError past the limit
  PickleValue* Sequence(PickleValue::Kind kind, std::vector<PickleValue*> items);
  void Extend(PickleValue* list, PickleValue* const* begin, PickleValue* const* end);
  // Throws InputError with the name when it is not among those that are known.
  PickleValue* Class(const std::string& module, const std::string& name);
  PickleValue* Call(const PickleValue& callee, const PickleValue& arguments);  // REDUCE
  PickleValue* Instance(const PickleValue& of);                                // NEWOBJ: without its state
  void Build(PickleValue* object, const PickleValue& state);                   // BUILD
  PickleValue* Storage(const PickleValue& id);  // BINPERSID, of a torch checkpoint
  std::deque<PickleValue> TakeValues() { return std::move(values_); }

 private:
  std::vector<unsigned char> TakeBytes(PickleValue* value);
  std::string DType(const PickleValue& dtype) const;
  std::vector<std::int64_t> Shape(const PickleValue& value);
  std::vector<std::int64_t> Ints(const PickleValue* value, const char* what);
  void SetArray(PickleValue* object, const std::string& dtype, std::vector<std::int64_t> shape,
                bool fortran_order, PickleValue* data);
  PickleValue* Unknown(const PickleValue& like);
  PickleValue* CallOrderedDict(const std::vector<PickleValue*>& arguments);
  PickleValue* CallTensor(const std::vector<PickleValue*>& arguments);
  PickleValue* CallScalar(const std::vector<PickleValue*>& arguments);
  PickleValue* CallFromBuffer(const std::vector<PickleValue*>& arguments);
  PickleValue* CallBytes(const std::vector<PickleValue*>& arguments);
  PickleValue* Encode(PickleValue* text);
  void BuildDType(PickleValue* object, const PickleValue& state);
  void BuildNdarray(PickleValue* object, const PickleValue& state);
  void BuildSparse(PickleValue* object, const PickleValue& state);
  void BuildLil(PickleValue* object, const PickleValue& state, std::int64_t rows, std::int64_t cols);
  // Throws InputError for entries outside of the matrix.
  void SetSparse(PickleValue* object, std::shared_ptr<PickleSparse> matrix) const;
  void BuildSelect(PickleValue* object, const PickleValue& state);
  PickleValue* Member(const PickleValue& state, const char* key) const;
  // Counts memory that the file does not hold as such.
  void Spend(std::uint64_t bytes);

  const PickleSource& source_;
  const bool is_torch_;
  std::deque<PickleValue> values_;
  std::uint64_t num_links_ = 0;
  std::uint64_t may_spend_;
};

}  // namespace vitruvius
