// A stick figure and a family of its poses, for tests of the depth lifter.
#pragma once

#include "models/body/keypoint_set.h"
#include "solvers/training/lifter_skeleton.h"
#include "solvers/training/lifter_table.h"

namespace vitruvius {

// lsp14's keypoints of somebody who stands upright with the arms out and faces the camera: (14, 3), metres, x
// right (so that the left is at x > 0), y down, z away. Trunk 0.5, thighs 0.4, forearms 0.25.
inline MatrixX3d StickFigure() {
  MatrixX3d points = MatrixX3d::Zero(14, 3);
  const double rows[14][2] = {{-0.1, 0.8},  {-0.1, 0.4},    {-0.1, 0},     {0.1, 0},      {0.1, 0.4},
                              {0.1, 0.8},   {-0.75, -0.45}, {-0.5, -0.45}, {-0.2, -0.45}, {0.2, -0.45},
                              {0.5, -0.45}, {0.75, -0.45},  {0, -0.5},     {0, -0.75}};
  for (int i = 0; i < 14; ++i) points.row(i).head<2>() << rows[i][0], rows[i][1];
  return points;
}

inline at::Tensor StickPoints() {  // (1, 14, 3) float
  const MatrixX3d figure = StickFigure();
  at::Tensor points = at::empty({1, 14, 3}, at::kFloat);
  for (int i = 0; i < 14; ++i) {
    for (int axis = 0; axis < 3; ++axis) points[0][i][axis] = figure(i, axis);
  }
  return points;
}

inline LifterSkeleton StickSkeleton() {
  std::vector<std::string> names;
  for (const KeypointSet::Point& point : FindKeypointSet("lsp14")->points) names.push_back(point.name);
  return MakeLifterSkeleton(names, StickFigure());
}

// A rigid family: the figure with one knee bent forward, both forearms raised forward, from all sides. With
// depths.
inline LifterTable StickPeople(std::int64_t count, std::uint64_t seed) {
  at::Tensor points = StickPoints();
  const LifterSkeleton skeleton = StickSkeleton();
  const auto place = [&](const char* name, double x, double y, double z) {
    const int joint = skeleton.Joint(name);
    points[0][joint][0] = x;
    points[0][joint][1] = y;
    points[0][joint][2] = z;
  };
  place("left_knee", 0.1, 0.24, -0.32);
  place("left_ankle", 0.1, 0.64, -0.32);
  place("left_wrist", 0.5, -0.45, -0.25);
  place("right_wrist", -0.5, -0.45, -0.25);
  ProjectionOptions options;
  options.samples = count;
  options.pitch_deg = options.roll_deg = 0;
  options.seed = seed;
  // Project takes bodies as they stand: y up, z forward.
  return Project(points * at::tensor(at::ArrayRef<float>({1, -1, -1})), WeightedRows(1), options);
}

}  // namespace vitruvius
