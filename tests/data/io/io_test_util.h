// Shared by the tests of data/io: a folder that goes away, errors as text, Python with numpy when there is
// one.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vitruvius-io-XXXXXX").string();
    const char* made = mkdtemp(pattern.data());
    VT_CHECK(made != nullptr);
    path_ = made;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  int NumFiles() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) count += entry.exists() ? 1 : 0;
    return count;
  }

 private:
  std::filesystem::path path_;
};

// Without syncing to disk, which would take most of the time of tests that write thousands of files. The old
// file is removed first, because some file systems also sync one that is truncated and written again.
inline void WriteQuickly(const std::string& path, const std::string& content) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

// The message of the InputError that `run` throws; empty when it throws none.
inline std::string ErrorOf(const std::function<void()>& run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// Debian's python, where the numpy is.
inline bool HasNumpy() {
  static const bool has = std::system("/usr/bin/python3 -c 'import numpy' >/dev/null 2>&1") == 0;
  return has;
}

// Runs a script in a folder; true when it ends well. What it prints goes to the test's output.
inline bool RunPython(const TemporaryFolder& folder, const std::string& script) {
  WriteFileAtomically(folder / "script.py", script);
  return std::system(("cd '" + folder.path() + "' && /usr/bin/python3 script.py").c_str()) == 0;
}

}  // namespace vitruvius
