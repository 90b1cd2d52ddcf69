#include "data/datasets/torch/crop_loader.h"

#include <algorithm>

#include "data/io/picture.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// torchvision's, of sRGB values 0 to 1: what pretrained weights were trained with.
constexpr std::array<float, 3> kMean = {0.485f, 0.456f, 0.406f};
constexpr float kDeviation[3] = {0.229f, 0.224f, 0.225f};

std::int64_t BytesOf(const CropSource& source) {
  constexpr std::int64_t kAround = 256;
  return kAround + static_cast<std::int64_t>(source.image.pixels.size() * sizeof(Rgba));
}

}  // namespace

void CropLoaderOptions::Check() const {
  VT_CHECK_GE(size_px, 1);
  VT_CHECK_LE(size_px, kMaxPictureSide);
  VT_CHECK_GE(cache_bytes, 0);
  augmentation.Check();
}

CropLoader::CropLoader(std::vector<PictureCrop> crops, const CropLoaderOptions& options)
    : crops_(std::move(crops)), options_(options), reach_(ReachOf(options.augmentation)) {
  options_.Check();
  for (const PictureCrop& crop : crops_) crop.frame.Check();
}

std::map<std::string, std::string> CropLoader::Unread() const {
  const std::lock_guard<std::mutex> lock(unread_mutex_);
  return unread_;
}

CropBatch CropLoader::Load(const std::vector<std::int64_t>& rows) {
  return LoadChanged(rows, std::vector<CropChange>(rows.size()));
}

CropBatch CropLoader::Load(const std::vector<std::int64_t>& rows, std::uint64_t seed, std::int64_t step) {
  std::vector<CropChange> changes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rng rng(HashString(StrCat("crop ", step, " ", i), seed));
    changes.push_back(DrawCropChange(options_.augmentation, &rng));
  }
  return LoadChanged(rows, changes);
}

CropBatch CropLoader::LoadChanged(const std::vector<std::int64_t>& rows,
                                  const std::vector<CropChange>& changes) {
  const int side = options_.size_px;
  const auto plane = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  CropBatch batch;
  // Rows of pixels with their channels together: the order that Forward wants.
  at::Tensor pixels = at::zeros({static_cast<std::int64_t>(rows.size()), side, side, 3});
  float* out = pixels.data_ptr<float>();
  for (std::size_t i = 0; i < rows.size(); ++i, out += 3 * plane) {
    VT_CHECK(rows[i] >= 0 && rows[i] < size());
    batch.views.push_back(changes[i].ViewOf(crops_[static_cast<std::size_t>(rows[i])].frame));
    batch.mirrored.push_back(changes[i].mirrored);
    const CropSource* source = Source(rows[i]);
    batch.is_there.push_back(source != nullptr);
    if (source == nullptr) continue;
    std::vector<float> crop = SampleCrop(*source, batch.views.back(), side, kMean);
    ChangeColors(changes[i], side, &crop);
    if (changes[i].mirrored) MirrorCrop(side, &crop);
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t p = 0; p < plane; ++p)
        out[3 * p + c] = (crop[c * plane + p] - kMean[c]) / kDeviation[c];
    }
    Forget();
  }
  batch.images = pixels.permute({0, 3, 1, 2});
  return batch;
}

const CropSource* CropLoader::Source(std::int64_t row) {
  const auto found = kept_.find(row);
  if (found != kept_.end()) {
    ages_.splice(ages_.begin(), ages_, found->second.age);
    return &found->second.source;
  }
  const PictureCrop& crop = crops_[static_cast<std::size_t>(row)];
  if (unread_.count(crop.image_path) > 0) return nullptr;
  try {
    Kept kept;
    kept.source = CutForCrops(ReadPicture(crop.image_path), crop.frame, options_.size_px, reach_);
    kept_bytes_ += BytesOf(kept.source);
    ages_.push_front(row);
    kept.age = ages_.begin();
    return &kept_.emplace(row, std::move(kept)).first->second.source;
  } catch (const InputError& error) {
    const std::lock_guard<std::mutex> lock(unread_mutex_);
    unread_[crop.image_path] = error.what();
    return nullptr;
  }
}

// The oldest ones; all of them where nothing is to be kept.
void CropLoader::Forget() {
  while (kept_bytes_ > options_.cache_bytes && !ages_.empty()) {
    const auto oldest = kept_.find(ages_.back());
    kept_bytes_ -= BytesOf(oldest->second.source);
    kept_.erase(oldest);
    ages_.pop_back();
  }
}

}  // namespace vitruvius
