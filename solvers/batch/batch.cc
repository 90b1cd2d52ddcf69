#include "solvers/batch/batch.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>

#include "models/util/check.h"

namespace vitruvius {

void BatchOptions::Check() const {
  VT_CHECK_GE(threads, 0);
  VT_CHECK_GE(shard_index, 0);
  VT_CHECK_LT(shard_index, shard_count);
  VT_CHECK_GE(already_done, 0);
}

BatchSummary RunBatch(const PersonSource& source, const WorkerFactory& make_worker, const ResultSink& sink,
                      const BatchOptions& options) {
  options.Check();
  BatchSummary summary;
  summary.threads =
      options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  summary.threads = std::max(1, summary.threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<size_t>(summary.threads));
  tbb::enumerable_thread_specific<PersonWorker> workers;
  struct Item {
    long index = 0;
    PersonObservation person;
    FitResult result;
    bool fitted = false;
  };
  using ItemPtr = std::shared_ptr<Item>;
  // Enough people in flight that a slow one does not idle the other threads, few enough that memory stays
  // flat.
  constexpr size_t kInFlightPerThread = 8;
  long position = 0, index = 0;
  // The pipeline would leak the people in flight if an exception went through it: the first one waits here.
  std::exception_ptr failure;
  std::mutex failure_mutex;
  std::atomic<bool> failed = false;
  const auto keep_failure = [&] {
    const std::lock_guard<std::mutex> lock(failure_mutex);
    if (failure == nullptr) failure = std::current_exception();
    failed = true;
  };
  std::atomic<bool> stopped = false;
  const auto asked_to_stop = [&] {
    if (!stopped && options.stop && options.stop()) stopped = true;
    return stopped.load();
  };
  const auto read = [&](tbb::flow_control& control) -> ItemPtr {
    try {
      auto item = std::make_shared<Item>();
      while (!failed && !asked_to_stop() && source(&item->person)) {
        if (position++ % options.shard_count == options.shard_index) {
          item->index = index++;
          if (item->index >= options.already_done) return item;
          if (options.seen) options.seen(item->person, item->index);
        }
        item->person = PersonObservation();
      }
    } catch (...) {
      keep_failure();
    }
    control.stop();
    return nullptr;
  };
  const auto fit = [&](ItemPtr item) -> ItemPtr {
    if (failed || asked_to_stop()) return item;
    item->fitted = true;
    PersonWorker& worker = workers.local();
    try {
      if (!worker) worker = make_worker();
      item->result = worker(item->person, item->index);
    } catch (const InputError&) {
      keep_failure();  // an output that cannot be written concerns everybody
    } catch (const std::exception& error) {
      // A defect met by one person must not take the batch down; it is reported where it happened.
      worker = nullptr;
      item->result = FitResult();
      item->result.id = item->person.id;
      item->result.reason = reason::kInternalError;
      item->result.detail = error.what();
    }
    return item;
  };
  // What was not fitted ends the rows: one that was, behind it, is left to the run that goes on.
  bool gap = false;
  const auto write = [&](const ItemPtr& item) {
    gap = gap || !item->fitted;
    if (failed || gap) return;
    try {
      sink(item->person, item->result);
      ++summary.done;
      summary.usable += item->result.usable;
    } catch (...) {
      keep_failure();
    }
  };
  tbb::parallel_pipeline(kInFlightPerThread * static_cast<size_t>(summary.threads),
                         tbb::make_filter<void, ItemPtr>(tbb::filter_mode::serial_in_order, read) &
                             tbb::make_filter<ItemPtr, ItemPtr>(tbb::filter_mode::parallel, fit) &
                             tbb::make_filter<ItemPtr, void>(tbb::filter_mode::serial_in_order, write));
  if (failure != nullptr) std::rethrow_exception(failure);
  summary.stopped = stopped;
  return summary;
}

}  // namespace vitruvius
