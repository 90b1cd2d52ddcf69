// vitruvius merge: shards of a run joined to one result.
#include "data/runs/merge.h"

#include <cstdio>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"

namespace vitruvius {
namespace {

int Merge(const std::vector<std::string>& folders) {
  if (folders.empty()) throw UsageError("merge: name the folder of the shards, or the shards themselves");
  const std::vector<ShardFolder> shards = ShardsOf(folders);
  ShardFolder itself;
  if (FLAGS_out.empty() && (folders.size() > 1 || IsShardFolder(folders[0], &itself)))
    throw UsageError("merge: --out is missing: name a folder for the result");
  const std::string out = FLAGS_out.empty() ? folders[0] : FLAGS_out;
  const MergeSummary summary = MergeShards(shards, out, FLAGS_overwrite);
  if (!FLAGS_quiet) {
    std::printf("%lld people, %lld usable, of %d shards -> %s/results.npz\n",
                static_cast<long long>(summary.people), static_cast<long long>(summary.usable),
                summary.shards, out.c_str());
  }
  return summary.people > 0 && summary.usable == 0 ? kExitNobodyUsable : kExitOk;
}

}  // namespace

Command MergeCommand() {
  return {
      "merge",
      "DIR... [--out DIR]",
      "join the shards of a run",
      "DIR is the --out of a run in shards (it holds shard_0_of_4, ...), or each DIR is a shard, from "
      "wherever it was fitted. All of them are joined to the results.npz that one process would have "
      "written, byte for byte, and to its manifest.jsonl; without --out in DIR itself. Refused, with what is "
      "wrong: shards missing, unfinished, there twice, or of runs that differ. Overlays and meshes stay with "
      "the shards. report, explain, render and convert read a folder of shards without it.\n"
      "\n"
      "  sbatch --array=0-3 --wrap \"vitruvius fit keypoints/ --out out/ --resume\"\n"
      "  vitruvius merge out/\n",
      {"out", "overwrite", "quiet"},
      Merge};
}

}  // namespace vitruvius
