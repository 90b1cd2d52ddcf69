#include "solvers/registration/body_errors.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "solvers/registration/segment_result.h"

namespace vitruvius::body_errors_test {
namespace {

// A body of segments at rest that stands 100 px a metre large in the middle of the picture.
FitResult Standing(const std::string& id, double scale = 1, const Vector3d& turn = Vector3d(EIGEN_PI, 0, 0)) {
  const auto model = Mannequin();
  PersonObservation person;
  person.id = id;
  person.image_width = person.image_height = 400;
  SegmentParameters parameters = SegmentParameters::Rest(*model);
  parameters.rotation = ExpSO3(turn);
  parameters.scales.setConstant(scale);
  parameters.camera = {100, 200, 200};
  FitResult result = BeginSegmentResult(person, *model);
  SegmentEvaluator joints(model, PointSet::AllJoints(*model));
  AssembleSegments(person, parameters, 1000, &joints, &result);
  EXPECT_TRUE(result.usable);
  return result;
}

TEST(BodyErrors, AreZeroForTheSameBody) {
  const BodyErrors errors = BodyComparer(Mannequin()).Compare(Standing("a"), Standing("a"));
  EXPECT_LT(errors.mpjpe_mm, 1e-9);
  EXPECT_LT(errors.rescaled_mpjpe_mm, 1e-9);
  EXPECT_LT(errors.pa_mpjpe_mm, 1e-6);
  EXPECT_LT(errors.pa_vertex_mm, 1e-6);
  EXPECT_LT(errors.pixel, 1e-9);
}

TEST(BodyErrors, ASkeletonOfAnotherSizeIsRescaledAndALargerBodyIsSeenLarger) {
  const BodyErrors errors = BodyComparer(Mannequin()).Compare(Standing("a", 1.1), Standing("a"));
  EXPECT_GT(errors.mpjpe_mm, 20);
  EXPECT_LT(errors.rescaled_mpjpe_mm, 1e-6);
  EXPECT_LT(errors.pa_mpjpe_mm, 1e-6);
  EXPECT_LT(errors.pa_vertex_mm, 1e-6);
  EXPECT_GT(errors.pixel, 1);
  // 1.2 times the true body's larger side is kErrorCropPx wide.
  const MatrixX3d& vertices = Mannequin()->v_template();
  const double side =
      100 * (vertices.colwise().maxCoeff() - vertices.colwise().minCoeff()).head<2>().maxCoeff();
  EXPECT_NEAR(errors.pixel_in_crop, errors.pixel * kErrorCropPx / (1.2 * side), 1e-9);
}

TEST(BodyErrors, ATurnedBodyIsFarInSpaceAndNearOnceAligned) {
  const Vector3d away = LogSO3(ExpSO3(Vector3d(0, EIGEN_PI / 2, 0)) * ExpSO3(Vector3d(EIGEN_PI, 0, 0)));
  const BodyErrors errors = BodyComparer(Mannequin()).Compare(Standing("a", 1, away), Standing("a"));
  EXPECT_GT(errors.rescaled_mpjpe_mm, 100);
  EXPECT_LT(errors.pa_mpjpe_mm, 1e-6);
}

TEST(BodyErrors, PeopleAreFoundByIdAndThoseWithoutABodyAreCounted) {
  std::vector<FitResult> predicted = {Standing("b", 1.1), Standing("a")};
  FitResult none = Standing("c");
  none.usable = false;
  predicted.push_back(none);
  const MeanErrors errors =
      CompareAll(Mannequin(), predicted, {Standing("a"), Standing("b"), Standing("c"), Standing("d")});
  EXPECT_EQ(errors.people, 2);
  EXPECT_EQ(errors.missing, 2);
  const double alone = BodyComparer(Mannequin()).Compare(Standing("b", 1.1), Standing("b")).mpjpe_mm;
  EXPECT_NEAR(errors.mean.mpjpe_mm, alone / 2, 1e-9);
  const auto json = nlohmann::json::parse(errors.ToJson());
  EXPECT_EQ(json["people"], 2);
  EXPECT_NEAR(json["mpjpe_mm"].get<double>(), alone / 2, 1e-6);
  EXPECT_THROW(BodyComparer(Mannequin()).Compare(none, Standing("c")), ContractError);
}

}  // namespace
}  // namespace vitruvius::body_errors_test
