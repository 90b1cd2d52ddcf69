#include "data/datasets/smplifyx_result.h"

#include <gtest/gtest.h>

#include "data/io/pickle.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::smplifyx_result_test {
namespace {

FitResult FitOf(const BodyModel& model) {
  Rng rng(3);
  FitResult fit;
  fit.usable = true;
  fit.parameters = RandomParameters(model, &rng);
  return fit;
}

std::vector<double> Numbers(const Pickle& pickle, const char* key, const std::string& shape) {
  const PickleValue* value = pickle.root().Find(key);
  EXPECT_NE(value, nullptr) << key;
  if (value == nullptr) return {};
  EXPECT_EQ(value->array->ShapeName(), shape) << key;
  return value->array->ToDoubles();
}

TEST(SmplifyXResult, EveryJointIsUnderItsKey) {
  const TestFolder folder;
  std::vector<int> parents = {-1};
  for (int j = 1; j < 55; ++j) parents.push_back(j - 1);
  const auto model = MakeTestBody(2, 60, parents);
  const FitResult fit = FitOf(*model);
  WriteSmplifyXResult(folder / "000.pkl", *model, fit);
  const Pickle pickle = LoadPickle(folder / "000.pkl");
  std::vector<double> joined = Numbers(pickle, "body_pose", "(1, 63)");
  for (const auto& [key, shape] : {std::pair<const char*, const char*>{"jaw_pose", "(1, 3)"},
                                   {"leye_pose", "(1, 3)"},
                                   {"reye_pose", "(1, 3)"},
                                   {"left_hand_pose", "(1, 45)"},
                                   {"right_hand_pose", "(1, 45)"}}) {
    const std::vector<double> part = Numbers(pickle, key, shape);
    joined.insert(joined.end(), part.begin(), part.end());
  }
  ASSERT_EQ(static_cast<Eigen::Index>(joined.size()), fit.parameters.body_pose.size());
  for (size_t i = 0; i < joined.size(); ++i)
    EXPECT_EQ(joined[i], static_cast<float>(fit.parameters.body_pose[static_cast<Eigen::Index>(i)]));
  EXPECT_EQ(Numbers(pickle, "camera_translation", "(1, 3)")[2], static_cast<float>(fit.parameters.transl[2]));
  EXPECT_EQ(Numbers(pickle, "camera_rotation", "(1, 3, 3)")[4], 1);
  EXPECT_EQ(Numbers(pickle, "betas", "(1, 10)")[9], static_cast<float>(fit.parameters.betas[9]));
}

TEST(SmplifyXResult, SmplKeepsAllOfItsBody) {
  const TestFolder folder;
  const auto model = MakeTestBody();
  WriteSmplifyXResult(folder / "000.pkl", *model, FitOf(*model));
  const Pickle pickle = LoadPickle(folder / "000.pkl");
  EXPECT_EQ(Numbers(pickle, "body_pose", "(1, 69)").size(), 69u);
  EXPECT_EQ(pickle.root().Find("jaw_pose"), nullptr);
}

}  // namespace
}  // namespace vitruvius::smplifyx_result_test
