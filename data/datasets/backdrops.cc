#include "data/datasets/backdrops.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "data/datasets/random_shapes.h"
#include "data/io/picture.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

bool IsPictureName(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

RandomShape DrawShape(const Eigen::Vector2d& center_px, double least_px, double most_px, double side_px,
                      Rng* rng) {
  RandomShape shape;
  shape.is_round = rng->Uniform() < 0.4;
  shape.center_px = center_px;
  for (double& half : shape.half_size_px) half = 0.5 * rng->Uniform(least_px, most_px);
  shape.angle_rad = rng->Uniform() < 0.5 ? 0 : rng->Uniform(0, EIGEN_PI);
  shape.texture = DrawTexture(side_px, rng);
  return shape;
}

// A texture or two, as a wall and a floor, and shapes on them.
Image DrawScene(int size_px, Rng* rng) {
  Image image(size_px, size_px);
  const Texture wall = DrawTexture(size_px, rng), floor = DrawTexture(size_px, rng);
  const double horizon = rng->Uniform() < 0.5 ? size_px : rng->Uniform(0.4, 0.95) * size_px;
  const double slope = rng->Uniform(-0.1, 0.1);
  for (int y = 0; y < size_px; ++y) {
    for (int x = 0; x < size_px; ++x) {
      const bool is_wall = y < horizon + slope * (x - 0.5 * size_px);
      image.at(x, y) = ToRgba((is_wall ? wall : floor).At(x, y));
    }
  }
  constexpr int kMostShapes = 10;
  const auto num_shapes = static_cast<int>(rng->Index(kMostShapes + 1));
  for (int i = 0; i < num_shapes; ++i) {
    const double x = rng->Uniform(0, size_px), y = rng->Uniform(0, size_px);
    FillShape(DrawShape({x, y}, 0.04 * size_px, 0.6 * size_px, size_px, rng), &image);
  }
  return image;
}

// A random square of the picture, its side half of the shorter one or more, scaled to size_px.
Image CropOf(const Image& picture, int size_px, Rng* rng) {
  const double side = rng->Uniform(0.5, 1) * std::min(picture.width, picture.height);
  const double left = rng->Uniform(0, picture.width - side), top = rng->Uniform(0, picture.height - side);
  const bool is_mirrored = rng->Uniform() < 0.5;
  const double scale = side / size_px;
  const int taps = std::max(1, static_cast<int>(std::lround(scale)));  // a side, averaged
  Image crop(size_px, size_px);
  for (int y = 0; y < size_px; ++y) {
    for (int x = 0; x < size_px; ++x) {
      Eigen::Vector3f sum = Eigen::Vector3f::Zero();
      for (int tap = 0; tap < taps * taps; ++tap) {
        const double x_in = left + scale * (x + (tap % taps + 0.5) / taps),
                     y_in = top + scale * (y + (tap / taps + 0.5) / taps);
        const Rgba& pixel = picture.at(std::min(static_cast<int>(x_in), picture.width - 1),
                                       std::min(static_cast<int>(y_in), picture.height - 1));
        sum += Eigen::Vector3f(pixel.r, pixel.g, pixel.b);
      }
      crop.at(is_mirrored ? size_px - 1 - x : x, y) = ToRgba(sum / (255.0f * taps * taps));
    }
  }
  return crop;
}

}  // namespace

Backdrops::Backdrops(const std::string& folder) {
  if (folder.empty()) return;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw InputError(folder, "", "found no folder of this name, expected one of pictures");
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->is_regular_file(gone) && IsPictureName(it->path())) files_.push_back(it->path().string());
  }
  if (error) throw InputError(folder, "", "the folder cannot be read: " + error.message());
  if (files_.empty()) throw InputError(folder, "", "found no picture, expected .jpg, .jpeg or .png files");
  std::sort(files_.begin(), files_.end());
}

Image Backdrops::Draw(int size_px, Rng* rng) const {
  VT_CHECK_GE(size_px, 1);
  if (files_.empty()) return DrawScene(size_px, rng);
  return CropOf(ReadPicture(files_[rng->Index(files_.size())]), size_px, rng);
}

Image DrawOccluders(int size_px, const Eigen::Vector2d& low_px, const Eigen::Vector2d& high_px, Rng* rng) {
  Image image(size_px, size_px);
  const double extent = (high_px - low_px).maxCoeff();
  const int num_shapes = rng->Uniform() < 0.7 ? 1 : 2;
  for (int i = 0; i < num_shapes; ++i) {
    const double x = rng->Uniform(low_px.x(), high_px.x()), y = rng->Uniform(low_px.y(), high_px.y());
    FillShape(DrawShape({x, y}, 0.1 * extent, 0.45 * extent, size_px, rng), &image);
  }
  return image;
}

}  // namespace vitruvius
