// A folder of results while a run writes it: who may write, what is there already, and what a run that ended
// early leaves to the one that goes on.
//
// In the folder: run.json says how the run was made, from its start, and whether it is done; rows.journal and
// manifest.jsonl grow person by person; results.npz comes at the end, and rows.journal goes. A folder with a
// finished result is written again in its subfolder `rerun`, which takes the result's place when it is whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/runs/run_lock.h"

namespace vitruvius {

struct RunRequest {
  std::string out;  // made when it is missing
  // Of a run in shards, each has a folder of its own below `out`: shard_0_of_4.
  int shard_index = 0, shard_count = 1;
  bool resume = false;     // go on with what a run that was as this one left; start where there is nothing
  bool overwrite = false;  // start anew whatever is there
  // What run.json holds from the start: the text of an object. A run goes on only where all of it but
  // `command` is the same; members of objects are compared one by one.
  std::string record;
  // Files of one person by the id, below the folder ("overlays/ID.png"): the only ones that are removed, when
  // a new result has none of that name.
  std::function<std::vector<std::string>(const std::string& id)> files_of;
};

class RunFolder {
 public:
  enum class State {
    kFresh,    // nothing done yet
    kResumed,  // goes on with an unfinished run
    kFinished  // the same run is done: nothing to do
  };
  // Takes the lock, decides, and removes what a killed process left half-written. Throws InputError: another
  // process writes here, or its shards do; a result or an unfinished run is there, and neither
  // --resume nor --overwrite; the run that is to go on was another one (with what differs); there are shards
  // of another count, or a run of one process where this is a shard.
  explicit RunFolder(RunRequest request);
  ~RunFolder();  // of a run that ended before anybody was done, nothing is left
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  State state() const { return state_; }
  const std::string& folder() const { return folder_; }  // where this run's files go now
  const std::string& result() const { return result_; }  // where they are when it is done
  const std::string& remark() const { return lock_->remark(); }
  // The request's, or of a finished run what its run.json holds, with how it went.
  const std::string& record() const { return request_.record; }

  // Writes run.json. To be called when no row of another run is left in `folder`, and before the first
  // person.
  void Begin();
  // Writes how far it came; it is not done.
  void Stop(const nlohmann::ordered_json& how_it_went);
  // After results.npz: writes that it is done, removes the journal, and puts a rerun in its place.
  void Complete(const nlohmann::ordered_json& how_it_went);

 private:
  void RefuseBesideWhole() const;
  void Decide();
  void Publish();
  void RemoveFilesOfPeople(const std::string& folder) const;
  void Write(const std::string& state, const nlohmann::ordered_json& how_it_went);

  RunRequest request_;
  std::string result_, folder_;
  State state_ = State::kFresh;
  bool begun_ = false;  // and not complete
  // Of the whole folder, which shards share, and of a shard's own.
  std::unique_ptr<RunLock> whole_lock_, lock_;
};

}  // namespace vitruvius
