// Motion capture that commands are given: which inputs it is, and how flags say that it is to be read.
#pragma once

#include <string>
#include <vector>

#include "data/datasets/retarget.h"
#include "models/body/body_model.h"

namespace vitruvius {

// --up, --unit and --rest_frame, for this body. Throws UsageError.
RetargetOptions RetargetOptionsFromFlags(const BodyModel& model);

// Whether all inputs are .bvh or .amc files, or folders that hold such files, at any depth, and no keypoint
// files themselves. Throws UsageError where a folder holds both, or where some inputs are motion and others
// are not.
bool AreMotionInputs(const std::vector<std::string>& inputs);

// Throws UsageError for a given flag that says how the other kind of input is to be read.
void RefuseFlagsOfOtherInputs(bool is_motion);

// The motion files of such inputs; in folders each trial once, .amc before .bvh.
std::vector<std::string> MotionFilesOf(const std::vector<std::string>& inputs);

// A name for each file: without folder and extension where no other file has the same, else with as much of
// its path as it takes.
std::vector<std::string> NamesOfFiles(const std::vector<std::string>& paths);

// Tells on standard error what a motion's reader found out, with the file's name; nothing where it has
// nothing to tell or with --quiet.
void PrintRemarks(const std::string& path, const Motion& motion);

}  // namespace vitruvius
