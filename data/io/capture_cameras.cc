#include "data/io/capture_cameras.h"

#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>

#include "models/scene/seen_extent.h"

namespace vitruvius {
namespace {

// What is known of the images of one camera.
struct CameraGroup {
  int width = 0, height = 0;  // of the first image whose size is known
  std::string size_source;
  bool differs = false;  // another has another
  SeenExtent extent;     // of those whose size is not

  void Add(const PersonObservation& person) {
    if (person.image_width == 0) return extent.Add(person);
    if (width == 0) {
      width = person.image_width;
      height = person.image_height;
      size_source = person.size_source;
    }
    differs = differs || width != person.image_width || height != person.image_height;
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
  }

  OpenSource open_;
  std::unique_ptr<ObservationSource> source_;
  std::unordered_map<std::string, CameraGroup> groups_;
  bool is_read_ = false;
};

}  // namespace

std::unique_ptr<ObservationSource> WithCaptureCameras(const OpenSource& open) {
  return std::make_unique<CaptureCameras>(open);
}

}  // namespace vitruvius
