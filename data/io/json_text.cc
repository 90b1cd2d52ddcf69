#include "data/io/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <nlohmann/json.hpp>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kMaxDepth = 64;

// Calls visit(at) for every byte that is not within a string.
template <typename Visit>
void ForEachOutsideStrings(const std::string& text, Visit visit) {
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else {
      at = visit(at);
    }
  }
}

void CheckDepth(const std::string& text, const std::string& path) {
  int depth = 0;
  ForEachOutsideStrings(text, [&](size_t at) {
    if (text[at] == '[' || text[at] == '{') ++depth;
    if (text[at] == ']' || text[at] == '}') --depth;
    if (depth > kMaxDepth)
      throw InputError(path, StrCat("byte ", at), StrCat("nested deeper than ", kMaxDepth));
    return at;
  });
}

bool IsWordByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
         c == '.';
}

// True when some word was replaced: NaN, Infinity, -Infinity and numbers that overflow become null.
bool ReplaceNonFinite(std::string* text) {
  std::string result;
  result.reserve(text->size());
  size_t copied = 0;
  ForEachOutsideStrings(*text, [&](size_t at) {
    size_t end = at;
    while (end < text->size() && IsWordByte((*text)[end])) ++end;
    if (end == at) return at;
    const std::string_view word(text->data() + at, end - at);
    bool replace = word == "NaN" || word == "Infinity" || word == "-Infinity";
    if (!replace && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'))) {
      replace = std::isinf(std::strtod(std::string(word).c_str(), nullptr));
    }
    if (replace) {
      result.append(*text, copied, at - copied);
      result += "null";
      copied = end;
    }
    return end - 1;
  });
  if (copied == 0) return false;
  result.append(*text, copied, std::string::npos);
  *text = std::move(result);
  return true;
}

std::string KindOf(const nlohmann::json& value) {
  return value.is_string()   ? "a string"
         : value.is_array()  ? "an array"
         : value.is_object() ? "an object"
                             : value.type_name();
}

template <typename Json>
Json Parse(const std::string& text, const std::string& path) {
  CheckDepth(text, path);
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& first) {
    std::string replaced = text;
    std::string what = first.what();
    if (ReplaceNonFinite(&replaced)) {
      try {
        return Json::parse(replaced);
      } catch (const nlohmann::json::exception& second) {
        what = second.what();
      }
    }
    const size_t bracket = what.find("] ");  // "[json.exception.parse_error.101] parse error at line 1, ..."
    throw InputError(
        path, "", "is not valid JSON: " + (bracket == std::string::npos ? what : what.substr(bracket + 2)));
  }
}

template <typename Json>
std::string Text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

nlohmann::json ParseJson(const std::string& text, const std::string& path) {
  return Parse<nlohmann::json>(text, path);
}
nlohmann::ordered_json ParseOrderedJson(const std::string& text, const std::string& path) {
  return Parse<nlohmann::ordered_json>(text, path);
}

std::string JsonText(const nlohmann::json& value, int indent) { return Text(value, indent); }
std::string JsonText(const nlohmann::ordered_json& value, int indent) { return Text(value, indent); }

double NumberOf(const nlohmann::json& value, const std::string& place) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) throw InputError(place + ": found " + KindOf(value) + ", expected a number");
  return value.get<double>();
}

std::vector<double> NumbersOf(const nlohmann::json& array, const std::string& place) {
  if (!array.is_array())
    throw InputError(place + ": found " + KindOf(array) + ", expected an array of numbers");
  std::vector<double> numbers;
  numbers.reserve(array.size());
  for (const nlohmann::json& value : array) {
    numbers.push_back(value.is_number() ? value.get<double>()
                                        : NumberOf(value, StrCat(place, "[", numbers.size(), "]")));
  }
  return numbers;
}

std::string IdOf(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  return "";
}

std::string SubjectText(const nlohmann::json& value) {
  const nlohmann::json& one = value.is_array() && value.size() == 1 ? value[0] : value;
  if (one.is_string()) return one.get<std::string>();
  constexpr double kExact = 9007199254740992;  // whole numbers up to here are doubles
  if (!one.is_number() || !(one.get<double>() >= 0) || one.get<double>() > kExact) return "";
  const double number = one.get<double>();
  return number == std::floor(number) ? std::to_string(static_cast<std::int64_t>(number)) : "";
}

const nlohmann::json& ValueOf(const nlohmann::json& object, const char* key) {
  static const nlohmann::json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

}  // namespace vitruvius
