#include "solvers/batch/batch.h"

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
