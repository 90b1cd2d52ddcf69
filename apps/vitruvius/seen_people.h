// What was seen of the people of a result: --observations, and whether it is what was fitted.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/io/result_writer.h"
#include "models/body/body_model.h"
#include "models/scene/observation.h"

namespace vitruvius {

// What was seen of people of a result, by id. Throws InputError where the inputs hold nobody of them; warns
// where some are lacking. result: its path, for the message.
std::map<std::string, PersonObservation> FindObservations(const std::vector<std::string>& inputs,
                                                          const std::set<std::string>& ids,
                                                          const std::string& result, const BodyModel& model);

// Of the people of --observations that belong to these rows; none without the flag. Throws as
// FindObservations does, and as RefuseOtherKeypoints.
std::map<std::string, PersonObservation> ObservationsOf(const std::vector<ResultsFile::Row>& rows,
                                                        const std::string& result, const BodyModel& model);

// Keypoints by how far the body is from them, the farthest first: px, or metres for 3D input.
using PointResiduals = std::vector<std::pair<double, std::string>>;
PointResiduals ResidualsOf(const std::shared_ptr<const BodyModel>& model, const FitResult& fit,
                           const PersonObservation& person);

// A body and what is said to have been seen of it.
struct SeenPerson {
  const FitResult* fit = nullptr;
  const PersonObservation* person = nullptr;
};
// Other people may have the same names: of most of whom the keypoints lie much further from the body than the
// result says they did, they are not those that were fitted. Throws InputError then, warns of some. Bodies of
// segments, whose camera is another, are not judged.
void RefuseOtherKeypoints(const std::vector<SeenPerson>& people, const BodyModel& model,
                          const std::string& observations, const std::string& result);

}  // namespace vitruvius
