// Findings about the conventions of an input, for the commands that fit it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/vitruvius/session.h"
#include "data/datasets/conventions.h"
#include "data/io/keypoint_files.h"

namespace vitruvius {

// Prints the notes of a source (ObservationSource::Notes) to stderr as soon as it has them; not under
// --quiet.
std::unique_ptr<ObservationSource> TellNotes(std::unique_ptr<ObservationSource> source);

// Looks at the first people of a source and gives back one that hands out all of them, these included.
// Findings go to *findings. The setup's focal length counts where people have none.
std::unique_ptr<ObservationSource> JudgeConventions(std::unique_ptr<ObservationSource> source,
                                                    const FitSetup& setup,
                                                    std::vector<ConventionFinding>* findings);

// Looks at the first people of a source, as JudgeConventions does, and throws UsageError for flags that mean
// nothing for any of them: a recipe for 2D keypoints where all are in 3D, --read_as=z_up where all are in 2D
// ...
std::unique_ptr<ObservationSource> RefuseIdleFlags(std::unique_ptr<ObservationSource> source,
                                                   const FitSetup& setup);

// As --conventions says: prints findings to stderr, and throws InputError if one is certain.
std::unique_ptr<ObservationSource> CheckConventions(std::unique_ptr<ObservationSource> source,
                                                    const FitSetup& setup);

// Remarks of readers by their code: on how many people, and the first one's sentence.
class RemarkCounts {
 public:
  void Add(const PersonObservation& person);
  void Print() const;  // a line a code

 private:
  std::map<std::string, std::pair<long, std::string>> counts_;
};

// "error: left_right_swapped: what was seen\n  to put it right: ..."
std::string FindingText(const ConventionFinding& finding);

}  // namespace vitruvius
