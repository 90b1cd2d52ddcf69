#include "data/io/result_arrays.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "data/io/npy_header.h"
#include "data/io/result_writer.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// Arrays that belong to all rows, besides those without dimensions.
bool IsOfAllRows(const std::string& key) {
  return key == "joint_names" || key == "rotation_names" || key == "term_names";
}

std::string ListOf(const std::vector<int>& numbers) {
  constexpr size_t kMost = 10;
  std::string list;
  for (size_t i = 0; i < numbers.size() && i < kMost; ++i)
    list += StrCat(list.empty() ? "" : ", ", numbers[i]);
  return list + (numbers.size() > kMost ? ", ..." : "");
}

}  // namespace

ResultArrays::ResultArrays(const std::string& path) : path_(path) {
  std::error_code error;
  if (fs::is_directory(path, error) && !fs::exists(path + "/results.npz", error)) {
    shards_ = FindShardFolders(path);
    if (!shards_.empty()) {
      OpenShards();
      return;
    }
    const std::int64_t done = CountManifestLines(path);
    if (done > 0 || fs::exists(path + "/manifest.jsonl", error)) {
      throw InputError(path, "",
                       StrCat("holds an unfinished run, ", done,
                              " people done: the command that began it goes on with --resume"));
    }
    throw InputError(path, "", "holds no result (results.npz, or folders of shards)");
  }
  if (fs::is_directory(path, error)) path_ += "/results.npz";
  files_.emplace_back(path_);
  // Readers say what is missing; files of other kinds may be asked for their body alone.
  if (files_[0].Has("ids") && files_[0].Shape("ids").size() == 1) num_rows_ = files_[0].Shape("ids")[0];
}

ResultArrays::ResultArrays(std::vector<ShardFolder> shards) : shards_(std::move(shards)) {
  VT_CHECK(!shards_.empty());
  path_ = fs::path(shards_[0].path).parent_path().string();
  if (path_.empty()) path_ = ".";
  OpenShards();
}

void ResultArrays::OpenShards() {
  std::sort(shards_.begin(), shards_.end(), [](const ShardFolder& a, const ShardFolder& b) {
    return a.count != b.count ? a.count < b.count : a.index < b.index;
  });
  const int count = shards_[0].count;
  std::vector<int> missing;
  for (int index = 0, next = 0; index < count; ++index) {
    const auto at = [&](int i) -> const ShardFolder& { return shards_[static_cast<size_t>(i)]; };
    const bool there =
        next < static_cast<int>(shards_.size()) && at(next).count == count && at(next).index == index;
    if (!there) {
      missing.push_back(index);
      continue;
    }
    if (++next < static_cast<int>(shards_.size()) && at(next).count == count && at(next).index == index) {
      throw InputError(
          at(next).path, "",
          StrCat("is shard ", index, " of ", count, " once more, as ", at(next - 1).path, " is"));
    }
  }
  if (shards_.back().count != count) {
    throw InputError(path_, "",
                     StrCat("found shards of ", count, " and of ", shards_.back().count, " (",
                            shards_[0].path, ", ", shards_.back().path, "), expected those of one run"));
  }
  if (!missing.empty()) {
    throw InputError(path_, "", StrCat(missing.size(), " of ", count, " shards missing: ", ListOf(missing)));
  }
  std::vector<int> unfinished;
  std::error_code error;
  for (const ShardFolder& shard : shards_) {
    if (!fs::exists(shard.path + "/results.npz", error)) unfinished.push_back(shard.index);
  }
  if (!unfinished.empty()) {
    throw InputError(path_, "",
                     StrCat(unfinished.size(), " of ", count,
                            " shards are not finished (no results.npz): ", ListOf(unfinished)));
  }
  std::vector<std::int64_t> rows;
  for (const ShardFolder& shard : shards_) {
    files_.emplace_back(shard.path + "/results.npz");
    rows.push_back(files_.back().Read("ids", {-1}).shape[0]);
    num_rows_ += rows.back();
  }
  const auto keys_of = [](const NpzReader& file) {
    const std::vector<std::string> keys = file.Keys();
    return std::set<std::string>(keys.begin(), keys.end());
  };
  for (size_t i = 0; i < files_.size(); ++i) {
    const std::int64_t expected = (num_rows_ - static_cast<std::int64_t>(i) + count - 1) / count;
    if (rows[i] != expected) {
      throw InputError(files_[i].path(), "ids",
                       StrCat("found ", rows[i], " people, expected ", expected, " of ", num_rows_, " in ",
                              count, " shards: they are not of one run"));
    }
    if (keys_of(files_[i]) != keys_of(files_[0])) {
      throw InputError(files_[i].path(), "",
                       StrCat("holds other arrays than ", files_[0].path(), ": they are not of one run"));
    }
  }
  for (const std::string& key : files_[0].Keys()) {
    if (IsPerRow(key) || key == "term_names" || key == "keypoint_set") continue;
    const NpyArray first = files_[0].Read(key);
    for (size_t i = 1; i < files_.size(); ++i) {
      const NpyArray other = files_[i].Read(key);
      if (other.shape != first.shape || other.bytes != first.bytes || other.kind != first.kind) {
        throw InputError(files_[i].path(), key,
                         StrCat("is not what it is in ", files_[0].path(), ": they are not of one run"));
      }
    }
  }
}

bool ResultArrays::Has(const std::string& key) const { return files_[0].Has(key); }
std::vector<std::string> ResultArrays::Keys() const { return files_[0].Keys(); }

std::vector<std::int64_t> ResultArrays::Shape(const std::string& key) const {
  std::vector<std::int64_t> shape = files_[0].Shape(key);
  if (!shards_.empty() && IsPerRow(key)) shape[0] = num_rows_;
  return shape;
}

bool ResultArrays::IsPerRow(const std::string& key) const {
  return !IsOfAllRows(key) && !files_[0].Shape(key).empty();
}

NpyArray ResultArrays::Read(const std::string& key) const {
  if (shards_.empty()) return files_[0].Read(key);
  NpyArray array;
  if (key == "term_names") {
    array = NpyArray::FromStrings(TermNames());
  } else if (key == "term_costs") {
    array = ReadTermCosts();
  } else if (key == "keypoint_set") {
    array = ReadSets();
  } else if (IsPerRow(key)) {
    array = ReadRows(key);
  } else {
    array = files_[0].Read(key);
  }
  array.origin = StrCat(path_, ": ", key);
  return array;
}

NpyArray ResultArrays::Read(const std::string& key, const std::vector<std::int64_t>& shape) const {
  if (shards_.empty()) return files_[0].Read(key, shape);
  if (!Has(key)) throw InputError(path_, key, "is missing");
  NpyArray array = Read(key);
  CheckNpyShape(array.shape, shape, path_, key);
  return array;
}

NpyArray ResultArrays::Interleave(const std::string& key, std::vector<NpyArray> parts) const {
  NpyArray whole = parts[0];
  for (const NpyArray& part : parts) {
    const bool alike = part.shape.size() == whole.shape.size() && part.kind == whole.kind &&
                       std::equal(part.shape.begin() + 1, part.shape.end(), whole.shape.begin() + 1) &&
                       (part.item_size == whole.item_size || part.kind == NpyArray::Kind::kText);
    if (!alike) {
      throw InputError(path_, key,
                       StrCat("found ", whole.DTypeName(), " ", whole.ShapeName(), " in one shard and ",
                              part.DTypeName(), " ", part.ShapeName(), " in another"));
    }
    whole.item_size = std::max(whole.item_size, part.item_size);
  }
  whole.shape[0] = num_rows_;
  const auto bytes_of_row = [](const NpyArray& array) {
    size_t bytes = static_cast<size_t>(array.item_size);
    for (size_t d = 1; d < array.shape.size(); ++d) bytes *= static_cast<size_t>(array.shape[d]);
    return bytes;
  };
  // Texts of a shard are as wide as its longest; numpy's are padded with zeros.
  const size_t width = bytes_of_row(whole), item = static_cast<size_t>(whole.item_size);
  whole.bytes.assign(width * static_cast<size_t>(num_rows_), 0);
  for (size_t shard = 0; shard < parts.size(); ++shard) {
    const NpyArray& part = parts[shard];
    const size_t part_width = bytes_of_row(part), part_item = static_cast<size_t>(part.item_size);
    for (std::int64_t row = 0; row < part.shape[0]; ++row) {
      unsigned char* to = whole.bytes.data() + (static_cast<size_t>(row) * parts.size() + shard) * width;
      const unsigned char* from = part.bytes.data() + static_cast<size_t>(row) * part_width;
      for (size_t i = 0; i * part_item < part_width; ++i)
        std::memcpy(to + i * item, from + i * part_item, part_item);
    }
    parts[shard].bytes = {};
  }
  return whole;
}

NpyArray ResultArrays::ReadRows(const std::string& key) const {
  std::vector<NpyArray> parts;
  for (const NpzReader& file : files_) {
    parts.push_back(file.Read(key));
    if (parts.back().shape.empty() || parts.back().shape[0] != file.Shape("ids")[0])
      throw InputError(file.path(), key,
                       StrCat("found shape ", parts.back().ShapeName(), ", expected a row per person"));
  }
  return Interleave(key, std::move(parts));
}

std::vector<std::string> ResultArrays::TermNames() const {
  std::set<std::string> names;  // in the order of the alphabet, as ResultColumns has them
  for (const NpzReader& file : files_) {
    for (const std::string& name : file.Read("term_names", {-1}).ToStrings()) names.insert(name);
  }
  return {names.begin(), names.end()};
}

NpyArray ResultArrays::ReadTermCosts() const {
  const std::vector<std::string> names = TermNames();
  const auto num_terms = static_cast<std::int64_t>(names.size());
  std::vector<NpyArray> parts;
  for (const NpzReader& file : files_) {
    const std::vector<std::string> own = file.Read("term_names", {-1}).ToStrings();
    const std::int64_t rows = file.Shape("ids")[0];
    const std::vector<double> costs =
        file.Read("term_costs", {rows, static_cast<std::int64_t>(own.size())}).ToDoubles();
    std::vector<double> all(static_cast<size_t>(rows * num_terms), 0.0);
    for (size_t t = 0; t < own.size(); ++t) {
      const auto column =
          static_cast<size_t>(std::lower_bound(names.begin(), names.end(), own[t]) - names.begin());
      for (size_t row = 0; row < static_cast<size_t>(rows); ++row)
        all[row * names.size() + column] = costs[row * own.size() + t];
    }
    parts.push_back(NpyArray::FromDoubles(all.data(), {rows, num_terms}));
  }
  return Interleave("term_costs", std::move(parts));
}

NpyArray ResultArrays::ReadSets() const {
  std::vector<NpyArray> parts;
  std::set<std::string> names;
  for (const NpzReader& file : files_) {
    const auto rows = static_cast<size_t>(file.Shape("ids")[0]);
    std::vector<std::string> sets = file.Read("keypoint_set").ToStrings();
    if (file.Shape("keypoint_set").empty()) sets.assign(rows, sets[0]);
    for (const std::string& name : sets) {
      if (!name.empty()) names.insert(name);
    }
    parts.push_back(NpyArray::FromStrings(sets));
  }
  if (names.size() < 2) return NpyArray::FromString(names.empty() ? "" : *names.begin());
  return Interleave("keypoint_set", std::move(parts));
}

bool HoldsResult(const std::string& folder) {
  std::error_code error;
  return fs::exists(folder + "/results.npz", error) || fs::exists(folder + "/manifest.jsonl", error) ||
         !FindShardFolders(folder).empty();
}

std::string FindPersonFile(const std::string& folder, const std::string& file) {
  std::error_code error;
  if (fs::is_regular_file(folder + "/" + file, error)) return folder + "/" + file;
  for (const ShardFolder& shard : FindShardFolders(folder)) {
    if (fs::is_regular_file(shard.path + "/" + file, error)) return shard.path + "/" + file;
  }
  return "";
}

}  // namespace vitruvius
