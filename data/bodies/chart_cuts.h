// Where hands and feet are cut open before they are laid out.
//
// They are closed but for one loop, so that laid out whole they would shrink towards their tips. The cut
// follows their outline, between back and palm or upper side and sole, all but a hinge: the edge of the palm
// below the little finger, the outer edge of the foot.
#pragma once

#include <set>
#include <utility>

#include "data/bodies/face_labels.h"

namespace vitruvius {

// Edges within parts, the lower vertex first.
using CutEdges = std::set<std::pair<int, int>>;

// From the thumb's side of the wrist around all fingers. `part` is 3 or 4, part_of_face (F). Adds nothing
// where the hand has no such outline; throws InputError when the body lacks a wrist or hand joint.
void AddHandCut(const BodyModel& model, const Surface& surface, const Eigen::VectorXi& part_of_face, int part,
                CutEdges* cuts);
// Down the heel and from there along the inner edge around all toes. `part` is 5 or 6.
void AddFootCut(const BodyModel& model, const Surface& surface, const Eigen::VectorXi& part_of_face, int part,
                CutEdges* cuts);

}  // namespace vitruvius
