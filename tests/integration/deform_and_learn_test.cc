// Rounds of registration and learning as a user starts them: synthetic pictures, two rounds, killed on the
// way and gone on with, and what is left. Without LibTorch there is nothing to test.
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/datasets/motion_file.h"
#include "data/io/npz.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "tests/util/run_program.h"

namespace vitruvius::deform_and_learn_test {
namespace {

namespace fs = std::filesystem;

// Somebody who walks on the spot with bent arms.
void WriteWalk(const std::string& path) {
  Motion motion;
  motion.fps = 30;
  constexpr int kFrames = 60;
  motion.poses = RowMatrixXd::Zero(kFrames, 72);
  motion.transl = MatrixX3d::Zero(kFrames, 3);
  motion.valid.assign(kFrames, 1);
  for (int frame = 0; frame < kFrames; ++frame) {
    const double t = 0.2 * frame;
    const auto set = [&](int joint, int axis, double angle) {
      motion.poses(frame, 3 * joint + axis) = angle;
    };
    set(1, 0, 0.5 * std::sin(t));
    set(2, 0, -0.5 * std::sin(t));
    set(4, 0, 0.4 * (1 + std::cos(t)));
    set(5, 0, 0.4 * (1 - std::cos(t)));
    set(16, 2, -0.9);
    set(17, 2, 0.9);
    set(18, 1, -0.5 - 0.3 * std::cos(t));
    set(19, 1, 0.5 - 0.3 * std::cos(t));
  }
  SaveMotion(path, motion);
}

class DeformAndLearnTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(ProgramPath()).parent_path() / "vitruvius_learn"))
      GTEST_SKIP() << "built without LibTorch";
    WriteWalk(folder_ / "motion.npz");
    for (const auto& [name, count, seed] : {std::tuple{"train", 32, 1}, {"test", 6, 2}}) {
      const ProgramRun run =
          RunProgram("synthesize " + (folder_ / "motion.npz") +
                     " --model=mannequin --side=96 --count=" + std::to_string(count) +
                     " --seed=" + std::to_string(seed) + " --quiet --out " + (folder_ / name));
      ASSERT_EQ(run.status, 0) << run.output;
    }
  }
  std::string Command(const std::string& out, const std::string& more = "") const {
    return "learn deform-and-learn " + (folder_ / "train") + " --test " + (folder_ / "test") +
           " --model=mannequin --rounds=2 --arch=resnet18 --size=32 --epochs=2 --batch=8 --evaluations=2 "
           "--lifter_hidden=16 --lifter_batch=8 --lifter_epochs=4 --threads=1 --quiet --out " +
           (folder_ / out) + " " + more;
  }
  // Starts the command and kills it with SIGKILL as soon as a file is there. True: it was killed.
  bool KillOnce(const std::string& command, const std::string& file) const {
    const std::string script = "env XDG_DATA_HOME=/nonexistent " + ProgramPath() + " " + command +
                               " >/dev/null 2>&1 & pid=$!; while [ ! -e " + file +
                               " ] && kill -0 $pid 2>/dev/null; do sleep 0.02; done; kill -9 $pid "
                               "2>/dev/null; wait $pid; test $? -eq 137";
    return std::system(("sh -c '" + script + "'").c_str()) == 0;
  }

  TestFolder folder_;
};

TEST_F(DeformAndLearnTest, RoundsGoOnAfterAKillToTheSameResult) {
  const ProgramRun whole = RunProgram(Command("whole"));
  ASSERT_EQ(whole.status, 0) << whole.output;
  const std::string killed = folder_ / "killed";
  EXPECT_TRUE(KillOnce(Command("killed"), killed + "/round_1/lifter/checkpoint.npz"));
  EXPECT_TRUE(KillOnce(Command("killed"), killed + "/round_1/regressor/checkpoint.npz"));
  EXPECT_FALSE(fs::exists(killed + "/round_1/regressor/regressor.npz"));
  EXPECT_TRUE(KillOnce(Command("killed"), killed + "/round_2/registrations/results.npz"));
  EXPECT_TRUE(KillOnce(Command("killed"), killed + "/round_2/regressor/checkpoint.npz"));
  const ProgramRun rest = RunProgram(Command("killed"));
  ASSERT_EQ(rest.status, 0) << rest.output;
  for (const char* file :
       {"round_1/lifter/lifter.npz", "round_1/registrations/results.npz", "round_1/labels.npz",
        "round_1/regressor/regressor.npz", "round_1/predictions/results.npz",
        "round_2/registrations/results.npz", "round_2/regressor/regressor.npz", "round_2/test/results.npz",
        "round_2/scores.json", "options.txt"}) {
    EXPECT_EQ(ReadAll(folder_ / ("whole/" + std::string(file))), ReadAll(killed + "/" + file)) << file;
    EXPECT_FALSE(ReadAll(killed + "/" + file).empty()) << file;
  }
  EXPECT_FALSE(fs::exists(killed + "/round_2/predictions/results.npz"));  // nobody asks for them

  // What the rounds left.
  const auto scores = nlohmann::json::parse(ReadAll(killed + "/round_2/scores.json"));
  long labels = 0;
  for (const auto& [kind, count] : scores["labels"].items()) labels += count.get<long>();
  EXPECT_EQ(labels, 32);
  EXPECT_EQ(scores["registration"]["people"].get<long>() + scores["registration"]["missing"].get<long>(), 32);
  EXPECT_EQ(scores["test"]["people"], 6);
  EXPECT_GT(scores["test"]["rescaled_mpjpe_mm"].get<double>(), 0);
  const auto first = nlohmann::json::parse(ReadAll(killed + "/round_1/scores.json"));
  EXPECT_LT(scores["registration_points_px"].get<double>(),
            first["registration_points_px"].get<double>());  // no longer stiff
  const ResultsFile test = ReadResults(killed + "/round_2/test");
  ASSERT_EQ(test.rows.size(), 6);
  EXPECT_EQ(test.rows[0].fit.segment_scales.size(), 24);
  EXPECT_GT(test.rows[0].fit.residual_mean, 0);
  EXPECT_EQ(NpzReader(killed + "/round_2/labels.npz").Read("label_weight", {32}).ToDoubles().size(), 32);
  const std::string page = ReadAll(killed + "/report.html");
  EXPECT_NE(page.find("rescaled_mpjpe_mm"), std::string::npos);
  EXPECT_NE(page.find("data:image/jpeg;base64,"), std::string::npos);
  EXPECT_GT(ReadPicture(killed + "/test.jpg").width, 100);
  // The predictions against the truth by the other program: the same figures.
  const ProgramRun judged =
      RunProgram("evaluate regressor " + killed + "/round_2/test --model=mannequin --json --truth " +
                 (folder_ / "test/truth"));
  ASSERT_EQ(judged.status, 0) << judged.output;
  EXPECT_EQ(nlohmann::json::parse(judged.output), scores["test"]);

  // The same depths, lifted beforehand, make the same registrations by the other program; without them they
  // are others.
  const std::string annotations = folder_ / "train/annotations.json", people = folder_ / "people.npz";
  const ProgramRun lift = RunProgram("learn lift " + annotations + " --lifter=" + killed +
                                     "/round_1/lifter/lifter.npz --threads=1 --out=" + people);
  ASSERT_EQ(lift.status, 0) << lift.output;
  EXPECT_NE(lift.output.find("32 people, "), std::string::npos) << lift.output;
  for (const auto& [input, out] : {std::pair{people, "with"}, {annotations, "without"}}) {
    const ProgramRun run = RunProgram(
        "register " + input + " --model=mannequin --recipe=dense-first --quiet --out " + (folder_ / out));
    ASSERT_EQ(run.status, 0) << run.output;
  }
  const ResultsFile with = ReadResults(folder_ / "with"), without = ReadResults(folder_ / "without"),
                    rounds = ReadResults(killed + "/round_1/registrations");
  ASSERT_EQ(with.rows.size(), 32u);
  int moved = 0;
  for (size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(with.rows[i].fit.id, rounds.rows[i].fit.id);
    EXPECT_LT((with.rows[i].fit.joints3d - rounds.rows[i].fit.joints3d).cwiseAbs().maxCoeff(), 1e-6) << i;
    moved += (with.rows[i].fit.joints3d - without.rows[i].fit.joints3d).cwiseAbs().maxCoeff() > 1e-3;
  }
  EXPECT_GT(moved, 8);
  for (const auto& [words, status, word] :
       {std::tuple{annotations + " --out=" + people, 2, "--lifter"},
        {annotations + " --lifter=" + people + " --out=" + (folder_ / "a.npz"), 1, "people.npz"}}) {
    const ProgramRun wrong = RunProgram("learn lift " + words);
    EXPECT_EQ(wrong.status, status);
    EXPECT_NE(wrong.output.find(word), std::string::npos) << wrong.output;
  }

  // Another round more goes on from there; other options are refused, and nothing is touched.
  const std::string before = ReadAll(killed + "/round_2/scores.json");
  const ProgramRun other = RunProgram(Command("killed", "--rate=0.5"));
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.output.find("options.txt"), std::string::npos) << other.output;
  EXPECT_EQ(ReadAll(killed + "/round_2/scores.json"), before);
}

TEST_F(DeformAndLearnTest, WrongInputIsNamed) {
  EXPECT_EQ(RunProgram("learn deform-and-learn --test x --out " + (folder_ / "o")).status, 2);
  EXPECT_EQ(RunProgram("learn deform-and-learn " + (folder_ / "train") + " --out " + (folder_ / "o")).status,
            2);
  const ProgramRun recipe = RunProgram(Command("o", "--first_recipe=default"));
  EXPECT_EQ(recipe.status, 2);
  EXPECT_NE(recipe.output.find("not for a body of segments"), std::string::npos) << recipe.output;
  fs::remove_all(folder_ / "train/images");
  const ProgramRun pictures = RunProgram(Command("o"));
  EXPECT_EQ(pictures.status, 1);
  EXPECT_NE(pictures.output.find("--images"), std::string::npos) << pictures.output;
  const ProgramRun truth = RunProgram("evaluate regressor " + (folder_ / "test/truth"));
  EXPECT_EQ(truth.status, 2);
  const ProgramRun nobody = RunProgram("evaluate regressor " + (folder_ / "test/truth") +
                                       " --model=mannequin --truth " + (folder_ / "nowhere"));
  EXPECT_EQ(nobody.status, 1);
}

}  // namespace
}  // namespace vitruvius::deform_and_learn_test
