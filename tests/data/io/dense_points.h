// Points of the surface in files: a reader of small ones, and DensePose's annotations to put into them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius {

inline constexpr double kExact = 1e-9;  // px

class DensePointsFile : public ::testing::Test {
 protected:
  DensePointsFile() { options_.dense = true; }

  std::vector<PersonObservation> ReadPath(const std::string& path) {
    std::vector<PersonObservation> people;
    const auto source = OpenObservations({path}, options_);
    for (PersonObservation person; source->Next(&person);) people.push_back(person);
    return people;
  }
  std::vector<PersonObservation> Read(const nlohmann::json& document) {
    WriteQuickly(folder_ / "people.json", document.dump());
    return ReadPath(folder_ / "people.json");
  }
  std::vector<PersonObservation> Read(const std::map<std::string, NpyArray>& arrays) {
    WriteNpz(folder_ / "people.npz", arrays);
    return ReadPath(folder_ / "people.npz");
  }
  std::string NpzError(const std::map<std::string, NpyArray>& arrays) {
    return ErrorOf([&] { Read(arrays); });
  }

  const TemporaryFolder folder_;
  ObservationOptions options_;
};

inline nlohmann::json Annotation() {
  return {{"id", 1},
          {"image_id", 7},
          {"bbox", {100, 200, 51, 102}},
          {"dp_x", {0, 255, 127.5}},
          {"dp_y", {0, 255, 51}},
          {"dp_I", {1.0, 24.0, 3.0}},
          {"dp_U", {0, 1, 0.25}},
          {"dp_V", {1, 0, 0.5}},
          {"dp_masks", nlohmann::json::array()}};
}

inline nlohmann::json Annotations(const nlohmann::json& entries) {
  return {{"images", {{{"id", 7}, {"file_name", "a.jpg"}, {"width", 640}, {"height", 480}}}},
          {"annotations", entries}};
}

// All of the box is torso, right hand and head, where the points lie (parts 1, 3 and 24).
inline nlohmann::json Masks() {
  nlohmann::json masks = nlohmann::json::array();
  for (int i = 0; i < 14; ++i) masks.push_back(nlohmann::json::array());
  for (const size_t i : {0, 1, 13}) masks[i] = {{"counts", "0PPP2"}, {"size", {256, 256}}};
  return masks;
}

}  // namespace vitruvius
