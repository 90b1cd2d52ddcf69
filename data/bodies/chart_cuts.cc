#include "data/bodies/chart_cuts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;
// Of each vertex: (neighbour, cost of the way there).
using Ways = std::map<int, std::vector<std::pair<int, double>>>;

constexpr double kOutlineStrength = 0.3;  // of the outline's length, in mean edges
constexpr double kSoleSlope = 0.4;    // a sole faces down more than this: its rim is low on the foot's side
constexpr double kHeelWidthM = 0.01;  // ways off the heel's middle by more are long ways

Vector3d Joint(const BodyModel& model, const std::string& name) {
  const int joint = model.JointIndex(name);
  if (joint < 0) throw InputError("body chart: the body has no joint " + name);
  return model.joint_template().row(joint).transpose();
}

class PartOutline {
 public:
  // The outline divides the part's faces at normal.y = level.
  PartOutline(const Surface& surface, const Eigen::VectorXi& part_of_face, int part, double level)
      : surface_(surface) {
    const int n = static_cast<int>(surface.faces.rows());
    std::vector<char> inside(n);
    std::vector<int> labels(n, 2);
    RowMatrixXd costs = RowMatrixXd::Zero(n, 2);
    for (int f = 0; f < n; ++f) {
      inside[f] = part_of_face[f] == part;
      if (!inside[f]) continue;
      const double above = surface.normals(f, 1) - level;
      labels[f] = above > 0;
      costs(f, 0) = std::max(0.0, above);
      costs(f, 1) = std::max(0.0, -above);
    }
    SmoothBorder(surface, costs, 0, 1, kOutlineStrength, 1, &labels);
    MakeOnePiece(surface, inside, &labels);
    for (int f = 0; f < n; ++f) {
      if (!inside[f]) continue;
      for (int k = 0; k < 3; ++k) {
        const int g = surface.neighbours[f][k], a = surface.faces(f, k), b = surface.faces(f, (k + 1) % 3);
        if (!inside[g]) border_.insert({a, b});
        all_[a].emplace_back(b, surface.EdgeLength(f, k));
        if (inside[g] && labels[f] != labels[g]) outline_[a].emplace_back(b, surface.EdgeLength(f, k));
      }
    }
  }

  const Ways& outline() const { return outline_; }
  const Ways& all() const { return all_; }
  const std::set<int>& border() const { return border_; }  // the part's, to other parts
  Vector3d Place(int v) const { return surface_.vertices.row(v).transpose(); }

 private:
  const Surface& surface_;
  Ways outline_, all_;
  std::set<int> border_;
};

// The cheapest way from a to b, both included; empty without one. Vertices of `closed` other than its ends
// and the edge between a and b where `detour` are not passed.
std::vector<int> FindWay(const Ways& ways, int a, int b, const std::set<int>& closed, bool detour) {
  std::map<int, double> cost = {{a, 0}};
  std::map<int, int> previous;
  std::set<std::pair<double, int>> open = {{0, a}};
  while (!open.empty()) {
    const int v = open.begin()->second;
    open.erase(open.begin());
    if (v == b) break;
    if (v != a && closed.count(v) > 0) continue;
    for (const auto& [to, length] : ways.at(v)) {
      if (detour && v == a && to == b) continue;
      const double through = cost[v] + length;
      const auto it = cost.find(to);
      if (it != cost.end() && it->second <= through) continue;
      if (it != cost.end()) open.erase({it->second, to});
      cost[to] = through;
      previous[to] = v;
      open.insert({through, to});
    }
  }
  if (cost.count(b) == 0) return {};
  std::vector<int> way = {b};
  while (way.back() != a) way.push_back(previous.at(way.back()));
  std::reverse(way.begin(), way.end());
  return way;
}

// The way up to its last vertex that lies further out than the joint `end` does from `from`.
void AddUpToHinge(const PartOutline& part, const std::vector<int>& way, const Vector3d& from,
                  const Vector3d& end, CutEdges* cuts) {
  size_t last = 0;
  for (size_t i = 0; i < way.size(); ++i) {
    if ((part.Place(way[i]) - end).dot(end - from) > 0) last = i;
  }
  for (size_t i = 1; i <= last; ++i) cuts->insert(std::minmax(way[i - 1], way[i]));
}

}  // namespace

void AddHandCut(const BodyModel& model, const Surface& surface, const Eigen::VectorXi& part_of_face, int part,
                CutEdges* cuts) {
  const std::string side = part == 4 ? "left_" : "right_";
  const PartOutline hand(surface, part_of_face, part, 0);
  // The outline begins and ends at the wrist: the thumb's end lies further in front.
  std::vector<int> ends;
  for (const auto& [v, ways] : hand.outline()) {
    if (hand.border().count(v) > 0) ends.push_back(v);
  }
  if (ends.size() < 2) return;
  const auto in_front = [&](int a, int b) { return hand.Place(a).z() < hand.Place(b).z(); };
  const int last = *std::min_element(ends.begin(), ends.end(), in_front);
  const int first = *std::max_element(ends.begin(), ends.end(), in_front);
  const std::vector<int> way = FindWay(hand.outline(), first, last, hand.border(), false);
  AddUpToHinge(hand, way, Joint(model, side + "wrist"), Joint(model, side + "hand"), cuts);
}

void AddFootCut(const BodyModel& model, const Surface& surface, const Eigen::VectorXi& part_of_face, int part,
                CutEdges* cuts) {
  const std::string side = part == 5 ? "left_" : "right_";
  const Vector3d ankle = Joint(model, side + "ankle");
  const PartOutline foot(surface, part_of_face, part, -kSoleSlope);
  if (foot.outline().empty() || foot.border().empty()) return;
  // The sole's rim is a loop, which has its hindmost vertex on the heel.
  const auto hindmost = [&](auto begin, auto end, auto vertex_of) {
    int best = -1;
    for (auto it = begin; it != end; ++it) {
      const int v = vertex_of(*it);
      if (best < 0 || foot.Place(v).z() < foot.Place(best).z()) best = v;
    }
    return best;
  };
  const int heel =
      hindmost(foot.outline().begin(), foot.outline().end(), [](const auto& entry) { return entry.first; });
  const int top = hindmost(foot.border().begin(), foot.border().end(), [](int v) { return v; });
  Ways straight = foot.all();
  for (auto& [v, ways] : straight) {
    for (auto& [to, length] : ways) {
      const double off = (0.5 * (foot.Place(v) + foot.Place(to)).x() - foot.Place(heel).x()) / kHeelWidthM;
      length *= 1 + off * off;
    }
  }
  std::set<int> closed = foot.border();
  for (const auto& [v, ways] : foot.outline()) closed.insert(v);
  const std::vector<int> down = FindWay(straight, top, heel, closed, false);
  // Around by the inner side: the way's first quarter lies nearer to the middle plane than its last.
  std::vector<int> around;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& [next, length] : foot.outline().at(heel)) {
    std::vector<int> way = FindWay(foot.outline(), heel, next, {}, true);
    if (way.size() < 8) continue;
    const double x = std::abs(foot.Place(way[way.size() / 4]).x());
    if (x >= least) continue;
    least = x;
    around = std::move(way);
  }
  if (down.empty() || around.empty()) return;
  for (size_t i = 1; i < down.size(); ++i) cuts->insert(std::minmax(down[i - 1], down[i]));
  AddUpToHinge(foot, around, ankle, Joint(model, side + "foot"), cuts);
}

}  // namespace vitruvius
