// A predicted body against the true one of the same person: the metrics of Learning Body Shape and Pose from
// Dense Correspondences, and the usual two. Either may be a parametric body seen by its pinhole camera, or a
// body of segments seen in weak perspective.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/scene/fit_result.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {

struct BodyErrors {
  double mpjpe_mm = 0;           // over the model's joints, roots aligned
  double rescaled_mpjpe_mm = 0;  // the predicted skeleton first scaled to the template's total bone length
  double pa_mpjpe_mm = 0;        // after the best similarity
  double pa_vertex_mm = 0;       // mean distance of vertices after the best similarity of the vertices
  double pixel = 0;              // mean distance of the vertices in the picture, px
  double pixel_in_crop = 0;      // the same were the person's crop kErrorCropPx wide
};
inline constexpr double kErrorCropPx = 224;  // 1.2 times the true body's box is so wide

// One a thread.
class BodyComparer {
 public:
  explicit BodyComparer(std::shared_ptr<const BodyModel> model);
  // Both usable, and of this model. Throws ContractError.
  BodyErrors Compare(const FitResult& predicted, const FitResult& truth);

 private:
  std::shared_ptr<const BodyModel> model_;
  ResultMesh meshes_;
  double template_length_m_;  // of all bones
};

// Means over people, those left out counted.
struct MeanErrors {
  BodyErrors mean;
  double median_rescaled_mm = 0;
  long people = 0;   // compared
  long missing = 0;  // of the truth, without a usable prediction
  std::string ToJson() const;
};
// Predictions are found by id; usable truths alone count. threads changes no number; 0: one a core.
MeanErrors CompareAll(const std::shared_ptr<const BodyModel>& model, const std::vector<FitResult>& predicted,
                      const std::vector<FitResult>& truth, int threads = 0);

}  // namespace vitruvius
