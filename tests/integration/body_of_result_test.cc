// Whose body a result is: every command that reads one takes the body that made it, and refuses any other.
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/body_file.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/body/body_hash.h"
#include "models/body/mannequin.h"
#include "tests/util/run_program.h"

namespace vitruvius::body_of_result_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kPersonM = 1.39, kFreeM = 1.30;  // what each body makes of the same betas

double HeightOf(const MatrixX3d& vertices) { return vertices.col(1).maxCoeff() - vertices.col(1).minCoeff(); }

// As a result says it: without "//" and "..".
std::string Normal(const std::string& path) { return std::filesystem::path(path).lexically_normal(); }

// The betas of a mannequin of 1.39 m.
Eigen::VectorXd Betas() {
  Eigen::VectorXd betas = Eigen::VectorXd::Zero(10);
  BodyParameters parameters = BodyParameters::Zero(*Mannequin());
  const double rest = HeightOf(PoseMesh(*Mannequin(), parameters).vertices);
  parameters.betas[0] = 1;
  betas[0] = (kPersonM - rest) / (HeightOf(PoseMesh(*Mannequin(), parameters).vertices) - rest);
  return betas;
}

// The mannequin's copy, larger by a factor.
void SaveScaled(const std::string& path, double scale, const std::string& name) {
  BodyModelData data = Mannequin()->data();
  data.v_template *= scale;
  data.shapedirs *= scale;
  data.name = name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  SaveBodyModel(path, *BodyModel::Create(std::move(data)));
}

// One person at rest, seen as 3D keypoints (y up), in out/results.npz and seen.npz.
void WriteResult(const TestFolder& folder, const BodyModel& model, const std::string& out = "out") {
  const std::shared_ptr<const BodyModel> borrowed(&model, [](const BodyModel*) {});
  FitResult fit;
  fit.id = "seen_0";
  fit.usable = true;
  fit.winning_start = 0;
  fit.parameters = BodyParameters::Zero(model);
  fit.parameters.betas = Betas();
  fit.focal_source = "none";
  fit.joints3d = PoseMesh(model, fit.parameters).joints;
  RowMatrixXd points(24, 4);
  points << fit.joints3d.topRows(24), Eigen::VectorXd::Ones(24);
  WriteNpz(folder / "seen.npz", {{"keypoints3d", NpyArray::FromDoubles(points.data(), {1, 24, 4})},
                                 {"keypoint_set", NpyArray::FromString("smpl24")}});
  ResultsWriter results(folder / out, model);
  PersonObservation person;
  person.id = fit.id;
  person.set = FindKeypointSet("smpl24");
  person.keypoints3d = points;
  results.Append(fit, person);
  results.Finish();
}

// A free body is installed and is the default.
struct Installed {
  explicit Installed(const TestFolder& at) : folder(at) {
    SaveScaled(at / "home/vitruvius/bodies/free.npz", kFreeM / kPersonM, "free");
  }
  ProgramRun Run(const std::string& words) const {
    return RunProgram(words, "XDG_DATA_HOME=" + (folder / "home") + " ");
  }
  const TestFolder& folder;
};

double HeightOfObj(const std::string& path) {
  std::ifstream file(path);
  double low = 1e9, high = -1e9, x = 0, y = 0, z = 0;
  for (std::string line; std::getline(file, line);) {
    if (std::sscanf(line.c_str(), "v %lf %lf %lf", &x, &y, &z) != 3) continue;
    low = std::min(low, y);
    high = std::max(high, y);
  }
  return high - low;
}

// Words of every command that reads the result in out/, but for --out, and what it then writes. Without spin
// and eft, which want people that a camera saw.
struct Reader {
  const char *words, *out;
};
constexpr Reader kExplain = {"explain %/out --id seen_0 --observations %/seen.npz", ""};
constexpr Reader kReaders[] = {
    {"convert %/out --to obj", "%/made"},
    {"convert %/out --to ply", "%/made"},
    {"convert %/out --to glb", "%/made"},
    {"convert %/out --to bvh --quiet", "%/made"},
    {"convert %/out --to npz --quiet", "%/made"},
    {"convert %/out --to pkl", "%/made"},
    {"convert %/out --to labels", "%/made.npz"},
    {"render %/out --observations %/seen.npz", "%/made.png"},
    {"report %/out --quiet", "%/made.html"},
    kExplain,
    {"explain %/out", ""},
    {"evaluate regressor %/out --truth %/out", ""},
};

std::string In(const TestFolder& folder, std::string words) {
  for (size_t at = 0; (at = words.find('%', at)) != std::string::npos;) words.replace(at, 1, folder.path());
  return words;
}

// What the command printed and wrote, and nothing of it is left.
std::string Made(const Installed& home, const Reader& reader, const std::string& flags, int status) {
  const std::string out = In(home.folder, reader.out);
  const ProgramRun run =
      home.Run(In(home.folder, reader.words) + (out.empty() ? "" : " --out " + out) + " " + flags);
  EXPECT_EQ(run.status, status) << reader.words << " " << flags << "\n" << run.output;
  std::string made = run.output;
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(out)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out)) files.push_back(entry);
  } else if (!out.empty() && std::filesystem::exists(out)) {
    files.push_back(out);
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    if (std::filesystem::is_regular_file(file)) made += ReadAll(file.string());
  }
  if (!out.empty()) std::filesystem::remove_all(out);
  return made;
}

TEST(BodyOfResult, EveryReaderTakesItAndRefusesAnother) {
  const TestFolder folder;
  const Installed home(folder);
  WriteResult(folder, *Mannequin());
  for (const Reader& reader : kReaders) {
    const std::string made = Made(home, reader, "", 0);
    EXPECT_EQ(made, Made(home, reader, "--model mannequin", 0)) << reader.words;
    EXPECT_THAT(Made(home, reader, "--model free", 1),
                HasSubstr("these results belong to the body mannequin, and this is free; name theirs with "
                          "--model"));
  }
  ASSERT_EQ(home.Run("convert " + (folder / "out") + " --to obj --out " + (folder / "made")).status, 0);
  EXPECT_NEAR(HeightOfObj(folder / "made/seen_0.obj"), kPersonM, 1e-4);
  const auto explained = nlohmann::json::parse(home.Run(In(folder, kExplain.words) + " --json").output);
  EXPECT_LT(explained.at("worst_points").at(0).at("residual").get<double>(), 1e-6);
}

TEST(BodyOfResult, AFitSaysWhichBodyItTook) {
  const TestFolder folder;
  const Installed home(folder);
  WriteResult(folder, *Mannequin());
  SaveScaled(folder / "mine/body.npz", 1.02, "mine");
  SaveScaled(folder / "many/SMPL_FEMALE.npz", 0.98, "SMPL_FEMALE");
  struct Case {
    std::string flags, file, name;
  };
  for (const Case& c :
       {Case{"", "free", "free"}, Case{"--model mannequin", "mannequin", "mannequin"},
        Case{"--model " + (folder / "mine/../mine/body.npz"), folder / "mine/body.npz", "mine"},
        Case{"--model " + (folder / "many") + " --gender female", folder / "many/SMPL_FEMALE.npz",
             "SMPL_FEMALE"}}) {
    const std::string out = folder / ("fit_" + c.name);
    const ProgramRun run =
        home.Run("fit " + (folder / "seen.npz") + " --starts 1 --quiet --out " + out + " " + c.flags);
    ASSERT_EQ(run.status, 0) << run.output;
    const ResultBody body = ReadResults(out).body;
    EXPECT_EQ(body.file, Normal(c.file));
    EXPECT_EQ(body.name, c.name);
    EXPECT_EQ(body.hash.size(), 16u);
    EXPECT_EQ(body.num_vertices, Mannequin()->num_vertices());
    const auto record = nlohmann::json::parse(ReadAll(out + "/run.json"));
    EXPECT_EQ(record.at("model"), Normal(c.file));
    EXPECT_EQ(record.at("model_name"), c.name);
    EXPECT_EQ(record.at("body_hash"), body.hash);
    EXPECT_EQ(home.Run("render " + out + " --out " + (folder / "made.png")).status, 0) << c.name;
  }
}

TEST(BodyOfResult, AFileThatIsGoneOrAnotherNowIsNamed) {
  const TestFolder folder;
  const Installed home(folder);
  SaveScaled(folder / "mine/body.npz", 1.02, "mine");
  const auto model = LoadBodyModel(folder / "mine/body.npz");
  const std::string hash = BodyHash(*model);
  WriteResult(folder, *model);
  const std::string convert = "convert " + (folder / "out") + " --to obj --out " + (folder / "made");
  EXPECT_EQ(home.Run(convert).status, 0);

  std::filesystem::rename(folder / "mine/body.npz", folder / "moved.npz");
  std::filesystem::remove_all(folder / "made");
  const ProgramRun gone = home.Run(convert);
  EXPECT_EQ(gone.status, 1);
  EXPECT_THAT(gone.output, HasSubstr("belong to the body mine of " + Normal(folder / "mine/body.npz") +
                                     " (hash " + hash + "), which is not there; name it with --model"));
  EXPECT_EQ(home.Run(convert + " --model " + (folder / "moved.npz")).status, 0);

  SaveScaled(folder / "mine/body.npz", 1.03, "mine");
  const ProgramRun changed = home.Run(convert);
  EXPECT_EQ(changed.status, 1);
  EXPECT_THAT(changed.output,
              HasSubstr("(hash " + hash + "), and the body there is another now (mine, hash " +
                        BodyHash(*LoadBodyModel(folder / "mine/body.npz"))));
  const ProgramRun named = home.Run(convert + " --model " + (folder / "mine/body.npz"));
  EXPECT_EQ(named.status, 1);
  EXPECT_THAT(named.output,
              HasSubstr("belong to the body mine (hash " + hash + "), and this is mine (hash "));
}

// A copy in another format is the same body.
TEST(BodyOfResult, TheBodyMayBeInAnotherFile) {
  const TestFolder folder;
  const Installed home(folder);
  WriteResult(folder, *Mannequin());
  for (const char* ending : {".npz", ".pkl"}) {
    const std::string copy = folder / (std::string("copy") + ending);
    ASSERT_EQ(home.Run("model convert mannequin " + copy).status, 0);
    const ProgramRun run =
        home.Run("render " + (folder / "out") + " --out " + (folder / "made.png") + " --model " + copy);
    EXPECT_EQ(run.status, 0) << run.output;
  }
}

// Without the keys that tell, as older versions left results.
void MakeOld(const std::string& file, const std::set<std::string>& also_without = {}) {
  std::map<std::string, NpyArray> arrays;
  const NpzReader reader(file);
  for (const std::string& key : reader.Keys()) {
    if (key == "body_hash" || key == "model_file" || key == "model_regressors" || key == "model_vertices")
      continue;
    if (also_without.count(key) == 0) arrays[key] = reader.Read(key);
  }
  WriteNpz(file, arrays);
}

TEST(BodyOfResult, OlderResultsAreToldByNameAndJoints) {
  const TestFolder folder;
  const Installed home(folder);
  const auto convert = [&](const std::string& flags) {
    std::filesystem::remove_all(folder / "made");
    return home.Run("convert " + (folder / "out") + " --to obj --quiet=false --out " + (folder / "made") +
                    " " + flags);
  };
  WriteResult(folder, *Mannequin());
  MakeOld(folder / "out/results.npz");
  const ProgramRun by_name = convert("");
  EXPECT_EQ(by_name.status, 0) << by_name.output;
  EXPECT_THAT(by_name.output, Not(HasSubstr("does not say")));
  EXPECT_NEAR(HeightOfObj(folder / "made/seen_0.obj"), kPersonM, 1e-4);
  EXPECT_THAT(convert("--model free").output, HasSubstr("belong to the body mannequin, and this is free"));
  // No name: the default body, but not where its joints are others.
  MakeOld(folder / "out/results.npz", {"model"});
  const ProgramRun by_joints = convert("");
  EXPECT_EQ(by_joints.status, 1);
  EXPECT_THAT(by_joints.output, HasSubstr("and this is free whose joints are up to"));
  EXPECT_EQ(convert("--model mannequin").status, 0);
  // Nothing tells: a sentence.
  MakeOld(folder / "out/results.npz", {"joints3d"});
  const ProgramRun in_doubt = convert("--model mannequin");
  EXPECT_EQ(in_doubt.status, 0) << in_doubt.output;
  EXPECT_THAT(in_doubt.output, HasSubstr("does not say which body made it"));

  // A file of one's own: by run.json, or not at all.
  SaveScaled(folder / "mine/body.npz", 1.02, "mine");
  WriteResult(folder, *LoadBodyModel(folder / "mine/body.npz"));
  MakeOld(folder / "out/results.npz");
  const ProgramRun nowhere = convert("");
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.output, HasSubstr("belong to the body mine and do not say where it is"));
  WriteAll(folder / "out/run.json", nlohmann::json{{"model", folder / "mine/body.npz"}}.dump());
  const ProgramRun by_record = convert("");
  EXPECT_EQ(by_record.status, 0) << by_record.output;
  EXPECT_NEAR(HeightOfObj(folder / "made/seen_0.obj"), 1.02 * kPersonM, 1e-4);
}

TEST(BodyOfResult, TwoResultsToCompareBelongToOneBody) {
  const TestFolder folder;
  const Installed home(folder);
  WriteResult(folder, *Mannequin());
  WriteResult(folder, *LoadBodyModel(folder / "home/vitruvius/bodies/free.npz"), "other");
  const ProgramRun run =
      home.Run("evaluate regressor " + (folder / "out") + " --truth " + (folder / "other"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output,
              HasSubstr("other: model: these results belong to the body free, and this is mannequin"));
}

}  // namespace
}  // namespace vitruvius::body_of_result_test
