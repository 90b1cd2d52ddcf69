#include "apps/common/flag_use.h"

#include <gflags/gflags.h>

#include "apps/common/command.h"

namespace vitruvius {

bool IsGiven(const std::string& flag) {
  gflags::CommandLineFlagInfo info;
  return gflags::GetCommandLineFlagInfo(flag.c_str(), &info) && !info.is_default;
}

void RefuseGiven(const std::vector<std::string>& flags, const std::string& why) {
  for (const std::string& flag : flags) {
    if (IsGiven(flag)) throw UsageError("--" + flag + ": " + why);
  }
}

}  // namespace vitruvius
