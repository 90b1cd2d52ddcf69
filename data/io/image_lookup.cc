#include "data/io/image_lookup.h"

#include <filesystem>

#include "data/io/exif.h"
#include "data/io/keypoint_formats.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The path itself, or with another ending; "" where there is none.
std::string WithAnyEnding(const fs::path& path_without) {
  for (const char* ending : {".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"}) {
    const std::string path = path_without.string() + ending;
    if (IsFile(path)) return path;
  }
  return "";
}

}  // namespace

std::string FindImage(const PersonObservation& person, const std::string& folder) {
  const fs::path named = person.image_path;
  if (folder.empty()) {
    const fs::path beside = fs::path(person.source).parent_path();
    if (named.empty()) {
      const std::string stem = StemOf(person.source);
      if (stem.empty()) return "";
      const std::string path = WithAnyEnding(beside / stem);
      return !path.empty() ? path : WithAnyEnding(beside / "images" / stem);
    }
    // Beside the input first: what is found must not depend on where somebody stands.
    for (const fs::path& path : {beside / named, beside / "images" / named,
                                 beside / "images" / named.filename(), beside / named.filename(), named}) {
      if (IsFile(path)) return path.string();
    }
    return "";
  }
  // images/val/walk/000001.jpg, val/walk/000001.jpg, walk/000001.jpg, 000001.jpg.
  const fs::path relative = named.relative_path();
  for (auto begin = relative.begin(); begin != relative.end(); ++begin) {
    fs::path path = folder;
    for (auto part = begin; part != relative.end(); ++part) path /= *part;
    if (IsFile(path)) return path.string();
    const std::string other = WithAnyEnding(path.parent_path() / path.stem());
    if (!other.empty()) return other;
  }
  const std::string stem = StemOf(person.source);
  if (stem.empty()) return "";
  const fs::path own_folder = fs::path(person.source).parent_path().filename();
  if (!own_folder.empty()) {
    const std::string path = WithAnyEnding(fs::path(folder) / own_folder / stem);
    if (!path.empty()) return path;
  }
  return WithAnyEnding(fs::path(folder) / stem);
}

void AskImage(const std::string& folder, PersonObservation* person) {
  const std::string path = FindImage(*person, folder);
  if (path.empty()) {
    if (!folder.empty()) {
      const std::string name = person->image_path.empty() ? StemOf(person->source) : person->image_path;
      person->remarks.push_back({remark::kImageMissing, StrCat(folder, ": holds no image of ", name)});
    }
    return;
  }
  ImageHead head;
  try {
    head = ReadImageHead(path);
  } catch (const InputError& error) {
    person->remarks.push_back({remark::kImageUnreadable, error.what()});
    return;
  }
  person->focal_35mm = head.exif.focal_35mm;
  if (person->image_width == 0) {
    person->image_width = head.width;
    person->image_height = head.height;
    person->size_source = camera_source::kImage;
  } else if (person->image_width != head.width || person->image_height != head.height) {
    person->remarks.push_back(
        {remark::kImageSizeDiffers,
         StrCat(path, ": is ", head.width, " x ", head.height, " px, and ", person->source, " says ",
                person->image_width, " x ", person->image_height)});
  }
}

}  // namespace vitruvius
