// The classes that a pickle may name, and what calling them and giving them their state means. Internal to
// data/io.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "data/io/pickle.h"
#include "data/io/pickle_source.h"

namespace vitruvius {

class PickleObjects {
 public:
  // `source` gives errors their place, and must outlive this.
  explicit PickleObjects(const PickleSource* source);

  PickleValue* New(PickleValue::Kind kind);  // throws InputError past the limit
  PickleValue* Sequence(PickleValue::Kind kind, std::vector<PickleValue*> items);
  void Extend(PickleValue* list, PickleValue* const* begin, PickleValue* const* end);
  // Throws InputError with the name when it is not among those that are known.
  PickleValue* Class(const std::string& module, const std::string& name);
  PickleValue* Call(const PickleValue& callee, const PickleValue& arguments);  // REDUCE
  PickleValue* Instance(const PickleValue& of);                                // NEWOBJ: without its state
  void Build(PickleValue* object, const PickleValue& state);                   // BUILD
  std::deque<PickleValue> TakeValues() { return std::move(values_); }

 private:
  std::vector<unsigned char> TakeBytes(PickleValue* value);
  std::string DType(const PickleValue& dtype) const;
  std::vector<std::int64_t> Shape(const PickleValue& value);
  std::vector<std::int64_t> Ints(const PickleValue* value, const char* what);
  void SetArray(PickleValue* object, const std::string& dtype, std::vector<std::int64_t> shape,
                bool fortran_order, PickleValue* data);
  PickleValue* CallScalar(const std::vector<PickleValue*>& arguments);
  PickleValue* CallFromBuffer(const std::vector<PickleValue*>& arguments);
  PickleValue* CallBytes(const std::vector<PickleValue*>& arguments);
  PickleValue* Encode(PickleValue* text);
  void BuildDType(PickleValue* object, const PickleValue& state);
  void BuildNdarray(PickleValue* object, const PickleValue& state);
  void BuildSparse(PickleValue* object, const PickleValue& state);
  void BuildSelect(PickleValue* object, const PickleValue& state);
  PickleValue* Member(const PickleValue& state, const char* key) const;
  // Counts memory that the file does not hold as such.
  void Spend(std::uint64_t bytes);

  const PickleSource& source_;
  std::deque<PickleValue> values_;
  std::uint64_t num_links_ = 0;
  std::uint64_t may_spend_;
};

}  // namespace vitruvius
