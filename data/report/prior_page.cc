#include "data/report/prior_page.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/json_text.h"
#include "data/report/packed.h"
#include "data/report/page_parts.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kLibrary[] = "js/druid.js";
// The library's own file is inlined as it is.
constexpr char kLibraryLicence[] =
    "/* DruidJS (npm: @saehrimnir/druidjs) by Rene Cutura, GNU Lesser General Public License, version 3 or "
    "later;\n   unchanged, and separate from the page's own scripts, so that it can be exchanged. */\n";

std::string LibraryScript() {
  try {
    const std::string path = UserDataFile(kLibrary);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return "";
    constexpr std::uint64_t kMaxBytes = 4 << 20;
    // Written for CommonJS, which a page is not.
    return StrCat(kLibraryLicence, "window.druid = (() => { const exports = {}, module = { exports };\n",
                  ReadFile(path, kMaxBytes), "\nreturn module.exports; })();\n");
  } catch (const InputError&) {  // nobody's home, or a file that cannot be read: the page goes without
    return "";
  }
}

}  // namespace

std::string PriorPageHtml(const PriorPage& page) {
  const std::string library = page.points.empty() ? "" : LibraryScript();
  nlohmann::ordered_json pictures = nlohmann::ordered_json::array(), points = pictures;
  for (const PriorPage::Picture& picture : page.pictures) {
    if (picture.jpeg.empty()) continue;
    pictures.push_back({{"prior", picture.prior},
                        {"kind", picture.kind},
                        {"url", "data:image/jpeg;base64," + Base64(picture.jpeg)}});
  }
  if (!library.empty()) {
    for (const PriorPage::Points& set : page.points) {
      const std::vector<float> values(set.joints.data(), set.joints.data() + set.joints.size());
      points.push_back({{"name", set.name}, {"columns", set.joints.cols()}, {"data", Pack(values)}});
    }
  }
  const nlohmann::ordered_json data = {{"document", ParseOrderedJson(page.document, "the page's document")},
                                       {"pictures", pictures},
                                       {"points", points}};
  return FillFrame(
      "sections.html",
      {{"title", "Pose priors compared"},
       {"style", ReadFile(DataFile("report/page.css"))},
       {"data", JsonScript(data)},
       {"library", library.empty() ? "" : StrCat("<script>\n", Script(library), "\n</script>\n")},
       {"script",
        Script(JoinScripts({"decode.js", "words.js", "lines.js", "sections.js", "prior_page.js"}))}});
}

}  // namespace vitruvius
