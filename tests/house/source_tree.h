// The source tree as the tests of the house see it: files with their lines, relative to the root.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/util/places.h"

namespace vitruvius {

struct SourceFile {
  std::string path;  // from the root, "models/body/body_model.h"
  std::vector<std::string> lines;

  std::string Text() const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }
};

// The layers of the house, lowest first: an include may only point to the same layer or a lower one.
inline const std::vector<std::string>& Layers() {
  static const std::vector<std::string> layers = {"models", "data", "priors", "solvers", "apps"};
  return layers;
}

inline std::filesystem::path SourceRoot() { return SourceFolder(); }

inline SourceFile ReadSource(const std::filesystem::path& path) {
  SourceFile file;
  file.path = std::filesystem::relative(path, SourceRoot()).generic_string();
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

// Files below the folder whose name matches, sorted by path. A folder that is not there has none.
inline std::vector<SourceFile> FilesBelow(const std::string& folder, const std::regex& name) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> files;
  if (!fs::is_directory(SourceRoot() / folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(SourceRoot() / folder)) {
    if (entry.is_regular_file() && std::regex_match(entry.path().filename().string(), name)) {
      files.push_back(ReadSource(entry.path()));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

// C++ of all layers.
inline std::vector<SourceFile> LayerSources() {
  std::vector<SourceFile> files;
  for (const std::string& layer : Layers()) {
    for (SourceFile& file : FilesBelow(layer, std::regex(R"(.*\.(h|cc))"))) files.push_back(std::move(file));
  }
  return files;
}

inline std::string Folder(const std::string& path) {
  return std::filesystem::path(path).parent_path().generic_string();
}

// One complaint a line, for messages of failed tests.
inline std::string Lines(const std::vector<std::string>& complaints) {
  std::ostringstream stream;
  for (const std::string& complaint : complaints) stream << "\n  " << complaint;
  return stream.str();
}

}  // namespace vitruvius
