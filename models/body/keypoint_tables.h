// (internal) The keypoint sets as text, one a row; see keypoint_set.h.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// `points`: the set's points in their order, separated by blanks. A word is a point's name, or name=target
// where the body calls the point otherwise; "name=" is tied to nothing. "@h36m" says that a body which
// carries that family of regressed points (data/io/regressor_file.h) has the points after it exactly, as
// "h36m/name".
struct KeypointTable {
  std::string name, points;
};
const std::vector<KeypointTable>& KeypointTables();

// Which points a skeleton's lines join, by names without their side: from a point to the first of `to` that
// the set has, on its own side or in the middle.
struct LimbRule {
  const char* from;
  const char* to;
};
const std::vector<LimbRule>& LimbRules();

}  // namespace vitruvius
