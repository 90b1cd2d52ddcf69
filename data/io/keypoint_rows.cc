#include "data/io/keypoint_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/io/bone_disorder.h"
#include "data/io/keypoint_formats.h"
#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

class RowsSource : public ObservationSource {
 public:
  RowsSource(const std::string& path, KeypointRows rows, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)), rows_(std::move(rows)), options_(options) {
    Complete();
    if (!options_.keypoint_set.empty())
      rows_.set = SetForCount(FindKeypointSet(options_.keypoint_set), rows_.num_points);
    if (rows_.set == nullptr) rows_.set = SetByBones();
    if (static_cast<size_t>(rows_.set->size()) != rows_.num_points) {
      throw InputError(path_, "",
                       StrCat("found ", rows_.num_points, " points, expected ", rows_.set->size(), " (",
                              rows_.set->name, ")", OtherSetsHint(rows_.num_points)));
    }
  }

  double FractionDone() const override {
    return static_cast<double>(next_) / static_cast<double>(std::max<size_t>(1, rows_.size()));
  }

  bool Next(PersonObservation* person) override {
    if (rows_.size() == 0 && next_ == 0) {
      ++next_;
      *person = FailedPerson(stem_, path_, reason::kNoPeople, path_ + ": no person was found");
      return true;
    }
    if (next_ >= rows_.size()) return false;
    const size_t n = next_++;
    const std::string place = StrCat(path_, ": row ", n);
    *person = PersonOf(n, rows_.set);
    person->source = path_;
    person->id = rows_.ids.empty() ? StrCat(stem_, "_", n) : rows_.ids[n];
    if (!rows_.images.empty()) person->image_path = rows_.images[n];
    if (!rows_.identities.empty()) person->identity = rows_.identities[n];
    FinishPerson(options_, place, person);
    return true;
  }

 private:
  bool is_3d() const { return rows_.columns == 4; }

  // Decides what three numbers are, and adds the confidence where there is none.
  void Complete() {
    const size_t columns = rows_.columns, count = rows_.num_points * rows_.size();
    if (columns == 3 && !rows_.third_is_z && !rows_.third_is_confidence) {
      rows_.third_is_confidence = IsThirdConfidence();
      rows_.third_is_z = !rows_.third_is_confidence;
    }
    const bool lacks = columns == 2 || (columns == 3 && rows_.third_is_z);
    std::vector<double> numbers;
    numbers.reserve(count * (columns + 1));
    for (size_t i = 0; i < count; ++i) {
      double* point = &rows_.numbers[i * columns];
      const bool is_seen = std::all_of(point, point + columns, [](double x) { return std::isfinite(x); });
      const bool at_origin = lacks && columns == 2 && point[0] == 0 && point[1] == 0;
      if (!is_seen) std::fill(point, point + columns, 0.0);
      numbers.insert(numbers.end(), point, point + columns);
      if (lacks) numbers.push_back(is_seen && !at_origin ? 1 : 0);
    }
    rows_.numbers = std::move(numbers);
    rows_.columns = columns + (lacks ? 1 : 0);
  }

  // In pixels a person is larger than 20, in metres smaller; millimetres have thirds above 1.
  bool IsThirdConfidence() const {
    constexpr double kLeastPx = 20;
    double largest = 0;
    bool all_shares = true;
    for (size_t i = 0; i + 2 < rows_.numbers.size(); i += 3) {
      const double *point = &rows_.numbers[i], third = point[2];
      if (std::isfinite(point[0]) && std::isfinite(point[1]))
        largest = std::max({largest, std::abs(point[0]), std::abs(point[1])});
      all_shares = all_shares && (!std::isfinite(third) || (third >= 0 && third <= 1));
    }
    if (!all_shares || rows_.numbers.empty()) return false;
    if (largest > kLeastPx) return true;
    throw InputError(path_, "",
                     "holds three numbers for a point, the third between 0 and 1 and the others small: x, y, "
                     "confidence or x, y, z? A .npz with keypoints2d (N,K,3) or keypoints3d (N,K,4) says it");
  }

  PersonObservation PersonOf(size_t n, const KeypointSet* set) const {
    PersonObservation person;
    person.set = set;
    const auto count = static_cast<Eigen::Index>(rows_.num_points);
    const double* row = &rows_.numbers[n * rows_.num_points * rows_.columns];
    if (is_3d()) {
      person.keypoints3d = Eigen::Map<const decltype(person.keypoints3d)>(row, count, 4);
    } else {
      person.keypoints2d = Eigen::Map<const decltype(person.keypoints2d)>(row, count, 3);
    }
    return person;
  }

  // The shipped set of so many points whose bones are a body's, all others' not.
  const KeypointSet* SetByBones() const {
    const std::vector<std::string> names = KeypointSetNames(static_cast<int>(rows_.num_points));
    if (names.size() == 1) return FindKeypointSet(names[0]);
    constexpr size_t kMostPeople = 100;
    std::vector<PersonObservation> people;
    const size_t asked = std::min(kMostPeople, rows_.size());
    for (size_t i = 0; i < asked; ++i) people.push_back(PersonOf(i * rows_.size() / asked, nullptr));
    std::vector<const PersonObservation*> pointers;
    for (const PersonObservation& person : people) pointers.push_back(&person);
    // In the right order people have about 0.2 (BoneDisorder), and orders that differ more than by their
    // sides a multiple of that.
    constexpr double kSound = 0.35, kMultiple = 2, kMargin = 0.1;
    const KeypointSet* best = nullptr;
    double least = std::numeric_limits<double>::infinity(), second = least;
    for (const std::string& name : names) {
      const double disorder = BoneDisorder(pointers, *FindKeypointSet(name));
      if (disorder < least) {
        second = least;
        least = disorder;
        best = FindKeypointSet(name);
      } else {
        second = std::min(second, disorder);
      }
    }
    if (best != nullptr && least < kSound && second > kMultiple * least && second > least + kMargin)
      return best;
    throw InputError(
        path_, "",
        StrCat("holds ", rows_.num_points, " points and does not say which; name them with --keypoint_set",
               OtherSetsHint(rows_.num_points)));
  }

  std::string path_, stem_;
  KeypointRows rows_;
  ObservationOptions options_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenKeypointRows(const std::string& path, KeypointRows rows,
                                                    const ObservationOptions& options) {
  return std::make_unique<RowsSource>(path, std::move(rows), options);
}

// A bare array (N, K, C), or (K, C) of one person: x, y; x, y, confidence; x, y, z; or x, y, z, confidence. N
// are the frames of one motion, as HumanML3D and pose lifters write them.
std::unique_ptr<ObservationSource> OpenKeypointNpy(const std::string& path, const std::string& bytes,
                                                   const ObservationOptions& options) {
  const NpyArray array = ParseNpy(bytes, path, "array");
  const bool is_one = array.shape.size() == 2;
  const std::int64_t columns = array.shape.empty() ? 0 : array.shape.back();
  if ((!is_one && array.shape.size() != 3) || columns < 2 || columns > 4) {
    throw InputError(path, "",
                     StrCat("found shape ", array.ShapeName(), ", expected (N, K, C) or (K, C), C = 2 to 4"));
  }
  KeypointRows rows;
  rows.num_points = static_cast<size_t>(array.shape[array.shape.size() - 2]);
  rows.columns = static_cast<size_t>(columns);
  rows.numbers = array.ToDoubles();
  for (size_t n = 0; !is_one && n < rows.size(); ++n) {
    Identity identity;
    identity.capture = StemOf(path);
    identity.frame = static_cast<std::int64_t>(n);
    rows.identities.push_back(identity);
  }
  return OpenKeypointRows(path, std::move(rows), options);
}

}  // namespace vitruvius
