#include "data/io/pickle.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::string_view View(const std::vector<unsigned char>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool PickleValue::Is(std::string_view text) const {
  return (kind == PickleValue::Kind::kText || kind == PickleValue::Kind::kBytes) && View(bytes) == text;
}

std::string PickleValue::Text() const {
  VT_CHECK(kind == PickleValue::Kind::kText || kind == PickleValue::Kind::kBytes ||
           of == PickleClass::kUnknown);
  if (!is_latin1) return ValidUtf8(View(bytes));
  std::string text;
  for (const unsigned char byte : bytes) AppendUtf8(byte, &text);
  return text;
}

PickleValue* PickleValue::Find(std::string_view key) const {
  if (kind != PickleValue::Kind::kDict) return nullptr;
  for (size_t i = items.size(); i >= 2; i -= 2) {
    if (items[i - 2]->Is(key)) return items[i - 1];
  }
  return nullptr;
}

const char* PickleValue::KindName() const {
  switch (kind) {
    case PickleValue::Kind::kNone:
      return "None";
    case PickleValue::Kind::kBool:
      return "a bool";
    case PickleValue::Kind::kInt:
      return "an integer";
    case PickleValue::Kind::kFloat:
      return "a float";
    case PickleValue::Kind::kText:
      return "text";
    case PickleValue::Kind::kBytes:
      return "bytes";
    case PickleValue::Kind::kList:
      return "a list";
    case PickleValue::Kind::kTuple:
      return "a tuple";
    case PickleValue::Kind::kDict:
      return "a dict";
    case PickleValue::Kind::kArray:
      return "an array";
    case PickleValue::Kind::kSparse:
      return "a sparse matrix";
    case PickleValue::Kind::kTensor:
      return "a tensor";
    case PickleValue::Kind::kOther:
      return "a class or an unfinished object";
  }
  return "";
}

}  // namespace vitruvius
