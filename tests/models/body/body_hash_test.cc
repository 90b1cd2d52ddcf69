#include "models/body/body_hash.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "tests/util/test_body.h"

namespace vitruvius::body_hash_test {
namespace {

TEST(BodyHash, IsThatOfTheSameArraysAlone) {
  const std::string hash = BodyHash(*MakeTestBody());
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(BodyHash(*MakeTestBody()), hash);
  BodyModelData named = MakeTestBody()->data();
  named.name = "another";
  named.gender = "female";
  named.source.file = "/somewhere";
  named.landmarks = {{"nose", 4}};
  EXPECT_EQ(BodyHash(*BodyModel::Create(named)), hash);
}

TEST(BodyHash, EveryArrayThatMovesTheBodyCounts) {
  std::set<std::string> hashes = {BodyHash(*MakeTestBody())};
  const auto add = [&](const std::function<void(BodyModelData*)>& change) {
    BodyModelData data = MakeTestBody()->data();
    change(&data);
    hashes.insert(BodyHash(*BodyModel::Create(std::move(data))));
    return hashes.size();
  };
  EXPECT_EQ(add([](BodyModelData* data) { data->v_template(7, 1) += 1e-5; }), 2u);
  EXPECT_EQ(add([](BodyModelData* data) { data->faces.row(0).swap(data->faces.row(1)); }), 3u);
  EXPECT_EQ(add([](BodyModelData* data) { data->shapedirs(5, 2) += 1e-5; }), 4u);
  EXPECT_EQ(add([](BodyModelData* data) { data->posedirs(5, 2) += 1e-5f; }), 5u);
  EXPECT_EQ(add([](BodyModelData* data) {
              RowMatrixXd regressor = data->joint_regressor;
              regressor.row(0).swap(regressor.row(1));
              data->joint_regressor = regressor.sparseView();
            }),
            6u);
  EXPECT_EQ(add([](BodyModelData* data) {
              RowMatrixXd weights = data->weights;
              weights.row(0).swap(weights.row(1));
              data->weights = weights.sparseView();
            }),
            7u);
  EXPECT_EQ(add([](BodyModelData* data) { data->parents[6] = 2; }), 8u);
  EXPECT_EQ(add([](BodyModelData* data) { data->shapedirs.conservativeResize(Eigen::NoChange, 9); }), 9u);
}

// Other instructions give other last digits.
TEST(BodyHash, RoundingDoesNotCount) {
  const std::string hash = BodyHash(*Mannequin());
  BodyModelData data = Mannequin()->data();
  for (double& x : data.v_template.reshaped()) x *= 1 + 4e-16;
  for (double& x : data.shapedirs.reshaped()) x *= 1 - 4e-16;
  data.weights.coeffs() *= 1 + 2e-16;
  EXPECT_EQ(BodyHash(*BodyModel::Create(data)), hash);
  RowMatrixXd dense = data.joint_regressor;
  SparseRowMatrixd with_zeros(dense.rows(), dense.cols());
  for (Eigen::Index row = 0; row < dense.rows(); ++row) {
    for (Eigen::Index column = 0; column < dense.cols(); ++column) {
      if (column % 100 == 0 || dense(row, column) != 0) with_zeros.insert(row, column) = dense(row, column);
    }
  }
  data.joint_regressor = with_zeros;
  EXPECT_EQ(BodyHash(*BodyModel::Create(data)), hash);
}

}  // namespace
}  // namespace vitruvius::body_hash_test
