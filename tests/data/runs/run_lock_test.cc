#include "data/runs/run_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::run_lock_test {
namespace {

using testing::HasSubstr;

class RunLocks : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(RunLocks, ASecondWriterIsRefusedByName) {
  const RunLock lock(folder_.path());
  EXPECT_EQ(lock.remark(), "");
  const std::string error = ErrorOf([&] { const RunLock second(folder_.path()); });
  EXPECT_THAT(error, HasSubstr(folder_.path() + ": is being written by process " + std::to_string(getpid())));
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  EXPECT_THAT(error, HasSubstr(std::string(" on ") + host + " since "));
}

TEST_F(RunLocks, ShardsShareAFolderThatAWholeRunCannotHave) {
  {
    const RunLock first(folder_.path(), RunLock::Kind::kShared);
    {
      const RunLock second(folder_.path(), RunLock::Kind::kShared);
      EXPECT_THAT(ErrorOf([&] { const RunLock whole(folder_.path()); }), HasSubstr("is being written by"));
    }
    EXPECT_EQ(folder_.NumFiles(), 1) << "the first still has it";
    EXPECT_THAT(ErrorOf([&] { const RunLock whole(folder_.path()); }), HasSubstr("is being written by"));
  }
  EXPECT_EQ(folder_.NumFiles(), 0);
  const RunLock whole(folder_.path());
  EXPECT_THAT(ErrorOf([&] { const RunLock shard(folder_.path(), RunLock::Kind::kShared); }),
              HasSubstr("is being written by"));
}

TEST_F(RunLocks, NothingIsLeftOfIt) {
  { const RunLock lock(folder_.path()); }
  EXPECT_EQ(folder_.NumFiles(), 0);
  { const RunLock again(folder_.path()); }
  EXPECT_EQ(folder_.NumFiles(), 0);
}

TEST_F(RunLocks, AKilledWriterBlocksNobody) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const RunLock lock(folder_.path());
    const char byte = 1;
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_THAT(ErrorOf([&] { const RunLock second(folder_.path()); }),
              HasSubstr("process " + std::to_string(child)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(folder_.NumFiles(), 1);  // the file is there, the lock is not
  const RunLock lock(folder_.path());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(RunLocks, AFolderThatIsNotThere) {
  EXPECT_THAT(ErrorOf([&] { const RunLock lock(folder_ / "none"); }), HasSubstr("none/run.lock: cannot be"));
}

}  // namespace
}  // namespace vitruvius::run_lock_test
