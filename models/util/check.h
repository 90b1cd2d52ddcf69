// Two kinds of failure, and only two.
//
// InputError: something outside the program (a file, a flag) is wrong. Its message is written for the user:
// the file, the place in it, what was found, what was expected. Commands print it and exit with status 1.
//
// ContractError: a caller inside the program broke a documented contract. VT_CHECK* throw it with both
// values.
//
// Numerics never throw: they end in a value with a reason code (models/scene/fit_result.h).
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace vitruvius {

class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
  // "path: place: what"; an empty place is left out.
  InputError(const std::string& path, const std::string& place, const std::string& what)
      : std::runtime_error(path + ": " + (place.empty() ? "" : place + ": ") + what) {}
};

class ContractError : public std::logic_error {
 public:
  explicit ContractError(const std::string& message) : std::logic_error(message) {}
};

// Concatenates anything printable: StrCat("found ", 3, ", expected ", 4).
template <typename... Args>
std::string StrCat(const Args&... args) {
  std::ostringstream stream;
  (stream << ... << args);
  return stream.str();
}

namespace internal {
template <typename A, typename B>
[[noreturn]] void FailCheck(const char* file, int line, const char* expression, const A& a, const B& b) {
  throw ContractError(StrCat(file, ":", line, ": check failed: ", expression, " (", a, " vs ", b, ")"));
}
}  // namespace internal

}  // namespace vitruvius

#define VT_CHECK(condition)                                                              \
  do {                                                                                   \
    if (!(condition))                                                                    \
      throw ::vitruvius::ContractError(                                                  \
          ::vitruvius::StrCat(__FILE__, ":", __LINE__, ": check failed: ", #condition)); \
  } while (false)

#define VT_CHECK_OP_(a, op, b)                                                                         \
  do {                                                                                                 \
    const auto& vt_check_a = (a);                                                                      \
    const auto& vt_check_b = (b);                                                                      \
    if (!(vt_check_a op vt_check_b))                                                                   \
      ::vitruvius::internal::FailCheck(__FILE__, __LINE__, #a " " #op " " #b, vt_check_a, vt_check_b); \
  } while (false)
#define VT_CHECK_EQ(a, b) VT_CHECK_OP_(a, ==, b)
#define VT_CHECK_GE(a, b) VT_CHECK_OP_(a, >=, b)
#define VT_CHECK_GT(a, b) VT_CHECK_OP_(a, >, b)
#define VT_CHECK_LE(a, b) VT_CHECK_OP_(a, <=, b)
#define VT_CHECK_LT(a, b) VT_CHECK_OP_(a, <, b)
