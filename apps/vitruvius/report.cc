// vitruvius report: one HTML page about a folder of results.
#include "apps/vitruvius/report.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iomanip>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "apps/common/body_of_result.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/seen_people.h"
#include "data/io/atomic_file.h"
#include "data/io/picture.h"
#include "data/io/result_arrays.h"
#include "data/io/result_body.h"
#include "data/report/report_page.h"
#include "models/body/body_evaluator.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// The observations of the people whose body or picture is in the page, by row.
std::map<std::int64_t, PersonObservation> ObservationsByRow(const ReportRequest& request,
                                                            const Report& report, const BodyModel& model) {
  std::map<std::string, std::int64_t> rows;
  std::set<std::string> ids;
  for (const std::vector<std::int64_t>* chosen : {&report.choice.bodies, &report.choice.not_usable}) {
    for (const std::int64_t row : *chosen) {
      const std::string& id = report.table.ids[static_cast<size_t>(row)];
      rows[id] = row;
      ids.insert(id);
    }
  }
  std::map<std::int64_t, PersonObservation> found;
  for (auto& [id, person] : FindObservations(request.observations, ids, request.folder, model))
    found[rows[id]] = std::move(person);
  return found;
}

void RefuseOthers(const ReportRequest& request, const Report& report,
                  const std::map<std::int64_t, PersonObservation>& observations) {
  if (FLAGS_observations.empty()) return;  // a fit's own are its own
  std::vector<FitResult> fits;
  std::vector<SeenPerson> people;
  fits.reserve(report.bodies.rows.size());
  for (size_t i = 0; i < report.bodies.rows.size(); ++i) {
    const auto seen = observations.find(report.bodies.rows[i]);
    if (seen == observations.end()) continue;
    fits.push_back(report.bodies.Result(i, report.table));
    people.push_back({&fits.back(), &seen->second});
  }
  RefuseOtherKeypoints(people, *report.model, FLAGS_observations, request.folder);
}

// A picture that `fit --overlay` left, or else, or with --images, a new one; empty where there is nothing to
// draw.
std::string PictureOf(const ReportRequest& request, const PersonObservation* person, const FitResult& fit,
                      PersonPainter* painter) {
  const std::string left = FindPersonFile(request.folder, "overlays/" + FileStem(fit.id) + ".png");
  std::error_code error;
  if (!left.empty() && FLAGS_images.empty()) {
    try {
      return SerializeJpeg(ReadPicture(left));
    } catch (const InputError&) {
      // A damaged picture is drawn anew.
    }
  }
  if (painter == nullptr || (person == nullptr && !fit.usable)) return "";
  // Nothing was seen and there is no photograph: the picture would be empty.
  if (!fit.usable && FLAGS_images.empty() && !fs::is_regular_file(person->image_path, error) &&
      (person->keypoints2d.rows() == 0 || person->keypoints2d.col(2).maxCoeff() <= 0) && !person->is_3d()) {
    return "";
  }
  PersonObservation nothing_seen;
  nothing_seen.id = fit.id;
  return SerializeJpeg(painter->Draw(person != nullptr ? *person : nothing_seen, fit));
}

void AddPictures(const ReportRequest& request, const std::map<std::int64_t, PersonObservation>& observations,
                 Report* report) {
  const ReportBodies& bodies = report->bodies;
  ImageTroubles troubles;
  std::optional<PersonPainter> painter;
  if (report->model != nullptr) painter.emplace(report->model, &troubles);
  for (const std::vector<std::int64_t>* rows : {&report->choice.worst_usable, &report->choice.not_usable}) {
    for (const std::int64_t row : *rows) {
      const auto body = std::lower_bound(bodies.rows.begin(), bodies.rows.end(), row);
      FitResult fit;
      if (body != bodies.rows.end() && *body == row) {
        fit = bodies.Result(static_cast<size_t>(body - bodies.rows.begin()), report->table);
      } else {
        fit.id = report->table.ids[static_cast<size_t>(row)];
        fit.reason = ReasonAt(report->table, row);
      }
      const auto seen = observations.find(row);
      const std::string jpeg = PictureOf(request, seen == observations.end() ? nullptr : &seen->second, fit,
                                         painter ? &*painter : nullptr);
      if (!jpeg.empty()) report->pictures.push_back({row, jpeg});
    }
  }
  troubles.Print();
}

// The page poses parametric bodies alone, and says so.
void LeaveSegments(Report* report) {
  if (report->bodies.segment_scales.empty()) return;
  const double moved_m = report->bodies.LeaveSegments(*report->model);
  std::ostringstream said;
  said << " These are bodies of segments, shown in 3D as parametric bodies of the same poses, with betas in "
          "the place of scales and a pinhole camera in the place of a weak one: their joints are "
       << std::fixed << std::setprecision(1) << 1e3 * moved_m
       << " mm from those of the segments in the mean. Pictures show the segments themselves.";
  report->choice.statement += said.str();
}

int RunReport(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw UsageError("report: expected the folder of results.npz");
  std::error_code error;
  if (!fs::is_directory(arguments[0], error)) throw InputError(arguments[0], "", "is no folder of results");
  RequireImagesFolder();
  RefuseIdleReading(FLAGS_observations.empty());
  ReportRequest request;
  request.folder = arguments[0];
  request.out = FLAGS_out.empty() ? arguments[0] + "/report.html" : FLAGS_out;
  if (!FLAGS_observations.empty()) request.observations = {FLAGS_observations};
  if (FLAGS_bodies != 0) request.model = BodyOfResult(request.folder);
  MakeReport(request);
  if (!FLAGS_quiet)
    std::printf("%s: %.1f MB\n", request.out.c_str(), 1e-6 * static_cast<double>(fs::file_size(request.out)));
  return kExitOk;
}

}  // namespace

void MakeReport(const ReportRequest& request) {
  if (FLAGS_bodies < 0 || FLAGS_pictures < 0) throw UsageError("--bodies, --pictures: expected 0 or more");
  Report report;
  report.table = ReadReportTable(request.folder);
  report.choice = ChooseRows(report.table, FLAGS_bodies, FLAGS_pictures);
  report.bodies = ReadReportBodies(request.folder, report.choice.bodies);
  report.model = request.model;
  if (FLAGS_bodies == 0) {
    report.model = nullptr;
    report.no_bodies = "This page was made without bodies (--bodies=0).";
  }
  std::map<std::int64_t, PersonObservation> observations;
  if (report.model != nullptr) observations = ObservationsByRow(request, report, *report.model);
  AddPictures(request, observations, &report);  // of segments as they are, before they are left
  if (report.model != nullptr) {
    RefuseOthers(request, report, observations);
    LeaveSegments(&report);
    for (size_t i = 0; i < report.bodies.rows.size(); ++i) {
      const auto seen = observations.find(report.bodies.rows[i]);
      if (seen == observations.end() || seen->second.set == nullptr) continue;
      report.keypoints.push_back(
          CompareKeypoints(seen->first, seen->second, report.bodies.Result(i, report.table), *report.model));
    }
  }
  WriteFileAtomically(request.out, ReportPage(report));
}

Command ReportCommand() {
  return {"report",
          "DIR [--out FILE.html]",
          "one HTML page about a folder of results",
          "DIR is what fit wrote: results.npz, manifest.jsonl, overlays/ where there are any. The page (by "
          "default DIR/report.html) needs no network and no other file: counts and reasons, histograms, a "
          "table to sort and filter, the worst people, and every body in 3D. With --observations it shows "
          "the keypoints too. It holds the body model itself: share it as that model's licence allows, or "
          "leave bodies out with --bodies=0.\n"
          "\n"
          "  vitruvius report out/\n"
          "  vitruvius report out/ --observations keypoints/ --images photos/\n",
          {"out", "model", "gender", "observations", "images", "image_size", "keypoint_set", "bodies",
           "pictures", "size", "quiet"},
          RunReport};
}

}  // namespace vitruvius
