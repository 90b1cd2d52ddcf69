// Depths of people's keypoints by a lifter that was trained on those very people's keypoints: the tables it
// learns from, and what registration gets of it.
#pragma once

#include <memory>
#include <vector>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "solvers/training/depth_lifter.h"
#include "solvers/training/lifter_table.h"

namespace vitruvius {

// The part of a set that is lifted: neck, head_top, nose, and shoulders, elbows, wrists, hips, knees, ankles,
// in the set's order, where the body has them. Throws InputError when hips or shoulders are not among them.
KeypointSet LiftedKeypoints(const KeypointSet& set, const BodyModel& model);

// A row and its mirror image for everyone of `people` with all of `lifted` seen. registered: empty, or a fit
// of a body of segments for each of people, whose joints become LifterTable::registered where it is usable
// and its entry of `trusted` is true. Throws InputError when nobody has all keypoints, and where people have
// other sets.
LifterTable TableOfPeople(const std::shared_ptr<const BodyModel>& model, const KeypointSet& lifted,
                          const std::vector<PersonObservation>& people,
                          const std::vector<FitResult>& registered, const std::vector<bool>& trusted);

// Sets keypoint_depths_px, of confidence 1, of everyone with all of the lifter's joints seen; takes them from
// the others.
void LiftPeople(const DepthLifter& lifter, std::vector<PersonObservation>* people);

}  // namespace vitruvius
