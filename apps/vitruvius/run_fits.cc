#include "apps/vitruvius/run_fits.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <map>

#include <nlohmann/json.hpp>

#include "apps/common/stop_signal.h"
#include "apps/vitruvius/camera_counts.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/input_check.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/report.h"
#include "apps/vitruvius/run_record.h"
#include "data/datasets/motion_file.h"
#include "data/io/json_text.h"
#include "data/io/mesh_files.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "data/runs/run_folder.h"
#include "models/metrics/self_penetration.h"
#include "models/scene/observation_hash.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// The person's own files below a folder, whether there or not.
std::string PictureFile(const std::string& id) { return "overlays/" + FileStem(id) + ".png"; }
std::string MeshFile(const std::string& id, const char* ending) { return "meshes/" + FileStem(id) + ending; }

// Those that flags ask for. `painter`: null for no picture.
void WriteFilesOf(const PersonObservation& person, const FitResult& result,
                  const std::shared_ptr<const BodyModel>& model, const std::string& folder,
                  PersonPainter* painter) {
  const bool with_obj = FLAGS_obj && result.usable;
  const std::string in_folder = folder + "/";
  if (painter != nullptr) WritePng(in_folder + PictureFile(person.id), painter->Draw(person, result));
  if (with_obj)
    WriteObj(in_folder + MeshFile(person.id, ".obj"), MeshOf(model, result).vertices, model->faces());
  if (FLAGS_glb && result.usable) {
    // Of skeletons --up was their reader's.
    const Eigen::Matrix3d upright = IsSkeletonMotion(person.source)
                                        ? Eigen::Matrix3d(Eigen::Matrix3d::Identity())
                                        : UprightFromResults(*model, {&result});
    WriteGlb(in_folder + MeshFile(person.id, ".glb"), *model, AnimationOf(result),
             GlbOptionsFor(upright, result, person.image_width, person.image_height));
  }
}

RunFolder OpenRunFolder(const Command& command, const std::vector<std::string>& inputs, const FitSetup& setup,
                        const BatchOptions& batch) {
  if (FLAGS_resume && FLAGS_overwrite)
    throw UsageError("--resume goes on and --overwrite starts anew: name one of them");
  RunRequest request;
  request.out = OutputFolder();
  request.shard_index = batch.shard_index;
  request.shard_count = batch.shard_count;
  request.resume = FLAGS_resume;
  request.overwrite = FLAGS_overwrite;
  request.record = RunRecord(command, inputs, setup, batch);
  request.files_of = [](const std::string& id) {
    return std::vector<std::string>{PictureFile(id), MeshFile(id, ".obj"), MeshFile(id, ".glb")};
  };
  return RunFolder(std::move(request));
}

// What is told of all people in the end.
struct Tally {
  std::string gender;  // of the body
  long done = 0, usable = 0, penetrating = 0, other_gender = 0;
  std::map<std::string, long> reasons;
  RemarkCounts remarks;
  CameraCounts cameras;
  GivenFocal focal;  // of flags

  void Add(bool is_usable, const std::string& reason, double penetration_m, const PersonObservation& person) {
    ++done;
    usable += is_usable;
    ++reasons[reason];
    penetrating += is_usable && !person.is_3d() && penetration_m > kPenetratingM;
    other_gender += !person.gender.empty() && person.gender != gender;
    remarks.Add(person);
    cameras.Add(person, focal);
  }
  // The most frequent first.
  std::vector<std::pair<std::string, long>> NotUsable() const {
    std::vector<std::pair<std::string, long>> sorted;
    for (const auto& [reason, count] : reasons) {
      if (reason != reason::kOk) sorted.emplace_back(reason, count);
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return sorted;
  }
};

// Rows of the earlier process belong to the people that are read now, or the input is another one.
void CheckKept(const ResultsWriter::KeptRow& row, const PersonObservation& person, long index) {
  if (row.observation_hash == HashOf(person)) return;
  throw InputError(person.source, person.id,
                   StrCat("--resume: person ", index,
                          " of the input is not what it was when the run began: the input has changed; "
                          "--overwrite starts anew"));
}

int ExitStatus(const Tally& tally, const BatchOptions& batch) {
  if (tally.usable > 0 || (tally.done == 0 && batch.shard_count > 1)) return kExitOk;
  std::string reasons;
  for (const auto& [reason, count] : tally.NotUsable())
    reasons += StrCat(reasons.empty() ? ": " : ", ", count, " ", reason);
  std::fprintf(stderr, "vitruvius: nobody was usable, of %ld people%s\n", tally.done, reasons.c_str());
  return kExitNobodyUsable;
}

int FinishedAlready(const RunFolder& run) {
  const nlohmann::json record = ParseJson(run.record(), run.result() + "/run.json");
  const nlohmann::json &people = ValueOf(record, "people"), &usable = ValueOf(record, "usable");
  if (!FLAGS_quiet) {
    std::printf("%s people, %s usable: this run was finished already, nothing to do -> %s/results.npz\n",
                people.dump().c_str(), usable.dump().c_str(), run.result().c_str());
  }
  return usable.is_number() && usable == 0 && people != 0 ? kExitNobodyUsable : kExitOk;
}

}  // namespace

BatchOptions BatchOfThisProcess() {
  BatchOptions batch = BatchOptionsFromFlags();
  const std::string shard_source = TakeShardFromEnvironment(&batch);
  if (batch.shard_count > 1 && !FLAGS_quiet) {
    std::printf("shard %d of %d, from %s\n", batch.shard_index, batch.shard_count, shard_source.c_str());
    std::fflush(stdout);
  }
  return batch;
}

int RunFits(const std::string& what, const Command& command, const std::vector<std::string>& inputs,
            const FitSetup& setup, BatchOptions batch, ObservationSource* source) {
  const bool of_segments = setup.recipe2d.body == Recipe::Body::kSegments;
  if (of_segments && FLAGS_glb)
    throw UsageError(
        "--glb: a body of segments has no file of this kind here; --obj has, and vitruvius convert makes it "
        "of a parametric body");
  RunFolder run = OpenRunFolder(command, inputs, setup, batch);
  if (!run.remark().empty()) std::fprintf(stderr, "warning: %s\n", run.remark().c_str());
  if (run.state() == RunFolder::State::kFinished) return FinishedAlready(run);
  const std::string folder = run.folder();
  if (FLAGS_overlay) MakeFolder(folder + "/overlays");
  if (FLAGS_obj || FLAGS_glb) MakeFolder(folder + "/meshes");

  // A row is kept where both journal and manifest have it. The manifest is cut first: rows of another run
  // never meet a run.json that is not theirs.
  const bool resumed = run.state() == RunFolder::State::kResumed;
  const std::int64_t lines = resumed ? CountManifestLines(folder) : 0;
  if (!resumed) ManifestWriter(folder, 0);
  ResultsWriter results(folder, *setup.model, FLAGS_hypotheses, setup.LatentDim(), of_segments);
  batch.already_done = static_cast<long>(results.KeepJournal(lines));
  ManifestWriter manifest(folder, batch.already_done);
  if (batch.shard_count > 1) results.WriteSetPerRow();
  run.Begin();
  if (batch.already_done > 0 && !FLAGS_quiet)
    std::printf("going on after %ld people that are done\n", batch.already_done);

  Tally tally;
  tally.gender = setup.model->gender();
  tally.focal = setup.Focal();
  ImageTroubles troubles;
  BatchSummary summary;
  double seconds = 0;
  {
    Progress progress(what, -1);
    std::atomic<double> fraction_read = 0;  // reading and writing are two threads
    const auto make_worker = [&]() -> PersonWorker {
      return [&setup, folder, fit = setup.MakeWorker(),
              painter = std::make_shared<PersonPainter>(setup.model, &troubles)](
                 const PersonObservation& person, long index) {
        FitResult result = fit(person, index);
        const bool drawn = FLAGS_overlay && index < FLAGS_overlay_limit;
        WriteFilesOf(person, result, setup.model, folder, drawn ? painter.get() : nullptr);
        return result;
      };
    };
    long kept = 0;
    batch.seen = [&](const PersonObservation& person, long index) {
      ResultsWriter::KeptRow row;
      if (!results.NextKept(&row)) return;
      CheckKept(row, person, index);
      tally.Add(row.usable, row.reason, row.penetration_m, person);
      ++kept;
    };
    batch.stop = StopSignal::Asked;
    summary = RunBatch(
        [&](PersonObservation* person) {
          const bool any = source->Next(person);
          fraction_read = source->FractionDone();
          return any;
        },
        make_worker,
        [&](const PersonObservation& person, const FitResult& result) {
          const std::int64_t row = results.num_rows();
          results.Append(result, person);
          manifest.Append(result, person, row);
          tally.Add(result.usable, result.reason, result.penetration_m, person);
          progress.Add(result.usable, fraction_read);
        },
        batch);
    seconds = progress.seconds();
    if (!summary.stopped && kept < batch.already_done) {
      throw InputError(inputs[0], "",
                       StrCat("--resume: the input ends after ", kept, " people, and ", batch.already_done,
                              " were done: it has changed; --overwrite starts anew"));
    }
  }
  results.SyncJournal();
  nlohmann::ordered_json how_it_went = {{"people", results.num_rows()},
                                        {"usable", tally.usable},
                                        {"camera", tally.cameras.ToJson()},
                                        {"threads", summary.threads},
                                        {"seconds", std::round(1000 * seconds) / 1000}};
  if (summary.stopped || !results.Finish(source->FrameRateHz(), StopSignal::Asked)) {
    run.Stop(how_it_went);
    std::fprintf(stderr,
                 "vitruvius: stopped by %s after %lld people, all of whom are kept; the same command with "
                 "--resume goes on\n",
                 StopSignal::Name().c_str(), static_cast<long long>(results.num_rows()));
    return kExitStopped;
  }
  run.Complete(how_it_went);
  troubles.Print();
  if (FLAGS_report) MakeReport({run.result(), run.result() + "/report.html", inputs, setup.model, ""});
  if (!FLAGS_quiet) {
    std::printf("%ld people, %ld usable, body %s, %.1f s on %d threads -> %s/results.npz\n", tally.done,
                tally.usable, setup.model->name().c_str(), seconds, summary.threads, run.result().c_str());
    tally.cameras.Print();
    for (const auto& [reason, count] : tally.NotUsable())
      std::printf("  %ld not usable: %s\n", count, reason.c_str());
    if (tally.usable < tally.done)
      std::printf("  why, person by person: %s/manifest.jsonl\n", run.result().c_str());
    tally.remarks.Print();
    if (tally.other_gender > 0) {
      std::printf(
          "  %ld are said to be of another gender than the body, which is %s: --model and --gender choose "
          "one\n",
          tally.other_gender, setup.model->gender().c_str());
    }
    if (tally.penetrating > 0 && setup.recipe2d.stages.back().weights.self_penetration == 0) {
      std::printf(
          "  %ld pass through themselves by more than %g mm: --recipe=solid keeps the parts of the body "
          "apart\n",
          tally.penetrating, 1000 * kPenetratingM);
    }
  }
  return ExitStatus(tally, batch);
}

}  // namespace vitruvius
