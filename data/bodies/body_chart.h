// The project's own chart of a body's surface, in DensePose's numbering of parts: SMPL's own, which dense
// correspondences of pictures refer to, may not be shipped and fits no other mesh.
//
// Parts as in models/body/surface_chart.h. Lengthwise halves: of legs 7, 8, 11, 12 are the back, 9, 10, 13,
// 14 the front; of arms 15, 16, 19, 20 are the inner side (which faces the trunk when the arm hangs, and the
// floor in the rest pose), 17, 18, 21, 22 the outer side. The neck belongs to the head.
//
// Coordinates: each part is laid out with little distortion (data/bodies/disk_map.h), turned, scaled by one
// factor until its longer side fills [0, 1], and centred in the other. Seen from outside u goes to the right
// where v goes up, and v goes up the body: from the pelvis to the neck, from the neck to the crown, in a limb
// from its far end to the trunk (from fingertips to wrist, from toes to heel).
#pragma once

#include <memory>

#include "models/body/surface_chart.h"

namespace vitruvius {

// Over the body's own faces in the rest pose. The same bytes on every call. A mesh that is its own mirror
// image gets a chart that is: the left parts are the right ones with u turned into 1 - u. Throws InputError
// where the body lacks a joint of SMPL's or its surface cannot be divided into 24 disks.
SurfaceChartData MakeBodyChart(const BodyModel& model);

// The chart that came with a body or, of the mannequin and the free body, the one that MakeBodyChart makes;
// null for others: what coordinates on SMPL mean is for its own chart to say.
std::shared_ptr<const SurfaceChart> ChartOrOwn(const BodyModel& model);
// The mannequin or the free body with its chart among its arrays, for files; any other body, and one whose
// surface cannot be divided, as it is.
std::shared_ptr<const BodyModel> WithOwnChart(const std::shared_ptr<const BodyModel>& model);

}  // namespace vitruvius
