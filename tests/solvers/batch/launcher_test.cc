// Variables as the launchers really set them: Slurm 22.05.8, Open MPI 4.1.4 and MPICH 4.0.2 of Debian 12 on
// one machine of three Slurm nodes. tests/integration/launchers_test.py starts the program by these very
// launchers.
#include "solvers/batch/launcher.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitruvius::launcher_test {
namespace {

using testing::HasSubstr;

// "NAME=value NAME=value".
LauncherShard ShardOf(const std::string& variables) {
  std::map<std::string, std::string> environment = {{"PATH", "/usr/bin"}, {"SLURM_JOB_ID", "7"}};
  std::istringstream words(variables);
  for (std::string word; words >> word;)
    environment[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  return ShardOfLauncher(environment);
}

// A task of an array, as Slurm tells it.
std::string Array(int id, int count, int low, int high, int step = 1) {
  std::ostringstream text;
  text << "SLURM_PROCID=0 SLURM_ARRAY_JOB_ID=9 SLURM_ARRAY_TASK_ID=" << id
       << " SLURM_ARRAY_TASK_COUNT=" << count << " SLURM_ARRAY_TASK_MIN=" << low
       << " SLURM_ARRAY_TASK_MAX=" << high << " SLURM_ARRAY_TASK_STEP=" << step << " ";
  return text.str();
}

struct Mode {
  const char* name;
  std::vector<std::string> processes;  // each one's variables, in the order of their shards
};

const std::string kMpichHelper = " SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 SLURM_NTASKS=3";

const std::vector<Mode>& Modes() {
  static const std::vector<Mode> modes = {
      {"by hand", {""}},
      {"sbatch", {"SLURM_PROCID=0"}},
      {"sbatch -n4, no srun", {"SLURM_NTASKS=4 SLURM_PROCID=0"}},
      {"salloc -n3, no srun", {"SLURM_NTASKS=3"}},
      {"srun -n3",
       {"SLURM_NTASKS=3 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=0",
        "SLURM_NTASKS=3 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=1",
        "SLURM_NTASKS=3 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=2"}},
      // SLURM_NTASKS may be the allocation's.
      {"sbatch -n4, srun -n2",
       {"SLURM_NTASKS=4 SLURM_STEP_ID=1 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        "SLURM_NTASKS=4 SLURM_STEP_ID=1 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1"}},
      {"srun --mpi=pmi2 -n2",
       {"PMI_RANK=0 PMI_SIZE=2 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        "PMI_RANK=1 PMI_SIZE=2 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1"}},
      {"mpiexec of MPICH, sbatch -n3, one node",
       {"PMI_RANK=0 PMI_SIZE=3" + kMpichHelper, "PMI_RANK=1 PMI_SIZE=3" + kMpichHelper,
        "PMI_RANK=2 PMI_SIZE=3" + kMpichHelper}},
      {"mpiexec of MPICH, salloc -N2 -n4",
       {"PMI_RANK=0 PMI_SIZE=4 SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        "PMI_RANK=1 PMI_SIZE=4 SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        "PMI_RANK=2 PMI_SIZE=4 SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        "PMI_RANK=3 PMI_SIZE=4 SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1"}},
      // The first node's are children of mpirun itself, the others' of its helpers.
      {"mpirun of Open MPI, sbatch -N3 -n6",
       {"OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=6 SLURM_PROCID=0",
        "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 "
        "SLURM_PROCID=0",
        "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 "
        "SLURM_PROCID=0",
        "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 "
        "SLURM_PROCID=0",
        "OMPI_COMM_WORLD_RANK=4 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 "
        "SLURM_PROCID=0",
        "OMPI_COMM_WORLD_RANK=5 OMPI_COMM_WORLD_SIZE=6 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 "
        "SLURM_PROCID=1"}},
      {"mpirun of Open MPI without Slurm",
       {"OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 PMIX_RANK=0",
        "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 PMIX_RANK=1"}},
      {"mpiexec of MPICH without Slurm", {"PMI_RANK=0 PMI_SIZE=2", "PMI_RANK=1 PMI_SIZE=2"}},
      {"--array=0-3", {Array(0, 4, 0, 3), Array(1, 4, 0, 3), Array(2, 4, 0, 3), Array(3, 4, 0, 3)}},
      {"--array=3-5", {Array(3, 3, 3, 5), Array(4, 3, 3, 5), Array(5, 3, 3, 5)}},
      {"--array=1-7:2",
       {Array(1, 4, 1, 7, 2), Array(3, 4, 1, 7, 2), Array(5, 4, 1, 7, 2), Array(7, 4, 1, 7, 2)}},
      {"--array=0-9:4", {Array(0, 3, 0, 8, 4), Array(4, 3, 0, 8, 4), Array(8, 3, 0, 8, 4)}},
      {"--array=5", {Array(5, 1, 5, 5)}},
      {"--array=0-1, srun -n2",
       {Array(0, 2, 0, 1) + "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        Array(0, 2, 0, 1) + "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1",
        Array(1, 2, 0, 1) + "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0",
        Array(1, 2, 0, 1) + "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1"}},
      {"--array=0-1, mpirun -n2",
       {Array(0, 2, 0, 1) + "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2",
        Array(0, 2, 0, 1) + "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 SLURM_STEP_ID=0 "
                            "SLURM_STEP_NUM_TASKS=1",
        Array(1, 2, 0, 1) + "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2",
        Array(1, 2, 0, 1) + "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2"}},
      {"--array=0-1, mpiexec -n2",
       {Array(0, 2, 0, 1) + "PMI_RANK=0 PMI_SIZE=2" + kMpichHelper,
        Array(0, 2, 0, 1) + "PMI_RANK=1 PMI_SIZE=2" + kMpichHelper,
        Array(1, 2, 0, 1) + "PMI_RANK=0 PMI_SIZE=2" + kMpichHelper,
        Array(1, 2, 0, 1) + "PMI_RANK=1 PMI_SIZE=2" + kMpichHelper}},
      {"an array of AWS Batch",
       {"AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=2",
        "AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=2"}},
  };
  return modes;
}

TEST(Launcher, EveryModeGivesEachShardOnce) {
  for (const Mode& mode : Modes()) {
    for (size_t i = 0; i < mode.processes.size(); ++i) {
      const LauncherShard shard = ShardOf(mode.processes[i]);
      EXPECT_EQ(shard.refusal, "") << mode.name;
      EXPECT_EQ(shard.index, static_cast<int>(i)) << mode.name << ": " << mode.processes[i];
      EXPECT_EQ(shard.count, static_cast<int>(mode.processes.size())) << mode.name;
    }
  }
}

TEST(Launcher, SaysWhichVariablesToldIt) {
  EXPECT_EQ(ShardOf("SLURM_PROCID=0").source, "");
  EXPECT_EQ(ShardOf(Array(0, 2, 0, 1)).source, "SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(ShardOf(Array(0, 2, 0, 1) + "PMI_RANK=1 PMI_SIZE=2").source, "SLURM_ARRAY_TASK_ID and PMI_RANK");
}

TEST(Launcher, ArraysWithoutEqualStepsAreRefusedInEachTask) {
  for (const int id : {1, 3, 9}) {
    const std::string refusal = ShardOf(Array(id, 3, 1, 9)).refusal;  // --array=1,3,9
    EXPECT_THAT(refusal, HasSubstr("SLURM_ARRAY_TASK_ID=" + std::to_string(id)));
    EXPECT_THAT(refusal, HasSubstr("equal steps"));
  }
  for (const int id : {1, 3, 5})  // Slurm gives step 1 for --array=1,3,5
    EXPECT_THAT(ShardOf(Array(id, 3, 1, 5)).refusal, HasSubstr("equal steps"));
  EXPECT_THAT(ShardOf(Array(4, 4, 1, 7, 2)).refusal, HasSubstr("equal steps"));
  EXPECT_THAT(ShardOf(Array(9, 3, 3, 5)).refusal, HasSubstr("not in its array"));
  EXPECT_THAT(ShardOf(Array(1, 3, 3, 5)).refusal, HasSubstr("not in its array"));
  EXPECT_THAT(ShardOf(Array(3, 3, 3, 5, 0)).refusal, HasSubstr("not in its array"));
  // Also where mpirun started it.
  EXPECT_THAT(ShardOf(Array(1, 3, 1, 9) + "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2").refusal,
              HasSubstr("equal steps"));
}

TEST(Launcher, RanksWithoutAPlaceAreRefused) {
  EXPECT_THAT(ShardOf("PMI_RANK=2 PMI_SIZE=2").refusal, HasSubstr("expected a rank below the count"));
  EXPECT_THAT(ShardOf("PMI_RANK=2").refusal, HasSubstr("PMI_SIZE (not set), expected a whole number"));
  EXPECT_THAT(ShardOf("OMPI_COMM_WORLD_RANK=-1 OMPI_COMM_WORLD_SIZE=2").refusal,
              HasSubstr("OMPI_COMM_WORLD_RANK=-1, expected a whole number"));
  EXPECT_THAT(ShardOf("SLURM_STEP_ID=0 SLURM_PROCID=0 SLURM_NTASKS=2").refusal,
              HasSubstr("SLURM_STEP_NUM_TASKS (not set)"));
  EXPECT_THAT(ShardOf("SLURM_ARRAY_TASK_ID=2").refusal, HasSubstr("SLURM_ARRAY_TASK_COUNT (not set)"));
  EXPECT_THAT(ShardOf("AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=2").refusal,
              HasSubstr("AWS_BATCH_JOB_ARRAY_SIZE=2"));
  EXPECT_THAT(ShardOf("PMI_RANK=0 PMI_SIZE=99999999999999999999").refusal, HasSubstr("whole number"));
  EXPECT_THAT(ShardOf(Array(0, 100000, 0, 99999) + "PMI_RANK=0 PMI_SIZE=100000").refusal,
              HasSubstr("more than"));
  // Kubernetes tells no count: nobody guesses it.
  EXPECT_THAT(ShardOf("JOB_COMPLETION_INDEX=3").refusal, HasSubstr("--shard=3/COUNT"));
}

}  // namespace
}  // namespace vitruvius::launcher_test
