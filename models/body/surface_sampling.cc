#include "models/body/surface_sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {

SurfaceSampler::SurfaceSampler(const BodyModel& model) {
  double sum = 0;
  for (Eigen::Index f = 0; f < model.faces().rows(); ++f) {
    Eigen::Vector3d corners[3];
    for (int i = 0; i < 3; ++i) corners[i] = model.v_template().row(model.faces()(f, i));
    sum += 0.5 * (corners[1] - corners[0]).cross(corners[2] - corners[0]).norm();
    area_up_to_.push_back(sum);
  }
  VT_CHECK_GT(sum, 0.0);
}

Eigen::Vector3d PositionOf(const SurfacePlace& place, const BodyModel& model, const MatrixX3d& vertices) {
  Eigen::Vector3d position = Eigen::Vector3d::Zero();
  for (int corner = 0; corner < 3; ++corner)
    position += place.bary[corner] * vertices.row(model.faces()(place.face, corner)).transpose();
  return position;
}

SurfacePlace PlaceOnRay(int face, const Eigen::Vector3d& ray, const BodyModel& model,
                        const MatrixX3d& vertices) {
  Eigen::Vector3d corners[3];
  for (int i = 0; i < 3; ++i) corners[i] = vertices.row(model.faces()(face, i));
  SurfacePlace place;
  place.face = face;
  for (int i = 0; i < 3; ++i) place.bary[i] = ray.dot(corners[(i + 1) % 3].cross(corners[(i + 2) % 3]));
  if (place.bary.sum() < 0) place.bary = -place.bary;
  place.bary = place.bary.cwiseMax(0.0);
  const double sum = place.bary.sum();
  place.bary = sum > 0 ? Eigen::Vector3d(place.bary / sum) : Eigen::Vector3d::Constant(1.0 / 3);
  return place;
}

double FirstOnRay(const Eigen::Vector3d& ray, const BodyModel& model, const MatrixX3d& vertices) {
  double first = std::numeric_limits<double>::infinity();
  for (Eigen::Index f = 0; f < model.faces().rows(); ++f) {
    Eigen::Vector3d corners[3];
    for (int i = 0; i < 3; ++i) corners[i] = vertices.row(model.faces()(f, i));
    // The volumes of PlaceOnRay must have one sign; with s their sum, the plane is met at det[a b c] / s.
    const double c = ray.dot(corners[0].cross(corners[1])), a = ray.dot(corners[1].cross(corners[2]));
    if ((c > 0 && a < 0) || (c < 0 && a > 0)) continue;
    const double b = ray.dot(corners[2].cross(corners[0]));
    if ((std::min({a, b, c}) < 0 && std::max({a, b, c}) > 0) || a + b + c == 0) continue;
    const double at = corners[0].dot(corners[1].cross(corners[2])) / (a + b + c);
    if (at > 0) first = std::min(first, at);
  }
  return first;
}

SurfacePlace SurfaceSampler::Draw(Rng* rng) const {
  const double at = rng->Uniform() * area_up_to_.back();
  SurfacePlace place;
  place.face =
      static_cast<int>(std::upper_bound(area_up_to_.begin(), area_up_to_.end(), at) - area_up_to_.begin());
  place.face = std::min(place.face, static_cast<int>(area_up_to_.size()) - 1);
  // The root makes it even over the triangle.
  const double across = std::sqrt(rng->Uniform()), along = rng->Uniform();
  place.bary = {1 - across, across * (1 - along), across * along};
  return place;
}

}  // namespace vitruvius
