#include "data/bodies/smpl_rig.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// Bones begin with these words; what they carry goes to this joint, of their own side where it has one.
// Longer words first where one begins another.
constexpr std::pair<const char*, const char*> kJointOfBone[] = {
    {"root", "pelvis"},       {"pelvis", "pelvis"},  {"spine05", "pelvis"},   {"spine04", "pelvis"},
    {"spine03", "spine1"},    {"spine02", "spine2"}, {"spine01", "spine3"},   {"breast", "spine3"},
    {"neck01", "neck"},       {"neck02", "neck"},    {"neck03", "head"},      {"head", "head"},
    {"jaw", "head"},          {"eye", "head"},       {"special", "head"},     {"tongue", "head"},
    {"oris", "head"},         {"levator", "head"},   {"orbicularis", "head"}, {"oculi", "head"},
    {"temporalis", "head"},   {"risorius", "head"},  {"clavicle", "collar"},  {"shoulder", "collar"},
    {"upperarm", "shoulder"}, {"lowerarm", "elbow"}, {"wrist", "wrist"},      {"metacarpal", "wrist"},
    {"finger", "hand"},       {"upperleg", "hip"},   {"lowerleg", "knee"},    {"foot", "ankle"},
    {"toe", "foot"}};

// Where joints are: at the heads of these bones. The pelvis is at spine04: spine05 sits level with the hips.
constexpr std::pair<const char*, const char*> kBoneOfJoint[] = {
    {"pelvis", "spine04"},   {"hip", "upperleg01"},  {"spine1", "spine03"}, {"knee", "lowerleg01"},
    {"spine2", "spine02"},   {"ankle", "foot"},      {"spine3", "spine01"}, {"foot", "toe3-1"},
    {"neck", "neck01"},      {"collar", "clavicle"}, {"head", "head"},      {"shoulder", "upperarm01"},
    {"elbow", "lowerarm01"}, {"wrist", "wrist"},     {"hand", "finger3-1"}};

int JointOfBone(const std::string& bone, const std::string& path) {
  const size_t dot = bone.find('.');
  const std::string side = dot == std::string::npos ? "" : bone.substr(dot + 1);
  const std::vector<std::string>& names = SmplJointNames();
  for (const auto& [word, joint] : kJointOfBone) {
    if (bone.rfind(word, 0) != 0) continue;
    const std::string sided = (side == "R" ? "right_" : "left_") + std::string(joint);
    auto found = std::find(names.begin(), names.end(), joint);
    if (found == names.end() && !side.empty()) found = std::find(names.begin(), names.end(), sided);
    if (found != names.end()) return static_cast<int>(found - names.begin());
  }
  throw InputError(path, "", "bone " + bone + " carries skin and is not known");
}

Vector3d MeanAt(const MakeHumanData& data, const std::map<std::string, std::vector<int>>& places,
                const MatrixX3d& vertices, const std::string& bone) {
  const auto at = places.find(bone);
  if (at == places.end()) throw InputError(data.path, "", "the rig has no bone " + bone);
  Vector3d sum = Vector3d::Zero();
  for (const int v : at->second) sum += vertices.row(v).transpose();
  return sum / static_cast<double>(at->second.size());
}

Vector3d SymmetricMeanAt(const MakeHumanData& data, const std::map<std::string, std::vector<int>>& places,
                         const MatrixX3d& vertices, const std::string& bone) {
  const Vector3d here = MeanAt(data, places, vertices, bone);
  const size_t dot = bone.find(".L");
  if (dot == std::string::npos) return {0, here.y(), here.z()};
  const Vector3d there = MeanAt(data, places, vertices, bone.substr(0, dot) + ".R");
  return 0.5 * (here + Vector3d(-there.x(), there.y(), there.z()));
}

}  // namespace

std::vector<int> MirrorVertices(const MakeHumanData& data) {
  // A cell of the grid is far smaller than an edge and far larger than rounding; neighbours are searched too.
  constexpr double kCell = 1e-4, kTolerance = 5e-5;
  const auto key = [](const Vector3d& p, int dx, int dy, int dz) {
    return std::array<long, 3>{std::lround(p.x() / kCell) + dx, std::lround(p.y() / kCell) + dy,
                               std::lround(p.z() / kCell) + dz};
  };
  const int n = data.num_body_vertices;
  std::map<std::array<long, 3>, std::vector<int>> cells;
  for (int v = 0; v < n; ++v) cells[key(data.vertices.row(v), 0, 0, 0)].push_back(v);
  std::vector<int> mirror(n, -1);
  for (int v = 0; v < n; ++v) {
    const Vector3d image(-data.vertices(v, 0), data.vertices(v, 1), data.vertices(v, 2));
    double best = kTolerance;
    for (int i = 0; i < 27; ++i) {
      const auto cell = cells.find(key(image, i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1));
      if (cell == cells.end()) continue;
      for (const int w : cell->second) {
        const double distance = (data.vertices.row(w).transpose() - image).norm();
        if (distance < best) {
          best = distance;
          mirror[v] = w;
        }
      }
    }
    if (mirror[v] < 0) {
      throw InputError(data.path, StrCat("vertex ", v),
                       "has no mirror image: the base mesh is not symmetric");
    }
  }
  std::set<std::array<int, 4>> quads;
  const auto sorted = [](std::array<int, 4> quad) {
    std::sort(quad.begin(), quad.end());
    return quad;
  };
  for (const auto& quad : data.quads) quads.insert(sorted(quad));
  for (std::array<int, 4> quad : data.quads) {
    for (int& v : quad) {
      if (mirror[mirror[v]] != v)
        throw InputError(data.path, StrCat("vertex ", v), "shares its mirror image");
      v = mirror[v];
    }
    if (quads.count(sorted(quad)) == 0) {
      throw InputError(data.path, StrCat("vertex ", quad[0]), "its faces are not symmetric");
    }
  }
  return mirror;
}

SparseRowMatrixd FoldWeights(const MakeHumanData& data, const std::vector<int>& mirror) {
  constexpr size_t kMaxWeights = 4;
  const std::vector<int> swap = MirrorPermutation(SmplJointNames());
  const int num_joints = static_cast<int>(swap.size());
  const Eigen::RowVectorXd carried = Eigen::RowVectorXd::Ones(data.weights.rows()) * data.weights;
  std::vector<int> joint_of_bone;
  for (const std::string& bone : data.bone_names) {
    const bool carries_skin = carried[static_cast<Eigen::Index>(joint_of_bone.size())] > 0;
    joint_of_bone.push_back(carries_skin ? JointOfBone(bone, data.path) : 0);
  }
  RowMatrixXd folded = RowMatrixXd::Zero(data.num_body_vertices, num_joints);
  for (int v = 0; v < data.num_body_vertices; ++v) {
    for (SparseRowMatrixd::InnerIterator it(data.weights, v); it; ++it) {
      const int joint = joint_of_bone[static_cast<size_t>(it.col())];
      folded(v, joint) += 0.5 * it.value();
      folded(mirror[v], swap[joint]) += 0.5 * it.value();
    }
  }
  std::vector<Eigen::Triplet<double>> triplets;
  for (int v = 0; v < data.num_body_vertices; ++v) {
    if (v > mirror[v]) continue;  // written with its partner, so that both are the same to the bit
    std::vector<std::pair<double, int>> row;
    for (int j = 0; j < num_joints; ++j) {
      if (folded(v, j) > 0) row.emplace_back(folded(v, j), j);
    }
    std::stable_sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    // In the middle plane both of a pair stay or go.
    size_t kept = std::min(row.size(), kMaxWeights);
    if (kept < row.size() && mirror[v] == v && row[kept - 1].second == swap[row[kept].second]) --kept;
    row.resize(kept);
    double sum = 0;
    for (const auto& [weight, joint] : row) sum += weight;
    for (const auto& [weight, joint] : row) {
      triplets.emplace_back(v, joint, weight / sum);
      if (mirror[v] != v) triplets.emplace_back(mirror[v], swap[joint], weight / sum);
    }
  }
  SparseRowMatrixd weights(data.num_body_vertices, num_joints);
  weights.setFromTriplets(triplets.begin(), triplets.end());
  return weights;
}

Vector3d HeadOfBone(const MakeHumanData& data, const MatrixX3d& vertices, const std::string& bone) {
  return SymmetricMeanAt(data, data.bone_heads, vertices, bone);
}

Vector3d TailOfBone(const MakeHumanData& data, const MatrixX3d& vertices, const std::string& bone) {
  return SymmetricMeanAt(data, data.bone_tails, vertices, bone);
}

MatrixX3d JointsOf(const MakeHumanData& data, const MatrixX3d& vertices) {
  const std::vector<std::string>& names = SmplJointNames();
  MatrixX3d joints(static_cast<Eigen::Index>(names.size()), 3);
  for (size_t j = 0; j < names.size(); ++j) {
    const bool left = names[j].rfind("left_", 0) == 0, right = names[j].rfind("right_", 0) == 0;
    const std::string stem = names[j].substr(left ? 5 : right ? 6 : 0);
    for (const auto& [joint, bone] : kBoneOfJoint) {
      if (stem != joint) continue;
      joints.row(static_cast<Eigen::Index>(j)) =
          HeadOfBone(data, vertices, std::string(bone) + (left || right ? ".L" : "")).transpose();
      if (right) joints(static_cast<Eigen::Index>(j), 0) *= -1;
    }
  }
  return joints;
}

}  // namespace vitruvius
