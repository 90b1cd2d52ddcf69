#include "models/util/check.h"

#include <sstream>

namespace vitruvius {

InputError::InputError(const std::string& message) : std::runtime_error(message) {}
InputError::InputError(const std::string& path, const std::string& place, const std::string& what)
    : std::runtime_error(path + ": " + (place.empty() ? "" : place + ": ") + what) {}
ContractError::ContractError(const std::string& message) : std::logic_error(message) {}

namespace internal {

void Printable::PrintText(std::ostream& stream, const void* text) {
  stream << static_cast<const char*>(text);
}

std::string Concatenate(std::initializer_list<Printable> parts) {
  std::ostringstream stream;
  for (const Printable& part : parts) stream << part;
  return stream.str();
}

void FailCheck(const char* file, int line, const char* expression) {
  throw ContractError(StrCat(file, ":", line, ": check failed: ", expression));
}

void FailCheck(const char* file, int line, const char* expression, const Printable& a, const Printable& b) {
  throw ContractError(StrCat(file, ":", line, ": check failed: ", expression, " (", a, " vs ", b, ")"));
}

}  // namespace internal
}  // namespace vitruvius
