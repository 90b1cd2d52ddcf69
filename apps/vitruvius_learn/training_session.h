// What the trainings of this program share: flags, the device, progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/Context.h>

#include "apps/common/command.h"
#include "models/util/check.h"
#include "solvers/training/training_loop.h"

namespace vitruvius {

// --device, with --threads in force from here on. Throws UsageError and InputError.
at::Device DeviceFromFlags();

// A number of a flag, unless it is -1, the value of flags whose default is elsewhere. Throws UsageError when
// it is out of range.
template <typename T, typename Flag>
void TakeFlag(const char* name, Flag flag, double low, double high, T* value) {
  if (flag == -1) return;
  const auto number = static_cast<double>(flag);
  if (!(number >= low && number <= high)) {
    throw UsageError(StrCat("--", name, ": found ", number, ", expected ", low, " to ", high));
  }
  *value = static_cast<T>(flag);
}

// Steps, losses, the best so far and the time left, on standard error; warnings as they come. Silent with
// --quiet but for warnings.
class StepProgress {
 public:
  explicit StepProgress(std::int64_t steps);
  void Show(const TrainingRun& run);
  double seconds() const { return Seconds(begin_, Clock::now()); }

 private:
  using Clock = std::chrono::steady_clock;
  static double Seconds(Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  }
  void ShowStep(const TrainingRun& run);

  std::int64_t steps_, first_ = -1;
  std::size_t signs_ = 0;
  bool terminal_;
  Clock::time_point begin_, printed_;
};

}  // namespace vitruvius
