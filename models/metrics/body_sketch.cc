#include "models/metrics/body_sketch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

struct Piece {
  std::vector<int> vertices;
  Eigen::Vector3d axis = Eigen::Vector3d::UnitX();
  double spread = 0;  // sum of squared deviations along the axis
};

Piece MakePiece(const MatrixX3d& rest, std::vector<int> vertices) {
  Piece piece;
  piece.vertices = std::move(vertices);
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  for (const int v : piece.vertices) mean += rest.row(v);
  mean /= static_cast<double>(piece.vertices.size());
  Eigen::Matrix3d scatter = Eigen::Matrix3d::Zero();
  for (const int v : piece.vertices) {
    const Eigen::Vector3d x = rest.row(v).transpose() - mean;
    scatter += x * x.transpose();
  }
  const SymmetricEigen<3> eigen = EigenOfSymmetric(scatter);
  piece.axis = eigen.vectors.col(2);
  // A piece of one vertex cannot be halved.
  piece.spread = piece.vertices.size() > 1 ? eigen.values[2] : -1;
  return piece;
}

// Halves pieces until there are `wanted`, or none can be halved. The first half stays in its place, the
// second comes last: parent[i], as long as pieces, is the piece of the beginning that piece i came from.
void Halve(const MatrixX3d& rest, int wanted, std::vector<Piece>* pieces, std::vector<int>* parent) {
  parent->resize(pieces->size());
  std::iota(parent->begin(), parent->end(), 0);
  while (static_cast<int>(pieces->size()) < wanted) {
    const auto widest = std::max_element(pieces->begin(), pieces->end(),
                                         [](const Piece& a, const Piece& b) { return a.spread < b.spread; });
    if (widest->spread < 0) return;
    std::vector<int> vertices = widest->vertices;
    const Eigen::Vector3d axis = widest->axis;
    const auto before = [&](int a, int b) {
      const double x = rest.row(a).dot(axis), y = rest.row(b).dot(axis);
      return x != y ? x < y : a < b;
    };
    const auto middle = vertices.begin() + static_cast<long>(vertices.size() / 2);
    std::nth_element(vertices.begin(), middle, vertices.end(), before);
    const auto which = widest - pieces->begin();
    Piece second = MakePiece(rest, {middle, vertices.end()});
    (*pieces)[which] = MakePiece(rest, {vertices.begin(), middle});
    pieces->push_back(std::move(second));
    parent->push_back((*parent)[which]);
  }
}

}  // namespace

BodySketch::BodySketch(const BodyModel& model) {
  const int num_vertices = model.num_vertices(), num_joints = model.num_joints();
  std::vector<int> all(num_vertices);
  std::iota(all.begin(), all.end(), 0);
  std::vector<Piece> pieces = {MakePiece(model.v_template(), all)};
  std::vector<int> whole;
  Halve(model.v_template(), kParts[0], &pieces, &whole);
  for (int level = 1; level < kLevels; ++level)
    Halve(model.v_template(), kParts[level], &pieces, &parent_[level - 1]);

  // The reduced body: a vertex for each joint that moves a part, then one on each joint.
  part_of_vertex_.assign(num_vertices, 0);
  struct Carried {
    int joint;
    Eigen::Vector3d rest = Eigen::Vector3d::Zero();
    Eigen::RowVectorXd posedirs[3];
    double weight = 0;
  };
  const Eigen::Index features = model.posedirs().cols();
  std::vector<Carried> carried;
  for (size_t p = 0; p < pieces.size(); ++p) {
    share_.push_back(static_cast<double>(pieces[p].vertices.size()) / num_vertices);
    std::map<int, Carried> by_joint;
    for (const int v : pieces[p].vertices) {
      part_of_vertex_[v] = static_cast<int>(p);
      for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
        if (it.value() == 0) continue;
        Carried& sum = by_joint[static_cast<int>(it.col())];
        sum.joint = static_cast<int>(it.col());
        sum.weight += it.value();
        sum.rest += it.value() * model.v_template().row(v).transpose();
        for (int axis = 0; axis < 3; ++axis) {
          if (sum.posedirs[axis].size() == 0) sum.posedirs[axis].setZero(features);
          if (features > 0)
            sum.posedirs[axis] += it.value() * model.posedirs().row(3 * v + axis).cast<double>();
        }
      }
    }
    PointSet::Item item;
    for (auto& [joint, sum] : by_joint) {
      sum.rest /= sum.weight;
      for (Eigen::RowVectorXd& row : sum.posedirs) row /= sum.weight;
      item.vertices.emplace_back(static_cast<int>(carried.size()),
                                 sum.weight / static_cast<double>(pieces[p].vertices.size()));
      carried.push_back(std::move(sum));
    }
    points_.items.push_back(std::move(item));
  }
  BodyModelData data;
  data.name = model.name() + ", reduced";
  data.parents = model.parents();
  data.joint_names = model.joint_names();
  const auto num_carried = static_cast<Eigen::Index>(carried.size());
  data.v_template.resize(num_carried + num_joints, 3);
  data.v_template.bottomRows(num_joints) = model.joint_template();
  data.faces.resize(0, 3);
  if (features > 0) data.posedirs.setZero(3 * (num_carried + num_joints), features);
  data.weights.resize(num_carried + num_joints, num_joints);
  data.joint_regressor.resize(num_joints, num_carried + num_joints);
  for (Eigen::Index i = 0; i < num_carried; ++i) {
    data.v_template.row(i) = carried[i].rest;
    data.weights.insert(i, carried[i].joint) = 1;
    for (int axis = 0; axis < 3 && features > 0; ++axis)
      data.posedirs.row(3 * i + axis) = carried[i].posedirs[axis].cast<float>();
  }
  for (int j = 0; j < num_joints; ++j) {
    data.weights.insert(num_carried + j, j) = 1;
    data.joint_regressor.insert(j, num_carried + j) = 1;
  }
  reduced_ = BodyModel::Create(std::move(data));
}

BodySketcher::BodySketcher(const BodySketch& sketch)
    : sketch_(sketch), evaluator_(sketch.reduced_model(), sketch.points()) {}

void BodySketcher::Sketch(const double* body_pose, SketchLevel<8>* coarse, SketchLevel<32>* middle,
                          SketchLevel<128>* fine) {
  static constexpr double kZero[3] = {0, 0, 0};
  evaluator_.Evaluate(kZero, body_pose, kZero, kZero, false);
  coarse->setZero();
  middle->setZero();
  fine->setZero();
  const std::vector<int>&middle_of = sketch_.parent()[1], &coarse_of = sketch_.parent()[0];
  for (int p = 0; p < evaluator_.num_points(); ++p)
    fine->row(p) = (sketch_.share()[p] * evaluator_.points().row(p)).cast<float>();
  for (size_t p = 0; p < middle_of.size(); ++p)
    middle->row(middle_of[p]) += fine->row(static_cast<Eigen::Index>(p));
  for (size_t p = 0; p < coarse_of.size(); ++p)
    coarse->row(coarse_of[p]) += middle->row(static_cast<Eigen::Index>(p));
}

}  // namespace vitruvius
