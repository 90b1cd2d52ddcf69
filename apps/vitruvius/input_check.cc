#include "apps/vitruvius/input_check.h"

#include <cstdio>
#include <deque>
#include <set>

#include "apps/common/flag_use.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "models/util/check.h"
#include "solvers/registration/mirror_fit.h"

namespace vitruvius {
namespace {

constexpr int kSample = 300;  // people that are looked at
constexpr int kMirrorFits = 100, kMirrorStarts = 4;

// Says what the source notes: what the first people tell before anything is done with them, the rest after
// the last.
class ToldSource : public ObservationSource {
 public:
  explicit ToldSource(std::unique_ptr<ObservationSource> source) : source_(std::move(source)) {}

  bool Next(PersonObservation* person) override {
    const bool any = source_->Next(person);
    if (!any || is_first_) Tell();
    is_first_ = false;
    return any;
  }
  double FractionDone() const override { return source_->FractionDone(); }
  double FrameRateHz() const override { return source_->FrameRateHz(); }
  bool IsOneImage() const override { return source_->IsOneImage(); }
  std::vector<std::string> Notes() const override { return source_->Notes(); }

 private:
  void Tell() {
    constexpr size_t kMost = 5;
    size_t left = 0;
    for (const std::string& note : source_->Notes()) {
      if (FLAGS_quiet || told_.count(note) > 0) continue;
      if (told_.size() >= kMost) {
        ++left;
        continue;
      }
      told_.insert(note);
      std::fprintf(stderr, "note: %s\n", note.c_str());
    }
    if (left > 0) std::fprintf(stderr, "note: and %zu more of the kind\n", left);
  }

  std::unique_ptr<ObservationSource> source_;
  std::set<std::string> told_;
  bool is_first_ = true;
};

// Hands out what was read ahead, then the rest.
class ReadAheadSource : public ObservationSource {
 public:
  ReadAheadSource(std::unique_ptr<ObservationSource> rest, int count) : rest_(std::move(rest)) {
    for (PersonObservation person; count > 0 && rest_->Next(&person); --count) ahead_.push_back(person);
  }
  const std::deque<PersonObservation>& ahead() const { return ahead_; }

  bool Next(PersonObservation* person) override {
    if (ahead_.empty()) return rest_->Next(person);
    *person = std::move(ahead_.front());
    ahead_.pop_front();
    return true;
  }
  double FractionDone() const override { return ahead_.empty() ? rest_->FractionDone() : 0; }
  double FrameRateHz() const override { return rest_->FrameRateHz(); }
  std::vector<std::string> Notes() const override { return rest_->Notes(); }

 private:
  std::unique_ptr<ObservationSource> rest_;
  std::deque<PersonObservation> ahead_;
};

}  // namespace

std::unique_ptr<ObservationSource> TellNotes(std::unique_ptr<ObservationSource> source) {
  return std::make_unique<ToldSource>(std::move(source));
}

std::unique_ptr<ObservationSource> JudgeConventions(std::unique_ptr<ObservationSource> source,
                                                    const FitSetup& setup,
                                                    std::vector<ConventionFinding>* findings) {
  auto ahead = std::make_unique<ReadAheadSource>(std::move(source), kSample);
  std::vector<PersonObservation> sample(ahead->ahead().begin(), ahead->ahead().end());
  for (PersonObservation& person : sample) {
    person.dense.clear();  // conventions are those of keypoints, and fits by them need no chart
    if (!person.focal_px && setup.options.focal.is_given() && !person.is_3d())
      person.focal_px = ChooseCamera(person, setup.options.focal).camera.focal_px;
  }
  const MirrorTest by_fits = [&](const std::vector<PersonObservation>& people) {
    FitSetup quick = setup;
    quick.options.starts = kMirrorStarts;
    quick.recipe2d = MirrorRecipe(quick.recipe2d);
    return CompareWithMirrored(people, kMirrorFits, quick.MakeFitter().get());
  };
  *findings = FindConventionFaults(sample, by_fits, ParseReadAs(FLAGS_read_as));
  return ahead;
}

std::unique_ptr<ObservationSource> RefuseIdleFlags(std::unique_ptr<ObservationSource> source,
                                                   const FitSetup& setup) {
  auto ahead = std::make_unique<ReadAheadSource>(std::move(source), kSample);
  int num_2d = 0, num_3d = 0;
  for (const PersonObservation& person : ahead->ahead()) {
    if (person.reason.empty()) ++(person.is_3d() ? num_3d : num_2d);
  }
  if (num_2d + num_3d == 0) return ahead;
  const auto refuse = [&](const std::string& flag, const std::string& is_for, const std::string& cure) {
    const std::string whom = num_2d + num_3d == kSample ? StrCat("the first ", kSample) : "all";
    throw UsageError(StrCat("--", flag, " is for ", is_for, " keypoints, and ", whom,
                            " people of the input are in ", num_3d > 0 ? "3D" : "2D", cure));
  };
  if (num_2d == 0 && setup.is_recipe2d_named)
    refuse("recipe=" + FLAGS_recipe, "2D", "; keypoints3d and mocap are recipes for those");
  if (num_3d == 0 && setup.is_recipe3d_named)
    refuse("recipe=" + FLAGS_recipe, "3D",
           "; leave it out, or name one with a camera (`vitruvius help fit`)");
  for (const std::string& word : ParseReadAs(FLAGS_read_as).words) {
    if (num_2d == 0 && !ReadAsConcerns(word, /*is_3d=*/true)) refuse("read_as=" + word, "2D", "");
    if (num_3d == 0 && !ReadAsConcerns(word, /*is_3d=*/false)) refuse("read_as=" + word, "3D", "");
  }
  if (num_2d == 0)
    RefuseGiven({"focal", "fov", "focal_mm", "image_size", "images"},
                "the people of the input are in 3D: no camera saw them");
  return ahead;
}

std::unique_ptr<ObservationSource> CheckConventions(std::unique_ptr<ObservationSource> source,
                                                    const FitSetup& setup) {
  if (FLAGS_conventions != "stop" && FLAGS_conventions != "warn" && FLAGS_conventions != "off") {
    throw UsageError(StrCat("--conventions: found \"", FLAGS_conventions, "\", expected stop, warn or off"));
  }
  if (FLAGS_conventions == "off") return source;
  std::vector<ConventionFinding> findings;
  source = JudgeConventions(std::move(source), setup, &findings);
  std::string certain;
  for (const ConventionFinding& finding : findings) {
    std::fprintf(stderr, "%s\n", FindingText(finding).c_str());
    if (finding.level != ConventionFinding::Level::kError) continue;
    certain += (certain.empty() ? "" : ", ") + finding.fault;
  }
  if (!certain.empty() && FLAGS_conventions == "stop") {
    throw InputError("the input does not follow the conventions (" + certain +
                     "), nothing was fitted; if it is right as it is, say --conventions=warn");
  }
  return source;
}

void RemarkCounts::Add(const PersonObservation& person) {
  for (const Remark& remark : person.remarks) {
    auto& [count, first] = counts_[remark.code];
    if (++count == 1) first = remark.detail;
  }
}

void RemarkCounts::Print() const {
  for (const auto& [code, count] : counts_) {
    const auto& [people, first] = count;
    std::printf("  %ld with a remark: %s, the first: %s\n", people, code.c_str(), first.c_str());
  }
}

std::string FindingText(const ConventionFinding& finding) {
  const bool is_note = finding.level == ConventionFinding::Level::kNote;
  return StrCat(LevelName(finding.level), ": ", finding.fault, ": ",
                is_note ? "too few people to judge, but " : "", finding.evidence, "\n  ",
                is_note ? "if so: " : "", finding.fix);
}

}  // namespace vitruvius
