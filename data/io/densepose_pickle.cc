// DensePose's results as `apply_net.py dump` writes them; source: facebookresearch/detectron2,
// projects/DensePose, apply_net.py (DumpAction) and densepose/structures/chart_result.py. torch.save of a
// list with a dict for each image: file_name; scores (N); pred_boxes_XYXY (N, 4) px; pred_densepose, a list
// of N objects of a class of chart results: labels (H, W) part of each pixel of the box, uv (2, H, W) 0 to 1;
// or labels_uv_uint8 (3, H, W), 255 u and 255 v; or that as a PNG in base64, labels_uv_str, with shape_chw.
// Nothing is executed: objects of these classes are read as the dicts of their members, any others are not
// read.
#include <algorithm>
#include <cmath>

#include "data/io/keypoint_formats.h"
#include "data/io/people_of_images.h"
#include "data/io/picture.h"
#include "data/io/torch_checkpoint.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;
constexpr double kUnitsOfChartByte = 255;

bool IsListOf(const PickleValue* value) {
  return value != nullptr && (value->kind == PickleKind::kList || value->kind == PickleKind::kTuple);
}

class DensePosePickle : public PeopleOfImages {
 public:
  DensePosePickle(const std::string& path, const ObservationOptions& options)
      : PeopleOfImages(path, options), file_(TorchFile::Open(path)) {
    if (!IsListOf(&file_->root()))
      throw InputError(path_, "",
                       StrCat("holds ", file_->root().KindName(), ", expected DensePose's list of images"));
  }

 private:
  const std::vector<PickleValue*>& images() const { return file_->root().items; }

  // What the file calls the image; empty: nothing.
  std::string NameOf(size_t k) const {
    const PickleValue* name = images()[k]->Find("file_name");
    const bool is_named =
        name != nullptr && (name->kind == PickleKind::kText || name->kind == PickleKind::kBytes);
    return is_named ? name->Text() : "";
  }

  size_t num_images() const override { return images().size(); }

  ImageOfFile Open(size_t k) override {
    const std::string name = NameOf(k);
    ImageOfFile image;
    image.stem = name.empty() ? StrCat(StemOf(path_), "_", k) : StemOf(name);
    image.place = StrCat(path_, ": [", k, "]");
    image.num_people = ReadBoxes(*images()[k], image.place, &image.error);
    return image;
  }

  void Describe(size_t k, PersonObservation* person) const override { person->image_path = NameOf(k); }

  std::string PlaceOf(const ImageOfFile& image, size_t k) const override {
    return StrCat(image.place, ".pred_densepose[", k, "]");
  }

  // The number of people of an image: one for each box. 0, with the error, where they cannot be read: a shape
  // alone promises any number.
  size_t ReadBoxes(const PickleValue& image, const std::string& place, std::string* error) {
    boxes_.clear();
    const PickleValue* boxes = image.Find("pred_boxes_XYXY");
    if (boxes == nullptr) return 0;
    try {
      boxes_ = file_->ReadTensor(*boxes, {-1, 4}, place + ".pred_boxes_XYXY").ToDoubles();
    } catch (const InputError& caught) {
      *error = caught.what();
    }
    return boxes_.size() / 4;
  }

  void Read(size_t image, size_t k, const std::string& place, PersonObservation* person) override {
    const double* box = &boxes_[4 * k];
    const Eigen::Vector2d corner(box[0], box[1]), size(box[2] - box[0], box[3] - box[1]);
    if (!corner.allFinite() || !size.allFinite() || size.minCoeff() <= 0)
      throw InputError(StrCat(path_, ": [", image, "].pred_boxes_XYXY[", k, "]: encloses nothing"));
    person->box_px = Eigen::Vector4d(corner.x(), corner.y(), size.x(), size.y());
    if (!options_.dense) {
      if (!options_.boxes)
        FailPerson(reason::kTooFewKeypoints,
                   place + ": has no keypoints; `register` takes points of the surface", person);
      return;
    }
    const PickleValue* list = images()[image]->Find("pred_densepose");
    if (!IsListOf(list) || k >= list->items.size()) throw InputError(place + ": is missing");
    AddChartPoints(PixelsOf(*list->items[k], place), corner, size, options_.max_dense_points, place, person);
  }

  ChartPixels PixelsOf(const PickleValue& result, const std::string& place) const {
    if (result.kind != PickleKind::kDict) {
      throw InputError(StrCat(
          place, ": found ",
          result.of == PickleClass::kUnknown ? "an object of the class " + result.Text() : result.KindName(),
          ", expected a result by charts (DensePoseChartResult)"));
    }
    if (result.Find("labels_uv_uint8") != nullptr)
      return Quantized(*result.Find("labels_uv_uint8"), place + ".labels_uv_uint8");
    if (result.Find("labels_uv_str") != nullptr) return Compressed(result, place);
    const PickleValue *labels = result.Find("labels"), *uv = result.Find("uv");
    if (labels == nullptr || uv == nullptr) throw InputError(place + ": expected labels and uv");
    const NpyArray parts = file_->ReadTensor(*labels, {-1, -1}, place + ".labels");
    ChartPixels pixels;
    SetSize(parts.shape[1], parts.shape[0], place, &pixels);
    const std::vector<double> coordinates =
        file_->ReadTensor(*uv, {2, parts.shape[0], parts.shape[1]}, place + ".uv").ToDoubles();
    for (const std::int64_t part : parts.ToInts())
      pixels.part.push_back(static_cast<int>(std::clamp<std::int64_t>(part, -1, 1000)));
    const size_t count = pixels.part.size();
    for (size_t i = 0; i < count; ++i) pixels.uv.emplace_back(coordinates[i], coordinates[count + i]);
    return pixels;
  }

  void SetSize(std::int64_t width, std::int64_t height, const std::string& place, ChartPixels* pixels) const {
    if (width < 1 || height < 1 || width > kMaxPictureSide || height > kMaxPictureSide)
      throw InputError(StrCat(place, ": found ", width, " x ", height, " pixels, expected 1 to ",
                              kMaxPictureSide, " a side"));
    pixels->width = static_cast<int>(width);
    pixels->height = static_cast<int>(height);
  }

  ChartPixels Quantized(const PickleValue& value, const std::string& place) const {
    const NpyArray bytes = file_->ReadTensor(value, {3, -1, -1}, place);
    ChartPixels pixels;
    SetSize(bytes.shape[2], bytes.shape[1], place, &pixels);
    const std::vector<std::int64_t> values = bytes.ToInts();
    const size_t count = values.size() / 3;
    for (size_t i = 0; i < count; ++i) {
      pixels.part.push_back(static_cast<int>(std::clamp<std::int64_t>(values[i], -1, 1000)));
      pixels.uv.emplace_back(Eigen::Vector2d(static_cast<double>(values[count + i]),
                                             static_cast<double>(values[2 * count + i])) /
                             kUnitsOfChartByte);
    }
    return pixels;
  }

  ChartPixels Compressed(const PickleValue& result, const std::string& place) const {
    const PickleValue& text = *result.Find("labels_uv_str");
    if (text.kind != PickleKind::kText && text.kind != PickleKind::kBytes)
      throw InputError(place + ".labels_uv_str: expected text, a PNG in base64");
    return ChartPixelsOfPng(text.Text(), place + ".labels_uv_str");
  }

  std::unique_ptr<TorchFile> file_;
  std::vector<double> boxes_;  // (N, 4) of the image
};

}  // namespace

std::unique_ptr<ObservationSource> OpenDensePosePickle(const std::string& path,
                                                       const ObservationOptions& options) {
  return std::make_unique<DensePosePickle>(path, options);
}

}  // namespace vitruvius
