#include "solvers/batch/launcher.h"

#include <cstdint>
#include <optional>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Environment = std::map<std::string, std::string>;

// Shards in all, at most: array sizes and ranks are far below.
constexpr std::int64_t kMostShards = 1000000000;

// A part of a whole, as one launcher says.
struct Part {
  std::int64_t index = 0, count = 1;
  std::string source;
};

class Refusal {
 public:
  explicit Refusal(std::string sentence) : sentence_(std::move(sentence)) {}
  const std::string& sentence() const { return sentence_; }

 private:
  std::string sentence_;
};

std::string Assignment(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  return name + (it == environment.end() ? " (not set)" : "=" + it->second);
}

// The whole number of a variable; throws Refusal when it is none.
std::int64_t NumberOf(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  const std::string text = it == environment.end() ? "" : it->second;
  if (text.empty() || text.size() > 10 || text.find_first_not_of("0123456789") != std::string::npos) {
    throw Refusal(StrCat(Assignment(environment, name), ", expected a whole number"));
  }
  return std::stoll(text);
}

// Nothing when `rank` is not set.
std::optional<Part> RankOf(const Environment& environment, const std::string& rank, const std::string& size) {
  if (environment.count(rank) == 0) return std::nullopt;
  Part part;
  part.index = NumberOf(environment, rank);
  part.count = NumberOf(environment, size);
  if (part.index >= part.count) {
    throw Refusal(StrCat(Assignment(environment, rank), " and ", Assignment(environment, size),
                         ", expected a rank below the count"));
  }
  part.source = rank;
  return part;
}

Part ProcessOf(const Environment& environment) {
  if (const auto part = RankOf(environment, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")) return *part;
  if (const auto part = RankOf(environment, "PMI_RANK", "PMI_SIZE")) return *part;
  // Whatever sbatch starts without srun is alone, although SLURM_PROCID is set there too.
  if (environment.count("SLURM_STEP_ID") > 0) {
    if (const auto part = RankOf(environment, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS")) return *part;
  }
  return {};
}

Part SlurmArrayTaskOf(const Environment& environment) {
  const std::string prefix = "SLURM_ARRAY_TASK_";
  std::string all;
  for (const char* name : {"ID", "COUNT", "MIN", "MAX", "STEP"})
    all += (all.empty() ? "" : ", ") + Assignment(environment, prefix + name);
  const auto number = [&](const char* name, std::int64_t otherwise) {
    return environment.count(prefix + name) > 0 ? NumberOf(environment, prefix + name) : otherwise;
  };
  const std::int64_t id = NumberOf(environment, prefix + "ID"),
                     count = NumberOf(environment, prefix + "COUNT");
  const std::int64_t low = number("MIN", 0), step = number("STEP", 1);
  const std::int64_t high = number("MAX", low + step * (count - 1));
  if (step < 1 || id < low || id > high) throw Refusal(all + ": the task is not in its array");
  if ((high - low) / step + 1 != count || (id - low) % step != 0) {
    throw Refusal(all + ": the array's ids do not count in equal steps, so that no task knows its place");
  }
  return {(id - low) / step, count, prefix + "ID"};
}

Part ArrayTaskOf(const Environment& environment) {
  if (environment.count("SLURM_ARRAY_TASK_ID") > 0) return SlurmArrayTaskOf(environment);
  if (const auto part = RankOf(environment, "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"))
    return *part;
  if (environment.count("JOB_COMPLETION_INDEX") > 0) {
    throw Refusal(StrCat(Assignment(environment, "JOB_COMPLETION_INDEX"),
                         " of Kubernetes, which does not tell of how many (--shard=",
                         environment.at("JOB_COMPLETION_INDEX"), "/COUNT)"));
  }
  return {};
}

}  // namespace

LauncherShard ShardOfLauncher(const std::map<std::string, std::string>& environment) {
  LauncherShard shard;
  try {
    const Part process = ProcessOf(environment), task = ArrayTaskOf(environment);
    if (task.count > kMostShards / process.count) {
      throw Refusal(StrCat(task.count, " tasks of ", process.count, " processes: more than ", kMostShards));
    }
    shard.index = static_cast<int>(task.index * process.count + process.index);
    shard.count = static_cast<int>(task.count * process.count);
    shard.source =
        task.source + (task.source.empty() || process.source.empty() ? "" : " and ") + process.source;
  } catch (const Refusal& refusal) {
    shard = LauncherShard();
    shard.refusal = refusal.sentence();
  }
  return shard;
}

}  // namespace vitruvius
