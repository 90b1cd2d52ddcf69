// The learning program as a user starts it: motion files to a prior that the other commands take. Without
// LibTorch it was not built; then `learn` must say so.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <tuple>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/datasets/amass_writer.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/body/mannequin.h"
#include "models/rendering/rasterizer.h"
#include "models/util/rng.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::learn_test {
namespace {

// Somebody who walks on the spot, as a motion file.
void WriteWalk(const std::string& path, double phase) {
  const auto model = Mannequin();
  BodyAnimation walk;
  walk.name = "walk";
  walk.frames_per_second = 30;
  Rng rng(1);
  for (int frame = 0; frame < 40; ++frame) {
    const double t = phase + 0.15 * frame;
    BodyParameters body = BodyParameters::Zero(*model);
    const auto set = [&](int joint, int axis, double angle) {
      body.body_pose[3 * (joint - 1) + axis] = angle;
    };
    set(1, 0, 0.4 * std::sin(t));
    set(2, 0, -0.4 * std::sin(t));
    set(4, 0, 0.3 * (1 + std::cos(t)));
    set(5, 0, 0.3 * (1 - std::cos(t)));
    set(16, 2, -1.2);
    set(17, 2, 1.2);
    walk.frames.push_back(body);
    walk.found.push_back(1);
  }
  WriteAmass(path, *model, walk);
}

class LearnTest : public testing::Test {
 protected:
  LearnTest() {
    std::filesystem::create_directories(folder_ / "train");
    std::filesystem::create_directories(folder_ / "val");
    WriteWalk(folder_ / "train/walk.npz", 0);
    WriteWalk(folder_ / "val/walk.npz", 0.05);
  }
  static bool IsBuilt() {
    return std::filesystem::exists(std::filesystem::path(ProgramPath()).parent_path() / "vitruvius_learn");
  }
  ProgramRun Train(const std::string& flags) const {
    return RunProgram("learn train-prior " + (folder_ / "train") + " --val=" + (folder_ / "val") +
                      " --model=mannequin --threads=1 " + flags);
  }
  const TestFolder folder_;
};

TEST_F(LearnTest, FromMotionToAPriorThatOthersTake) {
  if (!IsBuilt()) GTEST_SKIP() << "vitruvius_learn was not built: no LibTorch";
  const std::string tiny = " --steps=4 --evaluate_every=4 --batch=8 --hidden=16 --latent=4 --couplings=2";
  for (const std::string family : {"gan-s", "vae", "realnvp"}) {
    const std::string out = folder_ / family;
    const ProgramRun run = Train("--family=" + family + tiny + " --out=" + out);
    ASSERT_EQ(run.status, 0) << run.output;
    for (const char* file : {"prior.npz", "log.csv", "curves.png", "samples.png", "checkpoint.npz"}) {
      EXPECT_TRUE(std::filesystem::exists(out + "/" + file)) << file;
    }
    const ProgramRun info = RunProgram("prior info " + out + "/prior.npz");
    EXPECT_EQ(info.status, 0) << info.output;
    EXPECT_NE(info.output.find(family), std::string::npos) << info.output;
    EXPECT_NE(info.output.find("vitruvius learn train-prior"), std::string::npos) << info.output;

    if (family != "vae") continue;
    // Once more from a training that has ended: the same prior.
    const std::string before = ReadAll(out + "/prior.npz");
    EXPECT_EQ(Train("--family=" + family + tiny + " --resume --out=" + out).status, 0);
    const std::string after = ReadAll(out + "/prior.npz");
    EXPECT_EQ(before.size() + std::string(" --resume").size() * 4, after.size());  // trained_with says so
  }
}

TEST_F(LearnTest, FromMotionToALifter) {
  if (!IsBuilt()) GTEST_SKIP() << "vitruvius_learn was not built: no LibTorch";
  const std::string out = folder_ / "lifter";
  const auto train = [&](const std::string& flags) {
    return RunProgram("learn train-lifter " + (folder_ / "train") + " --val=" + (folder_ / "val") +
                      " --test=" + (folder_ / "val") +
                      " --model=mannequin --threads=1 --hidden=8 --epochs=2" +
                      " --batch=8 --people=30 --out=" + out + flags);
  };
  const ProgramRun run = train("");
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_NE(run.output.find("test: depth correlation"), std::string::npos) << run.output;
  for (const char* file : {"lifter.npz", "log.csv", "curves.png", "checkpoint.npz"}) {
    EXPECT_TRUE(std::filesystem::exists(out + "/" + file)) << file;
  }
  EXPECT_EQ(train(" --resume").status, 0);  // from a training that has ended
  EXPECT_EQ(train(" --init=" + out + "/lifter.npz").status, 0);
  for (const auto& [flags, status, word] :
       {std::tuple<const char*, int, const char*>{" --angles=8", 2, "--angles"},
        {" --keypoints=lsp", 2, "lsp14"},
        {" --choice=best", 1, "correlation"},
        {" --keypoints=mediapipe33", 1, "mediapipe33"},
        {" --latent=4", 2, "latent"}}) {
    const ProgramRun wrong = train(flags);
    EXPECT_EQ(wrong.status, status) << flags << "\n" << wrong.output;
    EXPECT_NE(wrong.output.find(word), std::string::npos) << flags << "\n" << wrong.output;
  }
}

// Six people, each in a picture, as COCO keypoints: registered, learned from, predicted.
TEST_F(LearnTest, FromPicturesToBodies) {
  if (!IsBuilt()) GTEST_SKIP() << "vitruvius_learn was not built: no LibTorch";
  const std::string people = folder_ / "people.json", out = folder_ / "regressor",
                    images = folder_ / "images";
  std::filesystem::create_directories(images);
  nlohmann::json document = {{"images", nlohmann::json::array()}, {"annotations", nlohmann::json::array()}};
  nlohmann::json boxes = document;  // the same people by their boxes alone
  for (int i = 0; i < 6; ++i) {
    const KnownPerson person = MakeKnownPerson(static_cast<std::uint64_t>(i + 1), "coco17", 1);
    const std::string name = "p" + std::to_string(i) + ".png";
    RenderView view;
    view.width = view.height = 1000;
    view.focal_px = *person.observation.focal_px;
    view.center_px = *person.observation.center_px;
    Rendering rendering;
    Rasterizer().Render(PoseMesh(*Mannequin(), person.truth).vertices, Mannequin()->faces(), view,
                        RenderOptions(), &rendering);
    if (i != 5) WritePng(images + "/" + name, rendering.image);
    document["images"].push_back({{"id", i}, {"file_name", name}, {"width", 1000}, {"height", 1000}});
    std::vector<double> numbers;
    for (Eigen::Index k = 0; k < person.observation.keypoints2d.rows(); ++k) {
      const auto row = person.observation.keypoints2d.row(k);
      numbers.insert(numbers.end(), {row[0], row[1], 2});
    }
    document["annotations"].push_back({{"id", i}, {"image_id", i}, {"keypoints", numbers}});
    const Eigen::Vector2d low = person.observation.keypoints2d.leftCols<2>().colwise().minCoeff(),
                          size = person.observation.keypoints2d.leftCols<2>().colwise().maxCoeff() -
                                 low.transpose();
    boxes["images"] = document["images"];
    boxes["annotations"].push_back(
        {{"id", i}, {"image_id", i}, {"bbox", {low.x(), low.y(), size.x(), size.y()}}});
  }
  std::ofstream(people) << document;
  const std::string body = " --model=mannequin --threads=1";
  ProgramRun run =
      RunProgram("register " + people + " --recipe=dense-first --out=" + (folder_ / "registered") + body);
  ASSERT_EQ(run.status, 0) << run.output;
  const std::string train = "learn train-regressor " + people + " --labels=" + (folder_ / "registered") +
                            " --images=" + images + body + " --arch=resnet18 --size=32 --epochs=2 --batch=3" +
                            " --evaluations=1 --out=" + out;
  run = RunProgram(train);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_NE(run.output.find("1 left out: has no picture"), std::string::npos) << run.output;
  for (const char* file : {"regressor.npz", "log.csv", "curves.png", "checkpoint.npz"})
    EXPECT_TRUE(std::filesystem::exists(out + "/" + file)) << file;
  EXPECT_EQ(RunProgram(train + " --resume").status, 0);  // from a training that has ended

  // People who judge: here those who are learned from, so that one more is learned from than above.
  run = RunProgram(train + "_judged --val=" + people + " --val_labels=" + (folder_ / "registered"));
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_NE(run.output.find("6 people who judge, 5 with a picture and points, 4 of them with a registered"),
            std::string::npos)
      << run.output;
  EXPECT_NE(run.output.find("loss on 5 people who judge"), std::string::npos) << run.output;

  const std::string predict = "learn predict " + people + " --images=" + images + body +
                              " --regressor=" + out + "/regressor.npz --out=" + (folder_ / "predicted");
  run = RunProgram(predict);
  ASSERT_EQ(run.status, 0) << run.output;
  const ResultsFile results = ReadResults(folder_ / "predicted");
  ASSERT_EQ(results.rows.size(), 6u);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(results.rows[i].fit.usable, i != 5) << i;
  EXPECT_EQ(results.rows[0].fit.segment_scales.size(), 24);
  // Where only the box is known, it frames the person: here the same crop.
  WriteAll(folder_ / "boxes.json", boxes.dump());
  run = RunProgram("learn predict " + (folder_ / "boxes.json") + " --images=" + images + body +
                   " --regressor=" + out + "/regressor.npz --out=" + (folder_ / "by_box"));
  ASSERT_EQ(run.status, 0) << run.output;
  const ResultsFile by_box = ReadResults(folder_ / "by_box");
  ASSERT_EQ(by_box.rows.size(), 6u);
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(by_box.rows[i].fit.usable) << by_box.rows[i].fit.reason;
    EXPECT_LT((by_box.rows[i].fit.joints3d - results.rows[i].fit.joints3d).norm(), 1e-3);
  }
  EXPECT_EQ(RunProgram("render " + (folder_ / "predicted") +
                       " --model=mannequin --out=" + (folder_ / "rendered.png"))
                .status,
            0);

  for (const auto& [command, status, word] :
       {std::tuple<std::string, int, const char*>{train + " --arch=vgg", 1, "resnet50"},
        {train + " --size=3", 2, "--size"},
        {train + " --mirrored=1.5", 2, "--mirrored"},
        {train + " --val_labels=" + (folder_ / "registered"), 2, "--val"},
        {train + " --val=" + (folder_ / "none.json"), 1, "none.json"},
        {train + " --init=a.npz --backbone=b.pth", 2, "--backbone"},
        {train + " --labels=" + out + "/regressor.npz", 1, "regressor.npz"},
        {predict + " --regressor=" + (folder_ / "registered/results.npz"), 1, "joint_names"},
        {"learn predict " + people, 2, "--out"}}) {
    const ProgramRun wrong = RunProgram(command);
    EXPECT_EQ(wrong.status, status) << command << "\n" << wrong.output;
    EXPECT_NE(wrong.output.find(word), std::string::npos) << command << "\n" << wrong.output;
  }
}

TEST_F(LearnTest, MixturesByTheSameCommand) {
  if (!IsBuilt()) GTEST_SKIP() << "vitruvius_learn was not built: no LibTorch";
  const std::string file = folder_ / "gmm.npz";
  const ProgramRun run = Train("--family=gmm --components=2 --restarts=1 --out=" + file);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(RunProgram("prior info " + file).status, 0);
}

TEST_F(LearnTest, SaysWhatIsWrong) {
  if (!IsBuilt()) {
    for (const auto& [words, status] : {std::pair{"help", 0}, {"train-prior", 1}, {"", 2}}) {
      const ProgramRun run = RunProgram(std::string("learn ") + words);
      EXPECT_EQ(run.status, status) << words;
      EXPECT_NE(run.output.find("it needs LibTorch: `./run setup learn`"), std::string::npos) << run.output;
    }
    GTEST_SKIP() << "vitruvius_learn was not built: no LibTorch";
  }
  const auto expect = [&](const std::string& flags, int status, const std::string& word) {
    const ProgramRun run = Train(flags);
    EXPECT_EQ(run.status, status) << flags << "\n" << run.output;
    EXPECT_NE(run.output.find(word), std::string::npos) << flags << "\n" << run.output;
  };
  const std::string out = " --out=" + (folder_ / "out");
  expect("", 2, "--out");
  expect("--family=gan" + out, 1, "gan-s");
  expect("--steps=0" + out, 2, "--steps");
  expect("--steps=2 --noise_px=2" + out, 2, "noise_px");
  expect("--resume --out=x.npz", 2, "--resume");
  const ProgramRun help = RunProgram("help learn");
  EXPECT_EQ(help.status, 0) << help.output;
  EXPECT_NE(help.output.find("train-prior"), std::string::npos) << help.output;
}

}  // namespace
}  // namespace vitruvius::learn_test
