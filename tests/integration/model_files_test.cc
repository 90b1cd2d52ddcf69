// Model and prior files through the program: what it says of them, and conversion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/body_file.h"
#include "data/io/npz.h"
#include "models/body/mannequin.h"
#include "tests/util/run_program.h"

namespace vitruvius::model_files_test {
namespace {

using ::testing::HasSubstr;

TEST(ModelFiles, ConvertedBothWaysTheBodyIsTheSame) {
  const TestFolder folder;
  ASSERT_EQ(RunProgram("model convert mannequin " + folder / "a.npz").status, 0);
  ASSERT_EQ(RunProgram("model convert " + folder / "a.npz" + " " + folder / "b.pkl").status, 0);
  ASSERT_EQ(RunProgram("model convert " + folder / "b.pkl" + " " + folder / "c.npz").status, 0);
  const auto body = LoadBodyModel(folder / "c.npz");
  EXPECT_EQ(body->v_template(), Mannequin()->v_template());
  EXPECT_EQ(body->posedirs(), Mannequin()->posedirs());
  EXPECT_EQ(body->landmarks(), Mannequin()->landmarks());
  EXPECT_EQ(body->name(), "mannequin");
  const ProgramRun odd = RunProgram("model convert mannequin " + folder / "a.txt");
  EXPECT_EQ(odd.status, 2);
  EXPECT_THAT(odd.output, HasSubstr("expected a file ending in .npz, .pkl, .obj or .png"));
}

TEST(ModelFiles, ChartIsToldAndDrawn) {
  const TestFolder folder;
  const ProgramRun run = RunProgram("model chart mannequin --size 200 --out " + folder / "chart.png");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("\n  24 head left"));
  EXPECT_EQ(ReadAll(folder / "chart.png").substr(1, 3), "PNG");
  EXPECT_EQ(RunProgram("model chart mannequin --out " + folder / "chart.txt").status, 2);
}

TEST(ModelFiles, InfoAndFitTakeRegressors) {
  const TestFolder folder;
  SaveBodyModel(folder / "body.npz", *Mannequin());
  const int num_vertices = Mannequin()->num_vertices();
  // Nine points of one vertex each: SPIN's extra joints.
  std::vector<double> rows(static_cast<size_t>(9 * num_vertices));
  for (size_t r = 0; r < 9; ++r) rows[r * static_cast<size_t>(num_vertices) + 10 * r] = 1;
  const std::string npy = SerializeNpy(NpyArray::FromDoubles(rows.data(), {9, num_vertices}));
  WriteAll(folder / "J_regressor_extra.npy", npy);
  const ProgramRun info = RunProgram("model info " + folder / "body.npz");
  EXPECT_EQ(info.status, 0) << info.output;
  EXPECT_THAT(info.output, HasSubstr("points     extra, 9: head head_top jaw"));
  EXPECT_THAT(info.output, HasSubstr("layout     SMPL\n"));
  EXPECT_THAT(info.output, HasSubstr("posedirs   by rotations"));
  const ProgramRun built_in =
      RunProgram("evaluate fit none.bvh --model mannequin --regressors " + folder / "J_regressor_extra.npy");
  EXPECT_EQ(built_in.status, 2);
  EXPECT_THAT(built_in.output, HasSubstr("is built in and takes none"));
}

TEST(ModelFiles, PriorConvertSaysWhatItMisses) {
  const TestFolder folder;
  WriteAll(folder / "a.pt", "no checkpoint");
  const ProgramRun run = RunProgram("prior convert " + folder / "a.pt" + " --out " + folder / "v.npz");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("a.pt"));
  EXPECT_FALSE(std::filesystem::exists(folder / "v.npz"));
  EXPECT_EQ(RunProgram("prior convert " + folder / "a.pt").status, 2);
}

}  // namespace
}  // namespace vitruvius::model_files_test
