// Training of image regressors: that small ones learn, going on after a stop, broken pictures, files.
#include "solvers/training/train_regressor.h"

#include <algorithm>
#include <fstream>

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"
#include "solvers/training/regressor_losses.h"
#include "solvers/training/tensor_arrays.h"
#include "tests/training/regressor_people.h"
#include "tests/util/run_program.h"
#include "tests/util/torch_checkpoint_writer.h"

namespace vitruvius::train_regressor_test {
namespace {

using ::testing::HasSubstr;

constexpr int kPicturePx = 64;

RegressorOptions Small(int epochs) {
  RegressorOptions options;
  options.trunk = {ResNetSize::Kind::k18, 8};
  options.crop_px = 32;
  options.epochs = epochs;
  options.batch = 4;
  options.evaluations = 3;
  options.log_every = 1;
  return options;
}

class TrainRegressorTest : public testing::Test {
 protected:
  TrainRegressorTest() { at::set_num_threads(1); }
  const TestFolder folder_;
  const std::shared_ptr<const BodyModel> model_ = Mannequin();
  const std::vector<RegressorExample> people_ = PicturedPeople(folder_.path(), 8, kPicturePx, 1);

  TrainedRegressor Train(const RegressorOptions& options, const std::string& checkpoint = "",
                         bool resume = false, const TrainingLoopEvents& events = {},
                         const std::string& initial = "") const {
    return TrainRegressor(options, model_, people_, {}, initial, checkpoint, resume, events);
  }
};

TEST_F(TrainRegressorTest, AFewPicturesAreLearnedByHeart) {
  RegressorOptions options = Small(60);
  options.trunk.width = 16;
  options.learning_rate = 2e-3;
  options.augmentation = CropAugmentation::None();
  options.evaluations = 1;
  options.log_every = 10;
  const TrainedRegressor trained = TrainRegressor(options, model_, people_, people_, "", "", false);
  const auto losses = trained.run.log.Curve("total");
  EXPECT_LT(losses.back().second, 0.2 * losses.front().second);
  const auto dense = trained.run.log.Curve("dense");
  EXPECT_LT(dense.back().second, 0.25 * dense.front().second);
  // In px of the crop; two of its pixels are 4 px of the picture.
  EXPECT_LT(trained.run.log.Curve("dense_val_px").back().second, 2);

  std::vector<PictureCrop> crops;
  for (const RegressorExample& person : people_) crops.push_back({person.image_path, person.crop});
  crops[1].image_path = folder_ / "none.png";
  const std::vector<PredictedSegments> predicted = PredictSegments(*trained.regressor, crops, 3);
  ASSERT_EQ(predicted.size(), people_.size());
  for (size_t i = 0; i < people_.size(); ++i) {
    EXPECT_EQ(predicted[i].fault.empty(), i != 1) << i;
    if (i == 1) continue;
    SegmentEvaluator evaluator(model_, people_[i].points);
    ASSERT_TRUE(evaluator.Evaluate(predicted[i].parameters, false));
    const double apart = (evaluator.points().leftCols<2>() - people_[i].targets_px).rowwise().norm().mean();
    EXPECT_LT(apart, 5) << i;  // px of a person 50 px tall
  }
  EXPECT_THAT(predicted[1].fault, HasSubstr("none.png"));
}

TEST_F(TrainRegressorTest, SameSeedSameRegressorAndResumedIsAsUninterrupted) {
  RegressorOptions options = Small(6);
  options.weight_decay = 1e-4;
  const TrainedRegressor whole = Train(options);
  EXPECT_GT(whole.num_validation, 0);
  EXPECT_EQ(whole.num_train + whole.num_validation, 8);
  const std::string checkpoint = folder_ / "checkpoint.npz";
  TrainingLoopEvents stop;
  stop.stepped = [](const TrainingRun& run) { return run.step < 3; };  // one step after a checkpoint
  EXPECT_TRUE(Train(options, checkpoint, false, stop).arrays.empty());
  options.cache_bytes = 0;  // changes no number
  const TrainedRegressor resumed = Train(options, checkpoint, true);
  ASSERT_EQ(whole.arrays.size(), resumed.arrays.size());
  for (const auto& [name, array] : whole.arrays)
    EXPECT_TRUE(array.bytes == resumed.arrays.at(name).bytes) << name;
  EXPECT_EQ(whole.run.log.rows.size(), resumed.run.log.rows.size());
  options.seed = 2;
  EXPECT_FALSE(whole.arrays.at("head.bias").bytes == Train(options).arrays.at("head.bias").bytes);
  EXPECT_THROW(Train(options, checkpoint, true), InputError);  // another training
}

TEST_F(TrainRegressorTest, LengthsOfRawRotationsAreHeld) {
  RegressorOptions options = Small(20);
  options.learning_rate = 1e-2;
  const auto penalty = [&](double weight) {
    options.length_weight = weight;
    const std::shared_ptr<const SegmentRegressor> regressor = Train(options).regressor;
    at::NoGradGuard no_grad;
    const at::Tensor images = at::ones({1, 3, options.crop_px, options.crop_px});
    return regressor->LengthPenalty(regressor->Raw(images, false))[0].item<double>();
  };
  EXPECT_LT(penalty(1), 0.5 * penalty(0));
}

TEST_F(TrainRegressorTest, TheRateRisesOverTheFirstSteps) {
  RegressorOptions options = Small(1);
  options.epochs = 1;
  const TrainedRegressor at_once = Train(options);
  options.warm_steps = 1000000;
  const TrainedRegressor hardly = Train(options);
  const auto bias = [](const TrainedRegressor& trained) {
    return trained.regressor->parameters().at("head.bias").detach();
  };
  SegmentRegressor fresh(hardly.regressor->size(), at::kCPU);
  fresh.Initialise(options.seed, RestInCrop(*model_));
  const at::Tensor start = fresh.parameters().at("head.bias").detach();
  EXPECT_LT((bias(hardly) - start).abs().max().item<double>(), 1e-6);
  EXPECT_GT((bias(at_once) - start).abs().max().item<double>(), 1e-5);
}

// Learned from pictures and their mirror images, it sees people in mirrored files as they are there.
TEST_F(TrainRegressorTest, MirrorImagesAreLearnedAsMirrorImages) {
  RegressorOptions options = Small(90);
  options.trunk.width = 16;
  options.learning_rate = 2e-3;
  options.augmentation = CropAugmentation::None();
  options.augmentation.mirrored_share = 0.5;
  options.evaluations = 1;
  options.log_every = 10;
  const TrainedRegressor trained = TrainRegressor(options, model_, people_, people_, "", "", false);
  std::vector<PictureCrop> crops;
  for (const RegressorExample& person : people_) {
    Image picture = ReadPicture(person.image_path);
    for (int y = 0; y < picture.height; ++y) {
      const auto row = picture.pixels.begin() + static_cast<std::ptrdiff_t>(y) * picture.width;
      std::reverse(row, row + picture.width);
    }
    const std::string path = folder_ / ("mirrored_" + std::to_string(crops.size()) + ".png");
    WritePng(path, picture);
    crops.push_back({path, person.crop});
    crops.back().frame.center_px.x() = kPicturePx - crops.back().frame.center_px.x();
  }
  const std::vector<PredictedSegments> predicted = PredictSegments(*trained.regressor, crops, 8);
  for (size_t i = 0; i < people_.size(); ++i) {
    // Its keypoints by their names' other side.
    const std::vector<int> swap = FindKeypointSet("coco17")->Mirror();
    SegmentEvaluator evaluator(model_, people_[i].points);
    ASSERT_TRUE(evaluator.Evaluate(predicted[i].parameters, false));
    double apart = 0;
    for (int k = 0; k < people_[i].num_keypoints; ++k) {
      const Eigen::RowVector2d seen = people_[i].targets_px.row(swap[static_cast<size_t>(k)]);
      apart +=
          (evaluator.points().row(k).head<2>() - Eigen::RowVector2d(kPicturePx - seen.x(), seen.y())).norm() /
          people_[i].num_keypoints;
    }
    EXPECT_LT(apart, 5) << i;  // px of a person 50 px tall
  }
}

TEST_F(TrainRegressorTest, ABrokenPictureIsNamedAndLeftOut) {
  std::ofstream(people_[2].image_path) << "no picture";
  std::filesystem::remove(people_[5].image_path);
  const TrainedRegressor trained = Train(Small(2));
  ASSERT_NE(trained.regressor, nullptr);
  EXPECT_EQ(trained.unread.size(), 2u);
  EXPECT_EQ(trained.unread.count(people_[2].image_path), 1u);
  int told = 0;
  for (const std::string& sign : trained.run.signs)
    told += sign.find(people_[2].image_path) != std::string::npos;
  EXPECT_EQ(told, 1);
}

TEST_F(TrainRegressorTest, WithoutJudgesThoseWhoAreLearnedFromJudge) {
  const std::vector<RegressorExample> judges(people_.begin() + 6, people_.end()),
      others(people_.begin(), people_.begin() + 6);
  for (const RegressorExample& judge : judges) std::filesystem::remove(judge.image_path);
  const TrainedRegressor trained = TrainRegressor(Small(2), model_, others, judges, "", "", false);
  EXPECT_GT(trained.run.best_step, 0);
  EXPECT_EQ(trained.unread.size(), 2u);
}

TEST_F(TrainRegressorTest, NothingToSee) {
  for (const RegressorExample& person : people_) std::filesystem::remove(person.image_path);
  EXPECT_THROW(Train(Small(1)), InputError);
}

TEST_F(TrainRegressorTest, AnEarlierRoundIsGoneOnWithAndFilesAreChecked) {
  const RegressorOptions options = Small(1);
  const TrainedRegressor first = Train(options);
  const std::string file = folder_ / "regressor.npz";
  WriteNpz(file, first.arrays);
  const std::shared_ptr<SegmentRegressor> read = ReadRegressor(file);
  EXPECT_TRUE(read->parameters().flat().equal(first.regressor->parameters().flat()));
  EXPECT_TRUE(read->buffers().flat().equal(first.regressor->buffers().flat()));
  CheckRegressorBody(file, *model_);

  RegressorOptions still = options;
  still.learning_rate = 1e-12;
  const TrainedRegressor second = Train(still, "", false, {}, file);
  EXPECT_TRUE(second.regressor->parameters().flat().allclose(first.regressor->parameters().flat(), 0, 1e-7));

  const auto expect_error = [&](const std::map<std::string, NpyArray>& arrays, const std::string& word) {
    WriteNpz(file, arrays);
    try {
      ReadRegressor(file);
      ADD_FAILURE() << word;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(word));
      EXPECT_THAT(error.what(), HasSubstr(file));
    }
  };
  auto arrays = first.arrays;
  arrays.erase("layer2.0.downsample.1.running_var");
  expect_error(arrays, "layer2.0.downsample.1.running_var");
  arrays = first.arrays;
  arrays["head.bias"] = arrays["bn1.weight"];
  expect_error(arrays, "head.bias");
  arrays = first.arrays;
  arrays["architecture"] = NpyArray::FromString("vgg");
  expect_error(arrays, "vgg");
  arrays = first.arrays;
  std::fill(arrays["bn1.bias"].bytes.begin(), arrays["bn1.bias"].bytes.end(), 0xff);
  expect_error(arrays, "bn1.bias");
}

TEST_F(TrainRegressorTest, TrunksOfStateDicts) {
  SegmentRegressorSize size;
  size.trunk = {ResNetSize::Kind::k18, 8};
  SegmentRegressor one(size, at::kCPU), other(size, at::kCPU);
  one.Initialise(1, RestInCrop(*model_));
  other.Initialise(2, RestInCrop(*model_));
  std::map<std::string, NpyArray> arrays;
  for (const TensorSet* set : {&one.parameters(), &one.buffers()}) {
    for (size_t i = 0; i < set->shapes().size(); ++i) {
      if (set->shapes()[i].name.rfind("head.", 0) != 0)
        arrays[set->shapes()[i].name] = ArrayOf(set->tensors()[i]);
    }
  }
  arrays["fc.weight"] = arrays["bn1.num_batches_tracked"] = NpyArray::FromString("anything");
  const std::string file = folder_ / "backbone.npz";
  WriteNpz(file, arrays);
  const at::Tensor head = other.parameters().at("head.weight").detach().clone();
  BeginFrom(file, &other);
  EXPECT_TRUE(
      other.parameters().at("layer4.1.conv2.weight").equal(one.parameters().at("layer4.1.conv2.weight")));
  EXPECT_TRUE(other.parameters().at("head.weight").equal(head));
  // The same as torch saves it, in both its formats.
  CheckpointWriter writer;
  for (const TensorSet* set : {&one.parameters(), &one.buffers()}) {
    for (size_t i = 0; i < set->shapes().size(); ++i) {
      const auto& [name, shape] = set->shapes()[i];
      if (name.rfind("head.", 0) == 0) continue;
      const at::Tensor values = set->tensors()[i].detach().contiguous();
      writer.Add(name, {shape,
                        values.strides().vec(),
                        {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}});
    }
  }
  writer.Add("bn1.num_batches_tracked", {{}, {}, {7}});
  writer.Add("fc.bias", {{2}, {1}, {1, 2}});
  writer.WriteZip(folder_ / "new.pth");
  writer.WriteLegacy(folder_ / "old.pth");
  for (const char* name : {"new.pth", "old.pth"}) {
    other.Initialise(3, RestInCrop(*model_));
    BeginFrom(folder_ / name, &other);
    EXPECT_TRUE(
        other.parameters().at("layer4.1.conv2.weight").equal(one.parameters().at("layer4.1.conv2.weight")));
    EXPECT_TRUE(other.buffers().flat().equal(one.buffers().flat()));
  }

  arrays.erase("layer1.0.conv1.weight");
  arrays["layer9.weight"] = arrays["bn1.weight"];
  arrays["layer2.0.bn1.bias"] = arrays["bn1.weight"];
  WriteNpz(file, arrays);
  try {
    BeginFrom(file, &other);
    ADD_FAILURE();
  } catch (const InputError& error) {
    for (const char* word : {"layer1.0.conv1.weight is missing", "layer9.weight is not known",
                             "layer2.0.bn1.bias has shape [8], expected [16]", "resnet18"})
      EXPECT_THAT(error.what(), HasSubstr(word));
  }
}

}  // namespace
}  // namespace vitruvius::train_regressor_test
