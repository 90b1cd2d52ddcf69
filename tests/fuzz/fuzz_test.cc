// The short run: every target reads its seeds (seeds/NAME/*) and a fixed number of mutations of them, the
// same ones in every run. Crashes and sanitizer findings end the test; a long run is libFuzzer's (README.md).
#include <algorithm>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "data/io/atomic_file.h"
#include "models/util/rng.h"
#include "tests/fuzz/fuzz.h"
#include "tests/util/places.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr int kMutations = 2000;
constexpr std::size_t kMostBytes = 1 << 16;

struct Seed {
  std::string name, bytes;
};

std::vector<Seed> ReadSeeds(const std::string& target) {
  std::vector<Seed> seeds;
  const fs::path folder = fs::path(SourceFolder()) / "tests/fuzz/seeds" / target;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    seeds.push_back({entry.path().filename().string(), ReadFile(entry.path().string())});
  }
  std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return seeds;
}

// Numbers at which readers break: limits of types, signs, and what is no number.
constexpr const char* kWords[] = {"0",
                                  "-1",
                                  "1",
                                  "255",
                                  "65536",
                                  "2147483647",
                                  "2147483648",
                                  "4294967295",
                                  "9223372036854775808",
                                  "1e308",
                                  "-1e308",
                                  "1e999",
                                  "1e-320",
                                  "nan",
                                  "inf",
                                  "0x7f",
                                  "",
                                  "\"\"",
                                  "[]",
                                  "{}",
                                  "null",
                                  "\xff\xfe",
                                  "\xf4\x90\x80\x80"};
constexpr std::uint64_t kIntegers[] = {
    0,      1,          0x7f,       0x80,       0xff,        0x7fff,           0x8000,
    0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, ~std::uint64_t{0}};

bool IsNumeric(char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == 'e' || c == '+'; }

void MutateOnce(const std::vector<Seed>& seeds, Rng* rng, std::string* bytes) {
  const auto at = [&](std::size_t size) { return static_cast<std::size_t>(rng->Index(size + 1)); };
  const std::size_t from = at(bytes->size());
  // Short pieces are likelier: 2^0 to 2^9 bytes.
  const std::size_t length = std::min(bytes->size() - from, std::size_t{1} << rng->Index(10));
  switch (rng->Index(9)) {
    case 0:
      if (length > 0) (*bytes)[from] = static_cast<char>((*bytes)[from] ^ (1 << rng->Index(8)));
      break;
    case 1:
      bytes->erase(from, length);
      break;
    case 2:
      bytes->insert(at(bytes->size()), bytes->substr(from, length));
      break;
    case 3: {
      const std::string& other = seeds[rng->Index(seeds.size())].bytes;
      const std::size_t begin = at(other.size());
      bytes->replace(from, length, other.substr(begin, std::size_t{1} << rng->Index(10)));
      break;
    }
    case 4:
      bytes->resize(from);
      break;
    case 5: {
      const std::uint64_t value = kIntegers[rng->Index(std::size(kIntegers))] + (rng->Index(3) - 1);
      for (std::size_t i = 0, n = std::size_t{1} << rng->Index(4); i < n && from + i < bytes->size(); ++i) {
        (*bytes)[from + i] = static_cast<char>(value >> (8 * i));
      }
      break;
    }
    case 6:
      for (std::size_t i = 0; i < std::min<std::size_t>(length, 8); ++i)
        (*bytes)[from + i] = static_cast<char>(rng->Index(256));
      break;
    default: {  // the number that begins next
      std::size_t begin = from;
      while (begin < bytes->size() && !IsNumeric((*bytes)[begin])) ++begin;
      std::size_t end = begin;
      while (end < bytes->size() && IsNumeric((*bytes)[end])) ++end;
      bytes->replace(begin, end - begin, kWords[rng->Index(std::size(kWords))]);
    }
  }
  if (bytes->size() > kMostBytes) bytes->resize(kMostBytes);
}

class FuzzTest : public testing::Test {
 public:
  explicit FuzzTest(std::string target) : target_(std::move(target)) {}
  void TestBody() override {
    const FuzzFunction run = FuzzTargets().at(target_);
    const std::vector<Seed> seeds = ReadSeeds(target_);
    ASSERT_FALSE(seeds.empty()) << "seeds/" << target_ << " is empty";
    for (const Seed& seed : seeds) {
      const bool refuse = seed.name.rfind("refused_", 0) == 0;
      const std::string error = Try(run, seed.bytes, seed.name);
      EXPECT_EQ(!error.empty(), refuse) << seed.name << ": " << error;
    }
    Rng rng(HashString(target_));
    for (int i = 0; i < kMutations && !HasFailure(); ++i) {
      std::string bytes = seeds[rng.Index(seeds.size())].bytes;
      for (std::uint64_t n = 1 + rng.Index(4); n > 0; --n) MutateOnce(seeds, &rng, &bytes);
      Try(run, bytes, "mutation " + std::to_string(i));
    }
  }

 private:
  // The message of the InputError; empty when the bytes were read.
  std::string Try(FuzzFunction run, const std::string& bytes, const std::string& what) {
    try {
      run(bytes);
    } catch (const InputError& error) {
      return error.what();
    } catch (const std::exception& error) {
      const std::string path = (fs::temp_directory_path() / ("finding-" + target_)).string();
      WriteFileAtomically(path, bytes);
      ADD_FAILURE() << what << ": " << error.what() << "\nthe bytes are in " << path;
    }
    return "";
  }

  std::string target_;
};

}  // namespace
}  // namespace vitruvius

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const auto& [name, function] : vitruvius::FuzzTargets()) {
    testing::RegisterTest("Fuzz", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [target = name]() -> testing::Test* { return new vitruvius::FuzzTest(target); });
  }
  return RUN_ALL_TESTS();
}
