#include "apps/vitruvius/camera_counts.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using SourceWords = std::pair<const char*, const char*>;

constexpr SourceWords kSizeWords[] = {
    {camera_source::kFile, "told by the input"},
    {camera_source::kGiven, "by --image_size"},
    {camera_source::kImage, "of the images"},
    {camera_source::kExtent, "unknown: the extent of all that was seen in the capture stands for it"}};
constexpr SourceWords kFocalWords[] = {{"known", "told by the input"},
                                       {"given", "by --focal, --fov or --focal_mm"},
                                       {"exif", "of the images' Exif"},
                                       {"assumed", "assumed: the image's diagonal"}};

template <size_t N>
std::string SourceSentence(const SourceWords (&words)[N], const std::map<std::string, long>& counts) {
  std::string text;
  for (const auto& [source, meaning] : words) {
    const auto found = counts.find(source);
    if (found != counts.end()) text += StrCat(text.empty() ? "" : ", ", meaning, " (", found->second, ")");
  }
  return text;
}

}  // namespace

void CameraCounts::Add(const PersonObservation& person, const GivenFocal& given) {
  if (person.is_3d() || !person.reason.empty()) return;
  const ChosenCamera chosen = ChooseCamera(person, given);
  const double focal_px = chosen.camera.focal_px.mean();
  shortest_px_ = focals_.empty() ? focal_px : std::min(shortest_px_, focal_px);
  longest_px_ = focals_.empty() ? focal_px : std::max(longest_px_, focal_px);
  ++sizes_[chosen.camera_source];
  ++focals_[chosen.focal_source];
}

void CameraCounts::Print() const {
  if (focals_.empty()) return;
  std::printf("  %-14s %s\n", "image size", SourceSentence(kSizeWords, sizes_).c_str());
  std::printf("  %-14s %s; %.0f", "focal length", SourceSentence(kFocalWords, focals_).c_str(), shortest_px_);
  if (longest_px_ > shortest_px_) std::printf(" to %.0f", longest_px_);
  std::printf(" px\n");
}

nlohmann::ordered_json CameraCounts::ToJson() const {
  nlohmann::ordered_json json = {{"image_size", nlohmann::ordered_json::object()},
                                 {"focal", nlohmann::ordered_json::object()}};
  for (const auto& [source, count] : sizes_) json["image_size"][source] = count;
  for (const auto& [source, count] : focals_) json["focal"][source] = count;
  return json;
}

}  // namespace vitruvius
