// What a run leaves: results.npz for programs, manifest.jsonl for people and for resuming; and the way back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/io/result_body.h"
#include "models/body/body_model.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

// folder/results.npz, row by row; memory does not grow with the rows. Keys, for N rows in the order of
// Append, J joints, B betas, T terms; everything that is not text or a count is <f8:
//   ids, reason, focal_source, camera_source, images (N,): text
//   status (N,): int8, 1 usable
//   global_orient (N,3), body_pose (N,3(J-1)), poses (N,3J): radians; poses is both joined
//   betas (N,B); transl (N,3): metres
//   joints3d (N,J,3): metres, camera axes
//   joints3d_expected (N,J,3): metres, the mean over the distinct minima found, by weight
//   joints_std_m (N,J): metres, one standard deviation in space, NaN where not known
//   joints_relative_std_m (N,J): the same with respect to the root joint
//   rotation_std_rad (N,J,3): of each joint's twist and two swings, named by rotation_names (J,3): text
//   data_share (N,J,3): fraction of the prior's variance of these that the keypoints removed; below 0.5 the
//     direction is undetermined
//   betas_std (N,B), betas_data_share (N,B), transl_std_m (N,3): the same of the other parameters
//   flags (N,): text, "code:place;code:place" (solvers/registration/flags.h)
//   capture, subject, camera (N,): text; frame (N,): int64; time_s (N,): seconds: who, when and through which
//     camera, as the input said (Identity): empty, -1 and NaN where it did not
//   joints2d (N,J,2): px
//   focal (N,2), center (N,2): px; image_size (N,2): int32
//   cost (N,); residual_median, residual_mean (N,): px or metres; NaN for who was not fitted
//   reprojection_px (N,): the same, NaN for 3D input
//   penetration_m (N,): how deep the capsules of the body's parts overlap, metres; 0: they do not
//   num_keypoints, num_starts, num_minima, winning_start, num_iterations (N,): int32
//   with num_hypotheses K > 0, the best K distinct minima, best first: hypotheses_poses (N,K,3J),
//     hypotheses_betas (N,K,B), hypotheses_transl (N,K,3), hypotheses_joints3d (N,K,J,3), hypotheses_cost
//     (N,K), hypotheses_weight (N,K); NaN and weight 0 where fewer were found. The weights of all that were
//     found sum to one
//   with latent_dim d > 0, latent (N,d): of the pose prior, NaN where a row has none
//   of bodies of segments (models/body/segment_body.h): segment_scales (N,J), zero where a row could not be
//     fitted, and weak_camera (N,3): px a metre, px, px. betas are zero; body_pose are the angles
//   joint_names (J,): text
//   term_names (T,), in the order of the alphabet; term_costs (N,T): share of the cost, 0 where a person had
//   no
//     such term
//   keypoint_set (), or (N,) where they differ: text
//   model, model_gender, body_hash, model_file, model_regressors, model_vertices (): data/io/result_body.h;
//   gender (): text, as model_gender; mocap_frame_rate (): Hz
// Rows that could not be fitted hold zeros elsewhere. The same rows give the same bytes.
class ResultsWriter {
 public:
  // Makes the folder when it is not there. Throws InputError.
  ResultsWriter(const std::string& folder, const BodyModel& model, int num_hypotheses = 0, int latent_dim = 0,
                bool of_segments = false);
  ~ResultsWriter();  // without Finish nothing is left, and an older results.npz stays
  ResultsWriter(ResultsWriter&&) noexcept;

  // The result's arrays have the model's sizes, or none when it is not usable. Throws InputError (disk full).
  void Append(const FitResult& result, const PersonObservation& person);
  std::int64_t num_rows() const;  // with those that were kept
  // Writes the file aside, syncs, renames. To be called once. frame_rate_hz 0: the rows are no motion. stop:
  // asked now and then; true ends the work without a file, and Finish returns false.
  bool Finish(double frame_rate_hz = 0, const std::function<bool()>& stop = nullptr);

  // Before any Append: rows go to folder/rows.journal, and a row is there, whole, when its Append returns,
  // whatever ends the process after. Rows of a process that ended before its Finish are kept, at most so many
  // of the first; returns how many. Finish makes the same file of kept and new rows as of new ones alone, and
  // leaves the journal. Throws InputError where the journal is of other columns.
  std::int64_t KeepJournal(std::int64_t most_kept);
  // The kept rows from the first; false after the last.
  struct KeptRow {
    std::uint64_t observation_hash = 0;  // HashOf what was fitted (models/scene/observation_hash.h)
    bool usable = false;
    std::string reason;
    double penetration_m = 0;  // NaN: not fitted
  };
  bool NextKept(KeptRow* row);
  void SyncJournal();  // to the disk now; it is done about once a second anyway
  static std::string JournalPath(const std::string& folder);
  // keypoint_set has a text a row even where they are the same, for rows that are a part of others.
  void WriteSetPerRow();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// folder/manifest.jsonl: one line a person, handed to the system as soon as it is known: id, source, status,
// reason, detail, milliseconds, cost, residual_median, terms {name: cost}, num_keypoints, num_starts,
// winning_start, num_iterations, num_minima, flags [code:place], focal, row (of results.npz).
class ManifestWriter {
 public:
  // keep: goes on after the first so many whole lines of an older manifest (one cut short by a crash is
  // none); what comes after them is dropped. Throws InputError.
  explicit ManifestWriter(const std::string& folder, std::int64_t keep = 0);
  ~ManifestWriter();
  ManifestWriter(const ManifestWriter&) = delete;
  ManifestWriter& operator=(const ManifestWriter&) = delete;
  void Append(const FitResult& result, const PersonObservation& person, std::int64_t row);

 private:
  std::string path_;
  int fd_ = -1;
};

// Whole lines of folder/manifest.jsonl; 0 where there is none.
std::int64_t CountManifestLines(const std::string& folder);

struct ResultsFile {
  struct Row {
    FitResult fit;             // without detail, milliseconds
    std::string keypoint_set;  // may be empty
    std::string image_path;    // may be empty
    int image_width = 0, image_height = 0;
    Identity identity;
  };
  ResultBody body;
  std::vector<std::string> joint_names;     // (J); where the file has none, SMPL's or "joint 5"
  std::vector<std::string> rotation_names;  // (3J), joint-major; empty where the file has none
  double frame_rate_hz = 0;                 // 0: none
  std::vector<Row> rows;
};

// Reads a results.npz, the one in a folder, or all shards of a run in one (ResultArrays). Arrays that older
// files lack stay at their defaults; ids, status, global_orient, body_pose, betas, transl must be there.
// Throws InputError, also when a usable row holds a number that is not finite.
ResultsFile ReadResults(const std::string& path);

}  // namespace vitruvius
