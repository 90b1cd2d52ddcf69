// COCO keypoints: annotations with the images they belong to, or the bare array of results that detectors
// write; source: cocodataset.org, "Data format" and "Results format". v: 0 not labelled, 1 hidden, 2 visible:
// the last two are both places that a person vouched for, so their confidence is 1 (and hidden is kept
// apart). Results have scores in v's place. DensePose's annotations and results are of the same two shapes
// (densepose_json.cc).
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// AlphaPose numbers images by their files: "image_id": "12.jpg".
bool IsNameOfImage(const std::string& image_id) {
  for (const char* ending : {".jpg", ".jpeg", ".png", ".JPG", ".PNG"}) {
    const size_t length = std::string(ending).size();
    if (image_id.size() > length && image_id.compare(image_id.size() - length, length, ending) == 0)
      return true;
  }
  return false;
}

class CocoSource : public ObservationSource {
 public:
  CocoSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), document_(std::move(document)), options_(options) {
    if (!people().is_array()) throw InputError(path, "annotations", "expected an array");
    if (!options.keypoint_set.empty()) set_ = FindKeypointSet(options.keypoint_set);
    const nlohmann::json& images = ValueOf(document_, "images");
    if (images.is_array()) {
      for (const nlohmann::json& image : images) images_.emplace(IdOf(ValueOf(image, "id")), &image);
    }
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
    const nlohmann::json& entry = people()[k];
    const std::string place = StrCat(path_, ": ", document_.is_array() ? "" : "annotations", "[", k, "]");
    *person = PersonObservation();
    person->source = path_;
    person->set = set_;
    const std::string image_id = IdOf(ValueOf(entry, "image_id"));
    const auto image = images_.find(image_id);
    const nlohmann::json& file_name =
        image == images_.end() ? ValueOf(entry, "file_name") : ValueOf(*image->second, "file_name");
    if (file_name.is_string()) {
      person->image_path = file_name.get<std::string>();
    } else if (IsNameOfImage(image_id)) {
      person->image_path = image_id;
    }
    person->id = MakeId(entry, image_id, *person);
    try {
      if (image != images_.end()) ReadImageSize(*image->second, place, person);
      Read(entry, place, person);
    } catch (const InputError& error) {
      FailPerson(reason::kBadInput, error.what(), person);
    }
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  const nlohmann::json& people() const {
    return document_.is_array() ? document_ : ValueOf(document_, "annotations");
  }

  // <picture>_<annotation>; without annotation ids, <picture>_<number within the picture>.
  std::string MakeId(const nlohmann::json& entry, const std::string& image_id,
                     const PersonObservation& person) {
    const std::string picture = !person.image_path.empty() ? StemOf(person.image_path)
                                : !image_id.empty()        ? image_id
                                                           : stem_;
    const std::string own = IdOf(ValueOf(entry, "id"));
    return picture + "_" + (own.empty() ? std::to_string(people_of_picture_[picture]++) : own);
  }

  // COCO-WholeBody's annotations keep feet, face and hands beside the 17 points, in the order of
  // wholebody133.
  static void AppendWholeBody(const nlohmann::json& entry, const std::string& place,
                              std::vector<double>* numbers) {
    if (!entry.contains("foot_kpts")) return;
    for (const char* key : {"foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts"}) {
      const std::vector<double> part = NumbersOf(ValueOf(entry, key), place + "." + key);
      numbers->insert(numbers->end(), part.begin(), part.end());
    }
  }

  static void ReadImageSize(const nlohmann::json& image, const std::string& place,
                            PersonObservation* person) {
    if (!image.contains("width") && !image.contains("height")) return;
    const auto side = [&](const char* key) {
      const nlohmann::json& value = ValueOf(image, key);
      return value.is_number() ? value.get<double>() : 0.0;
    };
    SetImageSize(side("width"), side("height"), place, person);
  }

  void Read(const nlohmann::json& entry, const std::string& place, PersonObservation* person) {
    if (!entry.is_object()) throw InputError(place + ": expected an object");
    // AlphaPose calls it box.
    const char* box_key = entry.contains("bbox") || !document_.is_array() ? "bbox" : "box";
    person->box_px = BoxOf(ValueOf(entry, box_key), BoxKind::kCornerAndSize);
    if (options_.dense) ReadDensePoints(entry, options_, place, person);
    const bool is_enough = !person->dense.empty() || (options_.boxes && person->box_px);
    const nlohmann::json& array = ValueOf(entry, "keypoints");
    if (array.is_null()) {
      const char* lacks = options_.boxes   ? ": has neither keypoints nor points of the surface nor a bbox"
                          : options_.dense ? ": has neither keypoints nor points of the surface"
                                           : ": has no keypoints";
      if (!is_enough) FailPerson(reason::kTooFewKeypoints, place + lacks, person);
      return;
    }
    const std::string array_place = place + ".keypoints";
    std::vector<double> numbers = NumbersOf(array, array_place);
    if (numbers.empty()) {
      if (!is_enough) FailPerson(reason::kTooFewKeypoints, array_place + ": is empty", person);
      return;
    }
    AppendWholeBody(entry, place, &numbers);
    // The first person says which set the file is in; all others must agree with it.
    if (set_ == nullptr) {
      set_ = FindKeypointSet("coco17");
      for (const char* name : {"wholebody133", "halpe26", "halpe136"}) {
        const KeypointSet* larger = FindKeypointSet(name);
        if (numbers.size() == 3 * static_cast<size_t>(larger->size())) set_ = larger;
      }
    }
    person->set = set_;
    SetKeypoints2d(numbers.data(), numbers.size(), array_place, person);
    if (!document_.is_array() && person->reason.empty()) MarkHidden(person);
  }

  // Files that never say 2 say 1 of whatever is there.
  static void MarkHidden(PersonObservation* person) {
    const auto v = person->keypoints2d.col(2).array();
    if (((v == 0) || (v == 1) || (v == 2)).all() && (v == 2).any()) person->hidden = (v == 1);
  }

  std::string path_, stem_;
  const nlohmann::json document_;
  ObservationOptions options_;
  const KeypointSet* set_ = nullptr;
  std::unordered_map<std::string, const nlohmann::json*> images_;
  std::unordered_map<std::string, size_t> people_of_picture_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenCoco(const std::string& path, nlohmann::json document,
                                            const ObservationOptions& options) {
  return std::make_unique<CocoSource>(path, std::move(document), options);
}

}  // namespace vitruvius
