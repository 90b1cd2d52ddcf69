// JSON of unknown origin into nlohmann's tree, and numbers out of it. Internal to data/io.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace vitruvius {

// Parses a whole document; `path` begins the messages. Nesting is limited, because every bracket costs far
// more memory than its byte. Python's NaN and Infinity, and numbers too large for a double, become null, so
// that one bad number costs one person and not the file. Throws InputError with line and column.
nlohmann::json ParseJson(const std::string& text, const std::string& path);

// The numbers of an array, null as NaN. Throws InputError "place[3]: found a string, expected a number".
std::vector<double> NumbersOf(const nlohmann::json& array, const std::string& place);
// A number, null as NaN; a throw as above.
double NumberOf(const nlohmann::json& value, const std::string& place);
// An id: text as it is, whole numbers in digits, anything else empty.
std::string IdOf(const nlohmann::json& value);
// The value of a key, or null when it is missing or `object` is none.
const nlohmann::json& ValueOf(const nlohmann::json& object, const char* key);

}  // namespace vitruvius
