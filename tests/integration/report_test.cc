// `vitruvius report` and `fit --report` as a user meets them; report_browser_test.py looks at the page
// itself.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::report_test {
namespace {

using testing::HasSubstr;

// One OpenPose file with a person who can be fitted and one who cannot.
void WriteInput(const std::string& path) {
  std::vector<double> numbers;
  const KnownPerson known = MakeKnownPerson(1, "openpose25", 2);
  for (int k = 0; k < 25; ++k) {
    for (int c = 0; c < 3; ++c) numbers.push_back(known.observation.keypoints2d(k, c));
  }
  const nlohmann::json file = {
      {"version", 1.3},
      {"people", {{{"pose_keypoints_2d", numbers}}, {{"pose_keypoints_2d", std::vector<double>(75, 0.0)}}}}};
  WriteAll(path, file.dump());
}

// Pages are too long to be printed by a matcher.
bool Holds(const std::string& page, const std::string& text) { return page.find(text) != std::string::npos; }

TEST(ReportCommand, FitWritesThePageAndHowItWasMade) {
  const TestFolder folder;
  WriteInput(folder / "two people.json");
  const ProgramRun run =
      RunProgram("fit '" + (folder / "two people.json") +
                 "' --model mannequin --starts 1 --quiet --report --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
  const std::string page = ReadAll(folder / "out/report.html");
  EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0u);
  EXPECT_TRUE(Holds(page, "data:image/jpeg;base64,"));
  const auto record = nlohmann::json::parse(ReadAll(folder / "out/run.json"));
  EXPECT_EQ(record["people"], 2);
  EXPECT_EQ(record["usable"], 1);
  EXPECT_EQ(record["recipe_2d"], "default");
  // The command as it can be typed again.
  const std::string command = record["command"];
  EXPECT_EQ(command.rfind("vitruvius fit '" + (folder / "two people.json") + "'", 0), 0u) << command;
  EXPECT_THAT(command, HasSubstr(" --starts=1"));
  EXPECT_THAT(command, HasSubstr(" --report"));
  // The same page from the command itself, here without bodies.
  const ProgramRun again =
      RunProgram("report " + (folder / "out") + " --bodies 0 --out " + (folder / "page.html"));
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("page.html"));
  EXPECT_TRUE(Holds(ReadAll(folder / "page.html"), "made without bodies"));
  EXPECT_LT(ReadAll(folder / "page.html").size(), page.size());
}

TEST(ReportCommand, AnotherBodyIsRefused) {
  const TestFolder folder;
  WriteInput(folder / "in.json");
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "other.npz")).status, 0);
  const NpzReader reader(folder / "other.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  arrays["name"] = NpyArray::FromString("somebody");
  std::vector<double> template_m = arrays["v_template"].ToDoubles();
  for (double& coordinate : template_m) coordinate *= 1.01;
  arrays["v_template"] = NpyArray::FromDoubles(template_m.data(), arrays["v_template"].shape);
  WriteNpz(folder / "other.npz", arrays);
  ASSERT_EQ(RunProgram("fit " + (folder / "in.json") + " --model mannequin --starts 1 --quiet --out " +
                       (folder / "out"))
                .status,
            0);
  const ProgramRun other = RunProgram("report " + (folder / "out") + " --model " + (folder / "other.npz"));
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("these results belong to the body mannequin, and this is somebody; "
                                      "name theirs with --model"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/report.html"));
}

TEST(ReportCommand, BadInputIsNamedAndNothingIsWritten) {
  const TestFolder folder;
  EXPECT_EQ(RunProgram("report").status, 2);
  EXPECT_EQ(RunProgram("report " + (folder / "none")).status, 1);
  EXPECT_THAT(RunProgram("report " + (folder / "none")).output, HasSubstr("none"));
  std::filesystem::create_directories(folder / "out");
  WriteAll(folder / "out/results.npz", "PK\x03\x04 no archive");
  const ProgramRun run = RunProgram("report " + (folder / "out"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("results.npz"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/report.html"));
}

}  // namespace
}  // namespace vitruvius::report_test
