// The first thing that a newcomer sees.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/picture.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/run_program.h"

namespace vitruvius::demo_test {
namespace {

using testing::HasSubstr;

TEST(Demo, APictureThenAllPeopleInAFewLines) {
  const std::string motion = "/usr/share/assimp/models/BVH/01_01.bvh";
  if (!std::filesystem::exists(motion)) GTEST_SKIP() << "needs the Debian package assimp-testmodels";
  const TemporaryFolder folder;
  const ProgramRun run =
      RunProgram("demo " + motion + " --limit 14 --model mannequin --quiet --out " + (folder / "demo"));
  ASSERT_EQ(run.status, 0) << run.output;
  const Image picture = ReadPicture(folder / "demo/fits_from_2d.png");
  EXPECT_GT(picture.width, 1000);
  EXPECT_THAT(run.output, HasSubstr("14 people, a frame each; body: mannequin"));
  EXPECT_THAT(run.output, HasSubstr("12 of them are in a picture: " + (folder / "demo/fits_from_2d.png")));
  EXPECT_THAT(run.output, HasSubstr("14 of 14 people got a body"));
  EXPECT_THAT(run.output, HasSubstr("mm off (MPJPE"));
  EXPECT_LE(std::count(run.output.begin(), run.output.end(), '\n'), 14) << run.output;
}

TEST(Demo, WrongInputIsNamed) {
  const TemporaryFolder folder;
  EXPECT_EQ(RunProgram("demo --limit -1 --out " + (folder / "demo")).status, 2);
  const ProgramRun missing = RunProgram("demo nothing.bvh --out " + (folder / "demo"));
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("nothing.bvh"));
}

}  // namespace
}  // namespace vitruvius::demo_test
