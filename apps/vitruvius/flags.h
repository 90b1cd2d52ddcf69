// The flags of all commands, defined once in flags.cc; each command lists those it takes. Nothing below apps
// reads one.
#pragma once

#include <string>
#include <vector>

#include <gflags/gflags.h>

#include "apps/vitruvius/command.h"

DECLARE_string(model);
DECLARE_string(gender);
DECLARE_string(from);
DECLARE_string(regressors);
DECLARE_string(prior);
DECLARE_string(recipe);
DECLARE_string(focal);
DECLARE_string(image_size);
DECLARE_string(images);
DECLARE_string(keypoint_set);
DECLARE_string(read_as);
DECLARE_string(conventions);
DECLARE_int32(starts);
DECLARE_int32(hypotheses);
DECLARE_int32(hypothesis);
DECLARE_int32(threads);
DECLARE_uint64(seed);
DECLARE_string(shard);
DECLARE_string(solver);
DECLARE_string(out);
DECLARE_bool(overlay);
DECLARE_int32(overlay_limit);
DECLARE_bool(obj);
DECLARE_bool(report);
DECLARE_int32(bodies);
DECLARE_int32(pictures);
DECLARE_bool(glb);
DECLARE_string(up);
DECLARE_bool(quiet);
DECLARE_string(id);
DECLARE_int32(limit);
DECLARE_int32(stride);
DECLARE_string(to);
DECLARE_double(fps);
DECLARE_string(up_axis);
DECLARE_string(observations);
DECLARE_double(noise_px);
DECLARE_double(noise_m);
DECLARE_bool(keypoints3d);
DECLARE_bool(json);
DECLARE_int32(components);
DECLARE_double(floor);
DECLARE_double(cap);
DECLARE_int32(restarts);
DECLARE_bool(mirror);
DECLARE_int32(size);
DECLARE_string(train);
DECLARE_string(test);
DECLARE_int64(samples);
DECLARE_int32(queries);
DECLARE_int32(inverted);
DECLARE_int32(path_bodies);
DECLARE_int32(compared);
DECLARE_int32(people);
DECLARE_bool(circle);

namespace vitruvius {

// Sets the flags among `words` (--name=value, --name value, --bool, --nobool) that `command` takes and
// returns the other words. Throws UsageError for a flag the command does not take or a value of the wrong
// kind.
std::vector<std::string> ParseFlags(const Command& command, const std::vector<std::string>& words);
// The line that runs a command with these words and the flags as they are now; those at their default, and
// --quiet, are left out.
std::string CommandLine(const Command& command, const std::vector<std::string>& words);
// The help text of one command, with its flags and their defaults.
std::string HelpText(const Command& command);

}  // namespace vitruvius
