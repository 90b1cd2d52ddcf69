// A small seeded generator whose numbers are the same on every platform and library version (std
// distributions are not). SplitMix64 state advance; source: Steele, Lea, Flood, "Fast splittable pseudorandom
// number generators".
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace vitruvius {

// FNV-1a; used to derive a person's own seed from its id, so that order and sharding change nothing.
inline std::uint64_t HashString(std::string_view text, std::uint64_t seed = 0) {
  std::uint64_t hash = 14695981039346656037ull ^ seed;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash;
}

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t NextUint64() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  // [0, 1)
  double Uniform() { return static_cast<double>(NextUint64() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // [0, n)
  std::uint64_t Index(std::uint64_t n) { return NextUint64() % n; }
  // Standard normal (Box-Muller; one value a call, the second is dropped to keep no hidden state).
  double Normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
    return radius * std::cos(6.283185307179586 * Uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace vitruvius
