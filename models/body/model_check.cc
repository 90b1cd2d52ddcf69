#include "models/body/model_check.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

ModelFinding RowSums(const std::string& name, const SparseRowMatrixd& m) {
  double worst = 0;
  for (int row = 0; row < m.outerSize(); ++row) worst = std::max(worst, std::abs(m.row(row).sum() - 1));
  // Files in float32 are off by 1e-6 or so; SMPL's own regressor by 1e-4.
  return {name, worst < 1e-3, StrCat("rows sum to 1 within ", worst)};
}

ModelFinding Axes(const BodyModel& model) {
  const int head = model.JointIndex("head"), left = model.JointIndex("left_hip"),
            right = model.JointIndex("right_hip");
  const int ankle = model.JointIndex("left_ankle");
  if (head < 0 || left < 0 || right < 0 || ankle < 0)
    return {"axes", true, "not known: joints without names"};
  const MatrixX3d& joints = model.joint_template();
  const bool up = joints(head, 1) > joints(ankle, 1) + 0.3;
  const bool sides = joints(left, 0) > joints(right, 0);
  if (!up) return {"axes", false, "the head is not above the ankles in y: expected y up"};
  if (!sides)
    return {"axes", false, "left_hip is not at larger x than right_hip: left and right are swapped"};
  return {"axes", true, "y up, left at larger x"};
}

ModelFinding Symmetry(const BodyModel& model) {
  const std::vector<int> swap = MirrorPermutation(model.joint_names());
  const MatrixX3d& joints = model.joint_template();
  double worst = 0;
  std::string name;
  for (int j = 0; j < model.num_joints(); ++j) {
    const Vector3d mirrored(-joints(swap[j], 0), joints(swap[j], 1), joints(swap[j], 2));
    // The middle plane itself may be off zero.
    const Vector3d d = joints.row(j).transpose() - mirrored;
    const double error = std::hypot(d.y(), d.z());
    if (error > worst) {
      worst = error;
      name = model.joint_names()[j];
    }
  }
  constexpr double kLargest = 0.03;
  return {"symmetry", worst < kLargest,
          StrCat("mirror joints differ by at most ", worst, " m", name.empty() ? "" : " (" + name + ")",
                 worst < kLargest ? "" : StrCat(", expected below ", kLargest))};
}

ModelFinding Surface(const BodyModel& model, bool* closed) {
  std::map<std::pair<int, int>, int> edges;
  const MatrixX3i& faces = model.faces();
  double volume = 0;
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) ++edges[{faces(f, k), faces(f, (k + 1) % 3)}];
    const Vector3d a = model.v_template().row(faces(f, 0)), b = model.v_template().row(faces(f, 1)),
                   c = model.v_template().row(faces(f, 2));
    volume += a.dot(b.cross(c)) / 6;
  }
  long open = 0;
  for (const auto& [edge, count] : edges) {
    const auto opposite = edges.find({edge.second, edge.first});
    if (opposite == edges.end() || opposite->second != count) ++open;
  }
  *closed = open == 0 && faces.rows() > 0;
  // SMPL-X has open eye balls and mouth; that is remarkable, not wrong.
  if (!*closed) return {"surface", true, StrCat(open, " open edges; volume ", volume, " m3")};
  return {"surface", volume > 0,
          StrCat("closed, volume ", volume, volume > 0 ? " m3" : " m3: faces point inwards")};
}

ModelFinding JointsInside(const BodyModel& model) {
  std::string outside;
  for (int j = 0; j < model.num_joints(); ++j) {
    if (WindingNumber(model.v_template(), model.faces(), model.joint_template().row(j)) < 0.5) {
      outside += (outside.empty() ? "" : ", ") + model.joint_names()[j];
    }
  }
  return {"joints", outside.empty(),
          outside.empty() ? "all inside the body" : "outside the body: " + outside};
}

// Whether named places lie on the side that their names say; family/name is on the side of its name.
ModelFinding Sides(const std::string& check, const BodyModel& model,
                   const std::vector<std::pair<std::string, Vector3d>>& places) {
  std::string wrong;
  for (const auto& [name, place] : places) {
    const size_t slash = name.find('/');
    const std::string own = slash == std::string::npos ? name : name.substr(slash + 1);
    const double x = place.x() - model.joint_template()(0, 0);
    if ((own.rfind("left_", 0) == 0 && x <= 0) || (own.rfind("right_", 0) == 0 && x >= 0)) {
      wrong += (wrong.empty() ? "" : ", ") + name;
    }
  }
  return {check, wrong.empty(),
          wrong.empty() ? StrCat(places.size(), " named") : "on the wrong side: " + wrong};
}

ModelFinding Landmarks(const BodyModel& model) {
  std::vector<std::pair<std::string, Vector3d>> places;
  for (const auto& [name, vertex] : model.landmarks()) {
    places.emplace_back(name, model.v_template().row(vertex));
  }
  return Sides("landmarks", model, places);
}

ModelFinding WeightedPoints(const BodyModel& model) {
  std::vector<std::pair<std::string, Vector3d>> places;
  for (const auto& [name, weights] : model.weighted_points()) {
    Vector3d place = Vector3d::Zero();
    for (const auto& [vertex, weight] : weights) place += weight * model.v_template().row(vertex).transpose();
    places.emplace_back(name, place);
  }
  return Sides("points", model, places);
}

// Fingers bend forwards: a mean pose beyond a fist is no pose.
ModelFinding Hands(const BodyModel& model) {
  constexpr double kMostBend = EIGEN_PI;
  double most = 0;
  const Eigen::VectorXd pose = model.RelaxedPose();
  for (Eigen::Index j = 0; j < pose.size(); j += 3) most = std::max(most, pose.segment<3>(j).norm());
  return {"hands", most < kMostBend,
          StrCat("mean poses bend a joint by ", most, " rad at most",
                 most < kMostBend ? "" : ", expected below pi")};
}

}  // namespace

ModelFinding CheckUnits(const BodyModel& model) {
  const Vector3d size = model.v_template().colwise().maxCoeff() - model.v_template().colwise().minCoeff();
  const double largest = size.maxCoeff();
  const bool ok = largest > 0.4 && largest < 3;
  std::string detail = StrCat("largest extent ", largest, ok ? " m" : ", expected 0.4 to 3 m");
  if (!ok && largest >= 40 && largest < 300) detail += "; this looks like centimetres";
  if (!ok && largest >= 400 && largest < 3000) detail += "; this looks like millimetres";
  return {"units", ok, detail};
}

double WindingNumber(const MatrixX3d& vertices, const MatrixX3i& faces, const Vector3d& point) {
  double sum = 0;
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    const Vector3d a = vertices.row(faces(f, 0)).transpose() - point,
                   b = vertices.row(faces(f, 1)).transpose() - point,
                   c = vertices.row(faces(f, 2)).transpose() - point;
    const double la = a.norm(), lb = b.norm(), lc = c.norm();
    sum += 2 * std::atan2(a.dot(b.cross(c)), la * lb * lc + a.dot(b) * lc + b.dot(c) * la + c.dot(a) * lb);
  }
  return sum / (4 * EIGEN_PI);
}

std::vector<ModelFinding> CheckModel(const BodyModel& model) {
  std::vector<ModelFinding> findings;
  findings.push_back({"tree", true, StrCat(model.num_joints(), " joints, one root, parents first")});
  findings.push_back(RowSums("weights", model.weights()));
  findings.push_back(RowSums("J_regressor", model.joint_regressor()));
  findings.push_back(CheckUnits(model));
  findings.push_back(Axes(model));
  findings.push_back(Symmetry(model));
  bool closed = false;
  findings.push_back(Surface(model, &closed));
  if (closed) findings.push_back(JointsInside(model));
  findings.push_back(Landmarks(model));
  if (!model.weighted_points().empty()) findings.push_back(WeightedPoints(model));
  if (model.left_hand().first_joint > 0 || model.right_hand().first_joint > 0)
    findings.push_back(Hands(model));
  return findings;
}

}  // namespace vitruvius
