// Many motion files: which of them count, the motion of each at one rate, and all their poses in one table,
// balanced by subject: what pose priors are trained on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/datasets/retarget.h"

namespace vitruvius {

struct MotionFiles {
  std::vector<std::string> files;    // sorted
  std::vector<std::string> doubles;  // left out: the same trial is in `files` in a better format
};

// `paths`: motion files (motion_file.h), or folders that are searched for them. The same trial in several
// formats counts once: ASF/AMC before BVH and exponential maps before DeepMimic. The result does not depend
// on the order of `paths`. Throws InputError when a folder cannot be read or nothing is found.
MotionFiles FindMotions(const std::vector<std::string>& paths);

// A motion at no more than `fps`: implausible frames are those of the file's own rate and those of the new
// one. Throws InputError.
Motion OpenMotionAt(const std::string& path, double fps, const RetargetOptions& options = {});

struct PoseCollectionOptions {
  double fps = 30;                       // motions are resampled to this
  double max_frames_per_subject = 2000;  // the weights of a subject's frames sum to no more than this
  bool add_mirrored = true;              // every pose's mirror image too, with the same weight
  // As everyday people are (posture_balance.h): knees straightened by what a subject's solve never lets them
  // be, and weights by kinds of posture, within each of which max_frames_per_subject holds.
  bool everyday = false;
  RetargetOptions retarget;
  // Called before each file; may be empty.
  std::function<void(int file, int num_files, const std::string& path)> progress;
  void Check() const;  // throws ContractError
};

struct PoseCollection {
  RowMatrixXd poses;                    // (N, 69) body poses, axis-angle, principal branch; valid frames only
  MatrixX3d global_orient;              // (N, 3) of the same frames, axis-angle, in a world with y up
  std::vector<double> weights;          // (N) in (0, 1]
  std::vector<int> subject;             // (N) index into subjects
  std::vector<std::string> subjects;    // sorted
  std::vector<double> knee_offset_deg;  // of each subject, taken off; 0 where none was
  std::vector<std::string> files;       // read, in the order of the poses
  std::vector<std::string> doubles;     // left out: the same trial is in `files` in a better format
  std::int64_t frames_read = 0;         // at options.fps
  std::int64_t frames_dropped = 0;      // of those, implausible
};

// Poses of all that FindMotions finds. Subjects are told by the files, else by their names (trial_names.h).
// Throws InputError when a file cannot be read or none has a plausible frame.
PoseCollection CollectPoses(const std::vector<std::string>& paths, const PoseCollectionOptions& options = {});

}  // namespace vitruvius
