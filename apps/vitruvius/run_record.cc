#include "apps/vitruvius/run_record.h"

#include <zlib.h>

#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "apps/vitruvius/flags.h"
#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/result_body.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// What changes no byte of a result; the shard has a place of its own.
const std::set<std::string>& FlagsOfNoResult() {
  static const std::set<std::string> flags = {"out",    "threads",   "quiet",       "shard",
                                              "resume", "overwrite", "conventions", "report",
                                              "bodies", "pictures",  "size"};
  return flags;
}

std::string SizeAndSum(const std::string& path) {
  const std::string content = ReadFile(path);
  const uLong sum =
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<z_size_t>(content.size()));
  return StrCat(content.size(), " bytes, crc32 ", sum);
}

}  // namespace

std::string RunRecord(const Command& command, const std::vector<std::string>& inputs, const FitSetup& setup,
                      const BatchOptions& batch) {
  nlohmann::ordered_json run;
  run["command"] = CommandLine(command, inputs);
  run["version"] = VITRUVIUS_VERSION;
  run["inputs"] = inputs;
  run["shard"] = {{"index", batch.shard_index}, {"count", batch.shard_count}};
  const ResultBody body = ResultBodyOf(*setup.model);
  run["model"] = body.file.empty() ? body.name : body.file;
  run["model_name"] = body.name;
  run["model_gender"] = body.gender;
  run["model_regressors"] = body.regressors;
  run["body_hash"] = body.hash;
  run["recipe_2d"] = setup.recipe2d.name;
  run["recipe_3d"] = setup.recipe3d.name;
  run["prior_2d"] = FLAGS_prior.empty() ? setup.recipe2d.prior : FLAGS_prior;
  run["prior_3d"] = FLAGS_prior.empty() ? setup.recipe3d.prior : FLAGS_prior;
  run["solver"] = FLAGS_solver;
  run["starts"] = FLAGS_starts;
  run["seed"] = FLAGS_seed;
  run["flags"] = nlohmann::ordered_json::object();
  run["files"] = nlohmann::ordered_json::object();
  for (const auto& [flag, value] : FlagValues(command)) {
    if (FlagsOfNoResult().count(flag) > 0) continue;
    run["flags"][flag] = value;
    std::error_code error;
    if (std::filesystem::is_regular_file(value, error)) run["files"][flag] = SizeAndSum(value);
  }
  return JsonText(run);
}

}  // namespace vitruvius
