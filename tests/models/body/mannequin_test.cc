// The mannequin at rest: mesh, symmetry, rig, landmarks, bytes.
#include "models/body/mannequin.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/models/body/mannequin_measures.h"

namespace vitruvius::mannequin_test {
namespace {

using Eigen::Vector3d;

constexpr double kPi = 3.14159265358979323846;

// How often the surface winds around a point: 1 inside, 0 outside (Van Oosterom and Strackee's solid angles).
double WindingNumber(const MatrixX3d& vertices, const MatrixX3i& faces, const Vector3d& point) {
  double sum = 0;
  for (int f = 0; f < faces.rows(); ++f) {
    const Vector3d a = RowOf(vertices, faces(f, 0)) - point;
    const Vector3d b = RowOf(vertices, faces(f, 1)) - point;
    const Vector3d c = RowOf(vertices, faces(f, 2)) - point;
    const double la = a.norm(), lb = b.norm(), lc = c.norm();
    sum += 2 * std::atan2(a.dot(b.cross(c)), la * lb * lc + a.dot(b) * lc + b.dot(c) * la + c.dot(a) * lb);
  }
  return sum / (4 * kPi);
}

// ------------------------------------------------------------------------------------------------ the mesh

TEST(Mannequin, HasTheSizesItPromises) {
  const BodyModel& model = *Mannequin();
  EXPECT_GE(model.num_vertices(), 5000);
  EXPECT_LE(model.num_vertices(), 8000);
  EXPECT_EQ(model.num_joints(), 24);
  EXPECT_EQ(model.num_betas(), 10);
  EXPECT_TRUE(model.has_posedirs());
  EXPECT_EQ(model.joint_names(), SmplJointNames());
  EXPECT_EQ(model.parents(), SmplParents());
}

TEST(Mannequin, IsOneClosedSurfaceOfGenusZero) {
  const MatrixX3i& faces = Mannequin()->faces();
  const int num_vertices = Mannequin()->num_vertices();
  std::map<std::pair<int, int>, int> edges;
  std::vector<int> component(num_vertices);
  for (int v = 0; v < num_vertices; ++v) component[v] = v;
  const auto find = [&](int v) {
    while (component[v] != v) v = component[v] = component[component[v]];
    return v;
  };
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const int a = faces(f, k), b = faces(f, (k + 1) % 3);
      ++edges[{a, b}];
      component[find(a)] = find(b);
    }
  }
  // Every edge is run once in each direction: two faces, oriented alike.
  for (const auto& [edge, count] : edges) {
    ASSERT_EQ(count, 1) << edge.first << "-" << edge.second;
    ASSERT_EQ(edges.count({edge.second, edge.first}), 1u) << edge.first << "-" << edge.second;
  }
  for (int v = 0; v < num_vertices; ++v) ASSERT_EQ(find(v), find(0)) << "vertex " << v << " is apart";
  // Euler's formula: one component, no handles, and no vertex where two fans of faces touch.
  EXPECT_EQ(num_vertices - static_cast<int>(edges.size()) / 2 + static_cast<int>(faces.rows()), 2);
}

TEST(Mannequin, FacesAreNotDegenerate) {
  const BodyModel& model = *Mannequin();
  constexpr double kMinArea = 5e-7;    // half a square millimetre
  constexpr double kMinQuality = .03;  // an equilateral triangle has 1
  for (int f = 0; f < model.num_faces(); ++f) {
    const Vector3d a = RowOf(model.v_template(), model.faces()(f, 0));
    const Vector3d b = RowOf(model.v_template(), model.faces()(f, 1));
    const Vector3d c = RowOf(model.v_template(), model.faces()(f, 2));
    const double area = .5 * (b - a).cross(c - a).norm();
    const double longest = std::max({(b - a).squaredNorm(), (c - b).squaredNorm(), (a - c).squaredNorm()});
    EXPECT_GT(area, kMinArea) << "face " << f << " at " << a.transpose();
    EXPECT_GT(area / longest * 4 / std::sqrt(3.0), kMinQuality) << "face " << f << " at " << a.transpose();
  }
}

TEST(Mannequin, IsOfHumanSizeAndOutward) {
  const BodyModel& model = *Mannequin();
  const BodyMesh rest = PoseMesh(model, BodyParameters::Zero(model));
  EXPECT_NEAR(Stature(rest), 1.70, .01);
  // A slim adult of 1.70 m: 54 to 62 kg at a density near water's.
  const double volume = Volume(model.v_template(), model.faces());
  EXPECT_GT(volume, .054);
  EXPECT_LT(volume, .062);
  const double span = rest.vertices.col(0).maxCoeff() - rest.vertices.col(0).minCoeff();
  EXPECT_NEAR(span, 1.70, .05);  // Vitruvius: the span of the arms equals the height
}

// ------------------------------------------------------------------------------------------------ symmetry

std::vector<int> MirrorVertices(const MatrixX3d& vertices) {
  std::map<std::tuple<double, double, double>, int> at;
  for (int v = 0; v < vertices.rows(); ++v) at[{vertices(v, 0), vertices(v, 1), vertices(v, 2)}] = v;
  std::vector<int> mirror(vertices.rows(), -1);
  for (int v = 0; v < vertices.rows(); ++v) {
    const auto it = at.find({-vertices(v, 0), vertices(v, 1), vertices(v, 2)});
    if (it != at.end()) mirror[v] = it->second;
  }
  return mirror;
}

class MannequinSymmetry : public ::testing::Test {
 protected:
  const BodyModel& model_ = *Mannequin();
  const std::vector<int> mirror_ = MirrorVertices(model_.v_template());
  const std::vector<int> swap_ = MirrorPermutation(model_.joint_names());
};

TEST_F(MannequinSymmetry, EveryVertexHasItsMirrorImage) {
  std::set<int> images;
  for (int v = 0; v < model_.num_vertices(); ++v) {
    ASSERT_GE(mirror_[v], 0) << RowOf(model_.v_template(), v).transpose();
    images.insert(mirror_[v]);
  }
  EXPECT_EQ(static_cast<int>(images.size()), model_.num_vertices());
}

TEST_F(MannequinSymmetry, EveryFaceHasItsMirrorImage) {
  const auto normalized = [](std::array<int, 3> face) {
    std::rotate(face.begin(), std::min_element(face.begin(), face.end()), face.end());
    return face;
  };
  std::set<std::array<int, 3>> faces;
  for (int f = 0; f < model_.num_faces(); ++f) {
    faces.insert(normalized({model_.faces()(f, 0), model_.faces()(f, 1), model_.faces()(f, 2)}));
  }
  for (const auto& [a, b, c] : faces) {
    EXPECT_EQ(faces.count(normalized({mirror_[a], mirror_[c], mirror_[b]})), 1u) << a << " " << b << " " << c;
  }
}

TEST_F(MannequinSymmetry, WeightsAndRegressorSwapSides) {
  const SparseRowMatrixd& weights = model_.weights();
  for (int v = 0; v < weights.outerSize(); ++v) {
    for (SparseRowMatrixd::InnerIterator it(weights, v); it; ++it) {
      ASSERT_EQ(weights.coeff(mirror_[v], swap_[it.col()]), it.value())
          << "vertex " << v << " joint " << it.col();
    }
  }
  const SparseRowMatrixd& regressor = model_.joint_regressor();
  for (int j = 0; j < regressor.outerSize(); ++j) {
    for (SparseRowMatrixd::InnerIterator it(regressor, j); it; ++it) {
      ASSERT_EQ(regressor.coeff(swap_[j], mirror_[it.col()]), it.value()) << "joint " << j;
    }
  }
}

TEST_F(MannequinSymmetry, ShapeAndPoseDirectionsSwapSides) {
  const double sign[3] = {-1, 1, 1};
  for (int v = 0; v < model_.num_vertices(); ++v) {
    for (int axis = 0; axis < 3; ++axis) {
      const int row = 3 * v + axis, image = 3 * mirror_[v] + axis;
      ASSERT_EQ(model_.shapedirs().row(image), sign[axis] * model_.shapedirs().row(row)) << "vertex " << v;
      for (int j = 1; j < model_.num_joints(); ++j) {
        for (int k = 0; k < 9; ++k) {
          ASSERT_EQ(model_.posedirs()(image, 9 * (swap_[j] - 1) + k),
                    sign[axis] * sign[k / 3] * sign[k % 3] * model_.posedirs()(row, 9 * (j - 1) + k))
              << "vertex " << v << " joint " << j;
        }
      }
    }
  }
}

// ------------------------------------------------------------------------------------------------ the rig

TEST(Mannequin, WeightsAreSparseSmoothAndSumToOne) {
  const BodyModel& model = *Mannequin();
  const SparseRowMatrixd& weights = model.weights();
  for (int v = 0; v < weights.outerSize(); ++v) {
    double sum = 0;
    int count = 0;
    for (SparseRowMatrixd::InnerIterator it(weights, v); it; ++it) {
      EXPECT_GT(it.value(), 0) << "vertex " << v;
      sum += it.value();
      ++count;
    }
    EXPECT_LE(count, 4) << "vertex " << v;
    EXPECT_EQ(sum, 1) << "vertex " << v;  // multiples of 2^-20
  }
  // No seam: along an edge no joint gains more than this share, in a mesh with edges of 1 to 4 cm.
  constexpr double kMaxStep = .40;
  for (int f = 0; f < model.num_faces(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const int a = model.faces()(f, k), b = model.faces()(f, (k + 1) % 3);
      for (SparseRowMatrixd::InnerIterator it(weights, a); it; ++it) {
        EXPECT_LT(it.value() - weights.coeff(b, it.col()), kMaxStep)
            << model.joint_names()[it.col()] << " at " << model.v_template().row(a);
      }
    }
  }
}

TEST(Mannequin, RegressorIsLocalAndSumsToOne) {
  const BodyModel& model = *Mannequin();
  for (int j = 0; j < model.num_joints(); ++j) {
    double sum = 0;
    for (SparseRowMatrixd::InnerIterator it(model.joint_regressor(), j); it; ++it) {
      EXPECT_GE(it.value(), 0) << model.joint_names()[j];
      EXPECT_LT((model.v_template().row(it.col()) - model.joint_template().row(j)).norm(), .26);
      sum += it.value();
    }
    EXPECT_NEAR(sum, 1, 1e-12) << model.joint_names()[j];
  }
}

TEST(Mannequin, PelvisIsTheOriginAndBonesPointWhereTheyShould) {
  const BodyMesh rest = PoseMesh(*Mannequin(), BodyParameters::Zero(*Mannequin()));
  EXPECT_LT(Joint(rest, "pelvis").norm(), 1e-5);
  EXPECT_GT(Joint(rest, "left_wrist").x(), .5);
  EXPECT_NEAR(Joint(rest, "left_wrist").y(), Joint(rest, "left_shoulder").y(), .01);  // T-pose
  EXPECT_LT(Joint(rest, "left_ankle").y(), Joint(rest, "left_knee").y());
  EXPECT_GT(Joint(rest, "left_foot").z(), Joint(rest, "left_ankle").z() + .1);  // feet forward
  EXPECT_GT(Joint(rest, "head").y(), Joint(rest, "neck").y());
}

TEST(Mannequin, JointsAreWhereFittedBodiesExpectThem) {
  // A promise to everything that was fitted with this body: metres, left side and middle.
  const std::pair<const char*, Vector3d> places[] = {{"left_hip", {.098, -.094, 0}},
                                                     {"left_knee", {.118, -.486, .004}},
                                                     {"left_ankle", {.131, -.900, -.018}},
                                                     {"left_foot", {.141, -.962, .112}},
                                                     {"spine1", {0, .065, -.008}},
                                                     {"spine2", {0, .140, -.008}},
                                                     {"spine3", {0, .278, -.012}},
                                                     {"neck", {0, .459, -.028}},
                                                     {"head", {0, .556, -.006}},
                                                     {"left_collar", {.060, .385, -.022}},
                                                     {"left_shoulder", {.176, .363, -.017}},
                                                     {"left_elbow", {.421, .363, -.020}},
                                                     {"left_wrist", {.658, .363, -.012}},
                                                     {"left_hand", {.748, .363, -.004}}};
  const BodyMesh rest = PoseMesh(*Mannequin(), BodyParameters::Zero(*Mannequin()));
  for (const auto& [name, place] : places) EXPECT_LT((Joint(rest, name) - place).norm(), 1e-5) << name;
}

TEST(Mannequin, JointsStayInsideForEveryShape) {
  const BodyModel& model = *Mannequin();
  for (int b = -1; b < model.num_betas(); ++b) {
    for (const double value : {-2.5, 2.5}) {
      const BodyMesh mesh = PoseMesh(model, b < 0 ? BodyParameters::Zero(model) : WithBeta(b, value));
      for (int j = 0; j < model.num_joints(); ++j) {
        EXPECT_NEAR(WindingNumber(mesh.vertices, model.faces(), RowOf(mesh.joints, j)), 1, 1e-6)
            << model.joint_names()[j] << " beta " << b << " = " << value;
      }
    }
  }
}

TEST(Mannequin, LandmarksAreWhereTheirNamesSay) {
  const BodyModel& model = *Mannequin();
  const BodyMesh rest = PoseMesh(model, BodyParameters::Zero(model));
  for (const std::string name :
       {"eye", "ear", "big_toe", "small_toe", "heel", "thumb", "index", "middle", "ring", "pinky"}) {
    ASSERT_EQ(model.landmarks().count("left_" + name), 1u) << name;
    ASSERT_EQ(model.landmarks().count("right_" + name), 1u) << name;
    const Vector3d left = Landmark(rest, "left_" + name);
    const Vector3d right = Landmark(rest, "right_" + name);
    EXPECT_GT(left.x(), .02) << name;
    EXPECT_EQ((left - Vector3d(-right.x(), right.y(), right.z())).norm(), 0) << name;
  }
  const Vector3d nose = Landmark(rest, "nose");
  EXPECT_EQ(nose.x(), 0);
  EXPECT_GT(nose.z(), .10);
  for (int v = 0; v < model.num_vertices(); ++v) {
    if (std::abs(rest.vertices(v, 0)) < .1 && rest.vertices(v, 1) > .5) {
      ASSERT_LE(rest.vertices(v, 2), nose.z() + .002) << "the nose is the foremost of the head";
    }
  }
  EXPECT_EQ(Landmark(rest, "head_top").y(), rest.vertices.col(1).maxCoeff());
  EXPECT_GT(Landmark(rest, "left_eye").y(), nose.y());
  EXPECT_GT(Landmark(rest, "left_eye").z(), Landmark(rest, "left_ear").z() + .05);
  EXPECT_GT(Landmark(rest, "left_ear").x(), Landmark(rest, "left_eye").x());
  EXPECT_GT(Landmark(rest, "left_big_toe").z(), Landmark(rest, "left_heel").z() + .20);
  EXPECT_GT(Landmark(rest, "left_small_toe").x(), Landmark(rest, "left_big_toe").x());
  EXPECT_LT(Landmark(rest, "left_heel").z(), Joint(rest, "left_ankle").z());
  EXPECT_LT(Landmark(rest, "left_heel").y(), Joint(rest, "left_ankle").y());
  // Palms down: the thumb is in front, the little finger behind; the middle finger is the longest.
  const char* order[] = {"left_pinky", "left_ring", "left_middle", "left_index", "left_thumb"};
  for (int i = 0; i < 4; ++i) {
    EXPECT_LT(Landmark(rest, order[i]).z(), Landmark(rest, order[i + 1]).z()) << order[i];
  }
  EXPECT_EQ(Landmark(rest, "left_middle").x(), rest.vertices.col(0).maxCoeff());
}

// ------------------------------------------------------------------------------------------------ bytes

template <typename Matrix>
bool SameBytes(const Matrix& a, const Matrix& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), sizeof(*a.data()) * a.size()) == 0;
}

TEST(Mannequin, IsTheSameInEveryThread) {
  BodyModelData other;
  std::thread thread([&] { other = MakeMannequin(); });
  const BodyModelData here = MakeMannequin();
  thread.join();
  EXPECT_TRUE(SameBytes(here.v_template, other.v_template));
  EXPECT_TRUE(SameBytes(here.faces, other.faces));
  EXPECT_TRUE(SameBytes(here.shapedirs, other.shapedirs));
  EXPECT_TRUE(SameBytes(here.posedirs, other.posedirs));
  EXPECT_EQ((here.weights - other.weights).norm(), 0);
  EXPECT_EQ((here.joint_regressor - other.joint_regressor).norm(), 0);
  EXPECT_EQ(here.landmarks, other.landmarks);
}

TEST(Mannequin, NumbersAreRoundedSoThatLastBitsDoNotShow) {
  const BodyModelData data = MakeMannequin();
  const auto rounded = [](double value) { return value * 1048576 == std::floor(value * 1048576); };
  for (Eigen::Index i = 0; i < data.v_template.size(); ++i) ASSERT_TRUE(rounded(data.v_template.data()[i]));
  for (Eigen::Index i = 0; i < data.shapedirs.size(); ++i) ASSERT_TRUE(rounded(data.shapedirs.data()[i]));
  for (Eigen::Index i = 0; i < data.posedirs.size(); ++i) ASSERT_TRUE(rounded(data.posedirs.data()[i]));
  for (Eigen::Index i = 0; i < data.weights.nonZeros(); ++i) ASSERT_TRUE(rounded(data.weights.valuePtr()[i]));
}

}  // namespace
}  // namespace vitruvius::mannequin_test
