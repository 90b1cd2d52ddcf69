// OpenPose: {"version": 1.3, "people": [{"pose_keypoints_2d": [x, y, c, ...], ...}]}, one picture a file;
// source: CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md. Version 1.0 said "pose_keypoints".
#include "data/io/atomic_file.h"
#include "data/io/json_reading.h"
#include "data/io/keypoint_formats.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using nlohmann::json;

class OpenPoseSource : public ObservationSource {
 public:
  OpenPoseSource(const std::string& path, json document, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), document_(std::move(document)), options_(options) {
    if (!people().is_array()) throw InputError(path, "people", "expected an array");
  }

  double FractionDone() const override {
    return static_cast<double>(next_) / static_cast<double>(std::max<size_t>(1, people().size()));
  }

  bool Next(PersonObservation* person) override {
    if (people().empty() && next_ == 0) {
      ++next_;
      *person = FailedPerson(stem_, path_, reason::kNoPeople, path_ + ": no person was found");
      return true;
    }
    if (next_ >= people().size()) return false;
    const size_t k = next_++;
    *person = PersonObservation();
    person->id = StrCat(stem_, "_", k);
    person->source = path_;
    const std::string place = StrCat(path_, ": people[", k, "]");
    try {
      Read(people()[k], place, person);
    } catch (const InputError& error) {
      FailPerson(reason::kBadInput, error.what(), person);
    }
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  const json& people() const { return document_["people"]; }

  void Read(const json& entry, const std::string& place, PersonObservation* person) const {
    if (!entry.is_object()) throw InputError(place + ": expected an object");
    const char* key = entry.contains("pose_keypoints_2d") ? "pose_keypoints_2d" : "pose_keypoints";
    const json& array = ValueOf(entry, key);
    if (array.is_null()) throw InputError(place + ": pose_keypoints_2d is missing");
    const std::string array_place = place + "." + key;
    std::vector<double> numbers = NumbersOf(array, array_place);
    for (const char* gender_key :
         {"gender_gt", "gender_pd"}) {  // written by SMPLify-X's authors; truth goes first
      const json& gender = ValueOf(entry, gender_key);
      if (person->gender.empty() && (gender == "male" || gender == "female" || gender == "neutral")) {
        person->gender = gender.get<std::string>();
      }
    }
    const std::string set = !options_.keypoint_set.empty() ? options_.keypoint_set
                            : numbers.size() == 54         ? "coco18"
                                                           : "openpose25";
    person->set = FindKeypointSet(set);
    if (numbers.empty()) {
      FailPerson(reason::kTooFewKeypoints, array_place + ": is empty", person);
      return;
    }
    // (0, 0) is OpenPose's mark of a point that was not found.
    for (size_t i = 0; i + 2 < numbers.size(); i += 3) {
      if (numbers[i] == 0 && numbers[i + 1] == 0 && numbers[i + 2] > 0) numbers[i + 2] = 0;
    }
    if (options_.keypoint_set.empty() && numbers.size() != 75 && numbers.size() != 54) {
      throw InputError(
          StrCat(array_place, ": found ", numbers.size(), " numbers, expected 75 (BODY_25) or 54 (COCO-18)"));
    }
    SetKeypoints2d(numbers.data(), numbers.size(), array_place, person);
  }

  std::string path_, stem_;
  const json document_;
  ObservationOptions options_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenOpenPose(const std::string& path, json document,
                                                const ObservationOptions& options) {
  return std::make_unique<OpenPoseSource>(path, std::move(document), options);
}

std::unique_ptr<ObservationSource> OpenKeypointJson(const std::string& path,
                                                    const ObservationOptions& options) {
  json document = ParseJson(ReadFile(path), path);
  if (document.is_object() && document.contains("people"))
    return OpenOpenPose(path, std::move(document), options);
  const json& first = document.is_array() && !document.empty() ? document[0] : document;
  if (document.is_array() ? document.empty() || first.contains("keypoints") || first.contains("image_id")
                          : document.contains("annotations")) {
    return OpenCoco(path, std::move(document), options);
  }
  throw InputError(
      path, "",
      "is of no known kind; expected OpenPose's \"people\", COCO's \"annotations\" or an array of "
      "objects with \"keypoints\"");
}

}  // namespace vitruvius
