// Assembles a .npz from arrays in memory and columns on disk. Internal to data/io; WriteNpz and ResultsWriter
// use it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data/io/npz.h"

namespace vitruvius {

// Entries are stored (not deflated) in key order with fixed time stamps: the same content gives the same
// bytes.
class NpzWriter {
 public:
  explicit NpzWriter(std::string path) : path_(std::move(path)) {}
  // The array must outlive Commit.
  void Add(const std::string& key, const NpyArray& array);
  // `descriptor` is an open file that holds a complete .npy; it is read during Commit, from its start, and
  // stays open.
  void AddFile(const std::string& key, int descriptor);
  // Writes beside the path, syncs, renames. Throws InputError and leaves nothing when that fails.
  void Commit();

 private:
  struct Entry {
    const NpyArray* array = nullptr;
    int descriptor = -1;
  };
  std::string path_;
  std::map<std::string, Entry> entries_;
};

}  // namespace vitruvius
