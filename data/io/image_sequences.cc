#include "data/io/image_sequences.h"

#include <filesystem>
#include <set>

#include "data/io/name_series.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// Images that may be frames of one video.
struct ImageGroup {
  std::string name;
  bool is_told = false;  // the file says that they are of one video, or numbers them
  std::vector<size_t> images;
};

// Gives the group's images their numbers; false when they are not frames of one video.
bool NumberFrames(const ImageGroup& group, const std::vector<ListedImage>& images,
                  std::vector<std::int64_t>* frames) {
  std::set<std::int64_t> told, named;
  NameSeries series;
  bool all_told = true, all_named = true, same_size = true;
  std::vector<std::int64_t> numbers;
  for (const size_t k : group.images) {
    const ListedImage& image = images[k];
    all_told = all_told && image.frame && told.insert(*image.frame).second;
    NumberedName name;
    all_named = all_named && SplitNumber(fs::path(image.path).stem().string(), &name) &&
                named.insert(name.number).second;
    numbers.push_back(name.number);
    series.Add(name.number);
    const ListedImage& first = images[group.images[0]];
    same_size = same_size && image.width == first.width && image.height == first.height;
  }
  if (!all_told && !group.is_told && !(all_named && same_size && series.IsSequence())) return false;
  for (size_t i = 0; i < group.images.size(); ++i) {
    (*frames)[group.images[i]] = all_told    ? *images[group.images[i]].frame
                                 : all_named ? numbers[i]
                                             : static_cast<std::int64_t>(i);
  }
  return true;
}

}  // namespace

ImageSequences::ImageSequences(const std::string& stem, const std::vector<ListedImage>& images,
                               bool names_tell)
    : capture_of_(images.size(), -1), frame_of_(images.size(), -1) {
  std::map<std::string, ImageGroup> groups;
  std::map<std::string, NameSeries> photographs;  // by folder and name without the number
  for (size_t k = 0; k < images.size(); ++k) {
    const ListedImage& image = images[k];
    const fs::path path(image.path), folder = path.parent_path();
    NumberedName name;
    const bool counts = SplitNumber(path.stem().string(), &name);
    std::string key;
    if (!image.video.empty()) {
      key = "video " + image.video;
    } else if (image.frame) {
      key = "folder " + folder.string();
    } else if (counts && names_tell && !IsPhotograph(name)) {
      key = "names " + (folder / name.base).string();
    } else {
      if (counts && names_tell) photographs[(folder / name.base).string()].Add(name.number);
      continue;
    }
    ImageGroup& group = groups[key];
    if (group.images.empty()) {
      const std::string series = SeriesName(name.base);
      group.is_told = !image.video.empty();
      group.name = !image.video.empty()                        ? image.video
                   : counts && !image.frame && !series.empty() ? series
                                                               : folder.filename().string();
    }
    group.images.push_back(k);
  }
  for (const auto& [key, series] : photographs) num_photographs_ += series.IsSequence() ? series.count() : 0;
  bool has_told = false;
  std::map<std::string, int> names;
  for (const auto& [key, group] : groups) {
    if (!NumberFrames(group, images, &frame_of_)) continue;
    for (const size_t k : group.images) {
      capture_of_[k] = static_cast<int>(captures_.size());
      num_assumed_ += !group.is_told && !images[k].frame;
    }
    has_told = has_told || group.is_told;
    std::string name = ValidUtf8(group.name);
    const int same = names[name]++;
    if (same > 0) name += "~" + std::to_string(same + 1);
    captures_.push_back(name);
  }
  const bool is_one_video = captures_.size() == 1 && !has_told;
  for (std::string& capture : captures_)
    capture = is_one_video || capture.empty() ? stem : stem + "_" + capture;
}

std::vector<std::string> ImageSequences::Notes(const std::string& path) const {
  std::vector<std::string> notes;
  if (num_assumed_ > 0) {
    notes.push_back(StrCat(path, ": ", num_assumed_,
                           " images are taken for the frames of a video, as their names count; photos of "
                           "different people want names that do not"));
  }
  if (num_photographs_ > 0) {
    notes.push_back(StrCat(path, ": ", num_photographs_,
                           " images are taken for single photos, as cameras name them; frames of a video "
                           "want names as frame_0001"));
  }
  return notes;
}

Identity ImageSequences::Of(size_t k) const {
  Identity identity;
  if (capture_of_[k] < 0) return identity;
  identity.capture = captures_[static_cast<size_t>(capture_of_[k])];
  identity.frame = frame_of_[k];
  return identity;
}

}  // namespace vitruvius
