// AlphaPose's results in OpenPose's layouts (--format cmu and open); source: MVIG-SJTU/AlphaPose,
// alphapose/utils/pPose_nms.py, write_json. One file for all images, {"a.jpg": {"version": "AlphaPose v0.3",
// "bodies": [{"joints": [x, y, c, ...]}]}, ...}, or one image's value alone; "people" and "pose_keypoints_2d"
// in the layout "open". 18 points in the order of coco18. Its own layout is COCO's results (coco_json.cc).
#include <algorithm>

#include <nlohmann/json.hpp>

#include "data/io/image_sequences.h"
#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/people_of_images.h"
#include "data/io/result_tracks.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class AlphaPoseSource : public PeopleOfImages {
 public:
  AlphaPoseSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : PeopleOfImages(path, options), document_(std::move(document)) {
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

  std::vector<std::string> Notes() const override { return sequences_.Notes(path_); }

  bool IsOneImage() const override { return !images_.empty() && images_[0].name.empty(); }

 private:
  struct Image {
    std::string name;  // empty: the file is of one image
    const nlohmann::json* value;
  };

  // AlphaPose's layouts are those of OpenPose's files of old and of new.
  bool HasPeople(size_t k) const {
    return images_[k].value->is_object() && images_[k].value->contains("people");
  }
  const nlohmann::json& People(size_t k) const {
    return ValueOf(*images_[k].value, HasPeople(k) ? "people" : "bodies");
  }

  size_t num_images() const override { return images_.size(); }

  ImageOfFile Open(size_t k) override {
    const std::string& name = images_[k].name;
    ImageOfFile image;
    image.stem = StemOf(name.empty() ? path_ : name);
    image.place = name.empty() ? path_ : StrCat(path_, ": ", name);
    if (People(k).is_array()) {
      image.num_people = People(k).size();
    } else {
      image.error = image.place + ": bodies: expected an array";
    }
    key_ = HasPeople(k) ? "people" : "bodies";
    return image;
  }

  void Describe(size_t k, PersonObservation* person) const override {
    person->image_path = images_[k].name;
    if (!images_[k].name.empty()) person->identity = sequences_.Of(k);
  }

  std::string PlaceOf(const ImageOfFile& image, size_t k) const override {
    return StrCat(image.place, ": ", key_, "[", k, "]");
  }

  void Read(size_t image, size_t k, const std::string& place, PersonObservation* person) override {
    Read(People(image)[k], HasPeople(image) ? "pose_keypoints_2d" : "joints", place, person);
  }

  void Read(const nlohmann::json& entry, const char* key, const std::string& place,
            PersonObservation* person) const {
    const std::string& named = options_.keypoint_set;
    person->set = FindKeypointSet(named.empty() ? "coco18" : named);
    const std::string array_place = StrCat(place, ".", key);
    const std::vector<double> numbers = NumbersOf(ValueOf(entry, key), array_place);
    SetKeypoints2d(numbers.data(), numbers.size(), array_place, person);
  }

  const nlohmann::json document_;
  std::vector<Image> images_;  // in the order of the numbers in their names
  ImageSequences sequences_;   // of the images where they have names
  std::string key_;            // of the image's people
};

}  // namespace

std::unique_ptr<ObservationSource> OpenAlphaPose(const std::string& path, nlohmann::json document,
                                                 const ObservationOptions& options) {
  return std::make_unique<AlphaPoseSource>(path, std::move(document), options);
}

}  // namespace vitruvius
