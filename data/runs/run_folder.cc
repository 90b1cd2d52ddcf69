#include "data/runs/run_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/result_writer.h"
#include "data/io/shard_folders.h"
#include "data/runs/run_json.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void MakeRunFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path))
    throw InputError(path, "", StrCat("cannot make this folder", error ? ": " + error.message() : ""));
}

// Nothing where there is no run.json.
std::optional<Json> RecordIn(const std::string& folder) {
  if (!HasRunRecord(folder)) return std::nullopt;
  return ReadRunRecord(folder);
}

// What a process that was killed while it wrote aside left behind.
void RemoveHalfWritten(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    for (const char* beginning : {"results.npz.tmp-", "run.json.tmp-", ".rows-"}) {
      if (name.rfind(beginning, 0) == 0) left.push_back(entry.path());
    }
  }
  for (const fs::path& path : left) fs::remove(path, error);
}

// Calls for each id of a manifest.
void ForEachId(const std::string& folder, const std::function<void(const std::string&)>& call) {
  std::ifstream stream(folder + "/manifest.jsonl", std::ios::binary);
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || stream.eof()) continue;
    const nlohmann::json id = ValueOf(ParseJson(line, folder + "/manifest.jsonl"), "id");
    if (id.is_string()) call(id.get<std::string>());
  }
}

}  // namespace

RunFolder::RunFolder(RunRequest request) : request_(std::move(request)) {
  VT_CHECK(!(request_.resume && request_.overwrite));
  MakeRunFolder(request_.out);
  result_ = request_.out;
  if (request_.shard_count > 1) {
    whole_lock_ = std::make_unique<RunLock>(request_.out, RunLock::Kind::kShared);
    RefuseBesideWhole();
    result_ += "/" + ShardName(request_.shard_index, request_.shard_count);
    MakeRunFolder(
        result_);  // before looking for others, so that of two that begin at once one sees the other
  }
  for (const ShardFolder& other : FindShardFolders(request_.out)) {
    if (other.count == request_.shard_count) continue;
    if (request_.shard_count > 1) fs::remove(result_);  // only if it is empty
    throw InputError(request_.out, "",
                     StrCat("holds ", ShardName(other.index, other.count), ", and this run is ",
                            request_.shard_count == 1
                                ? "not one of several"
                                : StrCat("shard ", request_.shard_index, " of ", request_.shard_count),
                            ": together they would not give each person once; name another folder, or remove "
                            "those shards"));
  }
  lock_ = std::make_unique<RunLock>(result_);
  RemoveHalfWritten(result_);
  Decide();
  if (state_ == State::kFinished) {
    std::error_code error;
    fs::remove(ResultsWriter::JournalPath(result_), error);  // of a process that ended between two steps
  }
}

// A shard next to a run of one process would do its people again, and be seen by nobody afterwards; whatever
// is asked for, nothing of that run is taken away from here.
void RunFolder::RefuseBesideWhole() const {
  const std::optional<Json> whole = RecordIn(request_.out);
  const bool is_merged = whole.has_value() && whole->contains("merged_shards");
  if (IsFile(request_.out + "/results.npz") && !(is_merged && (request_.resume || request_.overwrite))) {
    throw InputError(
        request_.out, "",
        StrCat("holds a whole result, and shards beside it would not be seen; name another folder",
               is_merged ? ", or --resume or --overwrite the shards it was joined of" : ", or remove it"));
  }
  const std::int64_t done = CountManifestLines(request_.out);
  if (whole.has_value() && !is_merged && StateOfRun(*whole) != kRunIsDone && done > 0) {
    throw InputError(request_.out, "",
                     StrCat("holds an unfinished run of one process (", done,
                            " people done), whose people shards would do again; go on with it by --resume "
                            "without shards, name another folder, or remove it"));
  }
}

void RunFolder::Decide() {
  const std::string rerun = result_ + "/rerun";
  folder_ = result_;
  std::optional<Json> again = RecordIn(rerun);
  if (again.has_value() && StateOfRun(*again) == kRunIsDone) {  // ended while it took its place
    Publish();
    again.reset();
  }
  const std::optional<Json> found = RecordIn(result_);
  const bool finished =
      IsFile(result_ + "/results.npz") && (!found.has_value() || StateOfRun(*found) == kRunIsDone);
  // One that ended before anybody was done has nothing to lose.
  const bool unfinished = !finished && CountManifestLines(result_) > 0;
  if (request_.overwrite) {
    if (finished) {
      folder_ = rerun;
      MakeRunFolder(rerun);
      RemoveHalfWritten(rerun);
    }
    RemoveFilesOfPeople(folder_);
    return;
  }
  if (!request_.resume) {
    if (finished) {
      throw InputError(result_, "",
                       "holds a finished result; --overwrite replaces it when the new one is whole");
    }
    if (unfinished) {
      throw InputError(result_, "",
                       StrCat("holds an unfinished run (", CountManifestLines(result_),
                              " people done); --resume goes on with it, --overwrite starts anew"));
    }
    return;
  }
  if (!finished && !unfinished) return;
  const std::optional<Json>& record = again.has_value() ? again : found;
  const std::string place = again.has_value() ? rerun : result_;
  if (!record.has_value())
    throw InputError(place, "", "has no run.json to say how it was made; --overwrite starts anew");
  const std::string differences = DifferencesOfRuns(*record, ParseOrderedJson(request_.record, "record"));
  if (!differences.empty()) {
    throw InputError(place + "/run.json", "",
                     StrCat("--resume goes on with the same run alone, and this is another: ", differences,
                            "; --overwrite starts anew"));
  }
  folder_ = place;
  RemoveHalfWritten(folder_);
  state_ = finished && !again.has_value() ? State::kFinished : State::kResumed;
  if (state_ == State::kFinished) request_.record = JsonText(*record);
}

void RunFolder::Write(const std::string& state, const Json& how_it_went) {
  Json record = ParseOrderedJson(request_.record, "record");
  record["state"] = state;
  for (const auto& item : how_it_went.items()) record[item.key()] = item.value();
  WriteFileAtomically(folder_ + "/run.json", JsonText(record, 2) + "\n");
}

void RunFolder::RemoveFilesOfPeople(const std::string& folder) const {
  if (!request_.files_of) return;
  std::error_code error;
  ForEachId(folder, [&](const std::string& id) {
    for (const std::string& file : request_.files_of(id)) fs::remove(folder + "/" + file, error);
  });
}

RunFolder::~RunFolder() {
  if (!begun_ || CountManifestLines(folder_) > 0) return;
  std::error_code error;  // nobody was done
  fs::remove(folder_ + "/run.json", error);
  fs::remove(folder_ + "/manifest.jsonl", error);
  fs::remove(ResultsWriter::JournalPath(folder_), error);
  if (folder_ != result_) fs::remove(folder_, error);
}

void RunFolder::Begin() {
  begun_ = true;
  Write(kRunIsRunning, Json::object());
}

void RunFolder::Stop(const Json& how_it_went) { Write(kRunIsStopped, how_it_went); }

void RunFolder::Complete(const Json& how_it_went) {
  Write(kRunIsDone, how_it_went);
  begun_ = false;
  std::error_code error;
  fs::remove(ResultsWriter::JournalPath(folder_), error);
  if (folder_ == result_) return;
  Publish();
  folder_ = result_;
}

// Each step may be the last one of a killed process, and is done again or left by the next: what is not in
// `rerun` any more is in its place.
void RunFolder::Publish() {
  const std::string from = result_ + "/rerun", cleared = from + "/cleared";
  std::error_code error;
  std::set<std::string> folders;
  const auto move_or_remove = [&](const std::string& ids_of, bool move) {
    if (!request_.files_of) return;
    ForEachId(ids_of, [&](const std::string& id) {
      for (const std::string& file : request_.files_of(id)) {
        const std::string folder = fs::path(file).parent_path().string();
        folders.insert(folder);
        if (!move) {
          fs::remove(result_ + "/" + file, error);
        } else if (IsFile(from + "/" + file)) {
          fs::create_directories(result_ + "/" + folder, error);
          fs::rename(from + "/" + file, result_ + "/" + file);
        }
      }
    });
  };
  if (!IsFile(cleared)) {  // nothing has been moved: whatever is there is the old result's
    move_or_remove(result_, false);
    fs::remove(result_ + "/report.html", error);
    WriteFileAtomically(cleared, "");
  }
  move_or_remove(from, true);
  for (const char* name : {"results.npz", "manifest.jsonl", "run.json"}) {
    if (IsFile(from + "/" + name)) fs::rename(from + "/" + name, result_ + "/" + name);
  }
  for (const std::string& folder : folders) {
    fs::remove(from + "/" + folder, error);  // where they are empty
    fs::remove(result_ + "/" + folder, error);
  }
  for (const std::string& left : {ResultsWriter::JournalPath(from), cleared, from}) fs::remove(left, error);
}

}  // namespace vitruvius
