// OpenPose: {"version": 1.3, "people": [{"pose_keypoints_2d": [x, y, c, ...], ...}]}, one picture a file;
// source: CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md. Version 1.0 said "pose_keypoints". Hands
// and face come in arrays of their own; where anybody of the file has one, its set is openpose137. BODY_135
// has all of them in one array, without the roots of the hands. Reconstructed people of several cameras have
// x, y, z, c in pose_keypoints_3d (3d_reconstruction_module.md): read where the 2D array is empty or missing.
// Which frame of which video a file is, its name says (file_frames.h); person_id is who somebody is, -1 where
// nobody was followed.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/people_of_images.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class OpenPoseSource : public PeopleOfImages {
 public:
  OpenPoseSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : PeopleOfImages(path, options), document_(std::move(document)) {
    if (!people().is_array()) throw InputError(path, "people", "expected an array");
    has_details_ = HasDetails();
    std::set<std::string> ids;
    for (const nlohmann::json& entry : people()) {
      const std::string id = SubjectText(ValueOf(entry, "person_id"));
      ids_are_people_ = ids_are_people_ && (id.empty() || ids.insert(id).second);
    }
  }

  bool IsOneImage() const override { return true; }

 private:
  static constexpr size_t kBody25 = 25, kBody135 = 135, kCoco18 = 18, kBody19 = 19;  // points
  // After the body, in the order of openpose137: key without its ending, points.
  static constexpr std::pair<const char*, size_t> kDetails[] = {
      {"hand_left_keypoints", 21}, {"hand_right_keypoints", 21}, {"face_keypoints", 70}};

  // Points in the image or in space: the ending of keys, numbers of a point.
  struct Kind {
    const char* ending;
    size_t columns;
  };
  static constexpr Kind kFlat = {"_2d", 3}, kDeep = {"_3d", 4};

  const nlohmann::json& people() const { return document_["people"]; }

  bool HasDetails() const {
    for (const nlohmann::json& entry : people()) {
      for (const auto& [key, count] : kDetails) {
        for (const Kind& kind : {kFlat, kDeep}) {
          const nlohmann::json& array = ValueOf(entry, StrCat(key, kind.ending).c_str());
          if (array.is_array() && !array.empty()) return true;
        }
      }
    }
    return false;
  }

  // Hands and face, as far as the set has them; a part that this person lacks is zeros: not seen.
  static void AppendDetails(const nlohmann::json& entry, const std::string& place, const KeypointSet& set,
                            const Kind& kind, std::vector<double>* numbers) {
    const bool has_roots = set.Index("left_hand_root") >= 0;
    for (const auto& [name, count] : kDetails) {
      if (numbers->size() >= kind.columns * static_cast<size_t>(set.size())) return;
      const std::string key = StrCat(name, kind.ending);
      const nlohmann::json& array = ValueOf(entry, key.c_str());
      std::vector<double> part;
      if (!array.is_null()) part = NumbersOf(array, place + "." + key);
      if (!part.empty() && part.size() != kind.columns * count) {
        throw InputError(
            StrCat(place, ".", key, ": found ", part.size(), " numbers, expected ", kind.columns * count));
      }
      part.resize(kind.columns * count);
      const bool drops_root = !has_roots && name[0] == 'h';
      numbers->insert(numbers->end(),
                      part.begin() + static_cast<std::ptrdiff_t>(drops_root ? kind.columns : 0), part.end());
    }
  }

  // What so many points of a body are, where nobody said it.
  std::string SetOf(size_t num_points) const {
    if (num_points == kCoco18) return "coco18";
    if (num_points == kBody19) return "coco19";
    if (num_points == kBody135) return "openpose135";
    const bool is_25b = options_.openpose_set == "openpose25b";
    if (!has_details_) return is_25b ? "openpose25b" : "openpose25";
    return is_25b ? "openpose135" : "openpose137";
  }

  void CheckCount(size_t count, const Kind& kind, const std::string& array_place) {
    const size_t columns = kind.columns;
    if (count != columns * kBody25 && count != columns * kCoco18 && count != columns * kBody19 &&
        count != columns * kBody135) {
      throw InputError(StrCat(array_place, ": found ", count, " numbers, expected ", columns * kBody25,
                              " (BODY_25, BODY_25B), ", columns * kBody135, " (BODY_135), ",
                              columns * kCoco18, " (COCO-18) or ", columns * kBody19, " (BODY_19)"));
    }
    if (first_count_ == 0) first_count_ = count / columns;
    if (count != columns * first_count_) {
      throw InputError(StrCat(array_place, ": found ", count, " numbers, expected ", columns * first_count_,
                              " as for the first person of this file"));
    }
  }

  size_t num_images() const override { return 1; }

  ImageOfFile Open(size_t) override { return {StemOf(path_), path_, people().size(), ""}; }

  void Describe(size_t, PersonObservation*) const override {}

  std::string PlaceOf(const ImageOfFile& image, size_t k) const override {
    return StrCat(image.place, ": people[", k, "]");
  }

  void Read(size_t, size_t k, const std::string& place, PersonObservation* person) override {
    if (ids_are_people_) person->identity.subject = SubjectText(ValueOf(people()[k], "person_id"));
    Read(people()[k], place, person);
  }

  void Read(const nlohmann::json& entry, const std::string& place, PersonObservation* person) {
    if (!entry.is_object()) throw InputError(place + ": expected an object");
    const nlohmann::json& deep = ValueOf(entry, "pose_keypoints_3d");
    const char* flat_key = entry.contains("pose_keypoints_2d") ? "pose_keypoints_2d" : "pose_keypoints";
    const nlohmann::json& flat = ValueOf(entry, flat_key);
    const bool is_deep =
        (flat.is_null() || flat == nlohmann::json::array()) && deep.is_array() && !deep.empty();
    if (flat.is_null() && !is_deep) throw InputError(place + ": pose_keypoints_2d is missing");
    const Kind kind = is_deep ? kDeep : kFlat;
    const std::string array_place = StrCat(place, ".", is_deep ? "pose_keypoints_3d" : flat_key);
    std::vector<double> numbers = NumbersOf(is_deep ? deep : flat, array_place);
    for (const char* gender_key :
         {"gender_gt", "gender_pd"}) {  // written by SMPLify-X's authors; truth goes first
      const nlohmann::json& gender = ValueOf(entry, gender_key);
      if (person->gender.empty() && (gender == "male" || gender == "female" || gender == "neutral")) {
        person->gender = gender.get<std::string>();
      }
    }
    const std::string& named = options_.keypoint_set;
    person->set = FindKeypointSet(named.empty() ? SetOf(numbers.size() / kind.columns) : named);
    if (numbers.empty()) {
      FailPerson(reason::kTooFewKeypoints, array_place + ": is empty", person);
      return;
    }
    if (named.empty()) CheckCount(numbers.size(), kind, array_place);
    if (numbers.size() == kind.columns * kBody25) AppendDetails(entry, place, *person->set, kind, &numbers);
    // The origin is OpenPose's mark of a point that was not found.
    for (size_t i = 0; i + kind.columns <= numbers.size(); i += kind.columns) {
      const size_t confidence = i + kind.columns - 1;
      const bool at_origin = std::all_of(&numbers[i], &numbers[confidence], [](double x) { return x == 0; });
      if (at_origin && numbers[confidence] > 0) numbers[confidence] = 0;
    }
    (is_deep ? SetKeypoints3d : SetKeypoints2d)(numbers.data(), numbers.size(), array_place, person);
  }

  const nlohmann::json document_;
  bool ids_are_people_ = true;  // no two people of the file have one person_id
  bool has_details_ = false;    // somebody in the file has hands or a face
  size_t first_count_ = 0;      // points of the file's first body
};

}  // namespace

std::unique_ptr<ObservationSource> OpenOpenPose(const std::string& path, nlohmann::json document,
                                                const ObservationOptions& options) {
  return std::make_unique<OpenPoseSource>(path, std::move(document), options);
}

}  // namespace vitruvius
