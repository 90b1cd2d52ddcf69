// vitruvius learn lift
#include <cstdio>
#include <map>

#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/training_session.h"
#include "data/io/observation_writer.h"
#include "solvers/deform_and_learn/person_depths.h"

DEFINE_string(lifter, "", "lifter.npz of train-lifter, or of a round of deform-and-learn");

namespace vitruvius {
namespace {

int Lift(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("lift: name files with what was seen of people");
  if (FLAGS_out.empty()) throw UsageError("lift: --out FILE.npz is missing");
  if (FLAGS_lifter.empty()) throw UsageError("lift: --lifter FILE is missing");
  if (FLAGS_threads < 0) throw UsageError("lift: expected --threads 0 or more");
  const DepthLifter lifter(FLAGS_lifter, DeviceFromFlags());
  const std::unique_ptr<ObservationSource> source =
      OpenObservations(inputs, ObservationOptionsFromFlags(/*dense=*/true));
  std::vector<PersonObservation> people;
  std::map<std::string, std::pair<std::int64_t, std::string>> left_out;
  for (PersonObservation person; source->Next(&person);) {
    if (person.reason.empty()) {
      people.push_back(std::move(person));
    } else if (auto& [count, first] = left_out[person.reason]; ++count == 1) {
      first = person.detail;
    }
  }
  LiftPeople(lifter, &people);
  std::int64_t lifted = 0;
  for (const PersonObservation& person : people) lifted += person.keypoint_depths_px.rows() > 0;
  WriteObservations(FLAGS_out, people);
  if (FLAGS_quiet) return kExitOk;
  std::printf("%lld people, %lld with depths -> %s\n", static_cast<long long>(people.size()),
              static_cast<long long>(lifted), FLAGS_out.c_str());
  for (const auto& [reason, count] : left_out) {
    std::printf("  %lld left out: %s, the first: %s\n", static_cast<long long>(count.first), reason.c_str(),
                count.second.c_str());
  }
  return kExitOk;
}

}  // namespace

Command LiftCommand() {
  return {
      kLift.name,
      "INPUT... --lifter FILE --out FILE.npz",
      kLift.summary,
      "INPUT: what `vitruvius register` takes. The file has all of it (people that cannot be read are left "
      "out, and told) and keypoint_depths: the depths that a trained lifter gives to everyone of whom all of "
      "its joints are seen. `vitruvius register` with a recipe of segments then counts them:\n"
      "\n"
      "  vitruvius learn lift annotations.json --lifter lifter/lifter.npz --out people.npz\n"
      "  vitruvius register people.npz --recipe=dense-first --images images/ --out out/\n",
      {"lifter", "out", "dense_points", "keypoint_set", "read_as", "image_size", "threads", "device",
       "quiet"},
      Lift,
      "vitruvius learn"};
}

}  // namespace vitruvius
