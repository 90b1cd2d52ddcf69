#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <vector>

#include "data/io/npz.h"
#include "data/io/text_scanner.h"

namespace vitruvius {
namespace {

constexpr std::int64_t kMostNumbers = 1 << 16;
constexpr std::size_t kMostArrays = 64, kMostDimensions = 5;

// "2,3" -> {2, 3}; false when it is no shape, or a large one.
bool ParseShape(const std::string& text, std::vector<std::int64_t>* shape) {
  std::istringstream stream(text);
  std::int64_t size = 1;
  for (std::string word; std::getline(stream, word, ',');) {
    double length = 0;
    if (!ParseFiniteNumber(word, &length) || length < 0 || length > static_cast<double>(kMostNumbers))
      return false;
    shape->push_back(static_cast<std::int64_t>(length));
    size *= shape->back();
    if (size > kMostNumbers || shape->size() > kMostDimensions) return false;
  }
  return true;
}

std::vector<std::string> ParseValues(std::istringstream* words) {
  std::vector<std::string> values;
  for (std::string word; *words >> word && values.size() < static_cast<std::size_t>(kMostNumbers);) {
    const std::size_t star = word.find('*');
    double times = 1;
    if (star != std::string::npos && !ParseFiniteNumber(word.substr(star + 1), &times)) times = 1;
    const auto room = static_cast<double>(kMostNumbers - static_cast<std::int64_t>(values.size()));
    values.insert(values.end(), static_cast<std::size_t>(std::clamp(times, 0.0, room)), word.substr(0, star));
  }
  return values;
}

template <typename T>
T Saturated(double value) {
  constexpr double kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr double kHigh = static_cast<double>(std::numeric_limits<T>::max());
  return value != value ? T(0) : static_cast<T>(std::clamp(value, kLow, kHigh));
}

NpyArray MakeTexts(const std::vector<std::string>& texts, NpyArray::Kind kind,
                   const std::vector<std::int64_t>& shape) {
  NpyArray array = NpyArray::FromStrings(texts);
  if (kind == NpyArray::Kind::kBytes) {
    std::size_t width = 1;
    for (const std::string& text : texts) width = std::max(width, text.size());
    array.kind = kind;
    array.item_size = static_cast<int>(width);
    array.bytes.assign(texts.size() * width, 0);
    for (std::size_t i = 0; i < texts.size(); ++i)
      std::copy(texts[i].begin(), texts[i].end(), &array.bytes[i * width]);
  }
  array.shape = shape;
  return array;
}

// False when the line makes no sense.
bool ParseArray(const std::string& line, std::string* key, NpyArray* array) {
  std::istringstream words(line.substr(0, line.find(':')));
  std::string type, dimensions;
  words >> *key >> type >> dimensions;
  std::vector<std::int64_t> shape;
  if (line.find(':') == std::string::npos || !ParseShape(dimensions, &shape)) return false;
  std::istringstream rest(line.substr(line.find(':') + 1));
  const std::vector<std::string> values = ParseValues(&rest);
  std::size_t size = 1;
  for (const std::int64_t length : shape) size *= static_cast<std::size_t>(length);
  if (values.empty() && size > 0) return false;
  if (type == "U" || type == "S") {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < size; ++i) texts.push_back(values[i % values.size()]);
    *array = MakeTexts(texts, type == "U" ? NpyArray::Kind::kText : NpyArray::Kind::kBytes, shape);
    return true;
  }
  std::vector<double> numbers;
  for (const std::string& value : values) numbers.push_back(std::strtod(value.c_str(), nullptr));
  const auto fill = [&](auto zero) {
    std::vector<decltype(zero)> filled;
    for (std::size_t i = 0; i < size; ++i) {
      const double number = numbers[i % numbers.size()];
      if constexpr (std::is_floating_point_v<decltype(zero)>) {
        filled.push_back(static_cast<decltype(zero)>(number));
      } else {
        filled.push_back(Saturated<decltype(zero)>(number));
      }
    }
    return filled;
  };
  if (type == "f8")
    *array = NpyArray::FromDoubles(fill(double{}).data(), shape);
  else if (type == "f4")
    *array = NpyArray::FromFloats(fill(float{}).data(), shape);
  else if (type == "i4")
    *array = NpyArray::FromInt32(fill(std::int32_t{}).data(), shape);
  else if (type == "u4")
    *array = NpyArray::FromUint32(fill(std::uint32_t{}).data(), shape);
  else if (type == "i1")
    *array = NpyArray::FromInt8(fill(std::int8_t{}).data(), shape);
  else
    return false;
  return true;
}

// The bytes of a stored archive; empty when there is nothing to store.
std::string MakeArchive(const std::map<std::string, std::string>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  VT_CHECK(memory != nullptr);
  zip_t* archive = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
  VT_CHECK(archive != nullptr);
  zip_source_keep(memory);
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    if (index < 0) {
      zip_source_free(source);  // a name that is none
    } else {
      zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    }
  }
  std::string bytes;
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_close(archive) != 0) {
    zip_discard(archive);
  } else if (zip_source_open(memory) == 0) {
    if (zip_source_stat(memory, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) != 0) {
      bytes.resize(stat.size);
      zip_source_read(memory, bytes.data(), bytes.size());
    }
    zip_source_close(memory);
  }
  zip_source_free(memory);
  zip_error_fini(&error);
  return bytes;
}

}  // namespace

std::map<std::string, FuzzFunction>& FuzzTargets() {
  static std::map<std::string, FuzzFunction> targets;
  return targets;
}

std::string PathOfBytes(std::string_view bytes) {
  static const int fd = memfd_create("fuzz", 0);
  const auto size = static_cast<ssize_t>(bytes.size());
  VT_CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, bytes.data(), bytes.size(), 0) == size);
  return "/proc/self/fd/" + std::to_string(fd);
}

std::string PathOfArrays(std::string_view lines) {
  std::istringstream stream{std::string(lines)};
  std::map<std::string, std::string> files;
  for (std::string line; files.size() < kMostArrays && std::getline(stream, line);) {
    std::string key;
    NpyArray array;
    if (ParseArray(line, &key, &array)) files[key + ".npy"] = SerializeNpy(array);
  }
  return PathOfBytes(MakeArchive(files));
}

}  // namespace vitruvius
