// Runs the program as a user would and keeps what it said.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/util/places.h"

namespace vitruvius {

struct ProgramRun {
  int status = -1;     // exit status, or 128 + signal
  std::string output;  // stdout and stderr together
};

// `variables`: "NAME=value " for the program's environment, from which those of job systems are taken out and
// in which no bodies are installed.
inline ProgramRun RunProgram(const std::string& arguments, const std::string& variables = "") {
  ProgramRun run;
  std::string command = "env";
  for (const char* name : {"SLURM_ARRAY_TASK_ID", "SLURM_STEP_ID", "OMPI_COMM_WORLD_RANK", "PMI_RANK",
                           "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"}) {
    command += std::string(" -u ") + name;
  }
  command += " XDG_DATA_HOME=/nonexistent " + variables + ProgramPath() + " " + arguments + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof(buffer), pipe)) run.output.append(buffer, n);
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

// A folder of one test, emptied before and removed after it; by process, so that two checkouts can be tested
// at a time.
class TestFolder {
 public:
  TestFolder() {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "/vitruvius_" + std::to_string(getpid()) + "_" + info->test_suite_name() +
            "_" + info->name();
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string ReadAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void WriteAll(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace vitruvius
