#include "data/io/openpose_order.h"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/bone_disorder.h"
#include "data/io/json_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr size_t kMostFilesAsked = 16;
constexpr std::uintmax_t kLargestFileAsked = 1 << 20;  // bytes; hundreds of people of one image
constexpr int kOpenPosePoints = 25;

// The person of an array of `columns` numbers for each point; nothing is checked, because nothing is kept.
void AddPerson(const std::vector<double>& numbers, int columns, std::vector<PersonObservation>* people) {
  if (numbers.size() != static_cast<size_t>(kOpenPosePoints * columns)) return;
  PersonObservation person;
  if (columns == 3) {
    person.keypoints2d = Eigen::Map<const decltype(person.keypoints2d)>(numbers.data(), kOpenPosePoints, 3);
    if (!person.keypoints2d.allFinite()) return;
  } else {
    person.keypoints3d = Eigen::Map<const decltype(person.keypoints3d)>(numbers.data(), kOpenPosePoints, 4);
    if (!person.keypoints3d.allFinite()) return;
  }
  people->push_back(std::move(person));
}

void AddPeople(const std::string& path, std::vector<PersonObservation>* in_2d,
               std::vector<PersonObservation>* in_3d) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes > kLargestFileAsked) return;
  try {
    const std::string text = ReadFile(path);
    if (text.find("pose_keypoints_") == std::string::npos) return;
    const nlohmann::json document = ParseJson(text, path);
    const nlohmann::json& people = ValueOf(document, "people");
    if (!people.is_array()) return;
    for (const nlohmann::json& entry : people) {
      const nlohmann::json &flat = ValueOf(entry, "pose_keypoints_2d"),
                           &deep = ValueOf(entry, "pose_keypoints_3d");
      if (flat.is_array()) AddPerson(NumbersOf(flat, path), 3, in_2d);
      if (deep.is_array()) AddPerson(NumbersOf(deep, path), 4, in_3d);
    }
  } catch (const InputError&) {  // said when the file's turn comes
  }
}

bool AreInOrderOf25B(const std::vector<PersonObservation>& people) {
  // Of people seen by a camera one order has 0.2 and the other more than 0.6 (BoneDisorder).
  constexpr double kSound = 0.35, kBroken = 0.5, kMuchBetter = 0.6;
  std::vector<const PersonObservation*> pointers;
  for (const PersonObservation& person : people) pointers.push_back(&person);
  const double usual = BoneDisorder(pointers, *FindKeypointSet("openpose25"));
  const double other = BoneDisorder(pointers, *FindKeypointSet("openpose25b"));
  return other < kSound && usual > kBroken && other < kMuchBetter * usual;
}

}  // namespace

std::string OpenPoseOrder(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<PersonObservation> in_2d, in_3d;
  const size_t asked = std::min(paths.size(), kMostFilesAsked);
  for (size_t i = 0; i < asked; ++i) AddPeople(paths[i * paths.size() / asked], &in_2d, &in_3d);
  return AreInOrderOf25B(in_2d) || AreInOrderOf25B(in_3d) ? "openpose25b" : "openpose25";
}

}  // namespace vitruvius
