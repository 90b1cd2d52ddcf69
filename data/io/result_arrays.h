// The arrays of a result, whether one process wrote it or several, each a shard: what readers of results read
// from, and what shards are joined from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/io/npz.h"
#include "data/io/shard_folders.h"

namespace vitruvius {

class ResultArrays {
 public:
  // A results.npz; a folder that holds one; or a folder that holds the folders of all shards of a run. Throws
  // InputError, also where a run is unfinished, and where shards are missing, unfinished, or of runs that
  // differ.
  explicit ResultArrays(const std::string& path);
  // The shards themselves, in any order.
  explicit ResultArrays(std::vector<ShardFolder> shards);

  const std::string& path() const { return path_; }  // of messages: the file, or the folder of the shards
  // Folders of the shards by index; empty where it is one file.
  const std::vector<ShardFolder>& shards() const { return shards_; }
  std::int64_t num_rows() const { return num_rows_; }  // 0 where the file has no ids

  // As of NpzReader. Of shards: rows in the order of the input, as one process would have written them.
  bool Has(const std::string& key) const;
  std::vector<std::string> Keys() const;
  std::vector<std::int64_t> Shape(const std::string& key) const;
  NpyArray Read(const std::string& key) const;
  NpyArray Read(const std::string& key, const std::vector<std::int64_t>& shape) const;
  // Whether the array has a row per person.
  bool IsPerRow(const std::string& key) const;

 private:
  void OpenShards();
  NpyArray ReadRows(const std::string& key) const;
  NpyArray ReadTermCosts() const;
  NpyArray ReadSets() const;
  // Every one's, joined: row i of the whole is row i / n of shard i % n. `parts` have shapes alike but for
  // their rows.
  NpyArray Interleave(const std::string& key, std::vector<NpyArray> parts) const;
  std::vector<std::string> TermNames() const;

  std::string path_;
  std::vector<ShardFolder> shards_;
  std::vector<NpzReader> files_;
  std::int64_t num_rows_ = 0;
};

// Whether a folder holds a result: results.npz, or folders of shards, or what a run has of it so far.
bool HoldsResult(const std::string& folder);

// A file of one person ("overlays/ID.png") in the folder of a result or in that of a shard; "" where there is
// none.
std::string FindPersonFile(const std::string& folder, const std::string& file);

}  // namespace vitruvius
