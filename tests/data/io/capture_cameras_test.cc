// One camera for all of a capture, whatever part of it is read, and where its size came from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/image_lookup.h"
#include "data/io/keypoint_files.h"
#include "data/io/picture.h"
#include "models/scene/seen_extent.h"
#include "tests/data/io/io_test_util.h"
#include "tests/data/io/keypoint_text.h"

namespace vitruvius::capture_cameras_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Where sizes came from, and what they are.
std::vector<std::string> Sizes(const std::vector<PersonObservation>& people) {
  std::vector<std::string> sizes;
  for (const PersonObservation& person : people) {
    std::string size = StrCat(person.size_source, " ", person.image_width, "x", person.image_height);
    if (person.frame_px) size = StrCat("frame ", person.frame_px->transpose());
    sizes.push_back(size);
  }
  return sizes;
}

class CaptureCameras : public ::testing::Test {
 protected:
  // OpenPose's file of one person, seen from (x, y) to (x + 100, y + 200).
  std::string OpenPose(const std::string& name, int x, int y) {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    std::string numbers = StrCat(x, ", ", y, ", 1, ", x + 100, ", ", y + 200, ", 0.5");
    for (int k = 2; k < 25; ++k) numbers += ", -999, -999, 0";
    WriteQuickly(folder_ / (name + "_keypoints.json"),
                 "{\"people\": [{\"pose_keypoints_2d\": [" + numbers + "]}]}");
    return folder_ / (name + "_keypoints.json");
  }
  // After the first person.
  static std::vector<std::string> NotesOfFirst(const std::vector<std::string>& inputs) {
    const auto source = OpenObservations(inputs);
    PersonObservation person;
    EXPECT_TRUE(source->Next(&person));
    return source->Notes();
  }
  void Picture(const std::string& name, int width, int height) {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    WritePng(folder_ / name, Image(width, height));
  }
  const TemporaryFolder folder_;
};

TEST_F(CaptureCameras, AVideoHasOneFrame) {
  for (int frame = 0; frame < 3; ++frame) OpenPose(StrCat("k/v_00000000000", frame), 100 + 200 * frame, 50);
  OpenPose("k/w_000000000000", 1000, 1000);  // another video in the folder
  // From 100 to 600 across and from 50 to 250 down.
  EXPECT_THAT(Sizes(ReadPeople({folder_ / "k"})),
              ElementsAre("frame   0   0 700 300", "frame   0   0 700 300", "frame   0   0 700 300",
                          "frame    0    0 2100 2200"));
}

TEST_F(CaptureCameras, PhotosOfAFolderShareOne) {
  OpenPose("p/beach", 10, 20);
  OpenPose("p/hill", 400, 300);
  EXPECT_THAT(Sizes(ReadPeople({folder_ / "p"})),
              ElementsAre("frame   0   0 510 520", "frame   0   0 510 520"));
}

// A thumbnail among photos: its pixels are not those of the others, and nothing tells how large it is.
TEST_F(CaptureCameras, ImagesThatMayBeMuchSmallerAreSaid) {
  OpenPose("p/beach", 3000, 2000);
  OpenPose("p/hill", 1000, 700);
  EXPECT_THAT(NotesOfFirst({folder_ / "p"}), IsEmpty());
  OpenPose("p/thumb", 30, 20);  // to 220 px of 3100
  EXPECT_THAT(NotesOfFirst({folder_ / "p"}),
              ElementsAre(AllOf(HasSubstr("1 people lie within a quarter of what was seen in all"),
                                HasSubstr("--images or --image_size"))));
  // One image is as large as itself, and in a video somebody may stand in a corner.
  EXPECT_THAT(NotesOfFirst({folder_ / "p/thumb_keypoints.json"}), IsEmpty());
  for (int frame = 0; frame < 2; ++frame) OpenPose(StrCat("v/v_00000000000", frame), 30 + 3000 * frame, 20);
  EXPECT_THAT(NotesOfFirst({folder_ / "v"}), IsEmpty());
}

TEST_F(CaptureCameras, ImagesTellTheirSize) {
  for (int frame = 0; frame < 3; ++frame) OpenPose(StrCat("k/v_00000000000", frame), 100, 50);
  Picture("i/v_000000000001.png", 640, 480);  // of one frame alone, and the others are like it
  ObservationOptions options;
  options.images_folder = folder_ / "i";
  EXPECT_THAT(Sizes(ReadPeople({folder_ / "k"}, options)),
              ElementsAre("image 640x480", "image 640x480", "image 640x480"));
  // Of images that differ each has its own, and who has none the frame.
  Picture("i/v_000000000002.png", 320, 240);
  EXPECT_THAT(Sizes(ReadPeople({folder_ / "k"}, options)),
              ElementsAre("frame   0   0 300 300", "image 640x480", "image 320x240"));
  options.image_width = 1000;
  options.image_height = 800;
  EXPECT_THAT(Sizes(ReadPeople({folder_ / "k"}, options))[0], "given 1000x800");
}

// What is found does not depend on where somebody stands.
TEST_F(CaptureCameras, ImagesLieBesideTheInput) {
  Picture("k/pics/a.png", 640, 480);
  Picture("k/b.png", 320, 240);
  PersonObservation person;
  person.source = OpenPose("k/b", 10, 20);
  EXPECT_EQ(FindImage(person, ""), folder_ / "k/b.png");
  person.image_path = "pics/a.png";
  EXPECT_EQ(FindImage(person, ""), folder_ / "k/pics/a.png");
  person.image_path = "elsewhere/b.png";
  EXPECT_EQ(FindImage(person, ""), folder_ / "k/b.png");
}

TEST_F(CaptureCameras, AnImageOfAnotherSizeOrNoImageIsARemark) {
  OpenPose("k/a", 100, 50);
  Picture("i/a.png", 640, 480);
  ObservationOptions options;
  options.images_folder = folder_ / "i";
  options.image_width = options.image_height = 700;
  const std::vector<PersonObservation> people = ReadPeople({folder_ / "k"}, options);
  ASSERT_EQ(people[0].remarks.size(), 1u);
  EXPECT_EQ(people[0].remarks[0].code, remark::kImageSizeDiffers);
  EXPECT_THAT(people[0].remarks[0].detail, HasSubstr("is 640 x 480 px"));
  WriteQuickly(folder_ / "i/a.png", "no image");
  EXPECT_EQ(ReadPeople({folder_ / "k"}, options)[0].remarks.at(0).code, remark::kImageUnreadable);
}

TEST_F(CaptureCameras, ImagesAreFoundByAsMuchOfTheirPathAsThereIs) {
  Picture("i/walk/000001.png", 8, 6);
  Picture("i/run/000001.png", 8, 6);
  PersonObservation person;
  person.image_path = "images/val/run/000001.jpg";
  EXPECT_EQ(FindImage(person, folder_ / "i"), folder_ / "i/run/000001.png");
  person.image_path = "000001.jpg";
  EXPECT_EQ(FindImage(person, folder_ / "i"), "");
  person.source = "elsewhere/walk/000001_keypoints.json";
  EXPECT_EQ(FindImage(person, folder_ / "i"), folder_ / "i/walk/000001.png");
}

TEST(SeenExtent, PeopleAreAsFarFromOneSideAsFromTheOther) {
  SeenExtent seen;
  EXPECT_TRUE(seen.empty());
  PersonObservation person;
  person.dense.resize(2);
  person.dense[0].image_px = {100, -20};
  person.dense[1].image_px = {300, 80};
  seen.Add(person);
  EXPECT_EQ(seen.Frame(), Eigen::Vector4d(0, -20, 400, 100));
  person.dense.clear();
  person.box_px = Eigen::Vector4d(50, 60, 10, 400);
  seen.Add(person);
  EXPECT_EQ(seen.Frame(), Eigen::Vector4d(0, -20, 350, 480));
}

}  // namespace
}  // namespace vitruvius::capture_cameras_test
