// Comparing priors as a user meets it: `evaluate prior`, its document, its page, and wrong words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/datasets/motion_file.h"
#include "models/util/rng.h"
#include "tests/util/places.h"
#include "tests/util/run_program.h"

namespace vitruvius::evaluate_prior_test {
namespace {

using testing::HasSubstr;

// Arms and legs that swing, somebody's own way.
void WriteMotionOf(const std::string& path, const std::string& subject, double phase) {
  Motion motion;
  motion.name = subject;
  motion.subject = subject;
  motion.fps = 30;
  constexpr int kFrames = 60;
  motion.poses = RowMatrixXd::Zero(kFrames, 72);
  motion.transl = MatrixX3d::Zero(kFrames, 3);
  motion.valid.assign(kFrames, 1);
  for (int i = 0; i < kFrames; ++i) {
    for (const int number : {3, 6, 12, 15, 48, 49, 51, 52})
      motion.poses(i, number) = 0.4 * std::sin(0.1 * i + phase * number);
  }
  SaveMotion(path, motion);
}

struct Data {
  TestFolder folder;
  std::string words;
  Data() {
    WriteMotionOf(folder / "a.npz", "a", 0.3);
    WriteMotionOf(folder / "b.npz", "b", 0.7);
    words = " --model mannequin --quiet --samples 300 --queries 10 --compared 40 --meshes 3 --train " +
            (folder / "a.npz") + " --test " + (folder / "b.npz");
  }
};

TEST(EvaluatePrior, ComparesPriorsInADocumentAndOnAPage) {
  const Data data;
  const ProgramRun run =
      RunProgram("evaluate prior gmm8 real --people 3 --json --out " + (data.folder / "out") + data.words);
  ASSERT_EQ(run.status, 0) << run.output;
  const nlohmann::json document = nlohmann::json::parse(run.output);
  ASSERT_EQ(document["priors"].size(), 2u);
  const nlohmann::json &gmm = document["priors"][0], &real = document["priors"][1];
  EXPECT_EQ(gmm["family"], "gmm");
  EXPECT_GT(gmm["test"]["recall_mm"]["median"], 1);
  EXPECT_EQ(gmm["test"]["recall_mm"]["shares"].size(), document["thresholds_mm"].size());
  EXPECT_EQ(real["train"]["recall_mm"]["median"], 0);  // 120 poses, drawn 300 times
  ASSERT_EQ(gmm["fits"].size(), 3u);
  EXPECT_EQ(gmm["fits"][0]["recipe"], "smplify");
  EXPECT_EQ(gmm["fits"][1]["recipe"], "latent");
  EXPECT_EQ(gmm["fits"][2]["recipe"], "default");
  EXPECT_EQ(gmm["fits"][0]["people"], 3);
  EXPECT_GT(gmm["fits"][0]["pa_mpjpe_mm"]["mean"], 1);
  EXPECT_EQ(real["fits"].size(), 0u);
  EXPECT_TRUE(gmm["train"]["inversion_mm"].is_null());
  EXPECT_EQ(nlohmann::json::parse(ReadAll(data.folder / "out/prior.json")), document);
  const std::string page = ReadAll(data.folder / "out/prior.html");
  for (const char* part : {"Davydov", "data:image/jpeg;base64,", "t-SNE", "recall_mm"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, testing::Not(HasSubstr("{{")));
  EXPECT_THAT(page, testing::Not(HasSubstr("http://www.w3.org/1999")));
}

TEST(EvaluatePrior, ThreadsChangeNothingButTimes) {
  const Data data;
  std::string first;
  for (const char* threads : {"1", "3"}) {
    const ProgramRun run =
        RunProgram("evaluate prior gmm1 --people 0 --json --threads " + std::string(threads) + data.words);
    ASSERT_EQ(run.status, 0) << run.output;
    nlohmann::json document = nlohmann::json::parse(run.output);
    document["priors"][0]["recall_search"].erase("seconds");
    if (first.empty()) first = document.dump();
    EXPECT_EQ(document.dump(), first);
  }
}

TEST(EvaluatePrior, WrongWordsAreNamed) {
  const Data data;
  const auto said = [&](const std::string& words, int status) {
    const ProgramRun run = RunProgram("evaluate prior " + words);
    EXPECT_EQ(run.status, status) << words << ": " << run.output;
    return run.output;
  };
  EXPECT_THAT(said(data.words, 2), HasSubstr("name priors"));
  EXPECT_THAT(said("gmm8", 2), HasSubstr("--train"));
  EXPECT_THAT(said("gmm9" + data.words, 1), HasSubstr("gmm9"));
  EXPECT_THAT(said("gmm8 --samples=0" + data.words.substr(data.words.find(" --queries")), 2),
              HasSubstr("--samples"));
  EXPECT_THAT(said("gmm8 --train nowhere --test nowhere", 1), HasSubstr("nowhere"));
  EXPECT_EQ(RunProgram("evaluate nothing").status, 2);
}

}  // namespace
}  // namespace vitruvius::evaluate_prior_test
