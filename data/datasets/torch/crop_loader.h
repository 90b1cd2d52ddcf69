// Crops of pictures in files as tensors for residual networks.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "data/datasets/image_crops.h"

namespace vitruvius {

// A person in a picture.
struct PictureCrop {
  std::string image_path;
  CropFrame frame;
};

struct CropBatch {
  at::Tensor images;            // (N, 3, S, S) float, channels last, normalised as ImageNet's are; zero where
                                // there is no picture
  std::vector<CropView> views;  // (N) how each is seen
  std::vector<bool> mirrored;   // (N) its picture is the mirror image of that, left for right
  std::vector<bool> is_there;   // (N) its picture could be read
};

struct CropLoaderOptions {
  int size_px = 224;
  CropAugmentation augmentation;  // of crops that are drawn with random numbers
  // Parts of pictures that are kept in memory, uncompressed, the ones used last: reading a picture takes
  // longer than cutting it.
  std::int64_t cache_bytes = std::int64_t{1} << 30;
  void Check() const;  // throws ContractError
};

class CropLoader {
 public:
  // Throws ContractError for a frame or an option that is wrong. Pictures are opened when they are asked for.
  CropLoader(std::vector<PictureCrop> crops, const CropLoaderOptions& options);

  // Crops by their numbers, upright and as they are.
  CropBatch Load(const std::vector<std::int64_t>& rows);
  // Changed at random: row i by numbers that follow from (seed, step, i) alone.
  CropBatch Load(const std::vector<std::int64_t>& rows, std::uint64_t seed, std::int64_t step);

  std::int64_t size() const { return static_cast<std::int64_t>(crops_.size()); }
  const CropLoaderOptions& options() const { return options_; }
  // Pictures that could not be read so far, by name, with the reason. Safe to call beside a Load.
  std::map<std::string, std::string> Unread() const;

 private:
  struct Kept {
    CropSource source;
    std::list<std::int64_t>::iterator age;
  };
  CropBatch LoadChanged(const std::vector<std::int64_t>& rows, const std::vector<CropChange>& changes);
  // Null where the picture cannot be read.
  const CropSource* Source(std::int64_t row);
  void Forget();

  std::vector<PictureCrop> crops_;
  CropLoaderOptions options_;
  double reach_;
  std::map<std::int64_t, Kept> kept_;
  std::list<std::int64_t> ages_;  // the one used last in front
  std::int64_t kept_bytes_ = 0;
  mutable std::mutex unread_mutex_;
  std::map<std::string, std::string> unread_;
};

}  // namespace vitruvius
