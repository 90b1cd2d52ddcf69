// Which reader a JSON file is for, by its keys.
#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/keypoint_folder.h"
#include "data/io/keypoint_formats.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// AlphaPose's one file for all images: {"a.jpg": {"version": ..., "bodies" or "people": [...]}, ...}.
bool IsOfImages(const nlohmann::json& document) {
  if (!document.is_object() || document.empty()) return false;
  const nlohmann::json& first = document.begin().value();
  return first.is_object() && (first.contains("bodies") || first.contains("people"));
}

// Keypoints of MMPose stand in pairs or triples: [[x, y], ...].
bool HasRowsOfKeypoints(const nlohmann::json& entry) {
  const nlohmann::json& keypoints = ValueOf(entry, "keypoints");
  return keypoints.is_array() && !keypoints.empty() && keypoints[0].is_array();
}

bool IsMmpose(const nlohmann::json& document, const nlohmann::json& first) {
  if (document.is_object()) return document.contains("instance_info");
  if (!first.is_array()) return first.contains("instances") || HasRowsOfKeypoints(first);
  // A list of people for each image; the first may hold nobody.
  for (const nlohmann::json& people : document) {
    if (!people.is_array()) return false;
    if (!people.empty()) return HasRowsOfKeypoints(people[0]);
  }
  return false;
}

}  // namespace

std::unique_ptr<ObservationSource> OpenKeypointJson(const std::string& path,
                                                    const ObservationOptions& options) {
  nlohmann::json document = ParseJson(ReadFile(path), path);
  if (IsFileOfRun(path))
    throw InputError(path, "", "is the record of a run, whose bodies are in results.npz beside it");
  const nlohmann::json& first = document.is_array() && !document.empty() ? document[0] : document;
  if (document.is_object() && document.contains("people"))
    return OpenOpenPose(path, std::move(document), options);
  if ((document.is_object() && document.contains("bodies")) || IsOfImages(document))
    return OpenAlphaPose(path, std::move(document), options);
  if (IsMmpose(document, first)) return OpenMmpose(path, std::move(document), options);
  if ((document.is_object() && document.contains("annots")) || first.contains("keypoints3d"))
    return OpenEasyMocap(path, std::move(document), options);
  if (document.is_array() ? document.empty() || first.contains("keypoints") || first.contains("image_id")
                          : document.contains("annotations")) {
    return OpenCoco(path, std::move(document), options);
  }
  throw InputError(path, "",
                   "is of no known kind; expected OpenPose's \"people\", COCO's \"annotations\", MMPose's "
                   "\"instance_info\", AlphaPose's \"bodies\", or an array of objects with \"keypoints\" or "
                   "\"keypoints3d\"");
}

}  // namespace vitruvius
