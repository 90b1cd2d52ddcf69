#include "data/io/shard_folders.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include "models/util/check.h"

namespace vitruvius {

std::string ShardName(int index, int count) { return StrCat("shard_", index, "_of_", count); }

bool IsShardFolder(const std::string& folder, ShardFolder* shard) {
  std::string path = folder;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::string name = std::filesystem::path(path).filename().string();
  std::error_code error;
  if (std::sscanf(name.c_str(), "shard_%9d_of_%9d", &shard->index, &shard->count) != 2) return false;
  if (name != ShardName(shard->index, shard->count) || shard->index < 0 || shard->index >= shard->count ||
      !std::filesystem::is_directory(path, error)) {
    return false;
  }
  shard->path = path;
  return true;
}

std::vector<ShardFolder> FindShardFolders(const std::string& folder) {
  std::vector<ShardFolder> shards;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    ShardFolder shard;
    if (IsShardFolder(entry.path().string(), &shard)) shards.push_back(shard);
  }
  std::sort(shards.begin(), shards.end(), [](const ShardFolder& a, const ShardFolder& b) {
    return std::tie(a.count, a.index) < std::tie(b.count, b.index);
  });
  return shards;
}

}  // namespace vitruvius
