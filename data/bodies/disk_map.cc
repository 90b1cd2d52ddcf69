#include "data/bodies/disk_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include <Eigen/LU>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>

#include "models/geometry/triangle2d.h"
#include "models/math/angles.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Matrix2d;
using Eigen::Vector2d;
using Eigen::Vector3d;
using Triplets = std::vector<Eigen::Triplet<double>>;

constexpr int kMaxSteps = 400;
constexpr double kConverged = 1e-7;     // least relative decrease of the energy worth another step
constexpr double kSafeShare = 0.85;     // of the way to the first triangle without area
constexpr double kSufficient = 1e-4;    // Armijo's share of the predicted decrease
constexpr double kShortestStep = 1e-9;  // of Newton's step: what is shorter leads nowhere
constexpr double kBarrierReach = 0.3;   // mean edges of the border
constexpr double kBarrierWeight = 0.1;  // mean areas of the disk a vertex of the border
constexpr double kRidge = 1e-9;         // of the mean diagonal: moves and turns of the whole cost nothing

// Directed edges to the face on their left.
std::map<std::pair<int, int>, int> FaceOfEdge(const MatrixX3i& faces) {
  std::map<std::pair<int, int>, int> face_of;
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) face_of[{faces(f, k), faces(f, (k + 1) % 3)}] = f;
  }
  return face_of;
}

MatrixX2d MeanValueStart(const MatrixX3d& vertices, const MatrixX3i& faces, const std::vector<int>& border) {
  const Eigen::Index n = vertices.rows();
  MatrixX2d uv = MatrixX2d::Zero(n, 2);
  std::vector<char> on_border(n, 0);
  double length = 0;
  std::vector<double> at;
  for (size_t i = 0; i < border.size(); ++i) {
    at.push_back(length);
    on_border[border[i]] = 1;
    length += (vertices.row(border[(i + 1) % border.size()]) - vertices.row(border[i])).norm();
  }
  for (size_t i = 0; i < border.size(); ++i) {
    const double angle = 2 * kPi * at[i] / length;
    uv.row(border[i]) << std::cos(angle), std::sin(angle);
  }
  Triplets triplets;
  std::vector<double> sum(n, 0);
  const auto add = [&](int row, int column, double weight) {
    if (on_border[row]) return;
    triplets.emplace_back(row, column, -weight);
    sum[row] += weight;
  };
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const int i = faces(f, k), j = faces(f, (k + 1) % 3), l = faces(f, (k + 2) % 3);
      const Vector3d a = (vertices.row(j) - vertices.row(i)).transpose();
      const Vector3d b = (vertices.row(l) - vertices.row(i)).transpose();
      const double half_tangent = a.cross(b).norm() / (a.norm() * b.norm() + a.dot(b));
      add(i, j, half_tangent / a.norm());
      add(i, l, half_tangent / b.norm());
    }
  }
  for (int v = 0; v < n; ++v) triplets.emplace_back(v, v, on_border[v] ? 1.0 : sum[v]);
  Eigen::SparseMatrix<double> system(n, n);
  system.setFromTriplets(triplets.begin(), triplets.end());
  Eigen::SparseLU<Eigen::SparseMatrix<double>> solver(system);
  VT_CHECK(solver.info() == Eigen::Success);
  const Eigen::MatrixXd places = solver.solve(Eigen::MatrixXd(uv));
  return places;
}

// The energy of a layout, with what of each triangle never changes.
class SymmetricDirichlet {
 public:
  SymmetricDirichlet(const MatrixX3d& vertices, const MatrixX3i& faces) : faces_(faces) {
    for (int f = 0; f < faces.rows(); ++f) {
      const Vector3d a = (vertices.row(faces(f, 1)) - vertices.row(faces(f, 0))).transpose();
      const Vector3d b = (vertices.row(faces(f, 2)) - vertices.row(faces(f, 0))).transpose();
      const double twice_area = a.cross(b).norm();
      VT_CHECK_GT(twice_area, 0);
      // Corners at (0, 0), (|a|, 0), (x, y): the gradients of their hat functions.
      const double x = a.dot(b) / a.norm(), y = twice_area / a.norm();
      Gradients g;
      g.row(1) << 1 / a.norm(), -x / (a.norm() * y);
      g.row(2) << 0, 1 / y;
      g.row(0) = -g.row(1) - g.row(2);
      gradients_.push_back(g);
      areas_.push_back(0.5 * twice_area);
    }
  }

  // Infinite where a triangle has no area or is turned over.
  double Value(const MatrixX2d& uv) const {
    double value = 0;
    for (int f = 0; f < faces_.rows(); ++f) {
      const Matrix2d j = MapOf(f, uv);
      const double det = j.determinant();
      if (!(det > 0)) return std::numeric_limits<double>::infinity();
      value += areas_[f] * j.squaredNorm() * (1 + 1 / (det * det));
    }
    return value;
  }

  // The scale of the whole at which the energy is least: both halves are then equal.
  double BestScale(const MatrixX2d& uv) const {
    double direct = 0, inverse = 0;
    for (int f = 0; f < faces_.rows(); ++f) {
      const Matrix2d j = MapOf(f, uv);
      direct += areas_[f] * j.squaredNorm();
      inverse += areas_[f] * j.squaredNorm() / std::pow(j.determinant(), 2);
    }
    return std::pow(inverse / direct, 0.25);
  }

  // Gradient (2V: u, v of each vertex) and the triplets of the lower half of the projected Hessian.
  void Differentiate(const MatrixX2d& uv, Eigen::VectorXd* gradient, Triplets* hessian) const {
    gradient->setZero(2 * uv.rows());
    hessian->clear();
    for (int f = 0; f < faces_.rows(); ++f) {
      const Svd<2> svd = SvdOf(MapOf(f, uv));
      const double s = svd.values[0], t = svd.values[1];
      const double ds = 2 * s - 2 / (s * s * s), dt = 2 * t - 2 / (t * t * t);
      const double cube = std::pow(s * t, 3);
      const double half = std::sqrt(0.5);
      // Modes in the frame of the singular vectors: two stretches, the turn and the flip.
      struct Mode {
        double eigenvalue;
        Matrix2d shape;
      };
      std::array<Mode, 4> modes;
      modes[0] = {2 + 6 / (s * s * s * s), (Matrix2d() << 1, 0, 0, 0).finished()};
      modes[1] = {2 + 6 / (t * t * t * t), (Matrix2d() << 0, 0, 0, 1).finished()};
      modes[2] = {std::max(0.0, 2 - 2 * (s * s - s * t + t * t) / cube),
                  (Matrix2d() << 0, -half, half, 0).finished()};
      modes[3] = {2 + 2 * (s * s + s * t + t * t) / cube, (Matrix2d() << 0, half, half, 0).finished()};
      const Matrix2d slope = svd.u * Vector2d(ds, dt).asDiagonal() * svd.v.transpose();
      Eigen::Matrix<double, 6, 6> block = Eigen::Matrix<double, 6, 6>::Zero();
      for (const Mode& mode : modes) {
        const Matrix2d shape = svd.u * mode.shape * svd.v.transpose();
        Eigen::Matrix<double, 6, 1> m;
        for (int k = 0; k < 3; ++k) m.segment<2>(2 * k) = shape * gradients_[f].row(k).transpose();
        block += mode.eigenvalue * m * m.transpose();
      }
      for (int k = 0; k < 3; ++k) {
        gradient->segment<2>(2 * faces_(f, k)) += areas_[f] * slope * gradients_[f].row(k).transpose();
        for (int l = 0; l < 3; ++l) {
          for (int a = 0; a < 2; ++a) {
            for (int b = 0; b < 2; ++b) {
              const int row = 2 * faces_(f, k) + a, column = 2 * faces_(f, l) + b;
              if (row >= column) hessian->emplace_back(row, column, areas_[f] * block(2 * k + a, 2 * l + b));
            }
          }
        }
      }
    }
  }

  // The least t > 0 at which a triangle of uv + t step has no area; infinity without one.
  double StepToFlip(const MatrixX2d& uv, const MatrixX2d& step) const {
    double least = std::numeric_limits<double>::infinity();
    for (int f = 0; f < faces_.rows(); ++f) {
      const auto edge = [&](const MatrixX2d& m, int k) -> Vector2d {
        return (m.row(faces_(f, k)) - m.row(faces_(f, 0))).transpose();
      };
      const Vector2d p = edge(uv, 1), q = edge(uv, 2), dp = edge(step, 1), dq = edge(step, 2);
      const double a = Cross2d(dp, dq), b = Cross2d(p, dq) + Cross2d(dp, q), c = Cross2d(p, q);
      const double root = b * b - 4 * a * c;
      if (root < 0) continue;
      // Both roots without cancellation.
      const double h = -0.5 * (b + std::copysign(std::sqrt(root), b));
      for (const double t : {h / a, c / h}) {
        if (t > 0 && t < least) least = t;
      }
    }
    return least;
  }

 private:
  using Gradients = Eigen::Matrix<double, 3, 2>;

  Matrix2d MapOf(int f, const MatrixX2d& uv) const {
    Matrix2d j = Matrix2d::Zero();
    for (int k = 0; k < 3; ++k) j += uv.row(faces_(f, k)).transpose() * gradients_[f].row(k);
    return j;
  }

  const MatrixX3i& faces_;
  std::vector<Gradients> gradients_;
  std::vector<double> areas_;
};

bool IsSimple(const MatrixX2d& uv, const std::vector<int>& border) {
  const size_t n = border.size();
  const auto point = [&](size_t i) -> Vector2d { return uv.row(border[i % n]).transpose(); };
  for (size_t i = 0; i < n; ++i) {
    const Vector2d a = point(i), b = point(i + 1);
    const Vector2d low = a.cwiseMin(b), high = a.cwiseMax(b);
    for (size_t j = i + 2; j < n; ++j) {
      if (i == 0 && j == n - 1) continue;  // neighbours
      const Vector2d c = point(j), d = point(j + 1);
      if ((c.cwiseMax(d).array() < low.array()).any() || (c.cwiseMin(d).array() > high.array()).any())
        continue;
      if (SignedArea(a, b, c) * SignedArea(a, b, d) <= 0 && SignedArea(c, d, a) * SignedArea(c, d, b) <= 0) {
        return false;
      }
    }
  }
  return true;
}

// Keeps the border off itself: sum of weight (reach / d - 1)^2 over its vertices and edges nearer than
// `reach`.
class BorderBarrier {
 public:
  BorderBarrier(const MatrixX3d& vertices, const MatrixX3i& faces, const std::vector<int>& border)
      : border_(border) {
    double length = 0, area = 0;
    for (size_t i = 0; i < border.size(); ++i) {
      length += (vertices.row(border[(i + 1) % border.size()]) - vertices.row(border[i])).norm();
    }
    for (int f = 0; f < faces.rows(); ++f) {
      const Vector3d a = (vertices.row(faces(f, 1)) - vertices.row(faces(f, 0))).transpose();
      const Vector3d b = (vertices.row(faces(f, 2)) - vertices.row(faces(f, 0))).transpose();
      area += 0.5 * a.cross(b).norm();
    }
    reach_ = kBarrierReach * length / static_cast<double>(border.size());
    weight_ = kBarrierWeight * area / static_cast<double>(border.size());
  }

  double Value(const MatrixX2d& uv) const {
    double value = 0;
    ForEachNear(uv, [&](const Near& near) { value += weight_ * std::pow(reach_ / near.distance - 1, 2); });
    return value;
  }

  // Gauss-Newton: the distance counts as linear, moving its foot along the edge changes it only to second
  // order.
  void AddTo(const MatrixX2d& uv, Eigen::VectorXd* gradient, Triplets* hessian) const {
    ForEachNear(uv, [&](const Near& near) {
      const double residual = reach_ / near.distance - 1;
      const double slope = -reach_ / (near.distance * near.distance);
      Eigen::Matrix<double, 6, 1> change;
      for (int k = 0; k < 3; ++k) change.segment<2>(2 * k) = slope * near.shares[k] * near.away;
      for (int k = 0; k < 6; ++k) {
        const int row = 2 * near.vertices[k / 2] + k % 2;
        (*gradient)[row] += 2 * weight_ * residual * change[k];
        for (int l = 0; l < 6; ++l) {
          const int column = 2 * near.vertices[l / 2] + l % 2;
          if (row >= column) hessian->emplace_back(row, column, 2 * weight_ * change[k] * change[l]);
        }
      }
    });
  }

 private:
  struct Near {
    std::array<int, 3> vertices;   // the vertex and the ends of the edge
    std::array<double, 3> shares;  // of each in the way from the edge to the vertex
    Vector2d away;                 // unit length
    double distance;
  };

  template <typename Visit>
  void ForEachNear(const MatrixX2d& uv, const Visit& visit) const {
    const size_t n = border_.size();
    for (size_t e = 0; e < n; ++e) {
      const int a = border_[e], b = border_[(e + 1) % n];
      const Vector2d from = uv.row(a).transpose(), edge = uv.row(b).transpose() - from;
      const Vector2d low = from.cwiseMin(from + edge).array() - reach_,
                     high = from.cwiseMax(from + edge).array() + reach_;
      for (const int v : border_) {
        const Vector2d p = uv.row(v).transpose();
        if (p.x() < low.x() || p.x() > high.x() || p.y() < low.y() || p.y() > high.y()) continue;
        if (v == a || v == b) continue;
        const double t = std::clamp((p - from).dot(edge) / edge.squaredNorm(), 0.0, 1.0);
        const Vector2d way = p - from - t * edge;
        const double distance = way.norm();
        if (distance < reach_ && distance > 0) visit({{v, a, b}, {1, t - 1, -t}, way / distance, distance});
      }
    }
  }

  const std::vector<int>& border_;
  double reach_ = 0, weight_ = 0;
};

// Newton's method from `uv`. Without a barrier the border may cross itself on the way.
MatrixX2d Minimize(const SymmetricDirichlet& energy, MatrixX2d uv, const std::vector<int>& border,
                   const BorderBarrier* barrier) {
  const auto value_of = [&](const MatrixX2d& m) {
    return energy.Value(m) + (barrier ? barrier->Value(m) : 0);
  };
  double value = value_of(uv);
  Eigen::VectorXd gradient;
  Triplets triplets;
  Eigen::SparseMatrix<double> hessian(2 * uv.rows(), 2 * uv.rows());
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver;
  for (int step_number = 0; step_number < kMaxSteps; ++step_number) {
    energy.Differentiate(uv, &gradient, &triplets);
    if (barrier) barrier->AddTo(uv, &gradient, &triplets);
    hessian.setFromTriplets(triplets.begin(), triplets.end());
    const double ridge = kRidge * hessian.diagonal().mean();
    for (Eigen::Index i = 0; i < hessian.rows(); ++i) hessian.coeffRef(i, i) += ridge;
    if (step_number == 0 || barrier) solver.analyzePattern(hessian);  // who is near whom changes
    solver.factorize(hessian);
    if (solver.info() != Eigen::Success) break;
    const Eigen::VectorXd direction = -solver.solve(gradient);
    const double slope = gradient.dot(direction);
    if (!(slope < 0)) break;
    const MatrixX2d step = Eigen::Map<const MatrixX2d>(direction.data(), uv.rows(), 2);
    double length = std::min(1.0, kSafeShare * energy.StepToFlip(uv, step));
    MatrixX2d trial;
    double trial_value = value;
    for (; length > kShortestStep; length *= 0.5) {
      trial = uv + length * step;
      trial_value = value_of(trial);
      if (trial_value <= value + kSufficient * length * slope && (!barrier || IsSimple(trial, border))) break;
    }
    if (length <= kShortestStep) break;
    const double decrease = value - trial_value;
    uv = trial;
    value = trial_value;
    if (decrease < kConverged * value) break;
  }
  return uv;
}

}  // namespace

std::vector<std::vector<int>> BorderLoops(const MatrixX3i& faces) {
  const std::map<std::pair<int, int>, int> face_of = FaceOfEdge(faces);
  std::map<int, int> next;
  for (const auto& [edge, face] : face_of) {
    if (face_of.count({edge.second, edge.first}) == 0) next[edge.first] = edge.second;
  }
  std::vector<std::vector<int>> loops;
  while (!next.empty()) {
    loops.emplace_back();
    for (auto it = next.begin(); it != next.end();) {
      const int to = it->second;
      loops.back().push_back(it->first);
      next.erase(it);
      it = next.find(to);
    }
  }
  return loops;
}

bool IsDisk(const MatrixX3i& faces) {
  if (faces.rows() == 0) return false;
  const std::map<std::pair<int, int>, int> face_of = FaceOfEdge(faces);
  const int num_vertices = faces.maxCoeff() + 1;
  int num_edges = 0;
  for (const auto& [edge, face] : face_of) {
    if (edge.first < edge.second || face_of.count({edge.second, edge.first}) == 0) ++num_edges;
  }
  // One piece.
  std::vector<char> seen(faces.rows(), 0);
  std::vector<int> open = {0};
  seen[0] = 1;
  int num_seen = 0;
  while (!open.empty()) {
    const int f = open.back();
    open.pop_back();
    ++num_seen;
    for (int k = 0; k < 3; ++k) {
      const auto it = face_of.find({faces(f, (k + 1) % 3), faces(f, k)});
      if (it == face_of.end() || seen[it->second]) continue;
      seen[it->second] = 1;
      open.push_back(it->second);
    }
  }
  return num_seen == faces.rows() && num_vertices - num_edges + faces.rows() == 1 &&
         BorderLoops(faces).size() == 1;
}

MatrixX2d FlattenDisk(const MatrixX3d& vertices, const MatrixX3i& faces) {
  VT_CHECK(IsDisk(faces));
  VT_CHECK_EQ(vertices.rows(), faces.maxCoeff() + 1);
  const std::vector<int> border = BorderLoops(faces)[0];
  const SymmetricDirichlet energy(vertices, faces);
  MatrixX2d start = MeanValueStart(vertices, faces, border);
  VT_CHECK(std::isfinite(energy.Value(start)));
  start *= energy.BestScale(start);
  const MatrixX2d uv = Minimize(energy, start, border, nullptr);
  if (IsSimple(uv, border)) return uv;
  const BorderBarrier barrier(vertices, faces, border);
  return Minimize(energy, start, border, &barrier);
}

}  // namespace vitruvius
