// Values of steps 0, 1, 2, ... made one ahead, by a thread of its own, while the present one is used.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <utility>

namespace vitruvius {

// make(step) must follow from the step alone: then Take gives the same values in whatever order steps are
// asked for. It runs on another thread than the caller's, one call at a time.
template <typename T>
class OneAhead {
 public:
  OneAhead(std::function<T(std::int64_t)> make, std::int64_t num_steps)
      : make_(std::move(make)), num_steps_(num_steps) {}
  ~OneAhead() {
    if (next_.valid()) next_.wait();
  }
  OneAhead(const OneAhead&) = delete;
  OneAhead& operator=(const OneAhead&) = delete;

  // Rethrows what make threw.
  T Take(std::int64_t step) {
    if (!next_.valid() || next_step_ != step) Start(step);
    T value = next_.get();
    if (step + 1 < num_steps_) Start(step + 1);
    return value;
  }

 private:
  void Start(std::int64_t step) {
    if (next_.valid()) next_.wait();
    next_step_ = step;
    next_ = std::async(std::launch::async, make_, step);
  }

  std::function<T(std::int64_t)> make_;
  std::int64_t num_steps_, next_step_ = -1;
  std::future<T> next_;
};

}  // namespace vitruvius
