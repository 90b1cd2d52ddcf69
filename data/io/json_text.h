// Text of unknown origin into nlohmann's tree, numbers out of it, and text again. Headers name that tree by
// its forward declarations, and text is made of it and parsed here alone: the library takes a second a file
// to compile.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vitruvius {

// Parses a whole document; `path` begins the messages. Nesting is limited, because every bracket costs far
// more memory than its byte. Python's NaN and Infinity, and numbers too large for a double, become null, so
// that one bad number costs one person and not the file. Throws InputError with line and column.
nlohmann::json ParseJson(const std::string& text, const std::string& path);
// The same with the keys of objects in the order of the text.
nlohmann::ordered_json ParseOrderedJson(const std::string& text, const std::string& path);

// Text of a tree, in one line or indented by `indent` blanks. Bytes that are no UTF-8 are replaced, and
// numbers that are not finite are null.
std::string JsonText(const nlohmann::json& value, int indent = -1);
std::string JsonText(const nlohmann::ordered_json& value, int indent = -1);

// The numbers of an array, null as NaN. Throws InputError "place[3]: found a string, expected a number".
std::vector<double> NumbersOf(const nlohmann::json& array, const std::string& place);
// A number, null as NaN; a throw as above.
double NumberOf(const nlohmann::json& value, const std::string& place);
// An id: text as it is, whole numbers in digits, anything else empty.
std::string IdOf(const nlohmann::json& value);
// Who somebody is by person_id, track_id or idx: text, a whole number from 0, or an array of one of these.
// Empty for anything else, as OpenPose's [-1], which means that nobody was followed.
std::string SubjectText(const nlohmann::json& value);
// The value of a key, or null when it is missing or `object` is none.
const nlohmann::json& ValueOf(const nlohmann::json& object, const char* key);

}  // namespace vitruvius
