// A loop over independent pieces of work, on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace vitruvius {

// threads > 0 as it is; 0: one a core.
inline int NumThreads(int threads) {
  return threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Calls work(i, thread) for every i in [0, n), 0 <= thread < min(NumThreads(threads), n). Which thread does
// what is open: results must not depend on it. Rethrows what a piece throws.
template <typename Work>
void ParallelFor(int n, int threads, const Work& work) {
  const int num_threads = std::max(1, std::min(NumThreads(threads), n));
  std::atomic<int> next{0};
  std::vector<std::exception_ptr> errors(num_threads);
  const auto run = [&](int thread) {
    try {
      for (int i = next++; i < n; i = next++) work(i, thread);
    } catch (...) {
      errors[thread] = std::current_exception();
    }
  };
  std::vector<std::thread> pool;
  for (int t = 1; t < num_threads; ++t) pool.emplace_back(run, t);
  run(0);
  for (std::thread& thread : pool) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace vitruvius
