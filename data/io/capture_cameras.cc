#include "data/io/capture_cameras.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/scene/seen_extent.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// What is known of the images of one camera.
struct CameraGroup {
  int width = 0, height = 0;  // of the first image whose size is known
  std::string size_source;
  bool differs = false;      // another has another
  bool is_sequence = false;  // frames of a video
  bool several = false;      // more than one image
  std::string image;         // the first
  SeenExtent extent;         // of those whose size is not
  // How many people reach from (0, 0) to less than 2^k px, further than 2^(k-1), in both directions.
  std::array<long, 32> reaching = {};

  void Add(const PersonObservation& person) {
    is_sequence = is_sequence || person.identity.frame >= 0;
    const std::string own = person.source + "\n" + person.image_path;
    several = several || (!image.empty() && own != image);
    if (image.empty()) image = own;
    if (person.image_width == 0) {
      extent.Add(person);
      SeenExtent reach;
      reach.Add(person);
      ++reaching[reach.empty() ? 0 : BinOf(reach.Reach())];
      return;
    }
    if (width == 0) {
      width = person.image_width;
      height = person.image_height;
      size_source = person.size_source;
    }
    differs = differs || width != person.image_width || height != person.image_height;
  }

  // How many people lie in the first quarter or less of what was seen of all, in both directions.
  long FarBelow() const {
    constexpr size_t kQuarter = 2;  // powers of two, and a bin for what lies between two of them
    long people = 0;
    const size_t all = extent.empty() ? 0 : BinOf(extent.Reach());
    for (size_t k = 1; k + kQuarter < all; ++k) people += reaching[k];
    return people;
  }

 private:
  static size_t BinOf(double reach_px) {
    return static_cast<size_t>(std::clamp(std::ceil(std::log2(std::max(1.0, reach_px))) + 1, 1.0, 31.0));
  }
};

class CaptureCameras : public ObservationSource {
 public:
  explicit CaptureCameras(OpenSource open) : open_(std::move(open)), source_(open_()) {}

  bool Next(PersonObservation* person) override {
    if (!source_->Next(person)) return false;
    if (person->image_width > 0 || person->is_3d() || !person->reason.empty()) return true;
    if (!is_read_) ReadAll();
    const auto found = groups_.find(KeyOf(*person, *source_));
    if (found == groups_.end()) return true;  // the input has changed meanwhile
    const CameraGroup& group = found->second;
    // Images that are no frames need not be alike.
    if (person->identity.frame >= 0 && group.width > 0 && !group.differs) {
      person->image_width = group.width;
      person->image_height = group.height;
      person->size_source = group.size_source;
    } else if (!group.extent.empty()) {
      person->frame_px = group.extent.Frame();
    }
    return true;
  }
  double FractionDone() const override { return source_->FractionDone(); }
  double FrameRateHz() const override { return source_->FrameRateHz(); }
  bool IsOneImage() const override { return source_->IsOneImage(); }
  std::vector<std::string> Notes() const override {
    std::vector<std::string> notes = source_->Notes();
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    return notes;
  }

 private:
  static std::string KeyOf(const PersonObservation& person, const ObservationSource& source) {
    const Identity& identity = person.identity;
    if (!identity.capture.empty()) return "capture " + identity.capture + "\n" + identity.camera;
    if (!source.IsOneImage()) return "file " + person.source;
    return "folder " + std::filesystem::path(person.source).parent_path().string();
  }

  void ReadAll() {
    is_read_ = true;
    const std::unique_ptr<ObservationSource> source = open_();
    for (PersonObservation person; source->Next(&person);) {
      if (!person.is_3d() && person.reason.empty()) groups_[KeyOf(person, *source)].Add(person);
    }
    for (const auto& [key, group] : groups_) {
      if (group.is_sequence && group.differs) {
        notes_.push_back(StrCat(key.substr(0, key.find('\n')),
                                ": the images of this video are of different sizes, and each has a camera of "
                                "its own"));
      }
      const long small = group.FarBelow();
      if (group.is_sequence || !group.several || small == 0) continue;
      const Eigen::Vector4d frame = group.extent.Frame();
      notes_.push_back(StrCat(key.substr(0, key.find('\n')), ": the images' sizes are unknown; ", small,
                              " people lie within a quarter of what was seen in all (", std::lround(frame[2]),
                              " x ", std::lround(frame[3]),
                              "), which stands for every image: if their images are smaller, their bodies "
                              "come out far too distant; --images or --image_size tell the sizes"));
    }
    std::sort(notes_.begin(), notes_.end());
  }

  OpenSource open_;
  std::unique_ptr<ObservationSource> source_;
  std::unordered_map<std::string, CameraGroup> groups_;
  bool is_read_ = false;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<ObservationSource> WithCaptureCameras(const OpenSource& open) {
  return std::make_unique<CaptureCameras>(open);
}

}  // namespace vitruvius
