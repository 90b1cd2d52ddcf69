#include "solvers/training/train_prior.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <ATen/core/grad_mode.h>

#include "models/util/check.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

constexpr const char* kInversion = "inversion_val_mm";
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr std::uint64_t kSpreadStream = ~std::uint64_t{0}, kSampleStream = kSpreadStream - 1,
                        kValidationStream = kSpreadStream - 2;

TrainingPoses Draw(const TrainingPoses& poses, const TrainingOptions& options) {
  return poses.Take(poses.Draw(options.validation_poses, SeededGenerator(options.seed, kValidationStream)));
}

class Training {
 public:
  Training(const TrainingOptions& options, const TrainingPoses& train, const TrainingPoses& validation,
           const TorchBody& body)
      : options_(options),
        validation_(Draw(validation, options)),
        body_(body),
        trainer_(MakeTrainer(options, train, body)),
        fingerprint_(StrCat(options.Describe(), " poses ", train.size(), " validation ", validation.size())) {
    at::NoGradGuard no_grad;
    at::Generator random = SeededGenerator(options.seed, kSpreadStream);
    real_spread_ = JointSpread(train.rotations.index_select(0, train.Draw(kSpreadPoses, random)));
    run_.best_name = trainer_->validation_name();
    run_.best = std::numeric_limits<double>::infinity();
    run_.log.columns = {"step"};
    for (const std::string& name : trainer_->loss_names()) run_.log.columns.push_back(name);
    for (const std::string& name :
         {run_.best_name, std::string("spread_mean"), std::string("spread_least")}) {
      run_.log.columns.push_back(name);
    }
    num_losses_ = static_cast<std::int64_t>(trainer_->loss_names().size());
    for (const auto& [name, tensor] : trainer_->Weights()) best_[name] = tensor.detach().clone();
  }

  void Load(const std::string& path);
  void Save(const std::string& path);
  TrainedPrior Run(const std::string& checkpoint, const TrainingEvents& events);

 private:
  static constexpr std::int64_t kSpreadPoses = 4096, kSamples = 25;

  void Log(const at::Tensor& mean_losses);
  void Evaluate();
  RowMatrixXd Samples();

  const TrainingOptions options_;
  const TrainingPoses validation_;
  const TorchBody& body_;
  std::shared_ptr<PriorTrainer> trainer_;
  const std::string fingerprint_;
  at::Tensor real_spread_;
  std::int64_t num_losses_ = 0;
  TrainingRun run_;
  PriorTrainer::Tensors best_;
};

void Training::Log(const at::Tensor& mean_losses) {
  const at::Tensor losses = mean_losses.to(at::kCPU, at::kDouble).contiguous();
  std::vector<double> row = {static_cast<double>(run_.step)};
  row.insert(row.end(), losses.data_ptr<double>(), losses.data_ptr<double>() + num_losses_);
  row.resize(run_.log.columns.size(), kNone);
  run_.log.rows.push_back(std::move(row));
}

void Training::Evaluate() {
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
  std::vector<double>& row = run_.log.rows.back();
  row[row.size() - 3] = score;
  row[row.size() - 2] = mean;
  row[row.size() - 1] = least;
  constexpr double kCollapsing = 0.6, kWorse = 1.5;
  const bool late = 2 * run_.step > options_.steps;
  if (late && mean < kCollapsing) {
    run_.signs.push_back(StrCat("step ", run_.step, ": generated poses vary ", mean,
                                " times as much as real ones: mode collapse?"));
  }
  if (!std::isfinite(score)) {
    run_.signs.push_back(StrCat("step ", run_.step, ": ", run_.best_name, " is ", score));
  } else if (run_.best_name == kInversion && score > kWorse * run_.best) {
    run_.signs.push_back(StrCat("step ", run_.step, ": ", run_.best_name, " went from ", run_.best, " to ",
                                score, ": the latent loses directions"));
  }
  if (score < run_.best) {
    run_.best = score;
    run_.best_step = run_.step;
    for (const auto& [name, tensor] : trainer_->Weights()) best_.at(name).copy_(tensor);
  }
}

RowMatrixXd Training::Samples() {
  at::NoGradGuard no_grad;
  const LatentMap map = trainer_->Map();
  at::Generator random = SeededGenerator(options_.seed, kSampleStream);
  return BodyPoses(map.rotations(
      SampleLatent(map.distribution, kSamples, map.latent_dim, random).to(real_spread_.device())));
}

void Training::Save(const std::string& path) {
  std::map<std::string, NpyArray> arrays;
  arrays["training"] = NpyArray::FromString(fingerprint_);
  const std::vector<double> numbers = {static_cast<double>(run_.step), static_cast<double>(run_.best_step),
                                       run_.best};
  arrays["progress"] = NpyArray::FromDoubles(numbers.data(), {3});
  std::vector<double> log;
  for (const std::vector<double>& row : run_.log.rows) log.insert(log.end(), row.begin(), row.end());
  arrays["log"] = NpyArray::FromDoubles(log.data(), {static_cast<std::int64_t>(run_.log.rows.size()),
                                                     static_cast<std::int64_t>(run_.log.columns.size())});
  arrays["signs"] = NpyArray::FromStrings(run_.signs);
  for (const auto& [name, tensor] : trainer_->State()) arrays["state_" + name] = ArrayOf(tensor);
  for (const auto& [name, tensor] : best_) arrays["best_" + name] = ArrayOf(tensor);
  WriteNpz(path, arrays);
}

void Training::Load(const std::string& path) {
  const NpzReader file(path);
  const std::vector<std::string> found = file.Read("training").ToStrings();
  if (found.size() != 1 || found[0] != fingerprint_) {
    throw InputError(path, "training",
                     StrCat("found ", found.empty() ? "nothing" : found[0], ", expected ", fingerprint_,
                            "; this is another training: give another folder, or leave --resume out"));
  }
  const std::vector<double> numbers = file.Read("progress", {3}).ToDoubles();
  if (!(numbers[0] >= 0 && numbers[0] <= static_cast<double>(options_.steps))) {
    throw InputError(path, "progress", StrCat("found step ", numbers[0], ", expected 0 to ", options_.steps));
  }
  run_.step = static_cast<std::int64_t>(numbers[0]);
  run_.best_step = static_cast<std::int64_t>(numbers[1]);
  run_.best = numbers[2];
  const auto width = static_cast<std::int64_t>(run_.log.columns.size());
  const NpyArray log = file.Read("log", {-1, width});
  const std::vector<double> values = log.ToDoubles();
  for (std::int64_t i = 0; i < log.shape[0]; ++i) {
    run_.log.rows.emplace_back(values.begin() + i * width, values.begin() + (i + 1) * width);
  }
  run_.signs = file.Read("signs").ToStrings();
  for (auto& [name, tensor] : trainer_->State()) CopyInto(file.Read("state_" + name), tensor);
  for (auto& [name, tensor] : best_) CopyInto(file.Read("best_" + name), tensor);
}

TrainedPrior Training::Run(const std::string& checkpoint, const TrainingEvents& events) {
  at::Tensor sum;
  std::int64_t counted = 0;
  while (run_.step < options_.steps) {
    const at::Tensor losses = trainer_->Step(run_.step);
    sum = counted == 0 ? losses : sum + losses;
    ++counted;
    ++run_.step;
    const bool last = run_.step == options_.steps;
    const bool evaluates = last || run_.step % options_.evaluate_every == 0;
    if (evaluates || run_.step % options_.log_every == 0) {
      Log(sum / counted);
      counted = 0;
    }
    if (evaluates) {
      Evaluate();
      if (!checkpoint.empty()) Save(checkpoint);
      if (events.evaluated) events.evaluated(run_, Samples());
    }
    if (events.stepped && !events.stepped(run_) && !last) return {run_, {}, trainer_};
  }
  for (auto& [name, tensor] : trainer_->Weights()) {
    at::NoGradGuard no_grad;
    tensor.copy_(best_.at(name));
  }
  TrainedPrior trained = {run_, trainer_->PriorArrays(), trainer_};
  trained.arrays[run_.best_name] = NpyArray::FromDoubles(&run_.best, {});
  return trained;
}

}  // namespace

std::vector<std::pair<double, double>> TrainingLog::Curve(const std::string& column) const {
  const auto at = std::find(columns.begin(), columns.end(), column);
  VT_CHECK(at != columns.end());
  std::vector<std::pair<double, double>> curve;
  for (const std::vector<double>& row : rows) {
    const double value = row[static_cast<std::size_t>(at - columns.begin())];
    if (std::isfinite(value)) curve.emplace_back(row[0], value);
  }
  return curve;
}

double MedianInversionError(PriorTrainer* trainer, const TorchBody& body, const TrainingPoses& poses,
                            const TrainingOptions& options) {
  return trainer->PriorTrainer::Validate(Draw(poses, options), body, options);
}

at::Tensor JointSpread(const at::Tensor& rotations) { return rotations.var(0, false).sum({-2, -1}).sqrt(); }

TrainedPrior TrainPrior(const TrainingOptions& options, const TrainingPoses& train,
                        const TrainingPoses& validation, const TorchBody& body, const std::string& checkpoint,
                        bool resume, const TrainingEvents& events) {
  Training training(options, train, validation, body);
  if (resume && !checkpoint.empty() && std::filesystem::exists(checkpoint)) training.Load(checkpoint);
  return training.Run(checkpoint, events);
}

}  // namespace vitruvius
