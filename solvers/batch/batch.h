// Many people on several threads: reading in order, fitting in parallel, writing in order. Memory does not
// grow with the number of people, and no result depends on the number of threads.
#pragma once

#include <functional>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct BatchOptions {
  int threads = 0;      // 0: one a core
  int shard_index = 0;  // person i of the input is taken when i % shard_count == shard_index
  int shard_count = 1;
  void Check() const;
};

// Fills in the next person; false at the end.
using PersonSource = std::function<bool(PersonObservation*)>;
// Fits one person, the index-th of the batch, on the thread that owns it. Its result may depend on nothing
// but them.
using PersonWorker = std::function<FitResult(const PersonObservation&, long index)>;
// Called once a thread.
using WorkerFactory = std::function<PersonWorker()>;
// Called for each person in input order, one call at a time.
using ResultSink = std::function<void(const PersonObservation&, const FitResult&)>;

struct BatchSummary {
  long done = 0, usable = 0;
  int threads = 0;
};

// Exceptions from the source or the sink end the batch and are passed on.
BatchSummary RunBatch(const PersonSource& source, const WorkerFactory& make_worker, const ResultSink& sink,
                      const BatchOptions& options);

}  // namespace vitruvius
