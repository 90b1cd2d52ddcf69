// Shards of a run joined to what one process would have written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/io/shard_folders.h"

namespace vitruvius {

struct MergeSummary {
  std::int64_t people = 0, usable = 0;
  int shards = 0;
};

// The shards that folders name: each is one itself, or holds them. Throws InputError where one holds none.
std::vector<ShardFolder> ShardsOf(const std::vector<std::string>& folders);

// Joins all shards of one run: out/results.npz with the bytes of a run of one process; out/manifest.jsonl,
// whose lines are the shards' in the order of the input, `row` counted anew; out/run.json. Files of people
// (overlays, meshes) stay where they are. overwrite: whether a result that is there is replaced; it stays
// until the new one is whole. Memory: that of the largest array, twice. Throws InputError where shards are
// missing, there twice, unfinished or of runs that differ, with what differs.
MergeSummary MergeShards(const std::vector<ShardFolder>& shards, const std::string& out, bool overwrite);

}  // namespace vitruvius
