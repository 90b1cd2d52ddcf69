// vitruvius check: whether an input is what a fit expects, without fitting it.
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/flag_use.h"
#include "apps/vitruvius/camera_counts.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/input_check.h"
#include "apps/vitruvius/motion_inputs.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

struct SetSummary {
  long people = 0, seen = 0;
  std::vector<long> seen_of;  // by keypoint
};

struct InputSummary {
  std::map<std::pair<const KeypointSet*, bool>, SetSummary> sets;  // in 2D or 3D
  std::map<std::string, long> image_sizes;
  CameraCounts cameras;
  std::map<std::string, std::pair<long, std::string>> reasons;  // how many, and the first one's sentence
  RemarkCounts remarks;
  long people = 0, readable = 0;
  long with_surface = 0, surface_points = 0;
};

// "640 x 480", or of an image of unknown size "about 640 x 480".
std::string SizeText(const PersonObservation& person) {
  if (person.image_width > 0) return StrCat(person.image_width, " x ", person.image_height);
  if (!person.frame_px) return "not told";
  return StrCat("about ", std::lround((*person.frame_px)[2]), " x ", std::lround((*person.frame_px)[3]));
}

InputSummary Summarise(ObservationSource* source, const BodyModel& model, const GivenFocal& focal) {
  InputSummary summary;
  for (PersonObservation person; source->Next(&person);) {
    ++summary.people;
    if (!person.reason.empty()) {
      auto& [count, first] = summary.reasons[person.reason];
      if (++count == 1) first = person.detail;
      continue;
    }
    if (person.betas && person.betas->size() != model.num_betas()) {  // as fits refuse them
      auto& [count, first] = summary.reasons[reason::kBadInput];
      if (++count == 1)
        first = StrCat(person.source, ": ", person.id, ": found ", person.betas->size(),
                       " betas, expected the ", model.num_betas(), " of the body ", model.name());
      continue;
    }
    ++summary.readable;
    summary.remarks.Add(person);
    summary.with_surface += !person.dense.empty();
    summary.surface_points += static_cast<long>(person.dense.size());
    if (!person.is_3d()) {
      ++summary.image_sizes[SizeText(person)];
      summary.cameras.Add(person, focal);
    }
    if (person.set == nullptr) continue;
    SetSummary& set = summary.sets[{person.set, person.is_3d()}];
    set.seen_of.resize(static_cast<size_t>(person.set->size()));
    ++set.people;
    for (int k = 0; k < person.set->size(); ++k) {
      const bool seen = (person.is_3d() ? person.keypoints3d(k, 3) : person.keypoints2d(k, 2)) > 0;
      set.seen_of[static_cast<size_t>(k)] += seen;
      set.seen += seen;
    }
  }
  return summary;
}

void PrintCounts(const char* what, const std::map<std::string, long>& counts) {
  constexpr size_t kMost = 4;
  std::string line;
  size_t printed = 0;
  for (const auto& [value, count] : counts) {
    if (++printed > kMost) break;
    line += StrCat(line.empty() ? "" : ", ", value, " (", count, ")");
  }
  if (counts.size() > kMost) line += StrCat(" and ", counts.size() - kMost, " more");
  if (!counts.empty()) std::printf("  %-14s %s\n", what, line.c_str());
}

void Print(const InputSummary& summary, const BodyModel& model) {
  std::printf("%ld people, %ld can be read\n", summary.people, summary.readable);
  for (const auto& [key, set] : summary.sets) {
    const auto& [keypoints, is_3d] = key;
    std::printf("  %-14s %s in %s (%ld), %.1f of %d points seen\n", "keypoints", keypoints->name.c_str(),
                is_3d ? "3D" : "2D", set.people,
                static_cast<double>(set.seen) / static_cast<double>(set.people), keypoints->size());
    std::string never, lacking;
    std::vector<bool> bound(set.seen_of.size());
    for (const int k : BindKeypoints(*keypoints, model).keypoint_of_point)
      bound[static_cast<size_t>(k)] = true;
    int num_lacking = 0;
    for (size_t k = 0; k < set.seen_of.size(); ++k) {
      if (set.seen_of[k] == 0 && bound[k]) never += " " + keypoints->points[k].name;
      num_lacking += !bound[k];
    }
    if (!never.empty()) std::printf("  %-14s%s\n", "never seen", never.c_str());
    if (num_lacking > 0) {
      std::printf("  %-14s %d of the set's points, which the body %s does not have\n", "left out",
                  num_lacking, model.name().c_str());
    }
  }
  if (summary.with_surface > 0) {
    std::printf("  %-14s of %ld people, %.1f points each\n", "surface", summary.with_surface,
                static_cast<double>(summary.surface_points) / static_cast<double>(summary.with_surface));
  }
  PrintCounts("images", summary.image_sizes);
  summary.cameras.Print();
  for (const auto& [reason, count] : summary.reasons) {
    std::printf("  %ld cannot be fitted: %s, the first: %s\n", count.first, reason.c_str(),
                count.second.c_str());
  }
  summary.remarks.Print();
}

int Check(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("check: name keypoint files or folders (OpenPose or COCO JSON, .npz)");
  const FitSetup setup = FitSetupFromFlags();
  const bool is_motion = AreMotionInputs(inputs);
  RefuseFlagsOfOtherInputs(is_motion);
  if (!is_motion) RefuseGiven({"up"}, "is of motion capture, and the input is keypoints");
  std::vector<ConventionFinding> findings;
  // Keypoints can be read otherwise than they stand in the file; points of the surface beside them cannot.
  const bool dense = FLAGS_read_as.empty();
  std::unique_ptr<ObservationSource> source =
      RefuseIdleFlags(TellNotes(OpenInputs(inputs, *setup.model, dense)), setup);
  // The axes and units of motion capture are known to its readers.
  if (!is_motion) source = JudgeConventions(std::move(source), setup, &findings);
  const InputSummary summary = Summarise(source.get(), *setup.model, setup.Focal());
  Print(summary, *setup.model);
  bool certain = false;
  for (const ConventionFinding& finding : findings) {
    std::printf("%s\n", FindingText(finding).c_str());
    certain = certain || finding.level == ConventionFinding::Level::kError;
  }
  if (is_motion) {
    std::printf("conventions: not judged, motion capture says what it is; its reader's remarks are above\n");
  } else if (findings.empty() && !summary.sets.empty()) {
    std::printf("conventions: nothing unusual\n");
  }
  return certain || summary.readable == 0 ? kExitBadInput : kExitOk;
}

}  // namespace

Command CheckCommand() {
  std::string words;
  for (const auto& [word, meaning] : ReadAsWords())
    words += StrCat("  ", word, std::string(22 - std::min<size_t>(21, word.size()), ' '), meaning, "\n");
  return {"check",
          "INPUT... [--flag=value]",
          "whether keypoint files are what a fit expects",
          "Reads all of the input and says what is in it: people, keypoint sets, image sizes, focal lengths, "
          "points that were never seen, people that cannot be fitted; DensePose annotations without "
          "dp_masks, and with points more than two of 256 cells off the mask of their part. Then whether the "
          "first 300 people follow the conventions (pixels with y down, metres in camera axes, left is the "
          "person's own left, the order of the set): each finding says what was seen and what would put it "
          "right. Exit status 1 when one is certain.\n"
          "\n"
          "  vitruvius check keypoints/\n"
          "  vitruvius check people.npz --keypoint_set=h36m17 --read_as=y_up\n"
          "\n"
          "--read_as takes one or more of these, with commas:\n" +
              words,
          {"model", "gender", "prior", "recipe", "focal", "fov", "focal_mm", "images", "image_size",
           "keypoint_set", "read_as", "up", "unit", "rest_frame", "quiet"},
          Check};
}

}  // namespace vitruvius
