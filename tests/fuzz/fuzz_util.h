// Readers take paths; libFuzzer gives bytes. A file in memory lies between.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "models/util/check.h"

namespace vitruvius {

// Runs `read(path)` on a file of these bytes. InputError is what a reader should throw; anything else ends
// the run.
template <typename Read>
int ReadBytes(const std::uint8_t* data, size_t size, Read read) {
  static const int fd = memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    read(path);
  } catch (const InputError&) {
  }
  return 0;
}

}  // namespace vitruvius
