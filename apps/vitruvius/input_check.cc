#include "apps/vitruvius/input_check.h"

#include <cstdio>
#include <deque>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "models/util/check.h"
#include "solvers/registration/mirror_fit.h"

namespace vitruvius {
namespace {

constexpr int kSample = 300;  // people that are looked at
constexpr int kMirrorFits = 100, kMirrorStarts = 4;

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

 private:
  std::unique_ptr<ObservationSource> rest_;
  std::deque<PersonObservation> ahead_;
};

}  // namespace

std::unique_ptr<ObservationSource> JudgeConventions(std::unique_ptr<ObservationSource> source,
                                                    const FitSetup& setup,
                                                    std::vector<ConventionFinding>* findings) {
  auto ahead = std::make_unique<ReadAheadSource>(std::move(source), kSample);
  std::vector<PersonObservation> sample(ahead->ahead().begin(), ahead->ahead().end());
  for (PersonObservation& person : sample) {
    person.dense.clear();  // conventions are those of keypoints, and fits by them need no chart
    if (!person.focal_px && setup.options.focal_px > 0 && !person.is_3d()) {
      person.focal_px.emplace(setup.options.focal_px, setup.options.focal_px);
    }
  }
  const MirrorTest by_fits = [&](const std::vector<PersonObservation>& people) {
    FitSetup quick = setup;
    quick.options.starts = kMirrorStarts;
    return CompareWithMirrored(people, kMirrorFits, quick.MakeFitter().get());
  };
  *findings = FindConventionFaults(sample, by_fits);
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
