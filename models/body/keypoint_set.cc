#include "models/body/keypoint_set.h"

#include <cstdlib>
#include <deque>
#include <mutex>
#include <set>
#include <sstream>

#include "models/body/keypoint_tables.h"
#include "models/util/check.h"

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

// Sets of the user's own, in the order they came; never moved, because observations point to them.
struct OwnSets {
  std::mutex mutex;
  std::deque<KeypointSet> sets;
};
OwnSets& TheOwnSets() {
  static OwnSets own;
  return own;
}

// Adds the point of a set of the user's own by its joint, face or vertices. Throws InputError.
void AddPlace(const KeypointSet& set, const KeypointSet::Point& point, const BodyModel& model,
              PointSet* points) {
  const auto fail = [&](const std::string& what, int found, int count) {
    throw InputError(set.file, point.name,
                     StrCat("found ", what, " ", found, ", the body ", model.name(), " has ", count));
  };
  if (point.joint >= 0) {
    if (point.joint >= model.num_joints()) fail("joint", point.joint, model.num_joints());
    points->AddJoint(point.joint);
    return;
  }
  if (point.face >= 0) {
    if (point.face >= model.num_faces()) fail("face", point.face, model.num_faces());
    points->AddBarycentric(model.faces().row(point.face), point.bary);
    return;
  }
  for (const auto& [vertex, weight] : point.vertices) {
    if (vertex < 0 || vertex >= model.num_vertices()) fail("vertex", vertex, model.num_vertices());
  }
  points->items.push_back({-1, point.vertices});
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
    const int place = !points[i].mirror.empty() ? Index(points[i].mirror)
                      : side.empty()            ? i
                                                : NearestIndex(*this, other, i);
    mirror.push_back(place < 0 ? i : place);
  }
  return mirror;
}

const KeypointSet* FindKeypointSet(const std::string& name) {
  for (const KeypointSet& set : Table()) {
    if (set.name == name) return &set;
  }
  OwnSets& own = TheOwnSets();
  const std::lock_guard<std::mutex> lock(own.mutex);
  for (auto set = own.sets.rbegin(); set != own.sets.rend(); ++set) {
    if (set->name == name) return &*set;
  }
  return nullptr;
}

const KeypointSet* AddKeypointSet(KeypointSet set) {
  for (const KeypointSet& shipped : Table()) {
    if (shipped.name == set.name)
      throw InputError(set.file, "name", StrCat("\"", set.name, "\" is the name of a set that ships"));
  }
  if (set.limbs.empty()) AddLimbs(&set);
  OwnSets& own = TheOwnSets();
  const std::lock_guard<std::mutex> lock(own.mutex);
  own.sets.push_back(std::move(set));
  return &own.sets.back();
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
  if (set.num_vertices > 0 && set.num_vertices != model.num_vertices()) {
    throw InputError(set.file, "",
                     StrCat("is for bodies of ", set.num_vertices, " vertices, the body ", model.name(),
                            " has ", model.num_vertices()));
  }
  for (int i = 0; i < set.size(); ++i) {
    const KeypointSet::Point& point = set.points[i];
    if (IsTipOfStiffFinger(point.target, model)) continue;
    if (point.joint >= 0 || point.face >= 0 || !point.vertices.empty()) {
      AddPlace(set, point, model, &binding.points);
      binding.keypoint_of_point.push_back(i);
      continue;
    }
    const bool bound = (!point.exact.empty() && binding.points.AddNamed(model, point.exact)) ||
                       binding.points.AddNamed(model, point.target);
    if (bound) binding.keypoint_of_point.push_back(i);
    if (!bound && !set.file.empty() && !point.target.empty()) {
      throw InputError(set.file, point.name,
                       StrCat("the body ", model.name(), " has no point \"", point.target,
                              "\"; `vitruvius model points` lists those it has"));
    }
  }
  return binding;
}

bool IsTorsoKeypoint(const std::string& name) {
  return name == "left_hip" || name == "right_hip" || name == "left_shoulder" || name == "right_shoulder";
}

}  // namespace vitruvius
