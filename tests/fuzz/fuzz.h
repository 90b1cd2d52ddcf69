// A fuzz target is a file NAME_fuzz.cc with FUZZ_TARGET(NAME) { ... `bytes` ... }: a libFuzzer program in the
// fuzz build, and a short test of seeds and their mutations (fuzz_test.cc) in every other. InputError is what
// a reader should throw; anything else is a finding.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "models/util/check.h"

namespace vitruvius {

using FuzzFunction = void (*)(std::string_view bytes);
// Targets of this program, by name.
std::map<std::string, FuzzFunction>& FuzzTargets();

// For parts of a target that may fail without ending it.
template <typename Run>
void Tolerate(Run run) {
  try {
    run();
  } catch (const InputError&) {
  }
}

// Readers take paths: a file in memory with these bytes, until the next call.
std::string PathOfBytes(std::string_view bytes);

// A .npz of arrays that are told as lines of text, so that seeds are short and mutations mean something:
//   poses f8 2,156 : 0.1 0*9 nan
//   gender U  : female
// Name, type (f8 f4 i4 u4 i1 U S), shape with commas (none: ()), then values, of which v*n is n times v; they
// are repeated to fill the shape. Lines that make no sense are left out; arrays have 2^16 numbers at most.
std::string PathOfArrays(std::string_view lines);

}  // namespace vitruvius

#ifdef VITRUVIUS_LIBFUZZER
#define FUZZ_TARGET(name)                                                                     \
  static void Fuzz_##name(std::string_view bytes);                                            \
  extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {        \
    ::vitruvius::Tolerate([&] { Fuzz_##name({reinterpret_cast<const char*>(data), size}); }); \
    return 0;                                                                                 \
  }                                                                                           \
  static void Fuzz_##name(std::string_view bytes)
#else
#define FUZZ_TARGET(name)                                                                                \
  static void Fuzz_##name(std::string_view bytes);                                                       \
  static const bool fuzz_##name##_known = ::vitruvius::FuzzTargets().emplace(#name, Fuzz_##name).second; \
  static void Fuzz_##name(std::string_view bytes)
#endif
