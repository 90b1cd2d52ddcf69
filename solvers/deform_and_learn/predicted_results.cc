#include "solvers/deform_and_learn/predicted_results.h"

#include <cmath>

#include "models/util/check.h"
#include "solvers/registration/segment_result.h"

namespace vitruvius {
namespace {

void Residuals(const PersonObservation& person, const SegmentParameters& in_px,
               const std::shared_ptr<const BodyModel>& model, const Recipe& recipe,
               const SurfaceLookup& lookup, FitResult* result) {
  const SegmentView view = ViewOf(person, *model, recipe, lookup);
  result->num_keypoints = view.num_seen;
  if (!view.reason.empty()) return;  // too few to fit a body, which a picture does not need
  SegmentParameters in_view = in_px;
  in_view.camera.tail<2>() -= view.center_px;
  in_view.camera /= view.half_px;
  SegmentEvaluator evaluator(model, view.points);
  if (evaluator.Evaluate(in_view, false)) SetResiduals(view, evaluator.points(), result);
}

}  // namespace

void PredictionOptions::Check() const {
  VT_CHECK(std::isfinite(margin) && margin > 0);
  focal.Check();
  VT_CHECK_GT(batch, 0);
}

std::vector<FitResult> PredictResults(const SegmentRegressor& regressor,
                                      const std::shared_ptr<const BodyModel>& model,
                                      const std::vector<PersonObservation>& people,
                                      const std::vector<std::string>& image_paths, const Recipe& recipe,
                                      const SurfaceLookup& lookup, const PredictionOptions& options) {
  options.Check();
  VT_CHECK_EQ(people.size(), image_paths.size());
  VT_CHECK_EQ(regressor.size().joints, model->num_joints());
  std::vector<FitResult> results;
  std::vector<PictureCrop> crops;
  std::vector<std::size_t> person_of_crop;
  for (std::size_t i = 0; i < people.size(); ++i) {
    results.push_back(BeginSegmentResult(people[i], *model));
    const std::optional<CropFrame> frame = FrameOf(people[i], options.margin);
    if (!people[i].reason.empty()) {
      Refuse(results.back(), people[i].reason.c_str(), people[i].detail);
    } else if (image_paths[i].empty()) {
      Refuse(results.back(), reason::kBadInput, "has no picture");
    } else if (!frame) {
      Refuse(results.back(), reason::kTooFewKeypoints, "nothing that is seen tells where in the picture");
    } else {
      crops.push_back({image_paths[i], *frame});
      person_of_crop.push_back(i);
    }
  }
  const std::vector<PredictedSegments> predicted = PredictSegments(regressor, crops, options.batch);
  SegmentEvaluator joints(model, PointSet::AllJoints(*model));
  for (std::size_t c = 0; c < crops.size(); ++c) {
    const PersonObservation& person = people[person_of_crop[c]];
    FitResult& result = results[person_of_crop[c]];
    if (!predicted[c].fault.empty()) {
      Refuse(result, reason::kBadInput, predicted[c].fault);
      continue;
    }
    const SegmentParameters& in_px = predicted[c].parameters;
    Residuals(person, in_px, model, recipe, lookup, &result);
    AssembleSegments(person, in_px, options.focal.is_given() ? options.focal : GivenFocal(recipe.focal_px),
                     &joints, &result);
  }
  return results;
}

}  // namespace vitruvius
