#include "solvers/batch/batch.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::batch_test {
namespace {

PersonSource Count(int n) {
  return [i = 0, n](PersonObservation* person) mutable {
    if (i == n) return false;
    person->id = std::to_string(i++);
    return true;
  };
}

WorkerFactory Echo() {
  return [] {
    return [](const PersonObservation& person, long index) {
      // Uneven work, so that later people are done before earlier ones.
      if (index % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      FitResult result;
      result.id = person.id;
      result.usable = index % 2 == 0;
      return result;
    };
  };
}

TEST(Batch, KeepsTheOrderForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::string> ids;
    BatchOptions options;
    options.threads = threads;
    const BatchSummary summary = RunBatch(
        Count(500), Echo(),
        [&](const PersonObservation& person, const FitResult& result) {
          EXPECT_EQ(person.id, result.id);
          ids.push_back(result.id);
        },
        options);
    ASSERT_EQ(ids.size(), 500u);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(ids[i], std::to_string(i));
    EXPECT_EQ(summary.done, 500);
    EXPECT_EQ(summary.usable, 250);
  }
}

TEST(Batch, ShardsCoverEverybodyOnce) {
  std::vector<int> seen(101, 0);
  for (int shard = 0; shard < 3; ++shard) {
    BatchOptions options;
    options.shard_index = shard;
    options.shard_count = 3;
    RunBatch(
        Count(101), Echo(),
        [&](const PersonObservation&, const FitResult& result) { ++seen[std::stoi(result.id)]; }, options);
  }
  EXPECT_EQ(seen, std::vector<int>(101, 1));
}

TEST(Batch, ADefectMetByOnePersonIsThatPersonsRow) {
  const WorkerFactory make = [] {
    return [](const PersonObservation& person, long) {
      if (person.id == "7") throw std::runtime_error("odd");
      FitResult result;
      result.id = person.id;
      result.usable = true;
      return result;
    };
  };
  int usable = 0;
  std::string detail;
  RunBatch(Count(20), make,
           [&](const PersonObservation& person, const FitResult& result) {
             usable += result.usable;
             if (person.id == "7") detail = result.detail;
           },
           {});
  EXPECT_EQ(usable, 19);
  EXPECT_EQ(detail, "odd");
}

TEST(Batch, OutputThatCannotBeWrittenEndsTheBatch) {
  const ResultSink full = [](const PersonObservation&, const FitResult&) { throw InputError("disk full"); };
  EXPECT_THROW(RunBatch(Count(20), Echo(), full, {}), InputError);
}

// Whatever the moment, what was written is the beginning of what a whole batch writes, and going on gives the
// rest.
TEST(Batch, StopsBetweenPeopleAndGoesOnWhereItStopped) {
  for (const int threads : {1, 4}) {
    for (const int moment : {0, 1, 7, 100, 399}) {
      std::vector<std::string> ids;
      std::atomic<int> begun = 0;
      const WorkerFactory count = [&] {
        return [&, echo = Echo()()](const PersonObservation& person, long index) {
          ++begun;
          return echo(person, index);
        };
      };
      const ResultSink sink = [&](const PersonObservation&, const FitResult& result) {
        ids.push_back(result.id);
      };
      BatchOptions options;
      options.threads = threads;
      options.shard_index = 1;
      options.shard_count = 2;
      options.stop = [&] { return begun >= moment; };
      const BatchSummary first = RunBatch(Count(801), count, sink, options);
      EXPECT_TRUE(first.stopped);
      EXPECT_EQ(first.done, static_cast<long>(ids.size()));
      EXPECT_LE(first.done, begun);
      EXPECT_GE(first.done, begun - threads);  // no more than those in flight are done again
      std::vector<std::string> seen;
      options.already_done = first.done;
      options.seen = [&](const PersonObservation& person, long index) {
        EXPECT_EQ(index, static_cast<long>(seen.size()));
        seen.push_back(person.id);
      };
      options.stop = nullptr;
      const std::vector<std::string> before = ids;
      const BatchSummary second = RunBatch(Count(801), count, sink, options);
      EXPECT_FALSE(second.stopped);
      EXPECT_EQ(seen, before);
      EXPECT_EQ(first.done + second.done, 400);
      ASSERT_EQ(ids.size(), 400u);
      for (int i = 0; i < 400; ++i) EXPECT_EQ(ids[i], std::to_string(2 * i + 1));
    }
  }
}

TEST(Batch, OptionsAreChecked) {
  BatchOptions options;
  options.shard_index = 2;
  options.shard_count = 2;
  EXPECT_THROW(RunBatch(
                   Count(1), Echo(), [](const PersonObservation&, const FitResult&) {}, options),
               ContractError);
}

}  // namespace
}  // namespace vitruvius::batch_test
