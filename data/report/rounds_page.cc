#include "data/report/rounds_page.h"

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/json_text.h"
#include "data/report/packed.h"
#include "data/report/page_parts.h"
#include "models/util/check.h"

namespace vitruvius {

std::string RoundsPageHtml(const RoundsPage& page) {
  nlohmann::ordered_json sheets = nlohmann::ordered_json::array();
  for (const RoundsPage::Sheet& sheet : page.sheets) {
    if (sheet.jpeg.empty()) continue;
    sheets.push_back({{"title", sheet.title},
                      {"about", sheet.about},
                      {"url", StrCat("data:image/jpeg;base64,", Base64(sheet.jpeg))}});
  }
  const nlohmann::ordered_json data = {{"document", ParseOrderedJson(page.document, "the page's document")},
                                       {"sheets", sheets}};
  return FillFrame(
      "sections.html",
      {{"title", "Deform and learn"},
       {"library", ""},
       {"style", ReadFile(DataFile("report/page.css"))},
       {"data", JsonScript(data)},
       {"script", Script(JoinScripts({"words.js", "lines.js", "sections.js", "rounds_page.js"}))}});
}

}  // namespace vitruvius
