#include "data/runs/merge.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <memory>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/npy_header.h"
#include "data/io/npz_writer.h"
#include "data/io/result_arrays.h"
#include "data/io/result_writer.h"
#include "data/io/spooled_column.h"
#include "data/io/streamed_file.h"
#include "data/runs/run_json.h"
#include "data/runs/run_lock.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Numbers are added, of objects member by member.
void AddCounts(const Json& counts, Json* sums) {
  if (counts.is_object()) {
    for (const auto& item : counts.items()) AddCounts(item.value(), &(*sums)[item.key()]);
  } else if (counts.is_number_float()) {
    *sums = (sums->is_number() ? sums->get<double>() : 0.0) + counts.get<double>();
  } else if (counts.is_number()) {
    *sums = (sums->is_number() ? sums->get<std::int64_t>() : 0) + counts.get<std::int64_t>();
  }
}

// The record that one process would have written, but for its command. Throws where a shard's is another's.
Json MergedRecord(const std::vector<ShardFolder>& shards) {
  Json merged;
  for (const ShardFolder& shard : shards) {
    if (!HasRunRecord(shard.path))
      throw InputError(shard.path, "", "has no run.json to say of which run it is a shard");
    Json record = ReadRunRecord(shard.path);
    if (StateOfRun(record) != kRunIsDone)
      throw InputError(shard.path, "", "is not finished: --resume goes on with it");
    const nlohmann::ordered_json& part = record.contains("shard") ? record["shard"] : record;
    if (part.value("count", 1) != shard.count || part.value("index", 0) != shard.index)
      throw InputError(shard.path + "/run.json", "shard",
                       StrCat("found ", part.value("index", 0), " of ", part.value("count", 1),
                              ", and the folder's name says another: it is no shard of this run"));
    if (merged.is_null()) {
      merged = record;
      merged["shard"] = {{"index", 0}, {"count", 1}};
      merged["merged_shards"] = shards.size();
      continue;
    }
    Json wanted = merged;
    for (const char* key :
         {"state", "shard", "merged_shards", "people", "usable", "camera", "threads", "seconds"})
      wanted.erase(key);
    const std::string differences = DifferencesOfRuns(record, wanted);
    if (!differences.empty()) {
      throw InputError(shard.path + "/run.json", "",
                       StrCat("is of another run than ", shards[0].path, ": ", differences));
    }
    for (const char* key : {"people", "usable", "camera", "seconds"}) {
      if (record.contains(key)) AddCounts(record[key], &merged[key]);
    }
  }
  return merged;
}

// out/results.npz, one array in memory at a time.
void WriteMergedArrays(const ResultArrays& arrays, const std::string& out) {
  NpzWriter writer(out + "/results.npz");
  std::list<NpyArray> whole;
  std::list<UnnamedFile> columns;
  for (const std::string& key : arrays.Keys()) {
    NpyArray array = arrays.Read(key);
    if (array.shape.empty() || !arrays.IsPerRow(key)) {
      whole.push_back(std::move(array));
      writer.Add(key, whole.back());
      continue;
    }
    // As the columns of a result are written: those of numbers have room for any count of rows.
    const bool is_text = array.kind == NpyArray::Kind::kText;
    const std::string header = MakeNpyHeader(array.DTypeName(), array.shape, is_text ? 0 : kColumnHeaderSize);
    UnnamedFile& column = columns.emplace_back(out);
    column.Append(header.data(), header.size());
    constexpr size_t kBlock = 1 << 16;  // the file's buffer grows with what it gets
    for (size_t begin = 0; begin < array.bytes.size(); begin += kBlock)
      column.Append(array.bytes.data() + begin, std::min(kBlock, array.bytes.size() - begin));
    column.Flush();
    writer.AddFile(key, column.descriptor());
  }
  writer.Commit();
}

// A line of each shard in turn.
void WriteMergedManifest(const std::vector<ShardFolder>& shards, std::int64_t num_rows,
                         const std::string& out) {
  std::vector<std::unique_ptr<std::ifstream>> manifests;
  for (const ShardFolder& shard : shards)
    manifests.push_back(std::make_unique<std::ifstream>(shard.path + "/manifest.jsonl", std::ios::binary));
  StreamedFile merged(out + "/manifest.jsonl");
  const auto count = static_cast<std::int64_t>(shards.size());
  std::string line;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    const auto shard = static_cast<size_t>(row % count);
    const std::string path = shards[shard].path + "/manifest.jsonl";
    if (!std::getline(*manifests[shard], line))
      throw InputError(path, "", StrCat("ends after ", row / count, " people, before its results.npz does"));
    Json entry = ParseOrderedJson(line, StrCat(path, ": line ", row / count + 1));
    if (!entry.is_object() || entry.find("row") == entry.end())
      throw InputError(path, StrCat("line ", row / count + 1), "expected an object with the key row");
    entry["row"] = row;
    line = JsonText(entry) + "\n";
    merged.Append(line.data(), line.size());
  }
  merged.Commit();
}

// A shard whose folder was given another name, by its run.json.
bool IsRecordedShard(const std::string& folder, ShardFolder* shard) {
  if (!HasRunRecord(folder)) return false;
  const Json record = ReadRunRecord(folder);
  const Json part = ValueOf(record, "shard");
  const Json index = ValueOf(part, "index"), count = ValueOf(part, "count");
  if (!index.is_number_integer() || !count.is_number_integer() || count.get<int>() < 2) return false;
  *shard = {index.get<int>(), count.get<int>(), folder};
  return shard->index >= 0 && shard->index < shard->count;
}

}  // namespace

std::vector<ShardFolder> ShardsOf(const std::vector<std::string>& folders) {
  std::vector<ShardFolder> all;
  for (const std::string& folder : folders) {
    std::vector<ShardFolder> shards = FindShardFolders(folder);
    ShardFolder itself;
    if (shards.empty() && (IsShardFolder(folder, &itself) || IsRecordedShard(folder, &itself)))
      shards = {itself};
    if (shards.empty())
      throw InputError(folder, "", "holds no shards (folders of names as shard_0_of_4), and is none");
    all.insert(all.end(), shards.begin(), shards.end());
  }
  return all;
}

MergeSummary MergeShards(const std::vector<ShardFolder>& shards, const std::string& out, bool overwrite) {
  const ResultArrays arrays(shards);
  Json record = MergedRecord(arrays.shards());
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw InputError(out, "", "cannot make this folder: " + error.message());
  const RunLock lock(out);
  if (fs::exists(out + "/results.npz", error) && !overwrite)
    throw InputError(out, "", "holds a result; --overwrite replaces it when the new one is whole");
  if (!overwrite && HasRunRecord(out) && StateOfRun(ReadRunRecord(out)) != kRunIsDone)
    throw InputError(out, "", "holds an unfinished run of one process; name another folder, or --overwrite");
  MergeSummary summary;
  summary.people = arrays.num_rows();
  summary.shards = static_cast<int>(arrays.shards().size());
  for (const std::int64_t status : arrays.Read("status", {arrays.num_rows()}).ToInts())
    summary.usable += status == 1;
  WriteMergedManifest(arrays.shards(), arrays.num_rows(), out);
  WriteMergedArrays(arrays, out);
  WriteFileAtomically(out + "/run.json", JsonText(record, 2) + "\n");
  fs::remove(ResultsWriter::JournalPath(out), error);  // of a run of one process that was replaced
  return summary;
}

}  // namespace vitruvius
