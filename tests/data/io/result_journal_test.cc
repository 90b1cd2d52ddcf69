// Rows that outlive the process that wrote them, and the file that is made of them.
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/result_writer.h"
#include "models/body/mannequin.h"
#include "models/scene/observation_hash.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::result_journal_test {
namespace {

using testing::HasSubstr;

constexpr int kRows = 5;

FitResult FitOf(int i, const BodyModel& body) {
  FitResult fit;
  fit.id = "p" + std::to_string(i);
  fit.reason = i == 1 ? reason::kTooFewKeypoints : reason::kOk;
  fit.usable = i != 1;
  if (!fit.usable) return fit;
  fit.parameters = BodyParameters::Zero(body);
  fit.parameters.transl.z() = i;
  fit.terms = {{i < 3 ? "reprojection" : "joint_limits", 0.5 + i}, {"betas", 0.25}};
  fit.flags.assign(static_cast<size_t>(i), "depth_flip:left_arm");
  fit.winning_start = 0;
  fit.penetration_m = 0.125 * i;
  return fit;
}

PersonObservation PersonOf(int i) {
  PersonObservation person;
  person.id = "p" + std::to_string(i);
  person.image_path = std::string(static_cast<size_t>(i), 'x');
  person.image_width = 100 + i;
  if (i != 1) person.set = FindKeypointSet(i < 4 ? "coco17" : "openpose25");
  return person;
}

class ResultJournals : public testing::Test {
 protected:
  void Append(int begin, int end, ResultsWriter* writer) const {
    for (int i = begin; i < end; ++i) writer->Append(FitOf(i, *body_), PersonOf(i));
  }
  const TemporaryFolder folder_;
  const std::shared_ptr<const BodyModel> body_ = Mannequin();
};

// A process may end after any row: the one that goes on makes the file that one process would have made.
TEST_F(ResultJournals, KeptRowsMakeTheSameFile) {
  {
    ResultsWriter writer(folder_ / "whole", *body_);
    Append(0, kRows, &writer);
    writer.Finish(30);
  }
  const std::string whole = ReadFile(folder_ / "whole/results.npz");
  for (int rows = 0; rows <= kRows; ++rows) {
    const std::string folder = folder_ / ("part" + std::to_string(rows));
    {
      ResultsWriter writer(folder, *body_);
      EXPECT_EQ(writer.KeepJournal(0), 0);
      Append(0, rows, &writer);
    }
    ResultsWriter writer(folder, *body_);
    EXPECT_EQ(writer.KeepJournal(99), rows);
    ResultsWriter::KeptRow kept;
    for (int i = 0; i < rows; ++i) {
      ASSERT_TRUE(writer.NextKept(&kept));
      EXPECT_EQ(kept.observation_hash, HashOf(PersonOf(i)));
      EXPECT_EQ(kept.usable, i != 1);
      EXPECT_EQ(kept.reason, FitOf(i, *body_).reason);
      if (i != 1) {
        EXPECT_EQ(kept.penetration_m, 0.125 * i);
      }
    }
    EXPECT_FALSE(writer.NextKept(&kept));
    Append(rows, kRows, &writer);
    EXPECT_EQ(writer.num_rows(), kRows);
    EXPECT_TRUE(writer.Finish(30));
    EXPECT_TRUE(ReadFile(folder + "/results.npz") == whole) << rows;
  }
}

TEST_F(ResultJournals, FinishMayBeStoppedAndDoneAgain) {
  {
    ResultsWriter writer(folder_.path(), *body_);
    writer.KeepJournal(0);
    Append(0, kRows, &writer);
    EXPECT_FALSE(writer.Finish(0, [] { return true; }));
  }
  EXPECT_EQ(folder_.NumFiles(), 1);
  ResultsWriter writer(folder_.path(), *body_);
  EXPECT_EQ(writer.KeepJournal(kRows), kRows);
  EXPECT_TRUE(writer.Finish());
  EXPECT_EQ(ReadResults(folder_.path()).rows.size(), static_cast<size_t>(kRows));
}

TEST_F(ResultJournals, RowsOfOtherColumnsAreRefused) {
  {
    ResultsWriter writer(folder_.path(), *body_);
    writer.KeepJournal(0);
    Append(0, 2, &writer);
  }
  EXPECT_THAT(ErrorOf([&] { ResultsWriter(folder_.path(), *body_, 2).KeepJournal(2); }),
              HasSubstr("rows.journal: holds rows of other columns"));
}

}  // namespace
}  // namespace vitruvius::result_journal_test
