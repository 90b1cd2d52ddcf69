// OpenPose: {"version": 1.3, "people": [{"pose_keypoints_2d": [x, y, c, ...], ...}]}, one picture a file;
// source: CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md. Version 1.0 said "pose_keypoints". Hands
// and face come in arrays of their own; where anybody of the file has one, its set is openpose137.
#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class OpenPoseSource : public ObservationSource {
 public:
  OpenPoseSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), document_(std::move(document)), options_(options) {
    if (!people().is_array()) throw InputError(path, "people", "expected an array");
    has_details_ = HasDetails();
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
  static constexpr size_t kBody25 = 75, kCoco18 = 54;
  // After the body, in the order of openpose137: key, count of numbers.
  static constexpr std::pair<const char*, size_t> kDetails[] = {
      {"hand_left_keypoints_2d", 63}, {"hand_right_keypoints_2d", 63}, {"face_keypoints_2d", 210}};

  const nlohmann::json& people() const { return document_["people"]; }

  bool HasDetails() const {
    for (const nlohmann::json& entry : people()) {
      for (const auto& [key, count] : kDetails) {
        const nlohmann::json& array = ValueOf(entry, key);
        if (array.is_array() && !array.empty()) return true;
      }
    }
    return false;
  }

  // Hands and face, as far as the set has them; a part that this person lacks is zeros: not seen.
  static void AppendDetails(const nlohmann::json& entry, const std::string& place, const KeypointSet& set,
                            std::vector<double>* numbers) {
    for (const auto& [key, count] : kDetails) {
      if (numbers->size() >= 3 * static_cast<size_t>(set.size())) return;
      const nlohmann::json& array = ValueOf(entry, key);
      std::vector<double> part;
      if (!array.is_null()) part = NumbersOf(array, place + "." + key);
      if (!part.empty() && part.size() != count) {
        throw InputError(StrCat(place, ".", key, ": found ", part.size(), " numbers, expected ", count));
      }
      part.resize(count);
      numbers->insert(numbers->end(), part.begin(), part.end());
    }
  }

  void Read(const nlohmann::json& entry, const std::string& place, PersonObservation* person) {
    if (!entry.is_object()) throw InputError(place + ": expected an object");
    const char* key = entry.contains("pose_keypoints_2d") ? "pose_keypoints_2d" : "pose_keypoints";
    if (ValueOf(entry, key).is_null()) throw InputError(place + ": pose_keypoints_2d is missing");
    const std::string array_place = place + "." + key;
    std::vector<double> numbers = NumbersOf(ValueOf(entry, key), array_place);
    for (const char* gender_key :
         {"gender_gt", "gender_pd"}) {  // written by SMPLify-X's authors; truth goes first
      const nlohmann::json& gender = ValueOf(entry, gender_key);
      if (person->gender.empty() && (gender == "male" || gender == "female" || gender == "neutral")) {
        person->gender = gender.get<std::string>();
      }
    }
    const size_t body_count = numbers.size();
    person->set = FindKeypointSet(!options_.keypoint_set.empty() ? options_.keypoint_set
                                  : body_count == kCoco18        ? "coco18"
                                  : has_details_                 ? "openpose137"
                                                                 : "openpose25");
    if (numbers.empty()) {
      FailPerson(reason::kTooFewKeypoints, array_place + ": is empty", person);
      return;
    }
    if (options_.keypoint_set.empty()) {
      if (body_count != kBody25 && body_count != kCoco18) {
        throw InputError(
            StrCat(array_place, ": found ", body_count, " numbers, expected 75 (BODY_25) or 54 (COCO-18)"));
      }
      if (first_count_ == 0) first_count_ = body_count;
      if (body_count != first_count_) {
        throw InputError(StrCat(array_place, ": found ", body_count, " numbers, expected ", first_count_,
                                " as for the first person of this file"));
      }
    }
    if (body_count == kBody25) AppendDetails(entry, place, *person->set, &numbers);
    // (0, 0) is OpenPose's mark of a point that was not found.
    for (size_t i = 0; i + 2 < numbers.size(); i += 3) {
      if (numbers[i] == 0 && numbers[i + 1] == 0 && numbers[i + 2] > 0) numbers[i + 2] = 0;
    }
    SetKeypoints2d(numbers.data(), numbers.size(), array_place, person);
  }

  std::string path_, stem_;
  const nlohmann::json document_;
  ObservationOptions options_;
  bool has_details_ = false;  // somebody in the file has hands or a face
  size_t first_count_ = 0;    // numbers of the file's first body
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenOpenPose(const std::string& path, nlohmann::json document,
                                                const ObservationOptions& options) {
  return std::make_unique<OpenPoseSource>(path, std::move(document), options);
}

std::unique_ptr<ObservationSource> OpenKeypointJson(const std::string& path,
                                                    const ObservationOptions& options) {
  nlohmann::json document = ParseJson(ReadFile(path), path);
  if (document.is_object() && document.contains("people"))
    return OpenOpenPose(path, std::move(document), options);
  const nlohmann::json& first = document.is_array() && !document.empty() ? document[0] : document;
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
