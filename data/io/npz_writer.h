// Assembles a .npz from arrays in memory and columns on disk. Internal to data/io; WriteNpz and ResultsWriter use it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data/io/npz.h"

namespace vitruvius {

// Entries are stored (not deflated) in key order with fixed time stamps: the same content gives the same bytes.
class NpzWriter {
 public:
  explicit NpzWriter(std::string path) : path_(std::move(path)) {}
  // The array must outlive Commit.
  void Add(const std::string& key, const NpyArray& array);
  // `npy_path` is a complete .npy; it is read during Commit.
  void AddFile(const std::string& key, const std::string& npy_path);
  // Writes beside the path, syncs, renames. Throws InputError and leaves nothing when that fails.
  void Commit();

 private:
  struct Entry {
    const NpyArray* array = nullptr;
    std::string file;
  };
  std::string path_;
  std::map<std::string, Entry> entries_;
};

}  // namespace vitruvius
