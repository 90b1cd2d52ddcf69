// (internal) run.json as it is read and compared.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace vitruvius {

// What a run.json says of the run's state.
inline constexpr char kRunIsRunning[] = "running", kRunIsStopped[] = "stopped", kRunIsDone[] = "done";

bool HasRunRecord(const std::string& folder);
// folder/run.json. Throws InputError.
nlohmann::ordered_json ReadRunRecord(const std::string& folder);
// "done" where it does not say: older ones were written at the end.
std::string StateOfRun(const nlohmann::ordered_json& record);
// "flags.starts: found 4, now 1; model: ..." for each member of `wanted` that is another one in `found`,
// objects member by member; "" where none is. Members of the highest level that only `found` has, and
// `command`, do not count.
std::string DifferencesOfRuns(const nlohmann::ordered_json& found, const nlohmann::ordered_json& wanted);

}  // namespace vitruvius
