#include "data/runs/run_folder.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/shard_folders.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::run_folder_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class RunFolders : public testing::Test {
 protected:
  RunRequest Request(bool resume = false, bool overwrite = false, int starts = 4) const {
    RunRequest request;
    request.out = folder_ / "out";
    request.resume = resume;
    request.overwrite = overwrite;
    request.record = R"({"command": "vitruvius fit x", "model": "m", "flags": {"starts": )" +
                     std::to_string(starts) + "}}";
    request.files_of = [](const std::string& id) {
      return std::vector<std::string>{"overlays/" + id + ".png"};
    };
    return request;
  }
  // What the writers of rows do.
  void WritePeople(const RunFolder& run, const std::vector<std::string>& ids) const {
    std::string manifest;
    for (const std::string& id : ids) {
      manifest += "{\"id\":\"" + id + "\"}\n";
      fs::create_directories(run.folder() + "/overlays");
      WriteQuickly(run.folder() + "/overlays/" + id + ".png", id);
    }
    WriteQuickly(run.folder() + "/manifest.jsonl", manifest);
    WriteQuickly(run.folder() + "/rows.journal", "rows");
  }
  void WriteWhole(RunFolder* run, const std::vector<std::string>& ids, const std::string& results) const {
    run->Begin();
    WritePeople(*run, ids);
    WriteQuickly(run->folder() + "/results.npz", results);
    run->Complete({{"people", ids.size()}, {"usable", 1}});
  }
  std::string State() const {
    return nlohmann::json::parse(ReadFile(folder_ / "out/run.json"))["state"].get<std::string>();
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder_ / "out").string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  TemporaryFolder folder_;
};

TEST_F(RunFolders, TheRecordIsThereFromTheStart) {
  RunFolder run(Request());
  EXPECT_EQ(run.state(), RunFolder::State::kFresh);
  run.Begin();
  const auto record = nlohmann::json::parse(ReadFile(folder_ / "out/run.json"));
  EXPECT_EQ(record["model"], "m");
  EXPECT_EQ(record["state"], "running");
  WritePeople(run, {"a"});
  run.Complete({{"people", 1}, {"usable", 1}});
  EXPECT_EQ(State(), "done");
  EXPECT_FALSE(fs::exists(folder_ / "out/rows.journal"));
}

TEST_F(RunFolders, WithoutAnybodyDoneNothingIsLeft) {
  {
    RunFolder run(Request());
    run.Begin();
    WritePeople(run, {});
  }
  EXPECT_THAT(Files(), ElementsAre());
  EXPECT_EQ(RunFolder(Request()).state(), RunFolder::State::kFresh);
}

TEST_F(RunFolders, AnUnfinishedRunIsGoneOnWithOrStartedAnew) {
  {
    RunFolder run(Request());
    run.Begin();
    WritePeople(run, {"a", "b"});
    run.Stop({{"people", 2}});
  }
  EXPECT_EQ(State(), "stopped");
  EXPECT_THAT(
      ErrorOf([&] { RunFolder run(Request()); }),
      AllOf(HasSubstr("unfinished run (2 people done)"), HasSubstr("--resume"), HasSubstr("--overwrite")));
  EXPECT_EQ(RunFolder(Request(true)).state(), RunFolder::State::kResumed);
  const std::string other = ErrorOf([&] { RunFolder run(Request(true, false, 8)); });
  EXPECT_THAT(other, HasSubstr("flags.starts: found 4, now 8;"));
  EXPECT_THAT(other, testing::Not(HasSubstr("model")));
  EXPECT_EQ(RunFolder(Request(false, true, 8)).state(), RunFolder::State::kFresh);
  EXPECT_THAT(Files(), ElementsAre("manifest.jsonl", "rows.journal", "run.json"));  // the pictures are gone
}

TEST_F(RunFolders, AFinishedResultStaysUntilTheNewOneIsWhole) {
  {
    RunFolder run(Request());
    WriteWhole(&run, {"a", "b"}, "old");
  }
  EXPECT_THAT(ErrorOf([&] { RunFolder run(Request()); }),
              AllOf(HasSubstr("finished result"), HasSubstr("--overwrite")));
  EXPECT_EQ(RunFolder(Request(true)).state(), RunFolder::State::kFinished);
  EXPECT_THAT(ErrorOf([&] { RunFolder run(Request(true, false, 8)); }), HasSubstr("found 4, now 8"));
  {
    RunFolder run(Request(false, true, 8));
    run.Begin();
    WritePeople(run, {"b", "c"});
    run.Stop({});
  }
  EXPECT_EQ(ReadFile(folder_ / "out/results.npz"), "old");
  EXPECT_EQ(State(), "done");
  EXPECT_TRUE(fs::exists(folder_ / "out/overlays/a.png"));
  {
    RunFolder run(Request(true, false, 8));
    EXPECT_EQ(run.state(), RunFolder::State::kResumed);
    EXPECT_EQ(run.folder(), folder_ / "out/rerun");
    WriteWhole(&run, {"b", "c"}, "new");
  }
  EXPECT_EQ(ReadFile(folder_ / "out/results.npz"), "new");
  EXPECT_THAT(Files(),
              ElementsAre("manifest.jsonl", "overlays/b.png", "overlays/c.png", "results.npz", "run.json"));
  EXPECT_FALSE(fs::exists(folder_ / "out/rerun"));
  EXPECT_EQ(RunFolder(Request(true, false, 8)).state(), RunFolder::State::kFinished);
}

// A process that is killed while a rerun takes its place leaves it to the next.
TEST_F(RunFolders, TakingThePlaceGoesOnWhereItEnded) {
  for (int moved = 0; moved < 4; ++moved) {
    fs::remove_all(folder_ / "out");
    {
      RunFolder run(Request());
      WriteWhole(&run, {"a", "b"}, "old");
    }
    fs::create_directories(folder_ / "out/rerun/overlays");
    WriteQuickly(folder_ / "out/rerun/results.npz", "new");
    WriteQuickly(folder_ / "out/rerun/manifest.jsonl", "{\"id\":\"c\"}\n");
    WriteQuickly(folder_ / "out/rerun/run.json", Request(true, false, 8).record);
    WriteQuickly(folder_ / "out/rerun/overlays/c.png", "c");
    if (moved > 0) {
      WriteQuickly(folder_ / "out/rerun/cleared", "");
      fs::remove(folder_ / "out/overlays/a.png");
      fs::remove(folder_ / "out/overlays/b.png");
    }
    if (moved > 0) fs::rename(folder_ / "out/rerun/overlays/c.png", folder_ / "out/overlays/c.png");
    if (moved > 1) fs::rename(folder_ / "out/rerun/results.npz", folder_ / "out/results.npz");
    if (moved > 2) {
      fs::rename(folder_ / "out/rerun/manifest.jsonl", folder_ / "out/manifest.jsonl");
    }
    EXPECT_EQ(RunFolder(Request(true, false, 8)).state(), RunFolder::State::kFinished) << moved;
    EXPECT_EQ(ReadFile(folder_ / "out/results.npz"), "new");
    EXPECT_THAT(Files(), ElementsAre("manifest.jsonl", "overlays/c.png", "results.npz", "run.json")) << moved;
  }
}

TEST_F(RunFolders, ShardsOfAnotherCountAreRefused) {
  RunRequest shard = Request();
  shard.shard_index = 1;
  shard.shard_count = 4;
  {
    RunFolder run(shard);
    EXPECT_EQ(run.folder(), folder_ / "out/shard_1_of_4");
    WriteWhole(&run, {"a"}, "x");
  }
  shard.shard_count = 2;
  EXPECT_THAT(ErrorOf([&] { RunFolder run(shard); }),
              HasSubstr("holds shard_1_of_4, and this run is shard 1 of 2"));
  EXPECT_FALSE(fs::exists(folder_ / "out/shard_1_of_2"));
  EXPECT_THAT(ErrorOf([&] { RunFolder run(Request()); }),
              HasSubstr("holds shard_1_of_4, and this run is not one"));
  shard.shard_count = 4;
  shard.shard_index = 0;
  EXPECT_EQ(RunFolder(shard).state(), RunFolder::State::kFresh);
  EXPECT_EQ(FindShardFolders(folder_ / "out").size(), 2u);
}

TEST_F(RunFolders, ShardsAndAWholeRunAreNeverInOneFolder) {
  RunRequest shard = Request(/*resume=*/true);
  shard.shard_count = 2;
  {
    const RunFolder whole(Request());
    EXPECT_THAT(ErrorOf([&] { RunFolder run(shard); }), HasSubstr("is being written by"));
  }
  {
    const RunFolder first(shard);
    RunRequest second = shard;
    second.shard_index = 1;
    const RunFolder other(second);
    RunRequest whole = Request();
    EXPECT_THAT(ErrorOf([&] { RunFolder run(whole); }), HasSubstr("this run is not one of several"));
  }
  fs::remove_all(folder_ / "out");
  {
    RunFolder whole(Request());
    whole.Begin();
    WritePeople(whole, {"a", "b"});
    whole.Stop({{"people", 2}});
  }
  EXPECT_THAT(ErrorOf([&] { RunFolder run(shard); }),
              HasSubstr("holds an unfinished run of one process (2 people done)"));
  EXPECT_EQ(RunFolder(Request(true)).state(), RunFolder::State::kResumed);
  {
    RunFolder whole(Request(true));
    WriteWhole(&whole, {"a", "b"}, "x");
  }
  EXPECT_THAT(ErrorOf([&] { RunFolder run(shard); }), HasSubstr("holds a whole result"));
  RunRequest anew = shard;
  anew.resume = false;
  anew.overwrite = true;
  EXPECT_THAT(ErrorOf([&] { RunFolder run(anew); }), HasSubstr("or remove it")) << "not a shard's to replace";
  // What shards were joined to is theirs.
  WriteQuickly(folder_ / "out/run.json", R"({"state": "done", "merged_shards": 2})");
  EXPECT_EQ(RunFolder(shard).state(), RunFolder::State::kFresh);
}

TEST_F(RunFolders, WhatAKilledProcessLeftHalfWrittenGoes) {
  fs::create_directories(folder_ / "out");
  for (const char* name :
       {"results.npz.tmp-12-0", "results.npz.tmp-12-0.Ab3xyz", "run.json.tmp-1-3", ".rows-Abcdef"})
    WriteQuickly(folder_ / ("out/" + std::string(name)), "x");
  WriteQuickly(folder_ / "out/notes.txt", "mine");
  { RunFolder run(Request()); }
  EXPECT_THAT(Files(), ElementsAre("notes.txt"));
}

TEST_F(RunFolders, AResultOfUnknownMakingIsNotGoneOnWith) {
  fs::create_directories(folder_ / "out");
  WriteQuickly(folder_ / "out/results.npz", "x");
  EXPECT_THAT(ErrorOf([&] { RunFolder run(Request(true)); }), HasSubstr("no run.json"));
  EXPECT_THAT(ErrorOf([&] { RunFolder run(Request()); }), HasSubstr("finished result"));
}

}  // namespace
}  // namespace vitruvius::run_folder_test
