// COCO keypoints: annotations with the images they belong to, or the bare array of results that detectors
// write; source: cocodataset.org, "Data format" and "Results format". v: 0 not labelled, 1 hidden, 2 visible:
// the last two are both places that a person vouched for, so their confidence is 1 (and hidden is kept
// apart). Results have scores in v's place. DensePose's annotations and results are of the same two shapes
// (densepose_json.cc). Of a video the images say its name (video_id, PoseTrack's vid_id) and their number in
// it (frame_id), or their names count; people say who they are (track_id, AlphaPose's idx).
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "data/io/image_sequences.h"
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
    ListImages();
    TrustSubjects();
  }

  std::vector<std::string> Notes() const override { return sequences_.Notes(path_); }

  double FractionDone() const override {
    return static_cast<double>(next_) / static_cast<double>(std::max<size_t>(1, people().size()));
  }

  bool Next(PersonObservation* person) override {
    if (people().empty() && empty_frames_.empty() && next_ == 0) {
      ++next_;
      *person = FailedPerson(stem_, path_, reason::kNoPeople, path_ + ": no person was found");
      return true;
    }
    if (NextEmptyFrame(person)) return true;
    if (next_ >= people().size()) return false;
    const size_t k = next_++;
    const nlohmann::json& entry = people()[k];
    const std::string place = StrCat(path_, ": ", document_.is_array() ? "" : "annotations", "[", k, "]");
    *person = PersonObservation();
    person->source = path_;
    person->set = set_;
    const std::string image_id = IdOf(ValueOf(entry, "image_id"));
    const auto found = images_.find(image_id);
    const ImageEntry image = found == images_.end() ? ImageEntry() : found->second;
    const nlohmann::json& file_name = ValueOf(image.json != nullptr ? *image.json : entry, "file_name");
    if (file_name.is_string()) {
      person->image_path = file_name.get<std::string>();
    } else if (IsNameOfImage(image_id)) {
      person->image_path = image_id;
    }
    person->id = MakeId(entry, image_id, *person);
    if (found != images_.end()) person->identity = sequences_.Of(image.index);
    if (!capture_.empty()) person->identity.capture = capture_;
    if (subjects_are_people_) person->identity.subject = SubjectOf(entry);
    try {
      if (image.json != nullptr) ReadImageSize(*image.json, place, person);
      Read(entry, place, person);
    } catch (const InputError& error) {
      FailPerson(reason::kBadInput, error.what(), person);
    }
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  struct ImageEntry {
    const nlohmann::json* json = nullptr;  // null: known by its id alone
    size_t index = 0;                      // in sequences_
  };

  // The frame of a video in which nobody was found, when the people of earlier frames have been handed out.
  bool NextEmptyFrame(PersonObservation* person) {
    if (next_empty_ == empty_frames_.size()) return false;
    const ImageEntry image = empty_frames_[next_empty_];
    const Identity identity = sequences_.Of(image.index);
    if (next_ < people().size()) {
      const auto next = images_.find(IdOf(ValueOf(people()[next_], "image_id")));
      if (next == images_.end()) return false;
      const Identity other = sequences_.Of(next->second.index);
      if (other.capture != identity.capture ? next->second.index < image.index : other.frame < identity.frame)
        return false;
    }
    ++next_empty_;
    const std::string name = ValueOf(*image.json, "file_name").is_string()
                                 ? ValueOf(*image.json, "file_name").get<std::string>()
                                 : IdOf(ValueOf(*image.json, "id"));
    *person = FailedPerson(StemOf(name), path_, reason::kNoPeople,
                           StrCat(path_, ": images[", image.index, "]: no person was found"));
    person->image_path = name;
    person->identity = identity;
    try {
      ReadImageSize(*image.json, StrCat(path_, ": images[", image.index, "]"), person);
    } catch (const InputError&) {
      // Nobody is fitted here.
    }
    return true;
  }

  // All images, by the list or by what people say, and which video they are of.
  void ListImages() {
    std::vector<ListedImage> listed;
    const nlohmann::json& images = ValueOf(document_, "images");
    std::map<std::string, std::string> videos;  // their names, by id
    const nlohmann::json& list = ValueOf(document_, "videos");
    for (size_t i = 0; list.is_array() && i < list.size(); ++i) {
      for (const char* key : {"name", "file_name"}) {
        if (ValueOf(list[i], key).is_string())
          videos.emplace(IdOf(ValueOf(list[i], "id")), list[i][key].get<std::string>());
      }
    }
    for (size_t i = 0; images.is_array() && i < images.size(); ++i) {
      const nlohmann::json& image = images[i];
      images_.emplace(IdOf(ValueOf(image, "id")), ImageEntry{&image, i});
      ListedImage& known = listed.emplace_back();
      if (ValueOf(image, "file_name").is_string()) known.path = image["file_name"].get<std::string>();
      for (const char* key : {"video_id", "vid_id", "video_name", "video", "seq_name"}) {
        if (known.video.empty()) known.video = IdOf(ValueOf(image, key));
      }
      if (const auto name = videos.find(known.video); name != videos.end()) known.video = name->second;
      for (const char* key : {"frame_id", "frame_index", "frame_number", "frame"}) {
        const nlohmann::json& number = ValueOf(image, key);
        if (!known.frame && number.is_number_integer() && number.get<std::int64_t>() >= 0)
          known.frame = number.get<std::int64_t>();
      }
      const auto side = [&](const char* key) {
        const nlohmann::json& value = ValueOf(image, key);
        return value.is_number_integer() && value > 0 && value < 1000000 ? value.get<int>() : 0;
      };
      known.width = side("width");
      known.height = side("height");
    }
    std::set<std::string> with_people;
    bool one_each = true;
    for (const nlohmann::json& entry : people()) {
      const std::string id = IdOf(ValueOf(entry, "image_id"));
      one_each = with_people.insert(id).second && one_each;
      // Detectors' results name images without a list of them.
      const bool is_name = ValueOf(entry, "image_id").is_string();
      if (is_name && images_.emplace(id, ImageEntry{nullptr, listed.size()}).second)
        listed.emplace_back().path = id;
    }
    sequences_ = ImageSequences(stem_, listed, document_.is_array());
    for (size_t i = 0; images.is_array() && i < images.size(); ++i) {
      const bool is_unlabelled = ValueOf(images[i], "is_labeled") == false;  // PoseTrack: nobody looked
      if (sequences_.Of(i).frame >= 0 && !is_unlabelled &&
          with_people.count(IdOf(ValueOf(images[i], "id"))) == 0)
        empty_frames_.push_back({&images[i], i});
    }
    bool any_sequence = false;
    for (size_t i = 0; i < listed.size(); ++i) any_sequence = any_sequence || sequences_.Of(i).frame >= 0;
    if (one_each && !any_sequence) capture_ = stem_;
  }

  // track_id and its like; empty: the entry does not say.
  static std::string SubjectOf(const nlohmann::json& entry) {
    for (const char* key : {"track_id", "instance_id", "person_id", "idx"}) {
      const nlohmann::json& value = ValueOf(entry, key);
      const std::string subject = SubjectText(value);
      if (!subject.empty()) return subject;
    }
    return "";
  }

  // Numbers that two people of one image share, or count people within their images, name nobody.
  void TrustSubjects() {
    std::set<std::pair<std::string, std::string>> seen;
    for (const nlohmann::json& entry : people()) {
      const std::string subject = SubjectOf(entry);
      if (subject.empty()) continue;
      if (!seen.emplace(IdOf(ValueOf(entry, "image_id")), subject).second) subjects_are_people_ = false;
    }
  }

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
  std::unordered_map<std::string, ImageEntry> images_;  // by id
  ImageSequences sequences_;
  std::string
      capture_;  // of everybody, where all are of different images and nothing says that these are frames
  std::vector<ImageEntry> empty_frames_;  // of videos, in the order of the list
  bool subjects_are_people_ = true;
  size_t next_empty_ = 0;
  std::unordered_map<std::string, size_t> people_of_picture_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenCoco(const std::string& path, nlohmann::json document,
                                            const ObservationOptions& options) {
  return std::make_unique<CocoSource>(path, std::move(document), options);
}

}  // namespace vitruvius
