// Keypoint sets as data: the order of points that a detector or annotator writes, each tied to a point of the
// body.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/body/body_evaluator.h"
#include "models/body/body_model.h"

namespace vitruvius {

struct KeypointSet {
  struct Point {
    std::string name;  // "left_knee", "nose", "mid_hip", ...; mirror pairs share a name but for left_/right_
    std::string target;  // a name on the body (PointSet::AddNamed); empty: the body has no such point
    // A row of a regressor (data/io/regressor_file.h: "h36m/right_hip") that is this keypoint exactly; taken
    // instead of the target where the body has it.
    std::string exact = "";
  };
  std::string name;                        // "openpose25"
  std::vector<Point> points;               // (K)
  std::vector<std::pair<int, int>> limbs;  // pairs of indices, to draw a skeleton

  int size() const { return static_cast<int>(points.size()); }
  int Index(const std::string& point_name) const;  // -1 when absent
};

// openpose25, coco17, coco18, lsp14, smpl24. Null when the name is unknown.
const KeypointSet* FindKeypointSet(const std::string& name);
std::vector<std::string> KeypointSetNames();

// The body's points for a set, and which of the set's keypoints they are: keypoints whose target the body
// lacks are left out. keypoint_of_point[i] is an index into set.points.
struct KeypointBinding {
  PointSet points;
  std::vector<int> keypoint_of_point;
};
KeypointBinding BindKeypoints(const KeypointSet& set, const BodyModel& model);

}  // namespace vitruvius
