#include "apps/vitruvius/evaluate_regressor.h"

#include <cstdio>
#include <utility>

#include "apps/common/body_of_result.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/session.h"
#include "data/io/result_writer.h"
#include "models/util/check.h"
#include "solvers/registration/body_errors.h"

namespace vitruvius {
namespace {

std::vector<FitResult> FitsOf(const std::string& path) {
  ResultsFile file = ReadResults(path);
  std::vector<FitResult> fits;
  for (ResultsFile::Row& row : file.rows) fits.push_back(std::move(row.fit));
  return fits;
}

}  // namespace

int EvaluateRegressor(const std::vector<std::string>& inputs) {
  if (inputs.size() != 1) throw UsageError("evaluate regressor: name one result: a folder or results.npz");
  if (FLAGS_truth.empty()) throw UsageError("evaluate regressor: --truth RESULT is missing");
  const std::shared_ptr<const BodyModel> model = BodyOfResult(inputs[0]);
  RequireBodyOfResult(FLAGS_truth, model);
  const MeanErrors errors = CompareAll(model, FitsOf(inputs[0]), FitsOf(FLAGS_truth), FLAGS_threads);
  if (errors.people == 0) throw InputError(inputs[0], "ids", StrCat("found none of ", FLAGS_truth));
  if (FLAGS_json) {
    std::printf("%s\n", errors.ToJson().c_str());
    return kExitOk;
  }
  const BodyErrors& mean = errors.mean;
  std::printf("%ld people compared, %ld of the truth without a usable body; means over people:\n",
              errors.people, errors.missing);
  std::printf("  MPJPE %.1f mm, skeleton rescaled %.1f (median %.1f), aligned %.1f\n", mean.mpjpe_mm,
              mean.rescaled_mpjpe_mm, errors.median_rescaled_mm, mean.pa_mpjpe_mm);
  std::printf("  vertices, aligned %.1f mm; in the picture %.2f px, in a crop of %g px %.2f px\n",
              mean.pa_vertex_mm, mean.pixel, kErrorCropPx, mean.pixel_in_crop);
  return kExitOk;
}

}  // namespace vitruvius
