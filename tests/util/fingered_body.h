// A body with SMPL-X's 55 joints on the mannequin's surface, for tests: fingers that bend, a relaxed mean
// pose of the hands, no licensed file.
#pragma once

#include <memory>

#include "models/body/joint_tree.h"
#include "models/body/mannequin.h"

namespace vitruvius {

inline std::shared_ptr<const BodyModel> MakeFingeredBody() {
  const BodyModelData mannequin = MakeMannequin();
  BodyModelData data = mannequin;
  data.name = "fingered body";
  data.joint_names = SmplxJointNames();
  data.parents = SmplxParents();
  data.posedirs.resize(0, 0);
  const int num_joints = static_cast<int>(data.parents.size());
  const MatrixX3d joints = mannequin.joint_regressor * mannequin.v_template;
  const auto index_of = [&](const std::string& name) {
    const auto it = std::find(data.joint_names.begin(), data.joint_names.end(), name);
    return static_cast<int>(it - data.joint_names.begin());
  };
  RowMatrixXd regressor = RowMatrixXd::Zero(num_joints, data.v_template.rows());
  RowMatrixXd weights = RowMatrixXd::Zero(data.v_template.rows(), num_joints);
  regressor.topRows(22) = RowMatrixXd(mannequin.joint_regressor).topRows(22);
  for (const char* name : {"jaw", "left_eye_smplhf", "right_eye_smplhf"})
    regressor.row(index_of(name)) = regressor.row(15);
  weights.leftCols(22) = RowMatrixXd(mannequin.weights).leftCols(22);

  struct Finger {
    int first_joint;
    Eigen::RowVector3d wrist, along;  // to the tip
    double knuckles[3];               // of its length
  };
  constexpr double kFingers[3] = {0.50, 0.68, 0.84}, kThumb[3] = {0.30, 0.55, 0.78};
  for (const int side : {0, 1}) {
    const std::string prefix = side == 0 ? "left_" : "right_";
    std::vector<Finger> fingers;
    for (const char* name : {"index", "middle", "pinky", "ring", "thumb"}) {
      Finger finger;
      finger.first_joint = index_of(prefix + name + "1");
      finger.wrist = joints.row(20 + side);
      finger.along = data.v_template.row(data.landmarks.at(prefix + name)) - finger.wrist;
      const double(&knuckles)[3] = name == std::string("thumb") ? kThumb : kFingers;
      for (int i = 0; i < 3; ++i) {
        finger.knuckles[i] = knuckles[i];
        // The four vertices around a knuckle stand for it.
        const Eigen::RowVector3d place = finger.wrist + knuckles[i] * finger.along;
        std::vector<std::pair<double, int>> nearest;
        for (int v = 0; v < data.v_template.rows(); ++v) {
          nearest.emplace_back((data.v_template.row(v) - place).norm(), v);
        }
        std::partial_sort(nearest.begin(), nearest.begin() + 4, nearest.end());
        for (int k = 0; k < 4; ++k) regressor(finger.first_joint + i, nearest[k].second) = 0.25;
      }
      fingers.push_back(finger);
    }
    const Eigen::VectorXd of_hand = RowMatrixXd(mannequin.weights).col(22 + side);
    for (int v = 0; v < data.v_template.rows(); ++v) {
      if (of_hand[v] == 0) continue;
      int joint = 20 + side;
      double best = 1e9;
      for (const Finger& finger : fingers) {
        const Eigen::RowVector3d from_wrist = data.v_template.row(v) - finger.wrist;
        const double t = from_wrist.dot(finger.along) / finger.along.squaredNorm();
        const double distance = (from_wrist - t * finger.along).norm();
        if (distance >= best) continue;
        best = distance;
        joint = 20 + side;
        for (int i = 0; i < 3; ++i) {
          if (t >= finger.knuckles[i]) joint = finger.first_joint + i;
        }
      }
      weights(v, joint) += of_hand[v];
    }
    HandPoses& hand = side == 0 ? data.left_hand : data.right_hand;
    hand.first_joint = index_of(prefix + "index1");
    hand.mean.setZero(45);
    // In the T-pose with palms down fingers bend about z, the left ones by negative angles.
    for (int joint = 0; joint < 12; ++joint) hand.mean[3 * joint + 2] = side == 0 ? -0.3 : 0.3;
  }
  data.joint_regressor = regressor.sparseView();
  data.weights = weights.sparseView();
  return BodyModel::Create(std::move(data));
}

}  // namespace vitruvius
