// Points of the surface in DensePose's two kinds of JSON, beside COCO's keypoints:
//   annotations (DensePose-COCO, densepose.org, "DensePose-COCO dataset format"): dp_x, dp_y within the box
//   of
//     the person, dp_I part, dp_U, dp_V; bbox x, y, width, height in pixels. dp_masks (part_masks.h) is not
//     needed: the points are held against it;
//   results (the same page, "Results format"): uv_shape (3, h, w) and uv_data, a PNG in base64 of part,
//     255 u, 255 v for each pixel of the box, 0 where there is no body; bbox.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/part_masks.h"
#include "data/io/picture.h"
#include "models/body/surface_chart.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Labels at 256 exist, by rounding.
constexpr double kMaxBoxPlace = 256;

struct BoxPx {
  Eigen::Vector2d corner, size;
};

BoxPx ReadBox(const nlohmann::json& entry, const std::string& place) {
  const std::vector<double> box = NumbersOf(ValueOf(entry, "bbox"), place + ".bbox");
  if (box.size() != 4) {
    throw InputError(StrCat(place, ".bbox: found ", box.size(), " numbers, expected 4: x, y, width, height"));
  }
  for (size_t i = 0; i < 4; ++i) {
    const bool is_side = i >= 2;
    if (std::isfinite(box[i]) && !(is_side && box[i] <= 0)) continue;
    throw InputError(StrCat(place, ".bbox[", i, "]: found ", box[i], ", expected ",
                            is_side ? "more than 0 px" : "a number of pixels"));
  }
  return {{box[0], box[1]}, {box[2], box[3]}};
}

// What dp_masks say of one part, or of the whole person.
struct SeenCells {
  bool is_known = true;          // false: the file holds null
  std::optional<PartMask> mask;  // nothing: the part is not seen
  std::string form;              // how the mask is written where that is not usual
};

// [[x, y, x, y, ...], ...], or one polygon alone.
PartMask ReadPolygons(const nlohmann::json& value, const std::string& place) {
  PartMask mask;
  if (!value[0].is_array()) {
    AddPolygon(NumbersOf(value, place), place, &mask);
    return mask;
  }
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string polygon_place = StrCat(place, "[", i, "]");
    AddPolygon(NumbersOf(value[i], polygon_place), polygon_place, &mask);
  }
  return mask;
}

SeenCells ReadMask(const nlohmann::json& value, const std::string& place) {
  if (value.is_null()) return {false, std::nullopt, "null"};
  if (value.is_array() && value.empty()) return {};
  if (value.is_array()) return {true, ReadPolygons(value, place), "polygons"};
  if (!value.is_object()) throw InputError(place + ": expected counts and size, or [] for a part not seen");
  const std::vector<double> size = NumbersOf(ValueOf(value, "size"), place + ".size");
  if (size != std::vector<double>{kMaskSide, kMaskSide}) {
    throw InputError(StrCat(place, ".size: found ", size.empty() ? "nothing" : StrCat(size[0]),
                            size.size() == 2 ? StrCat(", ", size[1]) : "", ", expected ", kMaskSide, ", ",
                            kMaskSide));
  }
  const std::string counts_place = place + ".counts";
  const nlohmann::json& counts = ValueOf(value, "counts");
  if (counts.is_array()) {
    return {true, MaskOfRuns(NumbersOf(counts, counts_place), counts_place),
            "run lengths that are not compressed"};
  }
  if (!counts.is_string()) throw InputError(counts_place + ": expected text, COCO's compressed run lengths");
  return {true, DecodeMask(counts.get_ref<const std::string&>(), counts_place), ""};
}

// Of each part. One mask alone is the whole person's.
std::vector<SeenCells> ReadMasks(const nlohmann::json& masks, const std::string& place) {
  const bool is_one = masks.is_object() || (masks.is_array() && masks.size() == 1);
  if (is_one) {
    SeenCells whole = ReadMask(masks.is_object() ? masks : masks[0], place);
    whole.form = "one mask for all parts";
    return std::vector<SeenCells>(kNumMaskParts, whole);
  }
  if (!masks.is_array()) throw InputError(StrCat(place, ": expected an array of ", kNumMaskParts, " masks"));
  if (masks.size() != kNumMaskParts) {
    throw InputError(StrCat(place, ": found ", masks.size(), " masks, expected ", kNumMaskParts));
  }
  std::vector<SeenCells> parts;
  for (const nlohmann::json& mask : masks)
    parts.push_back(ReadMask(mask, StrCat(place, "[", parts.size(), "]")));
  return parts;
}

// Holds points against the masks of their parts. x, y: in the box, 0 to 255. Masks only serve to doubt
// points: those that cannot be read are a remark.
void CompareWithMasks(const nlohmann::json& entry, const std::vector<double>& x, const std::vector<double>& y,
                      const std::string& entry_place, PersonObservation* person) {
  const nlohmann::json& masks = ValueOf(entry, "dp_masks");
  const std::string place = entry_place + ".dp_masks";
  const auto cannot = [&](const std::string& why) {
    const std::string what = ", the points cannot be held against the masks of their parts";
    person->remarks.push_back({remark::kNoMasks, why + what});
  };
  if (masks.is_null() || (masks.is_array() && masks.empty())) return cannot(place + ": is missing");
  std::vector<SeenCells> parts;
  try {
    parts = ReadMasks(masks, place);
  } catch (const InputError& error) {
    return cannot(error.what());
  }
  bool is_any_known = false;
  const std::string* form = nullptr;
  for (const SeenCells& part : parts) {
    is_any_known = is_any_known || part.is_known;
    if (form == nullptr && !part.form.empty()) form = &part.form;
  }
  if (!is_any_known) return cannot(place + ": is null for every part");
  if (form != nullptr) {
    person->remarks.push_back(
        {remark::kUnusualMasks, StrCat(place, ": found ", *form, ", expected ", kNumMaskParts,
                                       " of COCO's compressed run lengths")});
  }
  constexpr int kReach = 2;  // cells; masks were drawn by hand
  size_t num_off = 0, first = 0;
  for (size_t n = 0; n < person->dense.size(); ++n) {
    const SeenCells& part = parts[static_cast<size_t>(MaskPartOf(person->dense[n].part) - 1)];
    if (!part.is_known) continue;
    if (part.mask &&
        IsWithin(*part.mask, Eigen::Vector2d(x[n], y[n]) * kMaskSide / kDensePoseBoxUnits, kReach))
      continue;
    if (++num_off == 1) first = n;
  }
  if (num_off == 0) return;
  person->remarks.push_back(
      {remark::kPointsOffMasks,
       StrCat(place, ": ", num_off, " of ", person->dense.size(), " points lie more than ", kReach,
              " cells off the mask of their part, the first is point ", first, " of part ",
              person->dense[first].part, " at (", x[first], ", ", y[first], ")")});
}

void ReadAnnotation(const nlohmann::json& entry, const std::string& place, PersonObservation* person) {
  constexpr size_t kArrays = 5;
  const char* const names[kArrays] = {"dp_x", "dp_y", "dp_I", "dp_U", "dp_V"};
  std::vector<double> arrays[kArrays];
  for (size_t i = 0; i < kArrays; ++i) {
    const std::string array_place = place + "." + names[i];
    arrays[i] = NumbersOf(ValueOf(entry, names[i]), array_place);
    if (arrays[i].size() != arrays[0].size()) {
      throw InputError(StrCat(array_place, ": found ", arrays[i].size(), " numbers, expected ",
                              arrays[0].size(), ", as dp_x"));
    }
  }
  if (arrays[0].empty()) return;
  const BoxPx box = ReadBox(entry, place);
  std::vector<double> x, y;  // of the points that are taken
  for (size_t n = 0; n < arrays[0].size(); ++n) {
    bool is_finite = true;
    for (size_t i = 0; i < kArrays; ++i) {
      const double value = arrays[i][n];
      const std::string number_place = StrCat(place, ".", names[i], "[", n, "]");
      is_finite = is_finite && std::isfinite(value);
      if (!std::isfinite(value)) continue;
      const bool fits = i < 2    ? value >= 0 && value <= kMaxBoxPlace
                        : i == 2 ? value >= 1 && value <= kNumChartParts && value == std::floor(value)
                                 : value >= -kChartUvTolerance && value <= 1 + kChartUvTolerance;
      if (fits) continue;
      throw InputError(StrCat(number_place, ": found ", value, ", expected ",
                              i < 2    ? "0 to 255"
                              : i == 2 ? "a part from 1 to 24"
                                       : "0 to 1"));
    }
    if (!is_finite) continue;
    x.push_back(arrays[0][n]);
    y.push_back(arrays[1][n]);
    DensePoint point;
    point.image_px =
        box.corner + Eigen::Vector2d(arrays[0][n], arrays[1][n]).cwiseProduct(box.size) / kDensePoseBoxUnits;
    point.part = static_cast<int>(arrays[2][n]);
    point.uv = {arrays[3][n], arrays[4][n]};
    person->dense.push_back(point);
  }
  if (x.empty()) {
    return FailPerson(reason::kNonFiniteInput, place + ".dp_x: every point holds a number that is not finite",
                      person);
  }
  if (x.size() < arrays[0].size()) {
    person->remarks.push_back({remark::kDroppedPoints,
                               StrCat(place, ".dp_x: ", arrays[0].size() - x.size(), " of ", arrays[0].size(),
                                      " points hold a number that is not finite; left out")});
  }
  CompareWithMasks(entry, x, y, place, person);
}

ChartPixels ReadChartPixels(const nlohmann::json& entry, const std::string& place) {
  const std::vector<double> shape = NumbersOf(ValueOf(entry, "uv_shape"), place + ".uv_shape");
  bool fits = shape.size() == 3 && shape[0] == 3;
  for (const double side : shape)
    fits = fits && side >= 1 && side <= kMaxPictureSide && side == std::floor(side);
  if (!fits) {
    std::string found;
    for (size_t i = 0; i < std::min<size_t>(shape.size(), 4); ++i)
      found += StrCat(i == 0 ? "" : ", ", shape[i]);
    throw InputError(place + ".uv_shape: found (" + found + "), expected (3, height, width)");
  }
  const std::string data_place = place + ".uv_data";
  const nlohmann::json& data = ValueOf(entry, "uv_data");
  if (!data.is_string()) throw InputError(data_place + ": expected text, a PNG in base64");
  ChartPixels pixels = ChartPixelsOfPng(data.get_ref<const std::string&>(), data_place);
  if (pixels.width != static_cast<int>(shape[2]) || pixels.height != static_cast<int>(shape[1])) {
    throw InputError(StrCat(data_place, ": found a picture of ", pixels.width, " x ", pixels.height,
                            " px, expected ", shape[2], " x ", shape[1], " by uv_shape"));
  }
  return pixels;
}

void ReadResult(const nlohmann::json& entry, int max_points, const std::string& place,
                PersonObservation* person) {
  const BoxPx box = ReadBox(entry, place);
  AddChartPoints(ReadChartPixels(entry, place), box.corner, box.size, max_points, place + ".uv_data", person);
}

}  // namespace

void ReadDensePoints(const nlohmann::json& entry, const ObservationOptions& options, const std::string& place,
                     PersonObservation* person) {
  if (entry.contains("uv_data")) {
    ReadResult(entry, options.max_dense_points, place, person);
  } else {
    bool has_any = false;
    for (const char* key : {"dp_x", "dp_y", "dp_I", "dp_U", "dp_V"}) has_any = has_any || entry.contains(key);
    if (has_any) ReadAnnotation(entry, place, person);
  }
}

}  // namespace vitruvius
