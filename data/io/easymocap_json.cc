// EasyMocap's keypoints; source: zju3dv/EasyMocap, doc/quickstart.md and easymocap/mytools/file_utils.py.
// keypoints3d/000000.json: [{"id": 0, "keypoints3d": [[x, y, z, c], ...]}, ...], metres, one file per frame.
// annots/<camera>/000000.json: {"filename": ..., "height": ..., "width": ..., "annots": [{"personID": 0,
// "bbox": [left, top, right, bottom, c], "keypoints": [[x, y, c], ...]}]}. Bodies of 25 points are in the
// order of BODY_25, those of 67 have hands too, those of 137 faces.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/people_of_images.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class EasyMocapSource : public PeopleOfImages {
 public:
  EasyMocapSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : PeopleOfImages(path, options), document_(std::move(document)) {
    if (!people().is_array()) throw InputError(path, "annots", "expected an array");
  }

  bool IsOneImage() const override { return true; }

 private:
  bool is_2d() const { return document_.is_object(); }
  const nlohmann::json& people() const { return is_2d() ? ValueOf(document_, "annots") : document_; }

  size_t num_images() const override { return 1; }

  ImageOfFile Open(size_t) override { return {StemOf(path_), path_, people().size(), ""}; }

  void Describe(size_t, PersonObservation*) const override {}

  std::string PlaceOf(const ImageOfFile& image, size_t k) const override {
    return StrCat(image.place, ": ", is_2d() ? "annots" : "", "[", k, "]");
  }

  void Read(size_t, size_t k, const std::string& place, PersonObservation* person) override {
    const nlohmann::json& entry = people()[k];
    const std::string own = IdOf(ValueOf(entry, is_2d() ? "personID" : "id"));
    if (!own.empty()) {
      person->id = StemOf(path_) + "_" + own;
      person->identity.subject = own;
    }
    if (is_2d()) ReadImage(place, person);
    Read(entry, place, person);
  }

  void ReadImage(const std::string& place, PersonObservation* person) const {
    const nlohmann::json& name = ValueOf(document_, "filename");
    if (name.is_string()) person->image_path = name.get<std::string>();
    const nlohmann::json &width = ValueOf(document_, "width"), &height = ValueOf(document_, "height");
    if (width.is_number() && height.is_number())
      SetImageSize(width.get<double>(), height.get<double>(), place, person);
  }

  void Read(const nlohmann::json& entry, const std::string& place, PersonObservation* person) const {
    const std::string array_place = place + (is_2d() ? ".keypoints" : ".keypoints3d");
    size_t columns = 0;
    std::vector<double> numbers =
        RowsOf(ValueOf(entry, is_2d() ? "keypoints" : "keypoints3d"), array_place, &columns);
    if (columns != (is_2d() ? 3 : 4)) {
      throw InputError(StrCat(array_place, "[0]: found ", columns, " numbers, expected ",
                              is_2d() ? "x, y, confidence" : "x, y, z, confidence"));
    }
    person->set = FindSet(numbers.size() / columns, array_place);
    (is_2d() ? SetKeypoints2d : SetKeypoints3d)(numbers.data(), numbers.size(), array_place, person);
    const nlohmann::json& box = ValueOf(entry, "bbox");
    if (is_2d() && box.is_array() && box.size() == 5)
      person->box_px = BoxOf({box[0], box[1], box[2], box[3]}, BoxKind::kCorners);
  }

  const KeypointSet* FindSet(size_t num_points, const std::string& array_place) const {
    if (!options_.keypoint_set.empty()) return FindKeypointSet(options_.keypoint_set);
    for (const char* name : {"openpose25", "openpose67", "openpose137", "coco17", "coco19", "smpl24",
                             "halpe26", "wholebody133"}) {
      const KeypointSet* set = FindKeypointSet(name);
      if (static_cast<size_t>(set->size()) == num_points) return set;
    }
    throw InputError(StrCat(array_place, ": found ", num_points,
                            " points, and the file does not say which; name them with --keypoint_set",
                            OtherSetsHint(num_points)));
  }

  const nlohmann::json document_;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenEasyMocap(const std::string& path, nlohmann::json document,
                                                 const ObservationOptions& options) {
  return std::make_unique<EasyMocapSource>(path, std::move(document), options);
}

}  // namespace vitruvius
