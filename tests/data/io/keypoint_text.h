// People of keypoint files, and small files of them, for the tests of their readers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "models/util/check.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius {

inline std::vector<PersonObservation> ReadPeople(const std::vector<std::string>& inputs,
                                                 const ObservationOptions& options = {}) {
  std::vector<PersonObservation> people;
  const auto source = OpenObservations(inputs, options);
  for (PersonObservation person; source->Next(&person);) people.push_back(person);
  return people;
}

inline std::vector<std::string> IdsOf(const std::vector<PersonObservation>& people) {
  std::vector<std::string> ids;
  for (const PersonObservation& person : people) ids.push_back(person.id);
  return ids;
}

// `count` keypoints at (10 k + 1, 10 k + 2) of confidence 0.5, as JSON numbers.
inline std::string Keypoints(int count, const std::string& first = "1, 2, 0.5") {
  std::string text = first;
  for (int k = 1; k < count; ++k) text += StrCat(", ", 10 * k + 1, ", ", 10 * k + 2, ", 0.5");
  return "[" + text + "]";
}
// [first..., 0, 0, ...], of `count` numbers.
inline std::string ThenZeros(const std::string& first, int num_first, int count) {
  std::string text = first;
  for (int i = num_first; i < count; ++i) text += ", 0";
  return "[" + text + "]";
}
inline std::string Person(const std::string& keypoints) {
  return "{\"pose_keypoints_2d\": " + keypoints + "}";
}
inline std::string OpenPose(const std::string& people) {
  return "{\"version\": 1.3, \"people\": [" + people + "]}";
}

// The arrays of two people in 2D.
inline std::map<std::string, NpyArray> TwoPeople(const std::vector<double>& keypoints) {
  std::map<std::string, NpyArray> arrays;
  arrays["keypoints2d"] = NpyArray::FromDoubles(keypoints.data(), {2, 17, 3});
  arrays["keypoint_set"] = NpyArray::FromString("coco17");
  return arrays;
}

// A folder for such files.
class KeypointFolderTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    WriteQuickly(folder_ / name, text);
    return folder_ / name;
  }
  // The only person of a file with this content.
  PersonObservation One(const std::string& text, const ObservationOptions& options = {}) {
    const std::vector<PersonObservation> people = ReadPeople({Write("one.json", text)}, options);
    EXPECT_EQ(people.size(), 1u);
    return people.empty() ? PersonObservation() : people[0];
  }
  const TemporaryFolder folder_;
};

}  // namespace vitruvius
