#include "models/scene/seen_extent.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {

void SeenExtent::Add(const PersonObservation& person) {
  const auto grow = [&](const Eigen::Vector2d& point) {
    low_ = low_.cwiseMin(point);
    high_ = high_.cwiseMax(point);
  };
  for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k) {
    if (person.keypoints2d(k, 2) > 0) grow(person.keypoints2d.row(k).head<2>().transpose());
  }
  for (const DensePoint& point : person.dense) grow(point.image_px);
  if (person.keypoints2d.rows() == 0 && person.dense.empty() && person.box_px) {
    grow(person.box_px->head<2>());
    grow(person.box_px->head<2>() + person.box_px->tail<2>());
  }
}

Eigen::Vector4d SeenExtent::Frame() const {
  VT_CHECK(!empty());
  Eigen::Vector4d frame;
  for (int axis = 0; axis < 2; ++axis) {
    const double low = low_[axis], high = high_[axis];
    frame[axis] = std::min(0.0, low);
    frame[2 + axis] = std::max(1.0, low > 0 ? low + high : high - low);
  }
  return frame;
}

}  // namespace vitruvius
