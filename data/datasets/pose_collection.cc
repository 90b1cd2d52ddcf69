#include "data/datasets/pose_collection.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "data/datasets/motion_file.h"
#include "data/datasets/posture_balance.h"
#include "data/datasets/trial_names.h"
#include "data/io/text_scanner.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

int FormatRank(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  return EqualsIgnoringCase(extension, ".amc") ? 0 : EqualsIgnoringCase(extension, ".json") ? 2 : 1;
}

std::vector<std::string> FindMotionFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      std::error_code gone;
      if (it->is_regular_file(gone) && IsMotionFile(it->path().string())) {
        files.push_back(it->path().string());
      }
    }
    if (error) throw InputError(path, "", "the folder cannot be read: " + error.message());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  if (files.empty())
    throw InputError("found no motion file, expected .bvh, .amc, .json, .csv, .txt or .npz files");
  return files;
}

// Straightens knees and weighs postures; poses (N, 72).
void MakeEveryday(const PoseCollectionOptions& options, RowMatrixXd* poses, PoseCollection* collection) {
  const auto postures_of = [&] {
    std::vector<Posture> postures;
    for (Eigen::Index n = 0; n < poses->rows(); ++n)
      postures.push_back(PostureOf(JointsOfPose(options.retarget.target_joints, poses->row(n))));
    return postures;
  };
  const std::vector<Posture> before = postures_of();
  for (size_t s = 0; s < collection->subjects.size(); ++s) {
    std::vector<Eigen::Index> rows;
    for (size_t n = 0; n < collection->subject.size(); ++n) {
      if (collection->subject[n] == static_cast<int>(s)) rows.push_back(static_cast<Eigen::Index>(n));
    }
    RowMatrixXd own(static_cast<Eigen::Index>(rows.size()), poses->cols());
    std::vector<Posture> own_postures;
    for (size_t i = 0; i < rows.size(); ++i) {
      own.row(static_cast<Eigen::Index>(i)) = poses->row(rows[i]);
      own_postures.push_back(before[static_cast<size_t>(rows[i])]);
    }
    const double offset = KneeOffsetRad(own, own_postures);
    collection->knee_offset_deg[s] = kDegPerRad * offset;
    for (const Eigen::Index row : rows) StraightenKnees(offset, poses->row(row));
  }
  collection->weights =
      BalancedWeights(postures_of(), collection->subject, kEverydayShares, options.max_frames_per_subject);
}

}  // namespace

void PoseCollectionOptions::Check() const {
  VT_CHECK_GT(fps, 0);
  VT_CHECK_GT(max_frames_per_subject, 0);
  retarget.Check();
}

MotionFiles FindMotions(const std::vector<std::string>& paths) {
  MotionFiles result;
  std::map<std::string, std::string> best_of_trial;
  for (const std::string& path : FindMotionFiles(paths)) {
    const std::string trial = TrialOfMotion(path);
    if (!IsTrialName(trial)) {
      result.files.push_back(path);
      continue;
    }
    auto [it, first] = best_of_trial.emplace(trial, path);
    if (first) continue;
    const bool better = FormatRank(path) < FormatRank(it->second);
    result.doubles.push_back(better ? it->second : path);
    if (better) it->second = path;
  }
  for (const auto& [trial, path] : best_of_trial) result.files.push_back(path);
  std::sort(result.files.begin(), result.files.end());
  return result;
}

Motion OpenMotionAt(const std::string& path, double fps, const RetargetOptions& options) {
  Motion motion = Resample(OpenMotion(path, options), fps);
  MarkImplausible(options.limits, &motion);
  return motion;
}

PoseCollection CollectPoses(const std::vector<std::string>& paths, const PoseCollectionOptions& options) {
  options.Check();
  PoseCollection result;
  MotionFiles found = FindMotions(paths);
  result.files = std::move(found.files);
  result.doubles = std::move(found.doubles);

  constexpr int kColumns = 3 * kMotionJoints;
  std::vector<double> values;
  std::vector<std::string> subject_of_file;
  std::vector<std::size_t> file_of_pose;
  for (std::size_t i = 0; i < result.files.size(); ++i) {
    const std::string& path = result.files[i];
    if (options.progress) options.progress(static_cast<int>(i), static_cast<int>(result.files.size()), path);
    const Motion motion = OpenMotionAt(path, options.fps, options.retarget);
    subject_of_file.push_back(motion.subject);
    result.frames_read += motion.num_frames();
    for (int frame = 0; frame < motion.num_frames(); ++frame) {
      if (!motion.valid[frame]) {
        ++result.frames_dropped;
        continue;
      }
      const double* pose = motion.poses.data() + static_cast<std::ptrdiff_t>(frame) * motion.poses.cols();
      values.insert(values.end(), pose, pose + kColumns);
      file_of_pose.push_back(i);
    }
  }
  if (values.empty())
    throw InputError(result.files[0], "", "found no plausible frame in this and the other files");
  result.subjects = subject_of_file;
  std::sort(result.subjects.begin(), result.subjects.end());
  result.subjects.erase(std::unique(result.subjects.begin(), result.subjects.end()), result.subjects.end());
  std::vector<double> frames_of_subject(result.subjects.size(), 0.0);
  for (const std::size_t file : file_of_pose) {
    const auto at = std::lower_bound(result.subjects.begin(), result.subjects.end(), subject_of_file[file]);
    result.subject.push_back(static_cast<int>(at - result.subjects.begin()));
    frames_of_subject[result.subject.back()] += 1;
  }
  const auto n = static_cast<Eigen::Index>(result.subject.size());
  RowMatrixXd whole = Eigen::Map<const RowMatrixXd>(values.data(), n, kColumns);
  result.knee_offset_deg.assign(result.subjects.size(), 0);
  if (options.everyday) {
    MakeEveryday(options, &whole, &result);
  } else {
    for (const int subject : result.subject)
      result.weights.push_back(std::min(1.0, options.max_frames_per_subject / frames_of_subject[subject]));
  }
  result.poses.resize(options.add_mirrored ? 2 * n : n, kColumns - 3);
  result.global_orient.resize(result.poses.rows(), 3);
  result.poses.topRows(n) = whole.rightCols(kColumns - 3);
  result.global_orient.topRows(n) = whole.leftCols<3>();
  if (options.add_mirrored) {
    const RowMatrixXd mirrored = MirrorPoses(whole);
    result.poses.bottomRows(n) = mirrored.rightCols(kColumns - 3);
    result.global_orient.bottomRows(n) = mirrored.leftCols<3>();
    const std::vector<double> weights = result.weights;
    const std::vector<int> subject = result.subject;
    result.weights.insert(result.weights.end(), weights.begin(), weights.end());
    result.subject.insert(result.subject.end(), subject.begin(), subject.end());
  }
  return result;
}

}  // namespace vitruvius
