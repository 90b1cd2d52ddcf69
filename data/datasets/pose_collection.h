// Poses of many motion files in one table, balanced by subject: what pose priors are trained on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/datasets/retarget.h"

namespace vitruvius {

struct PoseCollectionOptions {
  double fps = 30;                       // motions are resampled to this
  double max_frames_per_subject = 2000;  // the weights of a subject's frames sum to no more than this
  bool add_mirrored = true;              // every pose's mirror image too, with the same weight
  RetargetOptions retarget;
  // Called before each file; may be empty.
  std::function<void(int file, int num_files, const std::string& path)> progress;
  void Check() const;  // throws ContractError
};

struct PoseCollection {
  RowMatrixXd poses;                  // (N, 69) body poses, axis-angle, principal branch; valid frames only
  std::vector<double> weights;        // (N) in (0, 1]
  std::vector<int> subject;           // (N) index into subjects
  std::vector<std::string> subjects;  // sorted
  std::vector<std::string> files;     // read, in the order of the poses
  std::vector<std::string> doubles;   // left out: the same trial is in `files` in a better format
  std::int64_t frames_read = 0;       // at options.fps
  std::int64_t frames_dropped = 0;    // of those, implausible
};

// `paths`: motion files (motion_file.h), or folders that are searched for them. Subjects are told by names:
// NN_TT.* is subject NN, else a folder NN or cmu_NN[.anything] is, else the file's name without its number.
// The same trial in several formats counts once: ASF/AMC before BVH and exponential maps before DeepMimic.
// The result does not depend on the order of `paths`. Throws InputError when a file cannot be read or nothing
// is found.
PoseCollection CollectPoses(const std::vector<std::string>& paths, const PoseCollectionOptions& options = {});

// Exposed for tests: "02" of ".../02_01.amc", "60" of ".../cmu_60.bvh/salsa_01.bvh".
std::string SubjectOfMotion(const std::string& path);

}  // namespace vitruvius
