// Runs from their start to their end, whatever comes between: signals, kills, full disks, changed inputs,
// shards.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "tests/util/places.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::whole_runs_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

// People of 25 keypoints, all different; every fifth has none.
std::string WritePeople(const TestFolder& folder, int count, const std::string& name = "people.npz",
                        double shift_px = 0) {
  constexpr int kKnown = 8;
  static const std::vector<PersonObservation> known = [] {
    std::vector<PersonObservation> people;
    for (int i = 0; i < kKnown; ++i) people.push_back(MakeKnownPerson(i + 1, "openpose25", 2).observation);
    return people;
  }();
  std::vector<double> keypoints;
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back("p" + std::to_string(i));
    const auto& points = known[static_cast<size_t>(i % kKnown)].keypoints2d;
    for (int k = 0; k < 25; ++k) {
      const double seen = i % 5 == 4 ? 0 : points(k, 2);
      keypoints.insert(keypoints.end(), {points(k, 0) + 0.01 * i + shift_px, points(k, 1), seen});
    }
  }
  const std::string path = folder / name;
  WriteNpz(path, {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {count, 25, 3})},
                  {"ids", NpyArray::FromStrings(ids)},
                  {"keypoint_set", NpyArray::FromString("openpose25")}});
  return path;
}

std::string Fit(const std::string& input) {
  return "fit " + input + " --model mannequin --starts 1 --conventions off --image_size 1000x1000 ";
}

nlohmann::json RecordIn(const std::string& folder) {
  return nlohmann::json::parse(ReadAll(folder + "/run.json"));
}

// The program in the background.
class Running {
 public:
  explicit Running(const std::string& arguments, long most_file_bytes = 0) {
    std::vector<std::string> words = {ProgramPath()};
    std::istringstream stream(arguments);
    for (std::string word; stream >> word;) words.push_back(word);
    pid_ = fork();
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (most_file_bytes > 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit = {static_cast<rlim_t>(most_file_bytes), static_cast<rlim_t>(most_file_bytes)};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(argv[0], argv.data());
    _exit(127);
  }
  ~Running() {
    if (pid_ > 0) Wait();
  }
  void Send(int signal) const { kill(pid_, signal); }
  // The exit status, or 128 + signal.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

// Until a folder's manifest has so many lines.
void AwaitPeople(const std::string& folder, std::int64_t count) {
  for (int i = 0; i < 6000 && CountManifestLines(folder) < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_GE(CountManifestLines(folder), count);
}

TEST(WholeRuns, AKilledRunGoesOnToTheSameBytes) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 60)) + "--quiet ";
  ASSERT_EQ(RunProgram(fit + "--out " + (folder / "whole")).status, 0);
  const std::string whole = ReadAll(folder / "whole/results.npz"), out = folder / "out";
  {
    Running run(fit + "--threads 2 --out " + out);
    AwaitPeople(out, 10);
    run.Send(SIGKILL);
    EXPECT_EQ(run.Wait(), 128 + SIGKILL);
  }
  EXPECT_FALSE(fs::exists(out + "/results.npz"));
  EXPECT_EQ(RecordIn(out)["state"], "running");
  EXPECT_EQ(RecordIn(out)["model"], "mannequin");
  const ProgramRun refused = RunProgram(fit + "--out " + out);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("unfinished run"), HasSubstr("--resume"), HasSubstr("--overwrite")));
  const std::int64_t done = CountManifestLines(out);
  const std::string manifest = ReadAll(out + "/manifest.jsonl");
  const ProgramRun resumed = RunProgram(fit + "--threads 1 --resume --out " + out);
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  EXPECT_TRUE(ReadAll(out + "/results.npz") == whole);
  EXPECT_EQ(CountManifestLines(out), 60);
  // People that were done are not done again: their lines are as they were, milliseconds and all.
  EXPECT_EQ(ReadAll(out + "/manifest.jsonl").rfind(manifest.substr(0, manifest.rfind('\n') + 1), 0), 0u)
      << done;
  EXPECT_FALSE(fs::exists(out + "/rows.journal"));
  EXPECT_FALSE(fs::exists(out + "/run.lock"));
  EXPECT_EQ(RecordIn(out)["state"], "done");
  EXPECT_EQ(RecordIn(out)["people"], 60);
  EXPECT_EQ(RecordIn(out)["usable"], 48);
  // Once more there is nothing to do.
  const ProgramRun again = RunProgram(Fit(folder / "people.npz") + "--resume --out " + out);
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, HasSubstr("60 people, 48 usable: this run was finished already"));
}

TEST(WholeRuns, ASignalEndsItWithStatus75) {
  const TestFolder folder;
  const std::string input = WritePeople(folder, 3000), fit = Fit(input) + "--out " + (folder / "out");
  for (const int signal : {SIGTERM, SIGINT}) {
    Running run(fit + " --quiet --resume");
    AwaitPeople(folder / "out", signal == SIGTERM ? 5 : CountManifestLines(folder / "out") + 5);
    const auto asked = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) run.Send(signal);  // job systems say it more than once
    EXPECT_EQ(run.Wait(), 75);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(60));  // and not for all people
    EXPECT_EQ(RecordIn(folder / "out")["state"], "stopped");
    EXPECT_LT(CountManifestLines(folder / "out"), 3000);
    EXPECT_EQ(RecordIn(folder / "out")["people"], CountManifestLines(folder / "out"));
    EXPECT_FALSE(fs::exists(folder / "out/run.lock"));
  }
}

TEST(WholeRuns, ResumeRefusesAnotherRunWithWhatDiffers) {
  const TestFolder folder;
  const std::string input = WritePeople(folder, 400), out = folder / "out";
  {
    Running run(Fit(input) + "--quiet --out " + out);
    AwaitPeople(out, 3);
    run.Send(SIGTERM);
    EXPECT_EQ(run.Wait(), 75);
  }
  const auto refused = [&](const std::string& arguments) {
    const ProgramRun run = RunProgram(arguments + " --quiet --resume --out " + out);
    EXPECT_EQ(run.status, 1) << run.output;
    return run.output;
  };
  EXPECT_THAT(refused(Fit(input) + "--seed 7"), HasSubstr("flags.seed: found \"1\", now \"7\""));
  EXPECT_THAT(refused(Fit(input) + "--recipe smplify"),
              HasSubstr("recipe_2d: found \"default\", now \"smplify\""));
  EXPECT_THAT(refused(Fit(input) + "--prior none"), HasSubstr("prior_2d"));
  const std::string other = WritePeople(folder, 400, "other.npz");
  EXPECT_THAT(refused(Fit(other)), HasSubstr("inputs: found [\"" + input));
  WritePeople(folder, 400, "people.npz", 0.5);
  EXPECT_THAT(refused(Fit(input)), HasSubstr("the input has changed"));
  WritePeople(folder, 2);
  EXPECT_THAT(refused(Fit(input)), HasSubstr("the input ends after 2 people"));
  EXPECT_EQ(RunProgram(Fit(input) + "--resume --overwrite --out " + out).status, 2);
  ASSERT_EQ(RunProgram(Fit(input) + "--quiet --overwrite --out " + out).status, 0);
  EXPECT_EQ(ReadResults(out).rows.size(), 2u);
}

TEST(WholeRuns, AFinishedResultIsReplacedOnlyByAWholeOne) {
  const TestFolder folder;
  const std::string input = WritePeople(folder, 300), out = folder / "out";
  WritePeople(folder, 3, "few.npz");
  const std::string few = Fit(folder / "few.npz") + "--quiet --overlay --overlay_limit 2 ";
  ASSERT_EQ(RunProgram(few + "--out " + out).status, 0);
  const std::string old = ReadAll(out + "/results.npz");
  const ProgramRun refused = RunProgram(few + "--out " + out);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output, HasSubstr("holds a finished result; --overwrite"));
  {
    Running run(Fit(input) + "--quiet --overwrite --out " + out);
    AwaitPeople(out + "/rerun", 3);
    run.Send(SIGKILL);
    run.Wait();
  }
  EXPECT_TRUE(ReadAll(out + "/results.npz") == old);
  EXPECT_EQ(RunProgram("explain " + out + " --id p1").status, 0);
  EXPECT_TRUE(fs::exists(out + "/overlays/p1.png"));
  ASSERT_EQ(RunProgram(Fit(input) + "--quiet --resume --out " + out).status, 0);
  EXPECT_EQ(ReadResults(out).rows.size(), 300u);
  EXPECT_FALSE(fs::exists(out + "/rerun"));
  EXPECT_FALSE(fs::exists(out + "/overlays"));  // of people of a result that is gone
  EXPECT_EQ(RecordIn(out)["people"], 300);
}

TEST(WholeRuns, TwoWritersAreRefused) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 2000)) + "--quiet --out " + (folder / "out");
  Running first(fit);
  AwaitPeople(folder / "out", 1);
  for (const char* flags : {"", " --resume", " --overwrite"}) {
    const ProgramRun second = RunProgram(fit + flags);
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.output, HasSubstr("is being written by process "));
  }
  first.Send(SIGTERM);
  EXPECT_EQ(first.Wait(), 75);
}

TEST(WholeRuns, AFullDiskIsSaidAndLosesNobody) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 40)) + "--quiet ";
  ASSERT_EQ(RunProgram(fit + "--out " + (folder / "whole")).status, 0);
  const auto size = static_cast<long>(fs::file_size(folder / "whole/results.npz"));
  // Full among the people, and full when results.npz is made of them.
  for (const long bytes : {size / 3, size - 2000}) {
    const std::string out = folder / ("out" + std::to_string(bytes));
    EXPECT_EQ(Running(fit + "--out " + out, bytes).Wait(), 1);
    EXPECT_FALSE(fs::exists(out + "/results.npz"));
    EXPECT_GT(CountManifestLines(out), 5);
    ASSERT_EQ(RunProgram(fit + "--resume --out " + out).status, 0);
    EXPECT_TRUE(ReadAll(out + "/results.npz") == ReadAll(folder / "whole/results.npz"));
  }
}

TEST(WholeRuns, NobodyUsableIsStatus3) {
  const TestFolder folder;
  std::vector<double> keypoints(3 * 25 * 3, 0.0);
  keypoints[0] = keypoints[2] = 1;
  keypoints[2 * 75 + 2] = std::numeric_limits<double>::quiet_NaN();
  WriteNpz(folder / "bad.npz", {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {3, 25, 3})},
                                {"keypoint_set", NpyArray::FromString("openpose25")}});
  const ProgramRun run = RunProgram(Fit(folder / "bad.npz") + "--quiet --out " + (folder / "out"));
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.output, HasSubstr("nobody was usable, of 3 people: "));
  EXPECT_TRUE(fs::exists(folder / "out/results.npz"));
  EXPECT_EQ(RunProgram(Fit(folder / "bad.npz") + "--quiet --resume --out " + (folder / "out")).status, 3);
  EXPECT_THAT(RunProgram("help").output, AllOf(HasSubstr("3 nobody was usable"), HasSubstr("75 stopped")));
}

// Without its milliseconds, which differ from run to run.
std::vector<nlohmann::ordered_json> ManifestOf(const std::string& folder) {
  std::vector<nlohmann::ordered_json> lines;
  std::ifstream stream(folder + "/manifest.jsonl");
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::ordered_json::parse(line));
    lines.back().erase("milliseconds");
  }
  return lines;
}

TEST(WholeRuns, ShardsAreMergedToTheBytesOfOneRun) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 23)) + "--quiet --hypotheses 2 ";
  ASSERT_EQ(RunProgram(fit + "--out " + (folder / "whole")).status, 0);
  const std::string whole = ReadAll(folder / "whole/results.npz");
  for (const int count : {2, 7, 30}) {
    const std::string out = folder / ("shards" + std::to_string(count));
    for (int i = 0; i < count; ++i) {
      const ProgramRun run =
          RunProgram(fit + "--shard " + std::to_string(i) + "/" + std::to_string(count) + " --out " + out);
      // A shard of nobody is done; one of nobody usable says so.
      ASSERT_THAT(run.status, testing::AnyOf(0, 3)) << run.output;
    }
    const ProgramRun merged = RunProgram("merge " + out);
    ASSERT_EQ(merged.status, 0) << merged.output;
    EXPECT_THAT(merged.output, HasSubstr("23 people, 19 usable, of " + std::to_string(count) + " shards"));
    EXPECT_TRUE(ReadAll(out + "/results.npz") == whole) << count;
    EXPECT_EQ(ManifestOf(out), ManifestOf(folder / "whole"));
    EXPECT_EQ(RecordIn(out)["usable"], 19);
    EXPECT_EQ(RecordIn(out)["shard"], RecordIn(folder / "whole")["shard"]);
  }
  // Folders that somebody called something else.
  std::string renamed;
  for (const int i : {1, 0}) {
    const std::string name = folder / (i == 0 ? "first" : "second");
    fs::rename(folder / ("shards2/shard_" + std::to_string(i) + "_of_2"), name);
    renamed += " " + name;
  }
  const ProgramRun merged = RunProgram("merge" + renamed + " --out " + (folder / "again"));
  ASSERT_EQ(merged.status, 0) << merged.output;
  EXPECT_TRUE(ReadAll(folder / "again/results.npz") == whole);
}

TEST(WholeRuns, FoldersOfShardsAreReadAsTheyAre) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 9)) + "--quiet ", shards = folder / "shards";
  ASSERT_EQ(RunProgram(fit + "--out " + (folder / "whole")).status, 0);
  for (const char* shard : {"0/2", "1/2"})
    ASSERT_EQ(RunProgram(fit + "--overlay --shard " + shard + " --out " + shards).status, 0);
  const auto both = [&](const std::string& before, const std::string& after, const std::string& written,
                        const std::string& made) {
    std::string files[2];
    for (const char* name : {"whole", "shards"}) {
      const std::string out = folder / ("made_" + std::string(name));
      fs::create_directories(out);
      const ProgramRun run =
          RunProgram(before + " " + (folder / name) + " " + after + " --out " + out + written);
      EXPECT_EQ(run.status, 0) << run.output;
      files[name == std::string("shards")] = ReadAll(out + made);
    }
    EXPECT_FALSE(files[0].empty());
    EXPECT_TRUE(files[0] == files[1]) << before << after;
  };
  both("convert", "--to obj --quiet", "", "/p3.obj");
  both("render", "--limit 3", "/r.png", "/r.png");
  const auto before_last_line = [](std::string text) { return text.substr(0, text.find("one person:")); };
  EXPECT_EQ(before_last_line(RunProgram("explain " + shards).output),
            before_last_line(RunProgram("explain " + (folder / "whole")).output));
  EXPECT_EQ(RunProgram("explain " + shards + " --id p3").output,
            RunProgram("explain " + (folder / "whole") + " --id p3").output);
  const ProgramRun report =
      RunProgram("report " + shards + " --model mannequin --out " + (folder / "r.html"));
  EXPECT_EQ(report.status, 0) << report.output;
  EXPECT_THAT(ReadAll(folder / "r.html"), HasSubstr("p8"));
}

TEST(WholeRuns, MergeRefusesWhatIsNotAllOfOneRun) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 9)) + "--quiet ", out = folder / "out";
  const auto refused = [&](const std::string& arguments, int status = 1) {
    const ProgramRun run = RunProgram("merge " + arguments);
    EXPECT_EQ(run.status, status) << run.output;
    return run.output;
  };
  EXPECT_THAT(refused(folder.path()), HasSubstr("holds no shards"));
  EXPECT_THAT(refused("", 2), HasSubstr("name the folder"));
  for (const char* shard : {"0/3", "2/3"})
    ASSERT_EQ(RunProgram(fit + "--shard " + shard + " --out " + out).status, 0);
  EXPECT_THAT(refused(out), HasSubstr("1 of 3 shards missing: 1"));
  EXPECT_EQ(RunProgram("explain " + out).status, 1);
  fs::create_directories(out + "/shard_1_of_3");
  EXPECT_THAT(refused(out), HasSubstr("1 of 3 shards are not finished (no results.npz): 1"));
  // Another run's.
  ASSERT_EQ(RunProgram(Fit(folder / "people.npz") + "--quiet --seed 5 --shard 1/3 --out " + out).status, 0);
  EXPECT_THAT(refused(out), HasSubstr("is of another run than " + out + "/shard_0_of_3: flags.seed"));
  ASSERT_EQ(RunProgram(fit + "--overwrite --shard 1/3 --out " + out).status, 0);
  ASSERT_EQ(RunProgram(fit + "--shard 1/3 --out " + (folder / "more")).status, 0);
  EXPECT_THAT(refused(out + " " + (folder / "more") + " --out " + (folder / "m")),
              HasSubstr("is shard 1 of 3 once more"));
  EXPECT_THAT(refused(out + "/shard_0_of_3", 2), HasSubstr("--out is missing"));
  // Shards from several places, and a result that is there.
  const std::string apart = out + "/shard_2_of_3 " + out + "/shard_0_of_3 " + (folder / "more");
  ASSERT_EQ(RunProgram("merge " + apart + " --quiet --out " + (folder / "m")).status, 0);
  EXPECT_EQ(ReadResults(folder / "m").rows.size(), 9u);
  EXPECT_THAT(refused(apart + " --out " + (folder / "m")), HasSubstr("--overwrite"));
  EXPECT_EQ(RunProgram("merge " + apart + " --overwrite --quiet --out " + (folder / "m")).status, 0);
  // A rerun of two tasks of a larger array, which looks like an array of two.
  const ProgramRun two = RunProgram(fit + "--shard 1/2 --out " + out);
  EXPECT_EQ(two.status, 1);
  EXPECT_THAT(two.output, HasSubstr("holds shard_0_of_3, and this run is shard 1 of 2"));
  // A whole run in a folder that is named like a shard is none.
  for (const std::string shard : {"/shard_0_of_2", "/shard_1_of_2"}) {
    const ProgramRun whole = RunProgram("fit " + (folder / "people.npz") +
                                        " --model mannequin --starts 1 --out " + (folder / "named") + shard);
    ASSERT_EQ(whole.status, 0) << whole.output;
  }
  EXPECT_THAT(refused(folder / "named"), HasSubstr("found 0 of 1, and the folder's name says another"));
}

// tests/solvers/batch/launcher_test.cc has the launchers' rules, launchers_test.py the launchers themselves.
TEST(WholeRuns, ShardsOfSlurmArraysStartAnywhere) {
  const TestFolder folder;
  const std::string fit = Fit(WritePeople(folder, 5));
  std::map<std::string, double> parts;
  for (const int task : {3, 4, 5}) {
    const std::string id = std::to_string(task);
    const std::string variables =
        "SLURM_ARRAY_TASK_ID=" + id + " SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=3 ";
    ASSERT_EQ(RunProgram(fit + "--quiet --out " + (folder / "out"), variables).status, 0);
    const std::string shard = "out/shard_" + std::to_string(task - 3) + "_of_3";
    for (const ResultsFile::Row& row : ReadResults(folder / shard).rows) {
      EXPECT_TRUE(parts.emplace(row.fit.id, row.fit.cost).second) << row.fit.id << " in two shards";
    }
  }
  EXPECT_EQ(parts.size(), 5u);
  const ProgramRun wrong =
      RunProgram(fit + "--quiet --out " + (folder / "out"),
                 "SLURM_ARRAY_TASK_ID=9 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=3 ");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.output, AllOf(HasSubstr("SLURM_ARRAY_TASK_ID=9"), HasSubstr("say --shard=i/n")));
  const ProgramRun inner =
      RunProgram(fit + "--out " + (folder / "inner"),
                 "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 "
                 "SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_STEP=2 PMI_RANK=0 PMI_SIZE=2 ");
  EXPECT_EQ(inner.output.rfind("shard 4 of 6, from SLURM_ARRAY_TASK_ID and PMI_RANK\n", 0), 0u)
      << inner.output;
}

}  // namespace
}  // namespace vitruvius::whole_runs_test
