#include "solvers/training/train_prior.h"

#include <cmath>
#include <limits>

#include <ATen/core/grad_mode.h>

#include "models/networks/parameters.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr const char* kInversion = "inversion_val_mm";
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr std::uint64_t kSpreadStream = ~std::uint64_t{0}, kSampleStream = kSpreadStream - 1,
                        kPriorValidationStream = kSpreadStream - 2;

TrainingPoses Draw(const TrainingPoses& poses, const TrainingOptions& options) {
  return poses.Take(
      poses.Draw(options.validation_poses, SeededGenerator(options.seed, kPriorValidationStream)));
}

// A family's training as the loop runs it, with its validation and its spread.
class PriorTask : public TrainingTask {
 public:
  PriorTask(const TrainingOptions& options, const TrainingPoses& train, const TrainingPoses& validation,
            const TorchBody& body)
      : options_(options),
        validation_(Draw(validation, options)),
        body_(body),
        trainer_(MakeTrainer(options, train, body)) {
    at::NoGradGuard no_grad;
    at::Generator random = SeededGenerator(options.seed, kSpreadStream);
    real_spread_ = JointSpread(train.rotations.index_select(0, train.Draw(kSpreadPoses, random)));
  }

  std::vector<std::string> loss_names() const override { return trainer_->loss_names(); }
  std::vector<std::string> evaluation_names() const override {
    return {trainer_->validation_name(), "spread_mean", "spread_least"};
  }
  at::Tensor Step(std::int64_t step) override { return trainer_->Step(step); }
  std::vector<double> Evaluate(const TrainingRun& run, std::vector<std::string>* signs) override;
  Tensors State() override { return trainer_->State(); }
  Tensors Weights() override { return trainer_->Weights(); }

  RowMatrixXd Samples();
  const std::shared_ptr<PriorTrainer>& trainer() const { return trainer_; }

 private:
  static constexpr std::int64_t kSpreadPoses = 4096, kSamples = 25;

  const TrainingOptions options_;
  const TrainingPoses validation_;
  const TorchBody& body_;
  std::shared_ptr<PriorTrainer> trainer_;
  at::Tensor real_spread_;
};

std::vector<double> PriorTask::Evaluate(const TrainingRun& run, std::vector<std::string>* signs) {
  const double score = trainer_->Validate(validation_, body_, options_);
  at::NoGradGuard no_grad;
  const LatentMap map = trainer_->Map();
  at::Generator random = SeededGenerator(options_.seed, kSpreadStream);
  const at::Tensor latent =
      SampleLatent(map.distribution, kSpreadPoses, map.latent_dim, random).to(real_spread_.device());
  // A joint that the data hardly moves says nothing.
  constexpr double kStill = 0.02;
  const at::Tensor ratio =
      (JointSpread(map.rotations(latent)) / real_spread_.clamp_min(kStill)).to(at::kCPU, at::kDouble);
  const at::Tensor moving = ratio.masked_select(real_spread_.to(at::kCPU).gt(kStill));
  const bool any = moving.numel() > 0;
  const double mean = any ? moving.mean().item<double>() : kNone,
               least = any ? moving.min().item<double>() : kNone;
  constexpr double kCollapsing = 0.6, kWorse = 1.5;
  const bool late = 2 * run.step > options_.steps;
  if (late && mean < kCollapsing) {
    signs->push_back(StrCat("step ", run.step, ": generated poses vary ", mean,
                            " times as much as real ones: mode collapse?"));
  }
  if (!std::isfinite(score)) {
    signs->push_back(StrCat("step ", run.step, ": ", run.best_name, " is ", score));
  } else if (run.best_name == kInversion && score > kWorse * run.best) {
    signs->push_back(StrCat("step ", run.step, ": ", run.best_name, " went from ", run.best, " to ", score,
                            ": the latent loses directions"));
  }
  return {score, mean, least};
}

RowMatrixXd PriorTask::Samples() {
  at::NoGradGuard no_grad;
  const LatentMap map = trainer_->Map();
  at::Generator random = SeededGenerator(options_.seed, kSampleStream);
  return BodyPoses(map.rotations(
      SampleLatent(map.distribution, kSamples, map.latent_dim, random).to(real_spread_.device())));
}

}  // namespace

double MedianInversionError(PriorTrainer* trainer, const TorchBody& body, const TrainingPoses& poses,
                            const TrainingOptions& options) {
  return trainer->PriorTrainer::Validate(Draw(poses, options), body, options);
}

at::Tensor JointSpread(const at::Tensor& rotations) { return rotations.var(0, false).sum({-2, -1}).sqrt(); }

TrainedPrior TrainPrior(const TrainingOptions& options, const TrainingPoses& train,
                        const TrainingPoses& validation, const TorchBody& body, const std::string& checkpoint,
                        bool resume, const TrainingEvents& events) {
  PriorTask task(options, train, validation, body);
  const TrainingSchedule schedule = {
      options.steps, options.log_every, options.evaluate_every,
      StrCat(options.Describe(), " poses ", train.size(), " validation ", options.validation_poses)};
  TrainingLoopEvents of_loop = {events.stepped, nullptr};
  if (events.evaluated) {
    of_loop.evaluated = [&](const TrainingRun& run) { events.evaluated(run, task.Samples()); };
  }
  const TrainingOutcome outcome = RunTraining(&task, schedule, checkpoint, resume, of_loop);
  if (!outcome.finished) return {outcome.run, {}, task.trainer()};
  TrainedPrior trained = {outcome.run, task.trainer()->PriorArrays(), task.trainer()};
  trained.arrays[outcome.run.best_name] = NpyArray::FromDoubles(&outcome.run.best, {});
  return trained;
}

}  // namespace vitruvius
