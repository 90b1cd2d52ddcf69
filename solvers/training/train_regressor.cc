#include "solvers/training/train_regressor.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <numeric>

#include <ATen/core/grad_mode.h>

#include "data/datasets/torch/ahead.h"
#include "models/body/joint_tree.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/regressor_losses.h"
#include "solvers/training/training_options.h"

namespace vitruvius {
namespace {

using Examples = std::vector<RegressorExample>;

std::vector<PictureCrop> CropsOf(const Examples& examples) {
  std::vector<PictureCrop> crops;
  for (const RegressorExample& example : examples) crops.push_back({example.image_path, example.crop});
  return crops;
}

CropLoaderOptions LoaderOptions(const RegressorOptions& options, bool augmented, double cache_share) {
  CropLoaderOptions loader;
  loader.size_px = static_cast<int>(options.crop_px);
  loader.augmentation = augmented ? options.augmentation : CropAugmentation::None();
  loader.cache_bytes = static_cast<std::int64_t>(cache_share * static_cast<double>(options.cache_bytes));
  return loader;
}

// Of everything that is learned from: a training goes on with the same examples only.
std::uint64_t HashOf(const Examples& examples) {
  std::uint64_t hash = 0;
  const auto add = [&](const double* values, Eigen::Index count) {
    hash =
        HashString({reinterpret_cast<const char*>(values), static_cast<std::size_t>(count) * sizeof(double)},
                   hash * 31 + 1);
  };
  for (const RegressorExample& example : examples) {
    hash = HashString(std::filesystem::path(example.image_path).filename().string(), hash * 31 + 1);
    add(example.crop.center_px.data(), 2);
    add(&example.crop.half_px, 1);
    add(example.targets_px.data(), example.targets_px.size());
    add(example.weights.data(), example.weights.size());
    add(&example.label_weight, 1);
    if (!example.label) continue;
    add(example.label->angles.data(), example.label->angles.size());
    add(example.label->scales.data(), example.label->scales.size());
    add(example.label->rotation.data(), 9);
    add(example.label->camera.data(), 3);
  }
  return hash;
}

class RegressorTask : public TrainingTask {
 public:
  RegressorTask(const RegressorOptions& options, std::shared_ptr<const BodyModel> model,
                const Examples& train, const Examples& validation, const std::string& initial,
                at::Device device)
      : options_(options),
        model_(std::move(model)),
        train_(train),
        validation_(validation),
        device_(device),
        swap_(MirrorPermutation(model_->joint_names())),
        steps_per_epoch_(options.StepsPerEpoch(static_cast<std::int64_t>(train.size()))),
        regressor_(std::make_shared<SegmentRegressor>(
            SegmentRegressorSize{options.trunk, model_->num_joints(), options.crop_px}, device)),
        adam_(regressor_->parameters().flat(), options.beta1, options.beta2),
        train_crops_(CropsOf(train), LoaderOptions(options, true, 0.9)),
        validation_crops_(CropsOf(validation), LoaderOptions(options, false, 0.1)),
        batches_([this](std::int64_t step) { return BatchOf(step); }, options.epochs * steps_per_epoch_) {
    regressor_->Initialise(options.seed, RestInCrop(*model_, kCropMargin));
    if (initial.empty()) return;
    BeginFrom(initial, regressor_.get());
    const at::Tensor weights = regressor_->parameters().flat().to(at::kCPU);
    initial_ = HashString({reinterpret_cast<const char*>(weights.data_ptr<float>()), weights.nbytes()});
  }

  std::vector<std::string> loss_names() const override { return {"total", "regress", "dense", "keypoints"}; }
  std::vector<std::string> evaluation_names() const override {
    return {"loss_val", "regress_val", "dense_val_px", "keypoint_val_px"};
  }

  at::Tensor Step(std::int64_t step) override {
    const RegressorBatch batch = batches_.Take(step);
    const at::Tensor raw = regressor_->Raw(batch.images, true);
    const at::Tensor seen = regressor_->NumbersOfRaw(raw);
    // Labels and points stay: of a mirror image the mirror image is compared.
    const at::Tensor numbers =
        at::where(batch.is_mirrored.unsqueeze(1) > 0, MirrorNumbers(seen, swap_), seen);
    const RegressorLosses losses = RegressorLossesOf(numbers, batch);
    const at::Tensor regress = BatchMean(losses.regress, batch), dense = BatchMean(losses.dense, batch),
                     keypoints = BatchMean(losses.keypoints, batch);
    const at::Tensor total = Total(regress, dense, keypoints);
    const at::Tensor weights = regressor_->parameters().flat();
    const at::Tensor lengths = options_.length_weight * BatchMean(regressor_->LengthPenalty(raw), batch);
    at::Tensor gradient = FlatGradient(total + lengths, regressor_->parameters());
    if (options_.weight_decay > 0) gradient.add_(weights, options_.weight_decay);
    adam_.Step(weights, gradient, RateOf(step));
    return at::stack({total, regress, dense, keypoints}).detach();
  }

  std::vector<double> Evaluate(const TrainingRun& run, std::vector<std::string>* signs) override;

  Tensors State() override {
    Tensors state = Weights();
    state.merge(adam_.State("adam"));
    return state;
  }
  // A network without its running statistics is another one.
  Tensors Weights() override {
    return {{"parameters", regressor_->parameters().flat()}, {"buffers", regressor_->buffers().flat()}};
  }

  std::uint64_t initial() const { return initial_; }
  std::shared_ptr<const SegmentRegressor> regressor() const { return regressor_; }
  std::map<std::string, std::string> Unread() const {
    std::map<std::string, std::string> all = train_crops_.Unread();
    all.merge(validation_crops_.Unread());
    return all;
  }

 private:
  double RateOf(std::int64_t step) const {
    double rate = options_.learning_rate;
    if (step < options_.warm_steps)
      rate *= static_cast<double>(step + 1) / static_cast<double>(options_.warm_steps);
    return options_.decays ? rate * RateAt(step, options_.epochs * steps_per_epoch_) : rate;
  }
  at::Tensor Total(const at::Tensor& regress, const at::Tensor& dense, const at::Tensor& keypoints) const {
    return options_.regress_weight * regress + options_.dense_weight * dense +
           options_.keypoint_weight * keypoints;
  }

  struct Judgement {
    double weight = 0;  // of the examples whose pictures could be read
    std::vector<double> values;
  };
  Judgement Judge(const Examples& examples, CropLoader* crops) const;

  // Each epoch in an order of its own.
  std::vector<std::int64_t> RowsOf(std::int64_t step) const {
    const std::int64_t epoch = step / steps_per_epoch_, first = step % steps_per_epoch_ * options_.batch;
    std::vector<std::int64_t> order(train_.size());
    std::iota(order.begin(), order.end(), 0);
    Rng rng(HashString(StrCat("epoch ", epoch), options_.seed));
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.Index(i)]);
    const auto count = std::min<std::int64_t>(options_.batch, static_cast<std::int64_t>(order.size()));
    return {order.begin() + first, order.begin() + first + count};
  }
  RegressorBatch BatchOf(std::int64_t step) {
    const std::vector<std::int64_t> rows = RowsOf(step);
    return MakeRegressorBatch(*model_, train_, rows, train_crops_.Load(rows, options_.seed, step), device_);
  }

  const RegressorOptions options_;
  const std::shared_ptr<const BodyModel> model_;
  const Examples& train_;
  const Examples& validation_;
  const at::Device device_;
  const std::vector<int> swap_;
  const std::int64_t steps_per_epoch_;
  std::shared_ptr<SegmentRegressor> regressor_;
  FlatAdam adam_;
  CropLoader train_crops_, validation_crops_;
  std::unique_ptr<CropLoader> fallback_crops_;
  OneAhead<RegressorBatch> batches_;  // goes first at the end: its thread uses what stands above
  std::map<std::string, std::string> told_;
  std::uint64_t initial_ = 0;
};

RegressorTask::Judgement RegressorTask::Judge(const Examples& examples, CropLoader* crops) const {
  at::NoGradGuard no_grad;
  const auto count =
      std::min<std::int64_t>(static_cast<std::int64_t>(examples.size()), options_.validation_examples);
  // Sums over examples, and over the weights of those that have what is measured.
  double regress = 0, total = 0, dense = 0, keypoints = 0, weight = 0, labelled = 0, with_dense = 0,
         with_keypoints = 0;
  const auto sum = [](const at::Tensor& values, const at::Tensor& weights) {
    return (values * weights).sum().item<double>();
  };
  for (std::int64_t first = 0; first < count; first += options_.batch) {
    std::vector<std::int64_t> rows;
    for (std::int64_t n = first; n < std::min(count, first + options_.batch); ++n) rows.push_back(n);
    const RegressorBatch batch = MakeRegressorBatch(*model_, examples, rows, crops->Load(rows), device_);
    const at::Tensor numbers = regressor_->Forward(batch.images, false);
    const RegressorLosses losses = RegressorLossesOf(numbers, batch);
    const RegressorDistances distances = RegressorDistancesOf(numbers, batch);
    weight += batch.weights.sum().item<double>();
    total += sum(Total(losses.regress, losses.dense, losses.keypoints), batch.weights);
    labelled += sum(batch.is_labelled, batch.weights);
    regress += sum(losses.regress, batch.weights);
    with_dense += sum(batch.dense_weights.sum(1), batch.weights);
    dense += sum(distances.dense, batch.weights);
    with_keypoints += sum(batch.keypoint_weights.sum(1), batch.weights);
    keypoints += sum(distances.keypoints, batch.weights);
  }
  const double px = static_cast<double>(options_.crop_px) / 2;  // a crop unit
  // NaN where no example has it.
  return {weight,
          {total / weight, regress / labelled, px * dense / with_dense, px * keypoints / with_keypoints}};
}

std::vector<double> RegressorTask::Evaluate(const TrainingRun& run, std::vector<std::string>* signs) {
  Judgement judgement = Judge(validation_, &validation_crops_);
  if (!(judgement.weight > 0)) {
    // With a loader of its own: the training's is at work on the next step.
    if (fallback_crops_ == nullptr) {
      signs->push_back("no picture of the people who judge could be read: those who are learned from judge");
      fallback_crops_ =
          std::make_unique<CropLoader>(CropsOf(train_), LoaderOptions(options_, false, /*cache_share=*/0));
    }
    judgement = Judge(train_, fallback_crops_.get());
  }
  for (const auto& [path, why] : Unread()) {
    if (told_.emplace(path, why).second) signs->push_back(StrCat("left out: ", why));
  }
  if (!(judgement.weight > 0)) throw InputError("no picture could be read");
  if (!std::isfinite(judgement.values[0]))
    signs->push_back(StrCat("step ", run.step, ": the loss is ", judgement.values[0]));
  return judgement.values;
}

}  // namespace

TrainedRegressor TrainRegressor(const RegressorOptions& options,
                                const std::shared_ptr<const BodyModel>& model,
                                const std::vector<RegressorExample>& train,
                                const std::vector<RegressorExample>& validation, const std::string& initial,
                                const std::string& checkpoint, bool resume, const TrainingLoopEvents& events,
                                at::Device device) {
  options.Check();
  VT_CHECK(model != nullptr);
  for (const Examples* examples : {&train, &validation}) {
    for (const RegressorExample& example : *examples) example.Check(*model);
  }
  Examples kept, judging = validation;
  if (validation.empty()) {
    const std::vector<bool> held_out = HeldOut(train, options.held_out, options.seed);
    for (std::size_t i = 0; i < train.size(); ++i) (held_out[i] ? judging : kept).push_back(train[i]);
    if (judging.empty()) judging = kept;  // one picture alone
  } else {
    kept = train;
  }
  if (kept.size() < 2)
    throw InputError(StrCat("found ", kept.size(), " people to learn from, expected 2 or more"));
  RegressorTask task(options, model, kept, judging, initial, device);
  const std::int64_t steps = options.epochs * options.StepsPerEpoch(static_cast<std::int64_t>(kept.size()));
  const TrainingSchedule schedule = {
      steps, options.log_every,
      std::max<std::int64_t>(1, (steps + options.evaluations - 1) / options.evaluations),
      StrCat(options.Describe(), " body ", model->name(), " people ", kept.size(), " ", HashOf(kept),
             " validation ", judging.size(), " ", HashOf(judging), " initial ", task.initial())};
  const TrainingOutcome outcome = RunTraining(&task, schedule, checkpoint, resume, events);
  TrainedRegressor trained;
  trained.run = outcome.run;
  trained.unread = task.Unread();
  trained.num_train = static_cast<std::int64_t>(kept.size());
  trained.num_validation = static_cast<std::int64_t>(judging.size());
  if (!outcome.finished) return trained;
  trained.regressor = task.regressor();
  trained.arrays = RegressorArrays(*trained.regressor, *model);
  return trained;
}

std::vector<PredictedSegments> PredictSegments(const SegmentRegressor& regressor,
                                               const std::vector<PictureCrop>& people, std::int64_t batch) {
  VT_CHECK_GT(batch, 0);
  CropLoaderOptions options;
  options.size_px = static_cast<int>(regressor.size().crop_px);
  options.augmentation = CropAugmentation::None();
  options.cache_bytes = 0;
  CropLoader loader(people, options);
  const auto count = static_cast<std::int64_t>(people.size());
  OneAhead<CropBatch> batches(
      [&](std::int64_t step) {
        std::vector<std::int64_t> rows;
        for (std::int64_t n = step * batch; n < std::min(count, (step + 1) * batch); ++n) rows.push_back(n);
        return loader.Load(rows);
      },
      (count + batch - 1) / batch);
  at::NoGradGuard no_grad;
  std::vector<PredictedSegments> predicted;
  for (std::int64_t step = 0; step * batch < count; ++step) {
    const CropBatch crops = batches.Take(step);
    const at::Tensor images = crops.images.to(regressor.parameters().flat().device());
    const std::vector<SegmentParameters> in_crop = ParametersOfNumbers(regressor.Forward(images, false));
    const std::map<std::string, std::string> unread = loader.Unread();
    for (std::size_t n = 0; n < in_crop.size(); ++n) {
      PredictedSegments one;
      one.parameters = crops.views[n].PictureFromCrop(in_crop[n]);
      if (!crops.is_there[n]) one.fault = unread.at(people[predicted.size()].image_path);
      predicted.push_back(std::move(one));
    }
  }
  return predicted;
}

}  // namespace vitruvius
