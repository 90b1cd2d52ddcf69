#include "apps/vitruvius_learn/training_session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include <ATen/Parallel.h>

#include "apps/common/flags.h"

DEFINE_string(val, "",
              "by what the best checkpoint is chosen, with commas: motion files or folders, for "
              "train-regressor what its INPUT takes");
DEFINE_string(
    test, "",
    "what is judged at the end, with commas: motion files or folders, for deform-and-learn what TRAIN takes");
DEFINE_string(device, "auto", "cpu, cuda, or auto: cuda where there is one");
DEFINE_bool(resume, false, "go on from DIR/checkpoint.npz where it is there");

namespace vitruvius {
namespace {

at::Device NamedDevice() {
  const bool has_cuda = at::globalContext().hasCUDA();
  if (FLAGS_device == "cpu" || (FLAGS_device == "auto" && !has_cuda)) return at::Device(at::kCPU);
  if (FLAGS_device != "auto" && FLAGS_device != "cuda") {
    throw UsageError(StrCat("--device: found \"", FLAGS_device, "\", expected cpu, cuda or auto"));
  }
  if (!has_cuda) throw InputError("--device=cuda: this LibTorch sees no CUDA device");
  return at::Device(at::kCUDA, 0);
}

}  // namespace

at::Device DeviceFromFlags() {
  const at::Device device = NamedDevice();
  at::set_num_threads(FLAGS_threads > 0 ? FLAGS_threads
                                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  at::globalContext().setFlushDenormal(
      true);  // a gradient that dies out must not cost a hundred times as much
  return device;
}

StepProgress::StepProgress(std::int64_t steps)
    : steps_(steps), terminal_(isatty(STDERR_FILENO) != 0), begin_(Clock::now()), printed_(begin_) {}

void StepProgress::Show(const TrainingRun& run) {
  ShowStep(run);
  for (; signs_ < run.signs.size(); ++signs_)
    std::fprintf(stderr, "warning: %s\n", run.signs[signs_].c_str());
}

void StepProgress::ShowStep(const TrainingRun& run) {
  if (first_ < 0) first_ = run.step - 1;
  const auto now = Clock::now();
  const bool last = run.step == steps_;
  const double since = Seconds(printed_, now);
  if (FLAGS_quiet || (!last && since < (terminal_ ? 0.3 : 10))) return;
  printed_ = now;
  const double done = static_cast<double>(run.step - first_), spent = Seconds(begin_, now);
  std::string line = StrCat("step ", run.step, "/", steps_);
  if (!run.log.rows.empty()) {
    for (std::size_t i = 1; i <= run.num_losses; ++i) {
      char text[64];
      std::snprintf(text, sizeof(text), ", %s %.3g", run.log.columns[i].c_str(), run.log.rows.back()[i]);
      line += text;
    }
  }
  if (run.best_step > 0) line += StrCat(", best ", run.best_name, " ", run.best, " at ", run.best_step);
  line += StrCat(", ", static_cast<long>(spent * static_cast<double>(steps_ - run.step) / done), " s left");
  std::fprintf(stderr, terminal_ ? "\r\033[K%s%s" : "%s%s", line.c_str(), terminal_ && !last ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace vitruvius
