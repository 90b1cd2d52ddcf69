// (internal) What pages are made of: frames with places to fill, and text that cannot break out of its place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vitruvius {

// A frame of data/report with every {{name}} replaced by parts.at(name). Throws InputError when it is not
// found.
std::string FillFrame(const std::string& frame, const std::map<std::string, std::string>& parts);
// Scripts of data/report one after the other, in a scope of their own.
std::string JoinScripts(const std::vector<std::string>& names);

// Text between <script> and </script>: nothing in it ends that element or begins a comment.
std::string Script(const std::string& text);
// JSON as such text. Bytes that are no UTF-8 are replaced.
std::string JsonScript(const nlohmann::ordered_json& data);
std::string JsonScript(const nlohmann::json& data);
// Text of an element or of an attribute in double quotes.
std::string Html(const std::string& text);

}  // namespace vitruvius
