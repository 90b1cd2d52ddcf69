#include "apps/vitruvius/run_fits.h"

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>

#include "apps/vitruvius/camera_counts.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/input_check.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/report.h"
#include "data/datasets/motion_file.h"
#include "data/io/mesh_files.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/metrics/self_penetration.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// The person's own files, as flags ask for them. `painter`: null for no picture.
void WriteFilesOf(const PersonObservation& person, const FitResult& result,
                  const std::shared_ptr<const BodyModel>& model, const std::string& folder,
                  PersonPainter* painter) {
  const bool with_obj = FLAGS_obj && result.usable;
  const std::string stem = FileStem(person.id);
  if (painter != nullptr) WritePng(folder + "/overlays/" + stem + ".png", painter->Draw(person, result));
  if (with_obj) WriteObj(folder + "/meshes/" + stem + ".obj", MeshOf(model, result).vertices, model->faces());
  if (FLAGS_glb && result.usable) {
    GlbOptions options = GlbOptionsFor(result, person.image_width, person.image_height);
    if (IsSkeletonMotion(person.source)) options.gltf_from_body.setIdentity();  // --up was its reader's
    WriteGlb(folder + "/meshes/" + stem + ".glb", *model, AnimationOf(result), options);
  }
}

}  // namespace

int RunFits(const std::string& what, const std::string& command_line, const std::vector<std::string>& inputs,
            const FitSetup& setup, const BatchOptions& batch, const std::string& shard_source,
            ObservationSource* source) {
  std::string folder = OutputFolder();
  if (batch.shard_count > 1) {
    folder += StrCat("/shard_", batch.shard_index, "_of_", batch.shard_count);
    MakeFolder(folder);
  }
  if (FLAGS_overlay) MakeFolder(folder + "/overlays");
  if (FLAGS_obj || FLAGS_glb) MakeFolder(folder + "/meshes");

  // What an earlier run left here must not pass for this one's.
  std::filesystem::remove(folder + "/results.npz");
  const bool of_segments = setup.recipe2d.body == Recipe::Body::kSegments;
  if (of_segments && FLAGS_glb)
    throw UsageError(
        "--glb: a body of segments has no file of this kind here; --obj has, and vitruvius convert makes it "
        "of a parametric body");
  ResultsWriter results(folder, *setup.model, FLAGS_hypotheses, setup.LatentDim(), of_segments);
  ManifestWriter manifest(folder);
  std::map<std::string, long> reasons;
  RemarkCounts remarks;
  CameraCounts cameras;
  long penetrating = 0, other_gender = 0;
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
    summary = RunBatch(
        [&](PersonObservation* person) {
          const bool any = source->Next(person);
          fraction_read = source->FractionDone();
          return any;
        },
        make_worker,
        [&](const PersonObservation& person, const FitResult& result) {
          manifest.Append(result, person, results.num_rows());
          results.Append(result, person);
          ++reasons[result.reason];
          remarks.Add(person);
          other_gender += !person.gender.empty() && person.gender != setup.model->gender();
          cameras.Add(person, setup.Focal());
          penetrating += result.usable && !person.is_3d() && result.penetration_m > kPenetratingM;
          progress.Add(result.usable, fraction_read);
        },
        batch);
    seconds = progress.seconds();
  }
  results.Finish(source->FrameRateHz());
  WriteRunRecord(folder, command_line, setup, summary, cameras, seconds);
  troubles.Print();
  if (FLAGS_report) MakeReport({folder, folder + "/report.html", inputs, setup.model, ""});
  if (!FLAGS_quiet) {
    if (batch.shard_count > 1) {
      std::printf("shard %d of %d, from %s\n", batch.shard_index, batch.shard_count, shard_source.c_str());
    }
    std::printf("%ld people, %ld usable, body %s, %.1f s on %d threads -> %s/results.npz\n", summary.done,
                summary.usable, setup.model->name().c_str(), seconds, summary.threads, folder.c_str());
    cameras.Print();
    for (const auto& [reason, count] : reasons) {
      if (reason != reason::kOk) std::printf("  %ld not usable: %s\n", count, reason.c_str());
    }
    if (summary.usable < summary.done)
      std::printf("  why, person by person: %s/manifest.jsonl\n", folder.c_str());
    remarks.Print();
    if (other_gender > 0) {
      std::printf(
          "  %ld are said to be of another gender than the body, which is %s: --model and --gender choose "
          "one\n",
          other_gender, setup.model->gender().c_str());
    }
    if (penetrating > 0 && setup.recipe2d.stages.back().weights.self_penetration == 0) {
      std::printf(
          "  %ld pass through themselves by more than %g mm: --recipe=solid keeps the parts of the body "
          "apart\n",
          penetrating, 1000 * kPenetratingM);
    }
  }
  return kExitOk;
}

}  // namespace vitruvius
