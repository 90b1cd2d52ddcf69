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

#include <initializer_list>
#include <ostream>
#include <stdexcept>
#include <string>

namespace vitruvius {

class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message);
  // "path: place: what"; an empty place is left out.
  InputError(const std::string& path, const std::string& place, const std::string& what);
};

class ContractError : public std::logic_error {
 public:
  explicit ContractError(const std::string& message);
};

namespace internal {

// Refers to anything printable. One function a type prints it, and not one a message: there are hundreds of
// messages, and their code was a twentieth of the program.
class Printable {
 public:
  template <typename T>
  Printable(const T& value) : value_(&value), print_(&Print<T>) {}   // NOLINT(google-explicit-constructor)
  Printable(const char* text) : value_(text), print_(&PrintText) {}  // NOLINT(google-explicit-constructor)

  friend std::ostream& operator<<(std::ostream& stream, const Printable& printable) {
    printable.print_(stream, printable.value_);
    return stream;
  }

 private:
  template <typename T>
  static void Print(std::ostream& stream, const void* value) {
    stream << *static_cast<const T*>(value);
  }
  static void PrintText(std::ostream& stream, const void* text);

  const void* value_;
  void (*print_)(std::ostream&, const void*);
};

std::string Concatenate(std::initializer_list<Printable> parts);
[[noreturn]] void FailCheck(const char* file, int line, const char* expression);
[[noreturn]] void FailCheck(const char* file, int line, const char* expression, const Printable& a,
                            const Printable& b);

}  // namespace internal

// Concatenates anything printable: StrCat("found ", 3, ", expected ", 4).
template <typename... Args>
[[gnu::always_inline]] inline std::string StrCat(const Args&... args) {
  return internal::Concatenate({internal::Printable(args)...});
}

}  // namespace vitruvius

#define VT_CHECK(condition)                                                             \
  do {                                                                                  \
    if (!(condition)) ::vitruvius::internal::FailCheck(__FILE__, __LINE__, #condition); \
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
