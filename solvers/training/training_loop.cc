#include "solvers/training/training_loop.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <ATen/core/grad_mode.h>

#include "models/util/check.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

class Loop {
 public:
  Loop(TrainingTask* task, const TrainingSchedule& schedule) : task_(*task), schedule_(schedule) {
    const std::vector<std::string> losses = task_.loss_names(), values = task_.evaluation_names();
    VT_CHECK(!values.empty());
    run_.num_losses = losses.size();
    run_.best_name = values.front();
    run_.best = std::numeric_limits<double>::infinity();
    run_.log.columns = {"step"};
    run_.log.columns.insert(run_.log.columns.end(), losses.begin(), losses.end());
    run_.log.columns.insert(run_.log.columns.end(), values.begin(), values.end());
    for (const auto& [name, tensor] : task_.Weights()) best_[name] = tensor.detach().clone();
  }

  void Load(const std::string& path);
  TrainingOutcome Run(const std::string& checkpoint, const TrainingLoopEvents& events);

 private:
  void Save(const std::string& path);
  void Log(const at::Tensor& mean_losses);
  void Evaluate();

  TrainingTask& task_;
  const TrainingSchedule& schedule_;
  TrainingRun run_;
  TrainingTask::Tensors best_;
};

void Loop::Log(const at::Tensor& mean_losses) {
  const at::Tensor losses = mean_losses.to(at::kCPU, at::kDouble).contiguous();
  VT_CHECK_EQ(losses.numel(), static_cast<std::int64_t>(run_.num_losses));
  std::vector<double> row = {static_cast<double>(run_.step)};
  row.insert(row.end(), losses.data_ptr<double>(), losses.data_ptr<double>() + run_.num_losses);
  row.resize(run_.log.columns.size(), std::numeric_limits<double>::quiet_NaN());
  run_.log.rows.push_back(std::move(row));
}

void Loop::Evaluate() {
  std::vector<std::string> signs;
  const std::vector<double> values = task_.Evaluate(run_, &signs);
  std::vector<double>& row = run_.log.rows.back();
  VT_CHECK_EQ(values.size(), row.size() - run_.num_losses - 1);
  std::copy(values.begin(), values.end(), row.end() - static_cast<std::ptrdiff_t>(values.size()));
  run_.signs.insert(run_.signs.end(), signs.begin(), signs.end());
  if (task_.keeps_last() || values.front() < run_.best) {
    run_.best = values.front();
    run_.best_step = run_.step;
    at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : task_.Weights()) best_.at(name).copy_(tensor);
  }
}

void Loop::Save(const std::string& path) {
  std::map<std::string, NpyArray> arrays;
  arrays["training"] = NpyArray::FromString(schedule_.fingerprint);
  const std::vector<double> numbers = {static_cast<double>(run_.step), static_cast<double>(run_.best_step),
                                       run_.best};
  arrays["progress"] = NpyArray::FromDoubles(numbers.data(), {3});
  std::vector<double> log;
  for (const std::vector<double>& row : run_.log.rows) log.insert(log.end(), row.begin(), row.end());
  arrays["log"] = NpyArray::FromDoubles(log.data(), {static_cast<std::int64_t>(run_.log.rows.size()),
                                                     static_cast<std::int64_t>(run_.log.columns.size())});
  arrays["signs"] = NpyArray::FromStrings(run_.signs);
  for (const auto& [name, tensor] : task_.State()) arrays["state_" + name] = ArrayOf(tensor);
  for (const auto& [name, tensor] : best_) arrays["best_" + name] = ArrayOf(tensor);
  WriteNpz(path, arrays);
}

void Loop::Load(const std::string& path) {
  const NpzReader file(path);
  const std::vector<std::string> found = file.Read("training").ToStrings();
  if (found.size() != 1 || found[0] != schedule_.fingerprint) {
    throw InputError(
        path, "training",
        StrCat("found ", found.empty() ? "nothing" : found[0], ", expected ", schedule_.fingerprint,
               "; this is another training: give another folder, or leave --resume out"));
  }
  const std::vector<double> numbers = file.Read("progress", {3}).ToDoubles();
  if (!(numbers[0] >= 0 && numbers[0] <= static_cast<double>(schedule_.steps))) {
    throw InputError(path, "progress",
                     StrCat("found step ", numbers[0], ", expected 0 to ", schedule_.steps));
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
  for (auto& [name, tensor] : task_.State()) CopyInto(file.Read("state_" + name), tensor);
  for (auto& [name, tensor] : best_) CopyInto(file.Read("best_" + name), tensor);
}

TrainingOutcome Loop::Run(const std::string& checkpoint, const TrainingLoopEvents& events) {
  at::Tensor sum;
  std::int64_t counted = 0;
  run_.steps = schedule_.steps;
  while (run_.step < schedule_.steps) {
    const at::Tensor losses = task_.Step(run_.step);
    sum = counted == 0 ? losses : sum + losses;
    ++counted;
    ++run_.step;
    const bool last = run_.step == schedule_.steps;
    const bool evaluates = last || run_.step % schedule_.evaluate_every == 0;
    if (evaluates || run_.step % schedule_.log_every == 0) {
      Log(sum / counted);
      counted = 0;
    }
    if (evaluates) {
      Evaluate();
      if (!checkpoint.empty()) Save(checkpoint);
      if (events.evaluated) events.evaluated(run_);
    }
    if (events.stepped && !events.stepped(run_) && !last) return {run_, false};
  }
  at::NoGradGuard no_grad;
  for (auto& [name, tensor] : task_.Weights()) tensor.copy_(best_.at(name));
  return {run_, true};
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

TrainingOutcome RunTraining(TrainingTask* task, const TrainingSchedule& schedule,
                            const std::string& checkpoint, bool resume, const TrainingLoopEvents& events) {
  VT_CHECK(task != nullptr);
  VT_CHECK(schedule.steps > 0 && schedule.log_every > 0 && schedule.evaluate_every > 0);
  Loop loop(task, schedule);
  if (resume && !checkpoint.empty() && std::filesystem::exists(checkpoint)) loop.Load(checkpoint);
  return loop.Run(checkpoint, events);
}

}  // namespace vitruvius
