// What somebody asks for by a flag, a key or a file is used, refused or said; never passed over.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/observation_writer.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/rendering/image.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "tests/util/exif_writer.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::nothing_silent_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A photo's keypoints as OpenPose writes them, people seen at 1000 x 1000 px.
void WriteOpenPose(const std::string& path, const PersonObservation& person) {
  std::vector<double> numbers;
  for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k)
    for (int c = 0; c < 3; ++c) numbers.push_back(person.keypoints2d(k, c));
  const nlohmann::json file = {{"version", 1.3}, {"people", {{{"pose_keypoints_2d", numbers}}}}};
  std::ofstream(path) << file.dump();
}

class NothingSilent : public testing::Test {
 protected:
  NothingSilent() {
    WriteOpenPose(folder_ / "flat_keypoints.json", MakeKnownPerson(1).observation);
    const PersonObservation deep = MakeKnownPerson(2, "smpl24", 0, true).observation;
    const std::vector<double> numbers(deep.keypoints3d.data(),
                                      deep.keypoints3d.data() + deep.keypoints3d.size());
    WriteNpz(folder_ / "deep.npz", {{"keypoints3d", NpyArray::FromDoubles(numbers.data(), {1, 24, 4})},
                                    {"keypoint_set", NpyArray::FromString("smpl24")}});
  }
  ProgramRun Fit(const std::string& input, const std::string& flags) const {
    return RunProgram("fit " + (folder_ / input) + " --starts=1 --overwrite --out " + (folder_ / "out") +
                      " " + flags);
  }
  ProgramRun Flat(const std::string& flags) const { return Fit("flat_keypoints.json", flags); }
  ProgramRun Deep(const std::string& flags) const { return Fit("deep.npz", flags); }

  const TestFolder folder_;
};

TEST_F(NothingSilent, FlagsThatMeanNothingForTheInputAreRefused) {
  const auto refuses = [](const ProgramRun& run, const std::string& what) {
    EXPECT_EQ(run.status, 2) << run.output;
    EXPECT_THAT(run.output, HasSubstr(what));
  };
  refuses(Flat("--recipe=keypoints3d"),
          "--recipe=keypoints3d is for 3D keypoints, and all people of the input are in 2D");
  refuses(Deep("--recipe=smplify"),
          "--recipe=smplify is for 2D keypoints, and all people of the input are in 3D");
  refuses(Flat("--read_as=z_up"), "--read_as=z_up is for 3D keypoints");
  refuses(Flat("--read_as=millimetres"), "--read_as=millimetres is for 3D keypoints");
  refuses(Deep("--read_as=normalized"), "--read_as=normalized is for 2D keypoints");
  refuses(Deep("--focal=1000"), "--focal: the people of the input are in 3D");
  refuses(Deep("--image_size=100x100"), "--image_size: ");
  refuses(Flat("--gender=female --model=mannequin"),
          "--gender=female chooses among the files of a folder; the body mannequin is neutral");
  refuses(Flat("--overlay_limit=3"), "--overlay_limit: nothing is drawn without --overlay");
  refuses(Flat("--up=z"), "--up: says how --glb stands");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/results.npz"));
  EXPECT_EQ(RunProgram("check " + (folder_ / "flat_keypoints.json") + " --read_as=z_up").status, 2);
  // The same where they mean something.
  EXPECT_EQ(Deep("--recipe=mocap --quiet").status, 0);
  EXPECT_EQ(Flat("--recipe=smplify --focal=1000 --image_size=1000x1000 --gender=neutral --quiet").status, 0);
}

TEST_F(NothingSilent, AGenderThatTheBodyHasNotIsSaid) {
  std::string file = ReadAll(folder_ / "flat_keypoints.json");
  file.replace(file.find("\"pose_keypoints_2d\""), 0, "\"gender_gt\": \"female\", ");
  WriteAll(folder_ / "flat_keypoints.json", file);
  EXPECT_THAT(Flat("").output,
              HasSubstr("1 are said to be of another gender than the body, which is neutral"));
}

TEST_F(NothingSilent, WaysOfReadingAreRefusedWhereNothingIsRead) {
  ASSERT_EQ(Flat("--quiet").status, 0);
  for (const std::string& command :
       {"render " + (folder_ / "out") + " --out " + (folder_ / "r.png") + " --image_size=9x9",
        "explain " + (folder_ / "out") + " --read_as=y_up",
        "report " + (folder_ / "out") + " --keypoint_set=coco17"}) {
    const ProgramRun run = RunProgram(command);
    EXPECT_EQ(run.status, 2) << command;
    EXPECT_THAT(run.output,
                HasSubstr("says how the keypoints of --observations are read, and none are named"));
  }
}

TEST_F(NothingSilent, FlagsOfOtherFormatsAreRefusedByConvert) {
  ASSERT_EQ(Flat("--quiet").status, 0);
  const auto convert = [&](const std::string& flags) {
    const ProgramRun run =
        RunProgram("convert " + (folder_ / "out") + " --out " + (folder_ / "x") + " " + flags);
    EXPECT_EQ(run.status, 2) << run.output;
    return run.output;
  };
  EXPECT_THAT(convert("--to obj --fps 25"), HasSubstr("--fps: is of glb, bvh and npz"));
  EXPECT_THAT(convert("--to obj --up z"), HasSubstr("--up: is of glb"));
  EXPECT_THAT(convert("--to glb --observations x"), HasSubstr("--observations: keypoints go into spin"));
  EXPECT_THAT(convert("--to glb --up_axis z"), HasSubstr("--up_axis: is of motion capture"));
}

TEST_F(NothingSilent, ARecipeThatNamesNoKeypointIsRefused) {
  nlohmann::json recipe = {
      {"keypoint_weights", {{"left_ancle", 0.5}}},
      {"stages", {{{"weights", {{"reprojection", 1}, {"pose_prior", 5}, {"betas", 5}}}}}}};
  std::ofstream(folder_ / "r.json") << recipe.dump();
  const ProgramRun run = Flat("--recipe=" + (folder_ / "r.json"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output,
              HasSubstr("keypoint_weights.left_ancle: no keypoint set has a point of this name; did "
                        "you mean \"left_ankle\"?"));
}

TEST_F(NothingSilent, ARecipeMayWeighKeypointsOfOnesOwnSet) {
  nlohmann::json points = nlohmann::json::array();
  for (const KeypointSet::Point& point : FindKeypointSet("openpose25")->points)
    points.push_back({{"name", point.name}, {"at", point.target}});
  points[24]["name"] = "left_horn";
  std::ofstream(folder_ / "horned.json") << nlohmann::json{{"points", points}}.dump();
  nlohmann::json recipe = {
      {"keypoint_weights", {{"left_horn", 0.5}}},
      {"stages", {{{"weights", {{"reprojection", 1}, {"pose_prior", 5}, {"betas", 5}}}}}}};
  std::ofstream(folder_ / "r.json") << recipe.dump();
  const std::string asked = "--recipe=" + (folder_ / "r.json");
  EXPECT_THAT(Flat(asked).output, HasSubstr("keypoint_weights.left_horn: no keypoint set has"));
  EXPECT_EQ(Flat(asked + " --conventions=off --keypoint_set=" + (folder_ / "horned.json")).status, 0);
}

TEST_F(NothingSilent, ImagesThatAreNotThereOrCannotBeReadAreSaid) {
  const ProgramRun no_folder = Flat("--overlay --images=" + (folder_ / "nosuchdir"));
  EXPECT_EQ(no_folder.status, 1);
  EXPECT_THAT(no_folder.output, HasSubstr("nosuchdir: there is no such folder"));

  std::filesystem::create_directories(folder_ / "photos");
  const std::string overlay = "--overlay --images=" + (folder_ / "photos");
  const ProgramRun missing = Flat(overlay);
  EXPECT_EQ(missing.status, 0);
  EXPECT_THAT(missing.output, HasSubstr("1 with a remark: image_missing, the first: "));
  EXPECT_EQ(Deep("--images=" + (folder_ / "photos")).status, 2) << "no camera saw them";
  EXPECT_THAT(missing.output, HasSubstr("warning: no image was found for 1 people, who are drawn on a plain "
                                        "ground: flat_0"));
  std::ofstream(folder_ / "photos/flat.jpg") << "<html>404</html>";
  const ProgramRun damaged = Flat(overlay);
  EXPECT_EQ(damaged.status, 0);
  EXPECT_THAT(damaged.output, AllOf(HasSubstr("warning: the images of 1 people cannot be read"),
                                    HasSubstr("photos/flat.jpg: neither a PNG nor a JPEG")));
  const std::string render = "render " + (folder_ / "out") + " --out " + (folder_ / "r.png") +
                             " --images=" + (folder_ / "photos") + " --observations " +
                             (folder_ / "flat_keypoints.json");
  EXPECT_THAT(RunProgram(render).output, HasSubstr("warning: the images of 1 people cannot be read"));
  EXPECT_EQ(RunProgram("render " + (folder_ / "out") + " --out " + (folder_ / "r.png") +
                       " --images=" + (folder_ / "nosuchdir"))
                .status,
            1);
  for (const char* idle : {" --view side --images=.", " --view side --observations .", " --up z"}) {
    const ProgramRun run = RunProgram("render " + (folder_ / "out") + " --out " + (folder_ / "r.png") + idle);
    EXPECT_EQ(run.status, 2) << run.output;
  }
  WritePng(folder_ / "photos/flat.png", Image(1000, 1000, {9, 99, 9, 255}));
  std::filesystem::remove(folder_ / "photos/flat.jpg");
  EXPECT_THAT(Flat(overlay).output, Not(HasSubstr("warning")));
}

// A photo that lies as its camera was held, with its orientation beside it, gives the overlay of the upright
// one.
TEST_F(NothingSilent, PhotosLieUprightUnderTheirKeypoints) {
  std::filesystem::create_directories(folder_ / "photos");
  Image upright(1000, 1200);
  for (int y = 0; y < upright.height; ++y)
    for (int x = 0; x < upright.width; ++x)
      upright.at(x, y) = {static_cast<std::uint8_t>(x / 4), static_cast<std::uint8_t>(y / 5), 80, 255};
  Image lying(1200, 1000);  // its right side is the top of the scene: orientation 6
  for (int y = 0; y < lying.height; ++y)
    for (int x = 0; x < lying.width; ++x) lying.at(x, y) = upright.at(upright.width - 1 - y, x);
  const std::string overlay = "--quiet --overlay --images=" + (folder_ / "photos");
  const std::string drawn = folder_ / "out/overlays/flat_0.png";
  std::vector<std::string> overlays;
  for (const std::string& photo :
       {SerializePng(upright), PngWith(SerializePng(lying), OrientedTiff(6)), SerializePng(lying)}) {
    std::ofstream(folder_ / "photos/flat.png", std::ios::binary) << photo;
    ASSERT_EQ(Flat(overlay).status, 0);
    overlays.push_back(ReadAll(drawn));
  }
  ASSERT_GT(overlays[0].size(), 1000u);
  EXPECT_EQ(overlays[1], overlays[0]);
  EXPECT_NE(overlays[2], overlays[0]) << "without its orientation it lies";
}

TEST_F(NothingSilent, ScoresAndNumbersThatSayNothingCostARemark) {
  PersonObservation person = MakeKnownPerson(1).observation;
  person.keypoints2d(3, 2) = -0.03;
  person.keypoints2d(4, 2) = 1.2;
  WriteOpenPose(folder_ / "flat_keypoints.json", person);
  const ProgramRun run = Flat("");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("1 people, 1 usable"), HasSubstr("1 with a remark: dropped_keypoints, the first: "),
            HasSubstr("keypoint 3 (right_elbow): found confidence -0.03, expected 0 to 1; 1 of 25 "
                      "keypoints count as not seen"),
            HasSubstr("1 with a remark: confidences_above_1")));
}

}  // namespace
}  // namespace vitruvius::nothing_silent_test
