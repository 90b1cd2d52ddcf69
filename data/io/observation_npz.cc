// Observations as .npz: keypoints2d (N,K,3) x_px, y_px, confidence, or keypoints3d (N,K,4) metres and
// confidence; keypoint_set (). Optional: image_size (N,2) or (2,) width, height; focal (N,), (N,2) or () px;
// center (N,2) or (2,) px; ids (N,); betas (N,B) or (B,), held fixed; gender (N,) or (); images (N,) picture
// files; who, when and through which camera (Identity): capture, subject and camera (N,) or () text, frame
// (N,) whole numbers, -1 where there is none, time_s (N,) seconds, NaN where unknown (as rows of image_size,
// focal, center and betas may be). Without frame, times say which (time_frames.h), or else the images' names
// where they count (image_sequences.h);
// rows without any of frame, images and ids are of one capture, but nothing says that they are frames. Beside
// keypoints2d keypoint_depths (N,K,2), depth from the pelvis in px of the keypoints' scale, growing away from
// the camera, and its confidence (0: not known); hidden (N,K), not 0 where a point is told though it cannot
// be seen. Points of the surface, M of all people together: points2d (M,2) px, person (M,) 0 to N-1, face
// (M,) of the body with bary (M,3), or part (M,) of the chart with uv (M,2), or all four; optional: weight
// (M,). With them there may be no keypoints; N is then that of ids or image_size, else the largest person
// plus one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "data/io/image_sequences.h"
#include "data/io/keypoint_formats.h"
#include "data/io/npz.h"
#include "data/io/time_frames.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "models/util/nearest_word.h"

namespace vitruvius {
namespace {

// More betas than any body has; more would only be a mistaken array.
constexpr std::int64_t kMaxBetas = 1000;

// Rows of numbers for N people: stored for each, or once for all.
struct Rows {
  std::vector<double> values;
  size_t columns = 0;
  bool shared = false;

  bool empty() const { return columns == 0; }
  const double* Row(size_t n) const { return values.data() + (shared ? 0 : n * columns); }
  // NaN says of one person what a missing key says of all: it is not known.
  bool IsTold(size_t n) const {
    return !empty() && !std::all_of(Row(n), Row(n) + columns, [](double x) { return std::isnan(x); });
  }
};

class NpzSource : public ObservationSource {
 public:
  NpzSource(const std::string& path, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), options_(options) {
    const NpzReader file(path);
    const bool has_2d = file.Has("keypoints2d"), has_3d = file.Has("keypoints3d");
    const bool has_dense = options.dense && file.Has("points2d");
    if (has_3d && (has_2d || has_dense)) {
      throw InputError(
          path, "",
          StrCat("holds ", has_2d ? "keypoints2d" : "points2d", " and keypoints3d, expected one of them"));
    }
    if (!has_2d && !has_3d && !has_dense) {
      if (file.Has("status") && file.Has("poses"))
        throw InputError(path, "", "is a result of fits, not what they were fitted to");
      throw InputError(path, "",
                       options.dense ? "holds neither keypoints2d nor keypoints3d nor points2d"
                                     : "holds neither keypoints2d nor keypoints3d");
    }
    is_3d_ = has_3d;
    if (has_2d || has_3d) {
      const char* key = has_3d ? "keypoints3d" : "keypoints2d";
      const NpyArray keypoints = file.Read(key, {-1, -1, has_3d ? 4 : 3});
      num_people_ = static_cast<size_t>(keypoints.shape[0]);
      ReadSet(file, key, keypoints);
      keypoints_ = keypoints.ToDoubles();
      for (const auto& [name, columns, values] :
           {std::tuple{"keypoint_depths", 2, &depths_}, {"hidden", 1, &hidden_}}) {
        if (!file.Has(name) || !has_2d) continue;
        std::vector<std::int64_t> shape = {keypoints.shape[0], keypoints.shape[1]};
        if (columns > 1) shape.push_back(columns);
        *values = file.Read(name, shape).ToDoubles();
      }
    }
    if (has_dense) ReadDense(file);
    image_size_ = ReadRows(file, "image_size", 2);
    focal_ = ReadRows(file, "focal", 1);
    center_ = ReadRows(file, "center", 2);
    betas_ = ReadRows(file, "betas", -1);
    ids_ = ReadTexts(file, "ids");
    genders_ = ReadTexts(file, "gender");
    images_ = ReadTexts(file, "images");
    ReadIdentity(file);
    NoteIgnoredKeys(file);
  }

  std::vector<std::string> Notes() const override { return sequences_.Notes(path_); }

  double FractionDone() const override {
    return static_cast<double>(next_) / static_cast<double>(std::max<size_t>(1, num_people_));
  }

  bool Next(PersonObservation* person) override {
    if (num_people_ == 0 && next_ == 0) {
      ++next_;
      *person = FailedPerson(stem_, path_, reason::kNoPeople, path_ + ": no person was found");
      return true;
    }
    if (next_ >= num_people_) return false;
    const size_t n = next_++;
    const std::string place = StrCat(path_, ": row ", n);
    *person = PersonObservation();
    person->source = path_;
    person->set = set_;
    person->identity = IdentityOf(n);
    if (!ids_.empty()) person->id = TextOf(ids_, n);
    if (person->id.empty()) person->id = StrCat(stem_, "_", n);
    if (!images_.empty()) person->image_path = TextOf(images_, n);
    if (!genders_.empty()) person->gender = TextOf(genders_, n);
    const double* size = !image_size_.IsTold(n) ? nullptr : image_size_.Row(n);
    // A size of zero is wrong for pixels and means nothing for metres.
    if (size != nullptr && !(is_3d_ && size[0] == 0)) SetImageSize(size[0], size[1], place, person);
    if (focal_.IsTold(n)) {
      const double* focal = focal_.Row(n);
      person->focal_px = Eigen::Vector2d(focal[0], focal[focal_.columns - 1]);
    }
    if (center_.IsTold(n)) person->center_px = Eigen::Map<const Eigen::Vector2d>(center_.Row(n));
    if (betas_.IsTold(n)) {
      person->betas =
          Eigen::Map<const Eigen::VectorXd>(betas_.Row(n), static_cast<Eigen::Index>(betas_.columns));
    }
    if (!dense_.empty() && person->reason.empty()) person->dense = dense_[n];
    const auto count = set_ == nullptr ? 0 : static_cast<size_t>(set_->size());
    if (set_ == nullptr) {
      if (person->dense.empty()) {
        FailPerson(reason::kTooFewKeypoints, place + ": has no points of the surface", person);
      }
    } else if (is_3d_) {
      const double* row = &keypoints_[n * count * 4];
      person->keypoints3d = Eigen::Map<const decltype(person->keypoints3d)>(row, set_->size(), 4);
    } else if (person->reason.empty()) {
      SetKeypoints2d(&keypoints_[n * count * 3], count * 3, place, person);
      using Depths = decltype(person->keypoint_depths_px);
      if (!depths_.empty())
        person->keypoint_depths_px = Eigen::Map<const Depths>(&depths_[n * count * 2], set_->size(), 2);
      if (!hidden_.empty())
        person->hidden = Eigen::Map<const Eigen::ArrayXd>(&hidden_[n * count], set_->size()) != 0;
    }
    person->remarks = remarks_;
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  // Keys that somebody took for ours, and ours that hold what cannot be read: nobody is to wonder why they
  // change nothing.
  void NoteIgnoredKeys(const NpzReader& file) {
    static const std::vector<std::string> known = {"keypoints2d",
                                                   "keypoints3d",
                                                   "keypoint_set",
                                                   "image_size",
                                                   "focal",
                                                   "center",
                                                   "ids",
                                                   "betas",
                                                   "gender",
                                                   "images",
                                                   "keypoint_depths",
                                                   "hidden",
                                                   "points2d",
                                                   "person",
                                                   "face",
                                                   "bary",
                                                   "part",
                                                   "uv",
                                                   "weight",
                                                   "capture",
                                                   "subject",
                                                   "frame",
                                                   "time_s",
                                                   "camera",
                                                   "camera_names",
                                                   "camera_K",
                                                   "camera_distortion",
                                                   "cam_from_world"};
    const auto is_known = [](const std::string& key) {
      return std::find(known.begin(), known.end(), key) != known.end();
    };
    for (const std::string& key : file.Keys()) {
      if (is_known(key)) continue;
      std::string meant = NearestWord(key, known);
      for (const std::string& word : known) {  // focal_px, center_x, gender_gt
        if (meant.empty() && key.compare(0, word.size() + 1, word + "_") == 0) meant = word;
      }
      if (!meant.empty())
        remarks_.push_back(
            {remark::kIgnoredKeys, StrCat(path_, ": ", key, ": is not read; did you mean ", meant, "?")});
    }
    for (const std::string& key : file.Skipped()) {
      if (!is_known(key)) continue;
      try {
        file.Read(key);
      } catch (const InputError& error) {
        remarks_.push_back({remark::kIgnoredKeys, StrCat(error.what(), "; left out")});
      }
    }
  }

  void ReadSet(const NpzReader& file, const char* key, const NpyArray& keypoints) {
    std::string name = options_.keypoint_set;
    if (name.empty()) {
      if (!file.Has("keypoint_set"))
        throw InputError(path_, "keypoint_set", "is missing; add it, or name the set by --keypoint_set");
      const std::vector<std::string> values = file.Read("keypoint_set").ToStrings();
      if (values.size() != 1)
        throw InputError(path_, "keypoint_set", StrCat("found ", values.size(), " texts, expected one"));
      name = values[0];
    }
    set_ = FindKeypointSet(name);
    if (set_ == nullptr) {
      std::string known;
      for (const std::string& other : KeypointSetNames()) known += (known.empty() ? "" : ", ") + other;
      throw InputError(path_, "keypoint_set", "found '" + name + "', expected one of " + known);
    }
    set_ = SetForCount(set_, static_cast<size_t>(keypoints.shape[1]));
    if (keypoints.shape[1] != set_->size()) {
      throw InputError(path_, key,
                       StrCat("found ", keypoints.shape[1], " keypoints, expected ", set_->size(), " (",
                              set_->name, ")", OtherSetsHint(static_cast<size_t>(keypoints.shape[1]))));
    }
  }

  void ReadIdentity(const NpzReader& file) {
    const auto people = static_cast<std::int64_t>(num_people_);
    captures_ = ReadTexts(file, "capture");
    subjects_ = ReadTexts(file, "subject");
    cameras_ = ReadTexts(file, "camera");
    if (file.Has("frame")) frames_ = file.Read("frame", {people}).ToInts();
    if (file.Has("time_s")) times_ = file.Read("time_s", {people}).ToDoubles();
    if (frames_.empty() && !times_.empty())
      frames_ = FramesOfTimes(times_, captures_.empty() ? std::vector<std::string>{""} : captures_);
    if (!frames_.empty() || images_.size() != num_people_) return;
    std::unordered_map<std::string, size_t> index;
    std::vector<ListedImage> listed;
    for (const std::string& image : images_) {
      const auto [it, is_new] = index.try_emplace(image, listed.size());
      if (is_new) listed.emplace_back().path = image;
      image_of_person_.push_back(it->second);
    }
    sequences_ = ImageSequences(stem_, listed);
  }

  Identity IdentityOf(size_t n) const {
    Identity identity;
    if (!frames_.empty()) {
      identity.capture = stem_;
      identity.frame = std::max<std::int64_t>(-1, frames_[n]);
    } else if (!image_of_person_.empty()) {
      identity = sequences_.Of(image_of_person_[n]);
    } else if (ids_.empty() && images_.empty()) {
      identity.capture = stem_;
    }
    if (!captures_.empty() && !TextOf(captures_, n).empty()) identity.capture = TextOf(captures_, n);
    if (!subjects_.empty()) identity.subject = TextOf(subjects_, n);
    if (!cameras_.empty()) identity.camera = TextOf(cameras_, n);
    if (!times_.empty() && std::isfinite(times_[n])) identity.time_s = times_[n];
    return identity;
  }

  // N of a file without keypoints. A person has one point or more, which bounds what a wrong index can ask
  // for.
  size_t CountPeople(const NpzReader& file, const std::vector<std::int64_t>& owners) const {
    for (const char* key : {"ids", "image_size"}) {
      if (!file.Has(key)) continue;
      const std::vector<std::int64_t> shape = file.Shape(key);
      if (shape.size() == (key[0] == 'i' && key[1] == 'd' ? 1u : 2u)) return static_cast<size_t>(shape[0]);
    }
    std::int64_t last = -1;
    for (const std::int64_t owner : owners) last = std::max(last, owner);
    return static_cast<size_t>(std::min(last + 1, static_cast<std::int64_t>(owners.size())));
  }

  void ReadDense(const NpzReader& file) {
    const std::vector<double> places = file.Read("points2d", {-1, 2}).ToDoubles();
    const auto num_points = static_cast<std::int64_t>(places.size() / 2);
    const std::vector<std::int64_t> owners = file.Read("person", {num_points}).ToInts();
    const bool has_face = file.Has("face"), has_part = file.Has("part");
    if (!has_face && !has_part) {
      throw InputError(path_, "points2d", "found neither face and bary nor part and uv beside it");
    }
    std::vector<std::int64_t> faces, parts;
    std::vector<double> barys, uvs, weights;
    if (has_face) {
      faces = file.Read("face", {num_points}).ToInts();
      barys = file.Read("bary", {num_points, 3}).ToDoubles();
    }
    if (has_part) {
      parts = file.Read("part", {num_points}).ToInts();
      uvs = file.Read("uv", {num_points, 2}).ToDoubles();
    }
    if (file.Has("weight")) weights = file.Read("weight", {num_points}).ToDoubles();
    if (set_ == nullptr) num_people_ = CountPeople(file, owners);
    dense_.resize(num_people_);
    for (size_t i = 0; i < owners.size(); ++i) {
      if (owners[i] < 0 || owners[i] >= static_cast<std::int64_t>(num_people_)) {
        throw InputError(path_, "person",
                         StrCat("point ", i, ": found ", owners[i], ", expected 0 to ", num_people_, " - 1"));
      }
      DensePoint point;
      point.image_px = Eigen::Map<const Eigen::Vector2d>(&places[2 * i]);
      if (has_face) {
        point.face = ToInt("face", i, faces[i]);
        point.bary = Eigen::Map<const Eigen::Vector3d>(&barys[3 * i]);
      }
      if (has_part) {
        point.part = ToInt("part", i, parts[i]);
        point.uv = Eigen::Map<const Eigen::Vector2d>(&uvs[2 * i]);
      }
      if (!weights.empty()) point.weight = weights[i];
      dense_[static_cast<size_t>(owners[i])].push_back(point);
    }
  }

  int ToInt(const char* key, size_t i, std::int64_t value) const {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    if (value >= -kMost && value <= kMost) return static_cast<int>(value);
    throw InputError(path_, key, StrCat("point ", i, ": found ", value, ", expected ", kMost, " at most"));
  }

  // Accepts (N, columns) and (columns,); with columns 1 also (N,), (N, 2) and (); with columns -1 any number.
  Rows ReadRows(const NpzReader& file, const char* key, std::int64_t columns) const {
    Rows rows;
    if (!file.Has(key)) return rows;
    const NpyArray array = file.Read(key);
    const auto people = static_cast<std::int64_t>(num_people_);
    const std::vector<std::int64_t>& shape = array.shape;
    std::int64_t found = -1;
    if (columns == 1 && shape.empty()) {
      found = 1;
      rows.shared = true;
    } else if (columns == 1 && shape.size() == 1 && shape[0] == people) {
      found = 1;
    } else if (shape.size() == 2 && shape[0] == people) {
      found = shape[1];
    } else if (columns != 1 && shape.size() == 1) {
      found = shape[0];
      rows.shared = true;
    }
    const bool fits =
        columns == -1 ? found >= 0 && found <= kMaxBetas : found == columns || (columns == 1 && found == 2);
    if (!fits) {
      const std::string expected = columns == -1 ? "n" : columns == 1 ? "1 or 2" : std::to_string(columns);
      throw InputError(
          path_, key, StrCat("found shape ", array.ShapeName(), ", expected (", people, ", ", expected, ")"));
    }
    rows.columns = static_cast<size_t>(found);
    rows.values = array.ToDoubles();
    return rows;
  }

  // One text a person, or one for all; whole numbers become their digits.
  std::vector<std::string> ReadTexts(const NpzReader& file, const char* key) const {
    std::vector<std::string> texts;
    if (!file.Has(key)) return texts;
    const NpyArray array = file.Read(key);
    const bool one = array.shape.empty();
    if (!one && (array.shape.size() != 1 || array.shape[0] != static_cast<std::int64_t>(num_people_))) {
      throw InputError(path_, key,
                       StrCat("found shape ", array.ShapeName(), ", expected (", num_people_, ",)"));
    }
    if (array.kind == NpyArray::Kind::kText || array.kind == NpyArray::Kind::kBytes) return array.ToStrings();
    for (const std::int64_t value : array.ToInts()) texts.push_back(std::to_string(value));
    return texts;
  }

  static const std::string& TextOf(const std::vector<std::string>& texts, size_t n) {
    return texts.size() == 1 ? texts[0] : texts[n];
  }

  std::string path_, stem_;
  ObservationOptions options_;
  const KeypointSet* set_ = nullptr;
  bool is_3d_ = false;
  size_t num_people_ = 0, next_ = 0;
  std::vector<double> keypoints_, depths_, hidden_;
  std::vector<std::vector<DensePoint>> dense_;  // of each person; empty: none was asked for, or is there
  Rows image_size_, focal_, center_, betas_;
  std::vector<std::string> ids_, genders_, images_, captures_, subjects_, cameras_;
  std::vector<std::int64_t> frames_;
  std::vector<double> times_;
  ImageSequences sequences_;  // of files without frame
  std::vector<size_t> image_of_person_;
  std::vector<Remark> remarks_;  // on the file, which concern everybody in it
};

}  // namespace

std::unique_ptr<ObservationSource> OpenObservationNpz(const std::string& path,
                                                      const ObservationOptions& options) {
  return std::make_unique<NpzSource>(path, options);
}

}  // namespace vitruvius
