// Which files of a folder are read, and what is said of the others.
#include "data/io/keypoint_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/io/keypoint_text.h"

namespace vitruvius::keypoint_folder_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KeypointFolders : public KeypointFolderTest {
 protected:
  std::vector<std::string> NotesOf(const std::vector<std::string>& inputs) {
    const auto source = OpenObservations(inputs);
    for (PersonObservation person; source->Next(&person);) {
    }
    return source->Notes();
  }
  const std::string json_ = OpenPose(Person(Keypoints(25)));
};

TEST_F(KeypointFolders, NothingIsSaidWhereNothingIsLeftOut) {
  Write("a_keypoints.json", json_);
  Write("notes.txt", "mine");
  EXPECT_THAT(NotesOf({folder_.path()}), IsEmpty());
}

TEST_F(KeypointFolders, TablesBesideJsonAreSaidToBeLeftOut) {
  Write("a_keypoints.json", json_);
  for (const char* name : {"b.csv", "c.npy", "d.CSV"}) Write(name, "x");
  EXPECT_EQ(ListKeypointFolder(folder_.path()).paths.size(), 1u);
  EXPECT_THAT(NotesOf({folder_.path()}), ElementsAre(AllOf(HasSubstr("3 of .csv, .npy and .pkl are left out"),
                                                           HasSubstr("b.csv, c.npy and 1 more"))));
  std::filesystem::remove(folder_ / "a_keypoints.json");
  EXPECT_EQ(ListKeypointFolder(folder_.path()).paths.size(), 3u);
}

TEST_F(KeypointFolders, WhatIsNamedIsNotSaidToBeLeftOut) {
  Write("a_keypoints.json", json_);
  const std::string table = Write("b.csv", "x");
  EXPECT_THAT(NotesOf({folder_.path(), table}), IsEmpty());
}

TEST_F(KeypointFolders, SubfoldersAreSaid) {
  Write("cam1/a_keypoints.json", json_);
  EXPECT_THAT(
      ErrorOf([&] { ListKeypointFolder(folder_.path()); }),
      HasSubstr("holds no keypoint files (*.json, *.npz, *.npy, *.csv, *.pkl); its subfolders are not looked "
                "into: cam1"));
  Write("b_keypoints.json", json_);
  Write("pictures/b.png", "x");  // nobody would expect keypoints there
  EXPECT_THAT(NotesOf({folder_.path()}), ElementsAre(HasSubstr("subfolders are not looked into: cam1")));
}

// `fit kp/ --out kp`: the result has keypoints too, and run.json is JSON.
TEST_F(KeypointFolders, WhatARunLeftIsNoKeypoints) {
  Write("a_keypoints.json", json_);
  Write("run.json", "{}");
  Write("results.npz", "x");
  EXPECT_EQ(ListKeypointFolder(folder_.path()).paths.size(), 3u) << "anybody's files may be named so";
  Write("manifest.jsonl", "");
  Write("overlays/a.png", "x");
  Write("shard_0_of_2/run.json", "{}");
  EXPECT_THAT(NotesOf({folder_.path()}),
              ElementsAre(HasSubstr("holds what a run left here (results.npz, run.json)")));
  EXPECT_THAT(IdsOf(ReadPeople({folder_.path()})), ElementsAre("a_0"));
  EXPECT_THAT(ErrorOf([&] { ReadPeople({folder_ / "run.json"}); }), HasSubstr("is the record of a run"));
}

TEST_F(KeypointFolders, AFileThatIsNamedTwiceIsReadOnce) {
  const std::string a = Write("a_keypoints.json", json_), b = Write("b_keypoints.json", json_);
  EXPECT_THAT(IdsOf(ReadPeople({a, folder_.path(), a})), ElementsAre("a_0", "b_0"));
  EXPECT_THAT(NotesOf({a, folder_.path(), a}), Contains(HasSubstr("2 files are named more than once")));
  EXPECT_THAT(IdsOf(ReadPeople({folder_ / "./a_keypoints.json", a, b})), ElementsAre("a_0", "b_0"));
}

}  // namespace
}  // namespace vitruvius::keypoint_folder_test
