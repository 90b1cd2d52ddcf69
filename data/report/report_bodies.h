// Which people a report shows more of than a row, and their bodies.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/report/report_table.h"
#include "models/body/body_model.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

// Bodies of some of the rows.
struct ReportBodies {
  std::vector<std::int64_t> rows;  // (n) ascending
  int num_joints = 0, num_betas = 0;
  // Each (n, ...), row by row: [global_orient | body_pose] 3J, betas B, transl 3, joints_std_m J and
  // joints_relative_std_m J (empty: not known), camera [fx fy cx cy width height].
  std::vector<float> poses, betas, transl, joints_std_m, joints_relative_std_m, camera;
  // Of bodies of segments, else empty: (n, J), and (n, 3) px a metre, px, px.
  std::vector<float> segment_scales, weak_camera;
  // What the keypoints said of each joint's twist and two swings, in percent of all that is known of it: (n,
  // 3J) and the 3J names of these rotations; both empty where results.npz has no data_share and
  // rotation_names.
  std::vector<std::uint8_t> data_share_percent;
  std::vector<std::string> rotation_names;

  // As a FitResult: the parameters and the camera, and what the table knows.
  FitResult Result(size_t i, const ReportTable& table) const;

  // Bodies of segments become parametric ones (models/body/segment_shape.h), which the page can pose: the
  // model has their sizes. Returns how far the joints moved, their mean over all in metres; 0 for other
  // bodies.
  double LeaveSegments(const BodyModel& model);

 private:
  BodyParameters Parameters(size_t i) const;
  Eigen::VectorXd Scales(size_t i) const;
};

struct ReportChoice {
  std::vector<std::int64_t> bodies;        // ascending
  std::vector<std::int64_t> worst_usable;  // worst first
  std::vector<std::int64_t> not_usable;    // in the order of rows, spread over the reasons
  std::string statement;                   // what was chosen, for people
};
// At most max_bodies rows for bodies: all where they are few enough, else the worst two fifths and the best
// fifth by residual_percent, and others at random (by a fixed seed). Rows without a body are none of them. At
// most max_pictures for pictures, half of them of people that are not usable where there are so many.
ReportChoice ChooseRows(const ReportTable& table, int max_bodies, int max_pictures);

// Throws InputError.
ReportBodies ReadReportBodies(const std::string& folder, const std::vector<std::int64_t>& rows);

}  // namespace vitruvius
