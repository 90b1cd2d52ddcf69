// AlphaPose's results in OpenPose's layouts (--format cmu and open); source: MVIG-SJTU/AlphaPose,
// alphapose/utils/pPose_nms.py, write_json. One file for all images, {"a.jpg": {"version": "AlphaPose v0.3",
// "bodies": [{"joints": [x, y, c, ...]}]}, ...}, or one image's value alone; "people" and "pose_keypoints_2d"
// in the layout "open". 18 points in the order of coco18. Its own layout is COCO's results (coco_json.cc).
#include <algorithm>

#include <nlohmann/json.hpp>

#include "data/io/image_sequences.h"
#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/result_tracks.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class AlphaPoseSource : public ObservationSource {
 public:
  AlphaPoseSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : path_(path), document_(std::move(document)), options_(options) {
    if (document_.contains("bodies")) {
      images_.push_back({"", &document_});
    } else {
      for (const auto& [name, image] : document_.items()) images_.push_back({name, &image});
      std::sort(images_.begin(), images_.end(),
                [](const Image& a, const Image& b) { return NaturalLess(a.name, b.name); });
      std::vector<ListedImage> listed;
      for (const Image& image : images_) listed.emplace_back().path = image.name;
      sequences_ = ImageSequences(StemOf(path), listed);
    }
  }

  double FractionDone() const override {
    return static_cast<double>(image_) / static_cast<double>(images_.size());
  }

  bool IsOneImage() const override { return images_[0].name.empty(); }

  bool Next(PersonObservation* person) override {
    for (; image_ < images_.size(); ++image_, person_ = 0) {
      const Image& image = images_[image_];
      const std::string stem = StemOf(image.name.empty() ? path_ : image.name);
      const std::string place = image.name.empty() ? path_ : StrCat(path_, ": ", image.name);
      const bool is_open = image.value->is_object() && image.value->contains("people");
      const nlohmann::json& people = ValueOf(*image.value, is_open ? "people" : "bodies");
      if (!people.is_array() || (people.empty() && person_ == 0)) {
        ++image_;
        *person = people.is_array()
                      ? FailedPerson(stem, path_, reason::kNoPeople, place + ": no person was found")
                      : FailedPerson(stem, path_, reason::kBadInput, place + ": bodies: expected an array");
        SetImage(image_ - 1, person);
        return true;
      }
      if (person_ >= people.size()) continue;
      *person = PersonObservation();
      person->id = StrCat(stem, "_", person_);
      person->source = path_;
      SetImage(image_, person);
      const std::string place_of_person = StrCat(place, is_open ? ": people[" : ": bodies[", person_, "]");
      try {
        Read(people[person_], is_open ? "pose_keypoints_2d" : "joints", place_of_person, person);
      } catch (const InputError& error) {
        FailPerson(reason::kBadInput, error.what(), person);
      }
      FinishPerson(options_, place_of_person, person);
      ++person_;
      return true;
    }
    return false;
  }

 private:
  struct Image {
    std::string name;  // empty: the file is of one image
    const nlohmann::json* value;
  };

  void SetImage(size_t k, PersonObservation* person) const {
    person->image_path = images_[k].name;
    if (!images_[k].name.empty()) person->identity = sequences_.Of(k);
  }

  void Read(const nlohmann::json& entry, const char* key, const std::string& place,
            PersonObservation* person) const {
    const std::string& named = options_.keypoint_set;
    person->set = FindKeypointSet(named.empty() ? "coco18" : named);
    const std::string array_place = StrCat(place, ".", key);
    const std::vector<double> numbers = NumbersOf(ValueOf(entry, key), array_place);
    SetKeypoints2d(numbers.data(), numbers.size(), array_place, person);
  }

  std::string path_;
  const nlohmann::json document_;
  ObservationOptions options_;
  std::vector<Image> images_;      // in the order of the numbers in their names
  ImageSequences sequences_;       // of the images where they have names
  size_t image_ = 0, person_ = 0;  // the next
};

}  // namespace

std::unique_ptr<ObservationSource> OpenAlphaPose(const std::string& path, nlohmann::json document,
                                                 const ObservationOptions& options) {
  return std::make_unique<AlphaPoseSource>(path, std::move(document), options);
}

}  // namespace vitruvius
