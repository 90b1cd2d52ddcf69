#include "data/report/page_parts.h"

#include <regex>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/json_text.h"
#include "models/util/check.h"

namespace vitruvius {

std::string FillFrame(const std::string& frame_name, const std::map<std::string, std::string>& parts) {
  const std::string frame = ReadFile(DataFile(StrCat("report/", frame_name)));
  std::string page;
  for (size_t at = 0; at < frame.size();) {
    const size_t open = frame.find("{{", at), close = frame.find("}}", open);
    if (open == std::string::npos || close == std::string::npos) {
      page += frame.substr(at);
      break;
    }
    page += frame.substr(at, open - at) + parts.at(frame.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return page;
}

std::string JoinScripts(const std::vector<std::string>& names) {
  std::string script = "(() => {\n'use strict';\n";
  for (const std::string& name : names) script += ReadFile(DataFile(StrCat("report/", name))) + "\n";
  return script + "})();\n";
}

// Text between <script> and </script>: nothing in it may end that element or begin a comment. Both can only
// stand within a string of the script, where the backslash changes nothing.
std::string Script(const std::string& text) {
  static const std::regex kEnds("<(/script|script|!--)", std::regex::icase);
  return std::regex_replace(text, kEnds, "<\\$1");
}

namespace {

// The sign that markup begins with stands only within strings of JSON, where it may be written as a number.
std::string WithoutMarkup(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

}  // namespace

std::string JsonScript(const nlohmann::json& data) { return WithoutMarkup(JsonText(data)); }

std::string JsonScript(const nlohmann::ordered_json& data) { return WithoutMarkup(JsonText(data)); }

std::string Html(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

}  // namespace vitruvius
