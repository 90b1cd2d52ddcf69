#include "data/io/file_frames.h"

#include <filesystem>
#include <vector>

#include "data/io/keypoint_formats.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

fs::path FolderOf(const std::string& path) { return fs::absolute(path).lexically_normal().parent_path(); }

std::string KeyOf(const fs::path& folder, const NumberedName& name) {
  return folder.string() + "/" + name.base;
}

}  // namespace

void FileFrames::Add(const std::string& path) {
  NumberedName name;
  if (!SplitNumber(StemOf(path), &name)) return;
  Series& series = series_[KeyOf(FolderOf(path), name)];
  if (series.numbers.count() == 0 || name.number < series.numbers.lowest()) series.lowest = StemOf(path);
  if (series.numbers.count() == 0 || name.number > series.numbers.highest()) series.highest = StemOf(path);
  series.numbers.Add(name.number);
  series.is_video = series.is_video || IsVideoFrame(name);
  series.is_photographs = series.is_photographs || IsPhotograph(name);
}

void FileFrames::Use(const std::string& path) {
  NumberedName name;
  if (!SplitNumber(StemOf(path), &name)) return;
  const auto found = series_.find(KeyOf(FolderOf(path), name));
  if (found != series_.end()) found->second.is_used = true;
}

void FileFrames::Finish() {
  std::map<std::string, std::vector<std::pair<std::string, Series*>>> of_name;  // with the name of the folder
  for (auto& [key, series] : series_) {
    if (!series.is_video && (series.is_photographs || !series.numbers.IsSequence())) continue;
    const size_t line = key.rfind('/');
    const std::string folder = ValidUtf8(fs::path(key.substr(0, line)).filename().string());
    const std::string name = ValidUtf8(SeriesName(key.substr(line + 1)));
    of_name[name.empty() ? folder : name].emplace_back(folder, &series);
  }
  std::map<std::string, int> used;
  for (auto& [name, all] : of_name) {
    for (auto& [folder, series] : all) {
      series->capture = all.size() == 1 || folder == name ? name : folder + "/" + name;
      const int same = used[series->capture]++;
      if (same > 0) series->capture += "~" + std::to_string(same + 1);
    }
  }
}

Identity FileFrames::Of(const std::string& path) const {
  Identity identity;
  NumberedName name;
  if (!SplitNumber(StemOf(path), &name)) return identity;
  const auto found = series_.find(KeyOf(FolderOf(path), name));
  if (found == series_.end() || found->second.capture.empty()) return identity;
  identity.capture = found->second.capture;
  identity.frame = name.number;
  return identity;
}

std::vector<std::string> FileFrames::Notes() const {
  std::vector<std::string> notes;
  for (const auto& [key, series] : series_) {
    if (series.is_video || !series.is_used) continue;  // OpenPose's own names say it
    const std::string which = StrCat(series.numbers.count(), " files, ", ValidUtf8(series.lowest), " to ",
                                     ValidUtf8(series.highest), ", are taken for ");
    if (!series.capture.empty()) {
      notes.push_back(which +
                      "the frames of a video, as their names count; photos of different people want "
                      "names that do not");
    } else if (series.is_photographs && series.numbers.IsSequence()) {
      notes.push_back(which +
                      "single photos, as cameras name them; frames of a video want names as frame_0001");
    }
  }
  return notes;
}

}  // namespace vitruvius
