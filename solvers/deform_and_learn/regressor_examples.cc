#include "solvers/deform_and_learn/regressor_examples.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {

void RegressorLabelOptions::Check() const {
  VT_CHECK(std::isfinite(margin) && margin > 0);
  VT_CHECK(unlabelled_weight >= 0 && unlabelled_weight <= 1);
}

std::optional<RegressorExample> RegressorExampleOf(const PersonObservation& person,
                                                   const FitResult* registered, double label_weight,
                                                   const std::string& image_path, const BodyModel& model,
                                                   const Recipe& recipe, const SurfaceLookup& lookup,
                                                   const RegressorLabelOptions& options, std::string* why) {
  options.Check();
  VT_CHECK(why != nullptr);
  const auto leave_out = [&](const std::string& reason) {
    *why = person.id + ": " + reason;
    return std::nullopt;
  };
  if (image_path.empty()) return leave_out("has no picture");
  if (!person.reason.empty()) return leave_out(person.reason + ": " + person.detail);
  const SegmentView view = ViewOf(person, model, recipe, lookup);
  if (!view.reason.empty()) return leave_out(view.reason + ": " + view.detail);
  const bool has_label = registered != nullptr && label_weight > 0 && registered->usable &&
                         registered->segment_scales.size() > 0;
  if (!has_label && !(options.unlabelled_weight > 0)) return leave_out("has no usable registration");
  RegressorExample example;
  example.image_path = image_path;
  // The frame's box is that of what is seen.
  example.crop = {view.center_px, options.margin * view.half_px};
  example.points = view.points;
  example.num_keypoints = static_cast<int>(view.torso.size());
  const auto count = static_cast<Eigen::Index>(view.targets.size());
  example.targets_px.resize(count, 2);
  example.weights.resize(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const PlanarTarget& target = view.targets[static_cast<size_t>(i)];
    example.targets_px.row(i) = (view.half_px * target.position.head<2>() + view.center_px).transpose();
    // There it weighs the distance, here its square.
    example.weights[i] = target.weight > 0 ? target.weight * target.weight : 0;
  }
  example.label_weight = options.unlabelled_weight;
  if (has_label) {
    example.label = SegmentFitter::ParametersOf(*registered);
    example.label_weight = label_weight;
  }
  return example;
}

}  // namespace vitruvius
