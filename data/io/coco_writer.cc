#include "data/io/coco_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "data/io/part_masks.h"
#include "data/io/spooled_column.h"
#include "data/io/streamed_file.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kPixelDecimals = 3, kPlaceDecimals = 6;
constexpr size_t kCopied = 1 << 16;

// At most so many decimals, without zeros at the end; the same on every machine.
void AppendNumber(double value, int decimals, std::string* text) {
  VT_CHECK(std::abs(value) < 1e15);
  char digits[64];
  const std::to_chars_result end =
      std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::fixed, decimals);
  VT_CHECK(end.ec == std::errc());
  std::string_view word(digits, static_cast<size_t>(end.ptr - digits));
  if (word.find('.') != std::string_view::npos) {
    while (word.back() == '0') word.remove_suffix(1);
    if (word.back() == '.') word.remove_suffix(1);
  }
  *text += word == "-0" ? "0" : word;
}

template <typename Get>
void AppendArray(const char* key, size_t count, int decimals, const Get& get, std::string* text) {
  *text += StrCat(",\"", key, "\":[");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) *text += ',';
    AppendNumber(get(i), decimals, text);
  }
  *text += ']';
}

void AppendDense(const CocoPerson& person, std::string* text) {
  const Eigen::Vector2d corner = person.box_px.head<2>(), size = person.box_px.tail<2>();
  const std::vector<DensePoint>& dense = person.dense;
  for (const DensePoint& point : dense) {
    const Eigen::Vector2d from = point.image_px - corner;
    VT_CHECK(from.minCoeff() >= 0 && (size - from).minCoeff() >= 0);
    VT_CHECK_GE(point.part, 1);
  }
  for (const int axis : {0, 1}) {
    AppendArray(
        axis == 0 ? "dp_x" : "dp_y", dense.size(), kPlaceDecimals,
        [&](size_t i) { return (dense[i].image_px[axis] - corner[axis]) * kDensePoseBoxUnits / size[axis]; },
        text);
  }
  AppendArray(
      "dp_I", dense.size(), 0, [&](size_t i) { return dense[i].part; }, text);
  AppendArray(
      "dp_U", dense.size(), kPlaceDecimals, [&](size_t i) { return dense[i].uv.x(); }, text);
  AppendArray(
      "dp_V", dense.size(), kPlaceDecimals, [&](size_t i) { return dense[i].uv.y(); }, text);
}

// A cell of the box belongs to the part of the pixel that its middle lies in, and to those of all pixels
// whose middle lies in it: what is thinner than a cell is not lost.
void AppendMasks(const CocoPerson& person, std::string* text) {
  VT_CHECK_EQ(person.part_at.size(), static_cast<size_t>(person.width) * static_cast<size_t>(person.height));
  const Eigen::Vector2d corner = person.box_px.head<2>(), cell_px = person.box_px.tail<2>() / kMaskSide;
  VT_CHECK_GT(cell_px.minCoeff(), 0.0);
  std::vector<PartMask> masks(kNumMaskParts);
  const auto add = [&](double px_x, double px_y, double cell_x, double cell_y) {
    const double x = std::floor(px_x), y = std::floor(px_y), column = std::floor(cell_x),
                 row = std::floor(cell_y);
    if (x < 0 || y < 0 || x >= person.width || y >= person.height) return;
    if (column < 0 || row < 0 || column >= kMaskSide || row >= kMaskSide) return;
    const int part =
        person.part_at[static_cast<size_t>(y) * static_cast<size_t>(person.width) + static_cast<size_t>(x)];
    if (part == 0) return;
    masks[static_cast<size_t>(MaskPartOf(part) - 1)].set(static_cast<size_t>(kMaskSide * column + row));
  };
  for (int column = 0; column < kMaskSide; ++column) {
    for (int row = 0; row < kMaskSide; ++row) {
      const Eigen::Vector2d px = corner + Eigen::Vector2d(column + 0.5, row + 0.5).cwiseProduct(cell_px);
      add(px.x(), px.y(), column, row);
    }
  }
  for (int y = 0; y < person.height; ++y) {
    for (int x = 0; x < person.width; ++x) {
      const Eigen::Vector2d cell = (Eigen::Vector2d(x + 0.5, y + 0.5) - corner).cwiseQuotient(cell_px);
      add(x, y, cell.x(), cell.y());
    }
  }
  *text += ",\"dp_masks\":[";
  for (const PartMask& mask : masks) {
    if (&mask != &masks.front()) *text += ',';
    if (mask.none()) {
      *text += "[]";
      continue;
    }
    // Counts may hold a backslash.
    *text += StrCat("{\"counts\":", JsonText(nlohmann::json(EncodeMask(mask))), ",\"size\":[", kMaskSide, ",",
                    kMaskSide, "]}");
  }
  *text += ']';
}

std::string AnnotationOf(const CocoPerson& person) {
  std::string text =
      StrCat("{\"id\":", person.id, ",\"image_id\":", person.image_id, ",\"category_id\":1,\"iscrowd\":0");
  AppendArray(
      "bbox", 4, kPixelDecimals, [&](size_t i) { return person.box_px[static_cast<int>(i)]; }, &text);
  text += ",\"area\":";
  AppendNumber(person.area_px, kPixelDecimals, &text);
  if (person.keypoints_px.rows() > 0) {
    VT_CHECK_EQ(person.keypoints_px.rows(), FindKeypointSet("coco17")->size());
    VT_CHECK_EQ(person.keypoints_px.rows(), person.visibility.size());
    const auto number = [&](size_t i) {
      const auto k = static_cast<Eigen::Index>(i / 3);
      if (i % 3 == 2) return static_cast<double>(person.visibility[k]);
      // What is not labelled lies at the corner.
      return person.visibility[k] == 0 ? 0 : person.keypoints_px(k, static_cast<Eigen::Index>(i % 3));
    };
    AppendArray("keypoints", 3 * static_cast<size_t>(person.visibility.size()), kPixelDecimals, number,
                &text);
    text += StrCat(",\"num_keypoints\":", (person.visibility.array() > 0).count());
  }
  if (!person.dense.empty()) AppendDense(person, &text);
  if (!person.part_at.empty()) AppendMasks(person, &text);
  return text + '}';
}

// Keypoints' names and limbs as COCO's own file has them, the limbs from 1.
std::string Categories() {
  const KeypointSet& set = *FindKeypointSet("coco17");
  nlohmann::json category = {{"id", 1}, {"name", "person"}, {"supercategory", "person"}};
  for (const KeypointSet::Point& point : set.points) category["keypoints"].push_back(point.name);
  for (const auto& [first, second] : set.limbs) category["skeleton"].push_back({first + 1, second + 1});
  return JsonText(nlohmann::json::array({category}));
}

}  // namespace

std::string PersonIdOf(const CocoPerson& person) { return StrCat(StemOf(person.file_name), "_", person.id); }

struct CocoWriter::Impl {
  explicit Impl(const std::string& path)
      : file(path), images(std::filesystem::absolute(path).parent_path().string()) {}

  void Write(const std::string& text) { file.Append(text.data(), text.size()); }

  StreamedFile file;   // the annotations, and in the end all
  UnnamedFile images;  // their array, without brackets
  std::uint64_t images_size = 0;
  bool any = false, finished = false;
};

CocoWriter::CocoWriter(const std::string& path) : impl_(new Impl(path)) {
  impl_->Write("{\"info\":{\"description\":\"synthetic people\"},\"categories\":" + Categories() +
               ",\n\"annotations\":[");
}
CocoWriter::~CocoWriter() = default;

void CocoWriter::Append(const CocoPerson& person) {
  VT_CHECK(!impl_->finished);
  VT_CHECK_GE(person.id, 1);
  const std::string comma = impl_->any ? ",\n" : "\n";
  impl_->any = true;
  impl_->Write(comma + AnnotationOf(person));
  const std::string image = comma + StrCat("{\"id\":", person.image_id,
                                           ",\"file_name\":", JsonText(nlohmann::json(person.file_name)),
                                           ",\"width\":", person.width, ",\"height\":", person.height, "}");
  impl_->images.Append(image.data(), image.size());
  impl_->images_size += image.size();
}

void CocoWriter::Finish() {
  VT_CHECK(!impl_->finished);
  impl_->finished = true;
  impl_->Write("\n],\n\"images\":[");
  impl_->images.Flush();
  std::string part;
  for (std::uint64_t done = 0; done < impl_->images_size; done += part.size()) {
    part.resize(std::min<std::uint64_t>(kCopied, impl_->images_size - done));
    impl_->images.Read(part.data(), part.size(), done);
    impl_->Write(part);
  }
  impl_->Write("\n]}\n");
  impl_->file.Commit();
}

}  // namespace vitruvius
