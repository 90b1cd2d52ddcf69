// Observations as .npz: keypoints2d (N,K,3) x_px, y_px, confidence, or keypoints3d (N,K,4) metres and
// confidence; keypoint_set (). Optional: image_size (N,2) or (2,) width, height; focal (N,), (N,2) or () px;
// center (N,2) or (2,) px; ids (N,); betas (N,B) or (B,), held fixed; gender (N,) or (); images (N,) picture
// files.
#include <cmath>

#include "data/io/keypoint_formats.h"
#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

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
};

class NpzSource : public ObservationSource {
 public:
  NpzSource(const std::string& path, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), options_(options) {
    const NpzReader file(path);
    const bool has_2d = file.Has("keypoints2d"), has_3d = file.Has("keypoints3d");
    if (has_2d == has_3d) {
      throw InputError(path, "",
                       has_2d ? "holds keypoints2d and keypoints3d, expected one of them"
                              : "holds neither keypoints2d nor keypoints3d");
    }
    is_3d_ = has_3d;
    const char* key = has_3d ? "keypoints3d" : "keypoints2d";
    const NpyArray keypoints = file.Read(key, {-1, -1, has_3d ? 4 : 3});
    num_people_ = static_cast<size_t>(keypoints.shape[0]);
    ReadSet(file, key, keypoints);
    keypoints_ = keypoints.ToDoubles();
    image_size_ = ReadRows(file, "image_size", 2);
    focal_ = ReadRows(file, "focal", 1);
    center_ = ReadRows(file, "center", 2);
    betas_ = ReadRows(file, "betas", -1);
    ids_ = ReadTexts(file, "ids");
    genders_ = ReadTexts(file, "gender");
    images_ = ReadTexts(file, "images");
  }

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
    if (!ids_.empty()) person->id = TextOf(ids_, n);
    if (person->id.empty()) person->id = StrCat(stem_, "_", n);
    if (!images_.empty()) person->image_path = TextOf(images_, n);
    if (!genders_.empty()) person->gender = TextOf(genders_, n);
    const double* size = image_size_.empty() ? nullptr : image_size_.Row(n);
    // A size of zero is wrong for pixels and means nothing for metres.
    if (size != nullptr && !(is_3d_ && size[0] == 0)) SetImageSize(size[0], size[1], place, person);
    if (!focal_.empty()) {
      const double* focal = focal_.Row(n);
      person->focal_px = Eigen::Vector2d(focal[0], focal[focal_.columns - 1]);
    }
    if (!center_.empty()) person->center_px = Eigen::Map<const Eigen::Vector2d>(center_.Row(n));
    if (!betas_.empty()) {
      person->betas =
          Eigen::Map<const Eigen::VectorXd>(betas_.Row(n), static_cast<Eigen::Index>(betas_.columns));
    }
    const auto count = static_cast<size_t>(set_->size());
    if (is_3d_) {
      const double* row = &keypoints_[n * count * 4];
      person->keypoints3d = Eigen::Map<const decltype(person->keypoints3d)>(row, set_->size(), 4);
    } else if (person->reason.empty()) {
      SetKeypoints2d(&keypoints_[n * count * 3], count * 3, place, person);
    }
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  void ReadSet(const NpzReader& file, const char* key, const NpyArray& keypoints) {
    std::string name = options_.keypoint_set;
    if (name.empty()) {
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
    if (keypoints.shape[1] != set_->size()) {
      throw InputError(path_, key,
                       StrCat("found ", keypoints.shape[1], " keypoints, expected ", set_->size(), " (",
                              set_->name, ")", OtherSetsHint(static_cast<size_t>(keypoints.shape[1]))));
    }
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
  std::vector<double> keypoints_;
  Rows image_size_, focal_, center_, betas_;
  std::vector<std::string> ids_, genders_, images_;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenObservationNpz(const std::string& path,
                                                      const ObservationOptions& options) {
  return std::make_unique<NpzSource>(path, options);
}

}  // namespace vitruvius
