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

class DensePosePickle : public ObservationSource {
 public:
  DensePosePickle(const std::string& path, const ObservationOptions& options)
      : path_(path), options_(options), file_(TorchFile::Open(path)) {
    if (!IsListOf(&file_->root()))
      throw InputError(path_, "",
                       StrCat("holds ", file_->root().KindName(), ", expected DensePose's list of images"));
  }

  double FractionDone() const override {
    return static_cast<double>(image_) / static_cast<double>(std::max<size_t>(1, images().size()));
  }

  bool Next(PersonObservation* person) override {
    if (images().empty() && image_ == 0) {
      ++image_;
      *person = FailedPerson(StemOf(path_), path_, reason::kNoPeople, path_ + ": no person was found");
      return true;
    }
    for (; image_ < images().size(); ++image_, person_ = 0) {
      const PickleValue& image = *images()[image_];
      const std::string place = StrCat(path_, ": [", image_, "]");
      const PickleValue* name = image.Find("file_name");
      const bool is_named =
          name != nullptr && (name->kind == PickleKind::kText || name->kind == PickleKind::kBytes);
      const std::string image_path = is_named ? name->Text() : "";
      const std::string stem = is_named ? StemOf(image_path) : StrCat(StemOf(path_), "_", image_);
      if (person_ == 0) {
        std::string error;
        const size_t count = ReadBoxes(image, place, &error);
        if (count == 0) {
          ++image_;
          *person = error.empty()
                        ? FailedPerson(stem, path_, reason::kNoPeople, place + ": no person was found")
                        : FailedPerson(stem, path_, reason::kBadInput, error);
          person->image_path = image_path;
          return true;
        }
      }
      if (4 * person_ >= boxes_.size()) continue;
      *person = PersonObservation();
      person->id = StrCat(stem, "_", person_);
      person->source = path_;
      person->image_path = image_path;
      const std::string place_of_person = StrCat(place, ".pred_densepose[", person_, "]");
      try {
        Read(image, place, place_of_person, person);
      } catch (const InputError& error) {
        FailPerson(reason::kBadInput, error.what(), person);
      }
      FinishPerson(options_, place_of_person, person);
      ++person_;
      return true;
    }
    return false;
  }

 private:
  const std::vector<PickleValue*>& images() const { return file_->root().items; }

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

  void Read(const PickleValue& image, const std::string& image_place, const std::string& place,
            PersonObservation* person) {
    const double* box = &boxes_[4 * person_];
    const Eigen::Vector2d corner(box[0], box[1]), size(box[2] - box[0], box[3] - box[1]);
    if (!corner.allFinite() || !size.allFinite() || size.minCoeff() <= 0)
      throw InputError(StrCat(image_place, ".pred_boxes_XYXY[", person_, "]: encloses nothing"));
    person->box_px = Eigen::Vector4d(corner.x(), corner.y(), size.x(), size.y());
    if (!options_.dense) {
      if (!options_.boxes)
        FailPerson(reason::kTooFewKeypoints,
                   place + ": has no keypoints; `register` takes points of the surface", person);
      return;
    }
    const PickleValue* list = image.Find("pred_densepose");
    if (!IsListOf(list) || person_ >= list->items.size()) throw InputError(place + ": is missing");
    AddChartPoints(PixelsOf(*list->items[person_], place), corner, size, options_.max_dense_points, place,
                   person);
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

  std::string path_;
  ObservationOptions options_;
  std::unique_ptr<TorchFile> file_;
  size_t image_ = 0, person_ = 0;  // the next
  std::vector<double> boxes_;      // (N, 4) of the image
};

}  // namespace

std::unique_ptr<ObservationSource> OpenDensePosePickle(const std::string& path,
                                                       const ObservationOptions& options) {
  return std::make_unique<DensePosePickle>(path, options);
}

}  // namespace vitruvius
