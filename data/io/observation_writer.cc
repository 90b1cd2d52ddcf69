#include "data/io/observation_writer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "data/io/npz.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using People = std::vector<PersonObservation>;

// (N, columns) of what all people have; nothing where nobody has it. get: the numbers of one who has.
template <typename Has, typename Get>
void AddRows(const char* key, const People& people, const Has& has, const Get& get,
             std::map<std::string, NpyArray>* arrays) {
  std::vector<double> values;
  size_t known = 0;
  Eigen::Index columns = 0;
  for (const PersonObservation& person : people) {
    if (!has(person)) continue;
    const Eigen::VectorXd row = get(person);
    if (++known == 1) columns = row.size();
    if (row.size() != columns) {
      throw InputError(StrCat(person.id, ": has ", row.size(), " numbers of ", key, " and others ", columns,
                              ", which one file cannot hold"));
    }
    values.insert(values.end(), row.begin(), row.end());
  }
  if (known == 0) return;
  if (known != people.size())
    throw InputError(StrCat(key, " is known of ", known, " of ", people.size(),
                            " people, and one file holds that of all or of none; write them apart"));
  (*arrays)[key] = NpyArray::FromDoubles(
      values.data(), {static_cast<std::int64_t>(people.size()), static_cast<std::int64_t>(columns)});
}

void AddKeypoints(const People& people, std::map<std::string, NpyArray>* arrays) {
  const KeypointSet* set = nullptr;
  bool any_hidden = false, any_depths = false;
  for (const PersonObservation& person : people) {
    if (person.is_3d() || !person.reason.empty())
      throw InputError(person.id + ": has no 2D keypoints or points of the surface to be written");
    if (person.set == nullptr) continue;
    if (set != nullptr && person.set != set) {
      throw InputError(StrCat(person.id, ": has keypoints ", person.set->name, " and others ", set->name,
                              ", which one file cannot hold"));
    }
    set = person.set;
    any_hidden = any_hidden || person.hidden.size() > 0;
    any_depths = any_depths || person.keypoint_depths_px.rows() > 0;
  }
  if (set == nullptr) return;
  const auto count = static_cast<size_t>(set->size());
  std::vector<double> keypoints(people.size() * count * 3),
      depths(any_depths ? people.size() * count * 2 : 0);
  std::vector<std::int8_t> hidden(any_hidden ? people.size() * count : 0);
  for (size_t n = 0; n < people.size(); ++n) {
    const PersonObservation& person = people[n];
    std::copy_n(person.keypoints2d.data(), person.keypoints2d.size(), keypoints.data() + n * count * 3);
    std::copy_n(person.keypoint_depths_px.data(), person.keypoint_depths_px.size(),
                depths.data() + n * count * 2);
    std::copy_n(person.hidden.data(), person.hidden.size(), hidden.data() + n * count);
  }
  const auto rows = static_cast<std::int64_t>(people.size()), columns = static_cast<std::int64_t>(count);
  (*arrays)["keypoints2d"] = NpyArray::FromDoubles(keypoints.data(), {rows, columns, 3});
  (*arrays)["keypoint_set"] = NpyArray::FromString(set->name);
  if (any_depths) (*arrays)["keypoint_depths"] = NpyArray::FromDoubles(depths.data(), {rows, columns, 2});
  if (any_hidden) (*arrays)["hidden"] = NpyArray::FromInt8(hidden.data(), {rows, columns});
}

void AddDense(const People& people, std::map<std::string, NpyArray>* arrays) {
  std::vector<double> places, bary, uv, weight;
  std::vector<std::int32_t> owner, face, part;
  for (size_t n = 0; n < people.size(); ++n) {
    for (const DensePoint& point : people[n].dense) {
      places.insert(places.end(), point.image_px.begin(), point.image_px.end());
      bary.insert(bary.end(), point.bary.begin(), point.bary.end());
      uv.insert(uv.end(), point.uv.begin(), point.uv.end());
      weight.push_back(point.weight);
      owner.push_back(static_cast<std::int32_t>(n));
      face.push_back(point.face);
      part.push_back(point.part);
    }
  }
  if (owner.empty()) return;
  const auto count = static_cast<std::int64_t>(owner.size());
  (*arrays)["points2d"] = NpyArray::FromDoubles(places.data(), {count, 2});
  (*arrays)["person"] = NpyArray::FromInt32(owner.data(), {count});
  (*arrays)["face"] = NpyArray::FromInt32(face.data(), {count});
  (*arrays)["bary"] = NpyArray::FromDoubles(bary.data(), {count, 3});
  (*arrays)["part"] = NpyArray::FromInt32(part.data(), {count});
  (*arrays)["uv"] = NpyArray::FromDoubles(uv.data(), {count, 2});
  (*arrays)["weight"] = NpyArray::FromDoubles(weight.data(), {count});
}

}  // namespace

void WriteObservations(const std::string& path, const People& people) {
  std::map<std::string, NpyArray> arrays;
  AddKeypoints(people, &arrays);
  AddDense(people, &arrays);
  if (arrays.empty()) throw InputError(path, "", "nobody is left to be written");
  AddRows(
      "image_size", people, [](const PersonObservation& p) { return p.image_width > 0; },
      [](const PersonObservation& p) { return Eigen::Vector2d(p.image_width, p.image_height); }, &arrays);
  AddRows(
      "focal", people, [](const PersonObservation& p) { return p.focal_px.has_value(); },
      [](const PersonObservation& p) { return *p.focal_px; }, &arrays);
  AddRows(
      "center", people, [](const PersonObservation& p) { return p.center_px.has_value(); },
      [](const PersonObservation& p) { return *p.center_px; }, &arrays);
  AddRows(
      "betas", people, [](const PersonObservation& p) { return p.betas.has_value(); },
      [](const PersonObservation& p) { return *p.betas; }, &arrays);
  std::vector<std::string> ids, genders, images, captures, subjects, cameras;
  std::vector<std::int64_t> frames;
  std::vector<double> times;
  bool any_frame = false, any_time = false;
  for (const PersonObservation& person : people) {
    ids.push_back(person.id);
    genders.push_back(person.gender);
    images.push_back(person.image_path);
    const Identity& identity = person.identity;
    captures.push_back(identity.capture);
    subjects.push_back(identity.subject);
    cameras.push_back(identity.camera);
    frames.push_back(identity.frame);
    times.push_back(identity.time_s);
    any_frame = any_frame || identity.frame >= 0;
    any_time = any_time || std::isfinite(identity.time_s);
  }
  const auto count = static_cast<std::int64_t>(people.size());
  for (const auto& [key, texts] :
       {std::pair<const char*, const std::vector<std::string>*>{"capture", &captures},
        {"subject", &subjects},
        {"camera", &cameras}}) {
    const auto known = [](const std::string& text) { return !text.empty(); };
    if (std::any_of(texts->begin(), texts->end(), known)) arrays[key] = NpyArray::FromStrings(*texts);
  }
  if (any_frame) arrays["frame"] = NpyArray::FromInt64(frames.data(), {count});
  if (any_time) arrays["time_s"] = NpyArray::FromDoubles(times.data(), {count});
  arrays["ids"] = NpyArray::FromStrings(ids);
  arrays["gender"] = NpyArray::FromStrings(genders);
  arrays["images"] = NpyArray::FromStrings(images);
  WriteNpz(path, arrays);
}

}  // namespace vitruvius
