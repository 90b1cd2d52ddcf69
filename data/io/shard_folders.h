// The folders in which shards of a run leave their results: OUT/shard_0_of_4.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

struct ShardFolder {
  int index = 0, count = 1;
  std::string path;
};

std::string ShardName(int index, int count);  // "shard_0_of_4"
// Whether the name of a folder is that of a shard.
bool IsShardFolder(const std::string& folder, ShardFolder* shard);
// Those directly below a folder, by count and index; none where the folder is not there.
std::vector<ShardFolder> FindShardFolders(const std::string& folder);

}  // namespace vitruvius
