// MMPose's predictions; source: open-mmlab/mmpose, mmpose/apis/inferencers and structures/utils.py. An
// instance is {"keypoints": [[x, y], ...] or [[x, y, z], ...], "keypoint_scores": [c, ...], "bbox": [[left,
// top, right, bottom]], "bbox_score": c}. MMPoseInferencer writes the instances of an image as an array,
// those of a video as [{"frame_id": 0, "instances": [...]}, ...]; the demos write {"meta_info": {...},
// "instance_info": either of the two}. Points of the 3D demos are in metres with z up.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/people_of_images.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// meta_info's dataset_name, without what follows a known beginning ("coco_wholebody_openpose" is none).
std::string SetOfDataset(const std::string& dataset) {
  static constexpr std::pair<const char*, const char*> kSets[] = {{"coco", "coco17"},
                                                                  {"coco_wholebody", "wholebody133"},
                                                                  {"halpe26", "halpe26"},
                                                                  {"halpe", "halpe136"},
                                                                  {"h36m", "h36m17_mmpose"},
                                                                  {"mpii", "mpii16"},
                                                                  {"crowdpose", "crowdpose14"},
                                                                  {"aic", "aic14"},
                                                                  {"body8-halpe26", "halpe26"},
                                                                  {"body8-coco", "coco17"},
                                                                  {"lsp", "lsp14"},
                                                                  {"ubody2d", "wholebody133"}};
  for (const auto& [name, set] : kSets) {
    if (dataset == name) return set;
  }
  return "";
}

// Where the file names no data set: what MMPose's models for people give.
std::string SetOfCount(size_t num_points, bool is_3d) {
  switch (num_points) {
    case 17:
      return is_3d ? "h36m17_mmpose" : "coco17";
    case 26:
      return "halpe26";
    case 133:
      return "wholebody133";
    case 136:
      return "halpe136";
    default:
      return "";
  }
}

class MmposeSource : public PeopleOfImages {
 public:
  MmposeSource(const std::string& path, nlohmann::json document, const ObservationOptions& options)
      : PeopleOfImages(path, options), stem_(StemOf(path)), document_(std::move(document)) {
    const nlohmann::json& dataset = ValueOf(ValueOf(document_, "meta_info"), "dataset_name");
    if (dataset.is_string()) set_name_ = SetOfDataset(dataset.get<std::string>());
    const nlohmann::json& list = document_.is_object() ? document_["instance_info"] : document_;
    if (!list.is_array()) throw InputError(path, "instance_info", "expected an array");
    const bool is_video = !list.empty() && list[0].is_object() && list[0].contains("instances");
    // As an inferencer's `predictions` are dumped: a list of people for each image.
    const bool is_of_lists = !list.empty() && std::all_of(list.begin(), list.end(),
                                                          [](const auto& one) { return one.is_array(); });
    if (is_of_lists) {
      for (size_t i = 0; i < list.size(); ++i) {
        const bool one = list.size() == 1;
        frames_.push_back({one ? "" : std::to_string(i), &list[i], StrCat("[", i, "]"),
                           one ? -1 : static_cast<std::int64_t>(i)});
      }
      return;
    }
    if (!is_video) {
      frames_.push_back({"", &list, document_.is_object() ? "instance_info" : "", -1});
      return;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const nlohmann::json& frame_id = ValueOf(list[i], "frame_id");
      const bool is_number = frame_id.is_number_integer() && frame_id.get<std::int64_t>() >= 0;
      const std::int64_t number = is_number ? frame_id.get<std::int64_t>() : static_cast<std::int64_t>(i);
      frames_.push_back({std::to_string(number), &ValueOf(list[i], "instances"),
                         StrCat(document_.is_object() ? "instance_info" : "", "[", i, "].instances"),
                         number});
    }
  }

  bool IsOneImage() const override { return frames_[0].number < 0; }

 private:
  struct Frame {
    std::string id;  // empty: the file is of one image
    const nlohmann::json* instances;
    std::string place;
    std::int64_t number;  // -1: none
  };

  size_t num_images() const override { return frames_.size(); }

  ImageOfFile Open(size_t k) override {
    const Frame& frame = frames_[k];
    ImageOfFile image;
    image.stem = frame.id.empty() ? stem_ : StrCat(stem_, "_", frame.id);
    image.place = frame.place.empty() ? path_ : StrCat(path_, ": ", frame.place);
    if (frame.instances->is_array()) {
      image.num_people = frame.instances->size();
    } else {
      image.error = image.place + ": expected an array";
    }
    return image;
  }

  void Describe(size_t k, PersonObservation* person) const override {
    if (frames_[k].number < 0) return;
    person->identity.capture = stem_;
    person->identity.frame = frames_[k].number;
  }

  std::string PlaceOf(const ImageOfFile& image, size_t k) const override {
    return StrCat(image.place, image.place == path_ ? ": [" : "[", k, "]");
  }

  void Read(size_t image, size_t k, const std::string& place, PersonObservation* person) override {
    Read((*frames_[image].instances)[k], place, person);
  }

  void Read(const nlohmann::json& entry, const std::string& place, PersonObservation* person) const {
    person->identity.subject = IdOf(ValueOf(entry, "track_id"));
    size_t dimensions = 0;
    const std::vector<double> rows = RowsOf(ValueOf(entry, "keypoints"), place + ".keypoints", &dimensions);
    if (dimensions != 2 && dimensions != 3)
      throw InputError(StrCat(place, ".keypoints[0]: found ", dimensions, " numbers, expected 2 or 3"));
    const size_t num_points = rows.size() / dimensions;
    person->set = FindSet(num_points, dimensions == 3, place);
    const nlohmann::json& score_array = ValueOf(entry, "keypoint_scores");
    std::vector<double> scores(num_points, 1.0);
    if (!score_array.is_null()) scores = NumbersOf(score_array, place + ".keypoint_scores");
    if (scores.size() != num_points) {
      throw InputError(StrCat(place, ".keypoint_scores: found ", scores.size(), " numbers, expected ",
                              num_points, " as in keypoints"));
    }
    std::vector<double> numbers;
    for (size_t k = 0; k < num_points; ++k) {
      for (size_t i = 0; i < dimensions; ++i) numbers.push_back(rows[k * dimensions + i]);
      numbers.push_back(scores[k]);
    }
    (dimensions == 3 ? SetKeypoints3d : SetKeypoints2d)(numbers.data(), numbers.size(), place + ".keypoints",
                                                        person);
    // Within another array since a comma slipped in there.
    const nlohmann::json& box = ValueOf(entry, "bbox");
    const bool is_nested = box.is_array() && box.size() == 1 && box[0].is_array();
    if (dimensions == 2) person->box_px = BoxOf(is_nested ? box[0] : box, BoxKind::kCorners);
  }

  const KeypointSet* FindSet(size_t num_points, bool is_3d, const std::string& place) const {
    const std::string name = !options_.keypoint_set.empty() ? options_.keypoint_set
                             : !set_name_.empty()           ? set_name_
                                                            : SetOfCount(num_points, is_3d);
    if (const KeypointSet* set = FindKeypointSet(name)) return set;
    throw InputError(StrCat(place, ".keypoints: found ", num_points,
                            " points, and the file does not say which; name them with --keypoint_set",
                            OtherSetsHint(num_points)));
  }

  const std::string stem_;
  const nlohmann::json document_;
  std::string set_name_;  // of meta_info; empty: unknown
  std::vector<Frame> frames_;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenMmpose(const std::string& path, nlohmann::json document,
                                              const ObservationOptions& options) {
  return std::make_unique<MmposeSource>(path, std::move(document), options);
}

}  // namespace vitruvius
