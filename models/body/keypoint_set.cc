#include "models/body/keypoint_set.h"

#include <cstdlib>
#include <set>
#include <sstream>

#include "models/body/keypoint_tables.h"

namespace vitruvius {
namespace {

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// "left_" or "right_", or nothing.
std::string SideOf(const std::string& name) {
  for (const char* side : {"left_", "right_"}) {
    if (name.rfind(side, 0) == 0) return side;
  }
  return "";
}

// The index of `name` nearest to `from`: spin49 has some points twice, each half with its own neighbours.
int NearestIndex(const KeypointSet& set, const std::string& name, int from) {
  int best = -1;
  for (int i = 0; i < set.size(); ++i) {
    if (set.points[i].name == name && (best < 0 || std::abs(i - from) < std::abs(best - from))) best = i;
  }
  return best;
}

void AddLimbs(KeypointSet* set) {
  for (int i = 0; i < set->size(); ++i) {
    const std::string& name = set->points[i].name;
    const std::string side = SideOf(name), other = side == "left_" ? "right_" : "left_";
    const std::string part = name.substr(side.size());
    for (const LimbRule& rule : LimbRules()) {
      if (part != rule.from) continue;
      int end = -1;
      for (const std::string& to : Split(rule.to, ' ')) {
        // The line between a pair is drawn once.
        if (to == "opposite") {
          end = side == "left_" ? NearestIndex(*set, other + part, i) : -1;
        } else {
          end = NearestIndex(*set, side + to, i);
          if (end < 0) end = NearestIndex(*set, to, i);
        }
        if (end >= 0) break;
      }
      if (end >= 0) set->limbs.emplace_back(end, i);
    }
    const bool has_middle = set->Index("mid_hip") >= 0 || set->Index("pelvis") >= 0;
    if (name == "left_hip" && !has_middle) set->limbs.emplace_back(NearestIndex(*set, "right_hip", i), i);
  }
}

KeypointSet Parse(const KeypointTable& table) {
  KeypointSet set;
  set.name = table.name;
  std::string family;
  for (const std::string& word : Split(table.points, ' ')) {
    if (word[0] == '@') {
      family = word.substr(1) + "/";
      continue;
    }
    KeypointSet::Point point;
    const size_t equals = word.find('=');
    point.name = word.substr(0, equals);
    point.target = equals == std::string::npos ? point.name : word.substr(equals + 1);
    if (!family.empty()) point.exact = family + point.name;
    set.points.push_back(point);
  }
  AddLimbs(&set);
  return set;
}

const std::vector<KeypointSet>& Table() {
  static const std::vector<KeypointSet> sets = [] {
    std::vector<KeypointSet> all;
    for (const KeypointTable& table : KeypointTables()) all.push_back(Parse(table));
    return all;
  }();
  return sets;
}

// Bodies such as SMPL have finger tips but no joints that would bend the fingers: a fist would pull at the
// arm.
bool IsTipOfStiffFinger(const std::string& target, const BodyModel& model) {
  static const std::set<std::string> fingers = {"thumb", "index", "middle", "ring", "pinky"};
  const std::string part = target.substr(SideOf(target).size());
  return fingers.count(part) > 0 && model.JointIndex(target + "3") < 0;
}

}  // namespace

int KeypointSet::Index(const std::string& point_name) const {
  for (int i = 0; i < size(); ++i) {
    if (points[i].name == point_name) return i;
  }
  return -1;
}

std::vector<int> KeypointSet::Mirror() const {
  std::vector<int> mirror;
  for (int i = 0; i < size(); ++i) {
    const std::string& point = points[i].name;
    const std::string side = SideOf(point);
    const std::string other = (side == "left_" ? "right_" : "left_") + point.substr(side.size());
    mirror.push_back(side.empty() ? i : NearestIndex(*this, other, i));
  }
  return mirror;
}

const KeypointSet* FindKeypointSet(const std::string& name) {
  for (const KeypointSet& set : Table()) {
    if (set.name == name) return &set;
  }
  return nullptr;
}

std::vector<std::string> KeypointSetNames() {
  std::vector<std::string> names;
  for (const KeypointSet& set : Table()) names.push_back(set.name);
  return names;
}

std::vector<std::string> KeypointSetNames(int num_points) {
  std::vector<std::string> names;
  for (const KeypointSet& set : Table()) {
    if (set.size() == num_points) names.push_back(set.name);
  }
  return names;
}

KeypointBinding BindKeypoints(const KeypointSet& set, const BodyModel& model) {
  KeypointBinding binding;
  for (int i = 0; i < set.size(); ++i) {
    const KeypointSet::Point& point = set.points[i];
    if (IsTipOfStiffFinger(point.target, model)) continue;
    const bool bound = (!point.exact.empty() && binding.points.AddNamed(model, point.exact)) ||
                       binding.points.AddNamed(model, point.target);
    if (bound) binding.keypoint_of_point.push_back(i);
  }
  return binding;
}

bool IsTorsoKeypoint(const std::string& name) {
  return name == "left_hip" || name == "right_hip" || name == "left_shoulder" || name == "right_shoulder";
}

}  // namespace vitruvius
