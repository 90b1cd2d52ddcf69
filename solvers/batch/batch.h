// Many people on several threads: reading in order, fitting in parallel, writing in order. Memory does not
// grow with the number of people, and no result depends on the number of threads.
#pragma once

#include <functional>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct BatchOptions {
  int threads = 0;      // 0: one per core
  int shard_index = 0;  // person i of the input is taken when i % shard_count == shard_index
  int shard_count = 1;
  // How many people of the shard an earlier run has done: they are read and handed to `seen`, in order, in
  // the place of being fitted. Where the input is over before, the batch is.
  long already_done = 0;
  std::function<void(const PersonObservation&, long index)> seen;
  // Asked before each person is read and before each fit begins; true: fits that go on are finished, none
  // begins, and the batch ends. Called from several threads.
  std::function<bool()> stop;
  void Check() const;
};

// Fills in the next person; false at the end.
using PersonSource = std::function<bool(PersonObservation*)>;
// Fits one person, the index-th of the batch, on the thread that owns it. Its result may depend on nothing
// but them.
using PersonWorker = std::function<FitResult(const PersonObservation&, long index)>;
// Called once per thread.
using WorkerFactory = std::function<PersonWorker()>;
// Called for each person in input order, one call at a time.
using ResultSink = std::function<void(const PersonObservation&, const FitResult&)>;

struct BatchSummary {
  long done = 0, usable = 0;  // without those that were done already
  int threads = 0;
  bool stopped = false;  // before the end of the input
};

// Exceptions from the source or the sink end the batch and are passed on.
BatchSummary RunBatch(const PersonSource& source, const WorkerFactory& make_worker, const ResultSink& sink,
                      const BatchOptions& options);

}  // namespace vitruvius
