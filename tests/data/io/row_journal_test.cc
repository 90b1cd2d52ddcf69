#include "data/io/row_journal.h"

#include <sys/resource.h>

#include <csignal>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/io/io_test_util.h"

namespace vitruvius::row_journal_test {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kAll = 1000000;

class RowJournals : public testing::Test {
 protected:
  std::string Row(int i) const {
    return std::string(static_cast<size_t>(10 + i % 7), static_cast<char>('a' + i));
  }

  // The rows of the file, each with its tag held against i.
  std::vector<std::string> RowsOf(const RowJournal& journal) const {
    std::vector<std::string> rows;
    RowJournal::Reader reader(journal);
    std::uint64_t tag;
    for (std::string_view bytes; reader.Next(&tag, &bytes);) {
      EXPECT_EQ(tag, 100 + rows.size());
      rows.emplace_back(bytes);
    }
    return rows;
  }

  std::string WriteRows(int count) const {
    RowJournal journal(path_, "layout");
    for (int i = 0; i < count; ++i) journal.Append(static_cast<std::uint64_t>(100 + i), Row(i));
    return ReadFile(path_);  // while it is open: the system has them
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "rows.journal";
};

TEST_F(RowJournals, RowsComeBackAndMoreFollow) {
  WriteRows(5);
  RowJournal journal = RowJournal::Resume(path_, "layout", kAll);
  EXPECT_EQ(journal.num_rows(), 5);
  for (int i = 5; i < 9; ++i) journal.Append(static_cast<std::uint64_t>(100 + i), Row(i));
  EXPECT_EQ(journal.num_rows(), 9);
  const std::vector<std::string> rows = RowsOf(journal);
  ASSERT_EQ(rows.size(), 9u);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(rows[static_cast<size_t>(i)], Row(i));
  EXPECT_EQ(RowJournal::Resume(path_, "layout", 3).num_rows(), 3);
  EXPECT_EQ(RowJournal::Resume(path_, "layout", kAll).num_rows(), 3);  // the others are gone
}

// A process may end after any byte.
TEST_F(RowJournals, AnyLengthKeepsTheWholeRowsBeforeIt) {
  const std::string whole = WriteRows(6);
  int kept_before = 0;
  for (size_t length = 0; length <= whole.size(); ++length) {
    WriteQuickly(path_, whole.substr(0, length));
    RowJournal journal = RowJournal::Resume(path_, "layout", kAll);
    const auto kept = static_cast<int>(journal.num_rows());
    EXPECT_GE(kept, kept_before);
    EXPECT_LE(kept, kept_before + 1);
    kept_before = kept;
    for (int i = kept; i < 6; ++i) journal.Append(static_cast<std::uint64_t>(100 + i), Row(i));
    EXPECT_EQ(ReadFile(path_), whole) << length;
  }
  EXPECT_EQ(kept_before, 6);
}

TEST_F(RowJournals, ADamagedRowEndsThem) {
  std::string whole = WriteRows(6);
  const size_t middle = whole.find(Row(3));
  ASSERT_NE(middle, std::string::npos);
  whole[middle + 2] = '!';
  WriteQuickly(path_, whole);
  EXPECT_EQ(RowJournal::Resume(path_, "layout", kAll).num_rows(), 3);
}

TEST_F(RowJournals, OtherColumnsAndOtherFilesAreRefused) {
  WriteRows(2);
  EXPECT_THAT(ErrorOf([&] { RowJournal::Resume(path_, "other", kAll); }), HasSubstr("other columns"));
  WriteQuickly(path_, "something else altogether");
  EXPECT_THAT(ErrorOf([&] { RowJournal::Resume(path_, "layout", kAll); }), HasSubstr("is no journal"));
  EXPECT_THAT(ErrorOf([&] { RowJournal::Resume(folder_ / "none", "layout", kAll); }),
              HasSubstr("none: cannot"));
}

TEST_F(RowJournals, AFullDiskIsAnErrorAndLosesNoRow) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    RowJournal journal(path_, "layout");
    journal.Append(100, Row(0));
    rlimit small = before;
    small.rlim_cur = 100;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THAT(ErrorOf([&] {
                  for (int i = 1; i < 50; ++i) journal.Append(static_cast<std::uint64_t>(100 + i), Row(i));
                }),
                HasSubstr("rows.journal: cannot be written: File too large"));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  }
  RowJournal journal = RowJournal::Resume(path_, "layout", kAll);
  EXPECT_GE(journal.num_rows(), 1);
  const std::vector<std::string> rows = RowsOf(journal);
  ASSERT_EQ(rows.size(), static_cast<size_t>(journal.num_rows()));
  EXPECT_EQ(rows.back(), Row(static_cast<int>(rows.size()) - 1));
}

}  // namespace
}  // namespace vitruvius::row_journal_test
