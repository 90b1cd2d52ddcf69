#include "data/io/data_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> DataFolders() {
  std::vector<fs::path> folders;
  if (const char* folder = std::getenv("VITRUVIUS_DATA")) folders.emplace_back(folder);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.parent_path().parent_path() / "share" / "vitruvius");
  folders.emplace_back(VITRUVIUS_DATA_DIR);
  return folders;
}

}  // namespace

std::string DataFile(const std::string& relative) {
  std::string looked;
  for (const fs::path& folder : DataFolders()) {
    std::error_code error;
    if (fs::is_regular_file(folder / relative, error)) return (folder / relative).string();
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  throw InputError(relative, "", "not found below " + looked);
}

std::vector<std::string> DataFileNames(const std::string& folder, const std::string& ending) {
  std::vector<std::string> names;
  for (const fs::path& root : DataFolders()) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(root / folder, error)) {
      const std::string name = entry.path().filename().string();
      if (name.size() > ending.size() &&
          name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
        names.push_back(name.substr(0, name.size() - ending.size()));
      }
    }
    if (!names.empty()) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ShippedOrOwnFile(const std::string& kind, const std::string& folder, const std::string& ending,
                             const std::string& name) {
  if (name.find('/') != std::string::npos || name.find(ending) != std::string::npos) return name;
  const std::vector<std::string> names = DataFileNames(folder, ending);
  if (std::find(names.begin(), names.end(), name) != names.end())
    return DataFile(folder + "/" + name + ending);
  std::string known;
  for (const std::string& other : names) known += " " + other;
  throw InputError(
      StrCat(kind, " \"", name, "\" is unknown; shipped are:", known, "; or give a path to a ", ending));
}

std::string UserDataFile(const std::string& relative) {
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (data != nullptr && fs::path(data).is_absolute()) {  // the specification ignores relative ones
    folder = data;
  } else if (home != nullptr && *home != '\0') {
    folder = fs::path(home) / ".local" / "share";
  } else {
    throw InputError("~/.local/share/vitruvius/" + relative, "", "neither HOME nor XDG_DATA_HOME is set");
  }
  return (folder / "vitruvius" / relative).string();
}

}  // namespace vitruvius
