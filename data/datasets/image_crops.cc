#include "data/datasets/image_crops.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {
namespace {

Eigen::Matrix2d Turn(double radians) { return Eigen::Rotation2Dd(radians).toRotationMatrix(); }

// Rot(radians) of the image's axes, depth as it is.
RowMatrix3d TurnInDepth(double radians) {
  RowMatrix3d turn = RowMatrix3d::Identity();
  turn.topLeftCorner<2, 2>() = Turn(radians);
  return turn;
}

// Half the width and height in each direction; colours are means of what is opaque.
Image Halved(const Image& image) {
  Image half((image.width + 1) / 2, (image.height + 1) / 2);
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x < half.width; ++x) {
      int sum[3] = {0, 0, 0}, alpha = 0;
      for (int dy = 0; dy < 2; ++dy) {
        for (int dx = 0; dx < 2; ++dx) {
          const int sx = 2 * x + dx, sy = 2 * y + dy;
          if (sx >= image.width || sy >= image.height) continue;
          const Rgba& p = image.at(sx, sy);
          sum[0] += p.a * p.r;
          sum[1] += p.a * p.g;
          sum[2] += p.a * p.b;
          alpha += p.a;
        }
      }
      if (alpha == 0) continue;
      const auto mean = [&](int i) { return static_cast<std::uint8_t>((sum[i] + alpha / 2) / alpha); };
      half.at(x, y) = {mean(0), mean(1), mean(2), static_cast<std::uint8_t>((alpha + 2) / 4)};
    }
  }
  return half;
}

// Adds the colour at (x, y), pixels, times its weight; alpha to sum[3].
void AddBilinear(const Image& image, float x, float y, std::array<float, 4>* sum) {
  const float fx = std::floor(x - 0.5f), fy = std::floor(y - 0.5f);
  if (!(fx >= -1 && fy >= -1 && fx < static_cast<float>(image.width) &&
        fy < static_cast<float>(image.height)))
    return;
  const int x0 = static_cast<int>(fx), y0 = static_cast<int>(fy);
  const float wx = x - 0.5f - fx, wy = y - 0.5f - fy;
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const int px = x0 + dx, py = y0 + dy;
      if (px < 0 || py < 0 || px >= image.width || py >= image.height) continue;
      const Rgba& p = image.at(px, py);
      const float weight = (dx == 0 ? 1 - wx : wx) * (dy == 0 ? 1 - wy : wy) * static_cast<float>(p.a);
      (*sum)[0] += weight * static_cast<float>(p.r);
      (*sum)[1] += weight * static_cast<float>(p.g);
      (*sum)[2] += weight * static_cast<float>(p.b);
      (*sum)[3] += weight;
    }
  }
}

}  // namespace

void CropFrame::Check() const {
  VT_CHECK(center_px.allFinite());
  VT_CHECK(std::isfinite(half_px) && half_px > 0);
}

std::optional<CropFrame> FrameAround(const MatrixX2d& points_px, double margin) {
  VT_CHECK_GT(margin, 0.0);
  if (points_px.rows() == 0 || !points_px.allFinite()) return std::nullopt;
  const Eigen::Vector2d low = points_px.colwise().minCoeff(), high = points_px.colwise().maxCoeff();
  const double side = (high - low).maxCoeff();
  if (!(side > 0)) return std::nullopt;
  return CropFrame{(low + high) / 2, margin * side / 2};
}

std::optional<CropFrame> FrameOf(const PersonObservation& person, double margin) {
  std::vector<Eigen::Vector2d> seen;
  for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k) {
    if (person.keypoints2d(k, 2) > 0) seen.emplace_back(person.keypoints2d.row(k).head<2>().transpose());
  }
  for (const DensePoint& point : person.dense) seen.push_back(point.image_px);
  MatrixX2d points(static_cast<Eigen::Index>(seen.size()), 2);
  for (Eigen::Index i = 0; i < points.rows(); ++i) points.row(i) = seen[static_cast<size_t>(i)].transpose();
  std::optional<CropFrame> frame = FrameAround(points, margin);
  if (!frame && person.box_px) {
    const Eigen::Vector2d corner = person.box_px->head<2>(), size = person.box_px->tail<2>();
    points.resize(2, 2);
    points << corner.transpose(), (corner + size).transpose();
    frame = FrameAround(points, margin);
  }
  return frame;
}

Eigen::Vector2d CropView::CropFromPicture(const Eigen::Vector2d& px) const {
  return zoom / frame.half_px * (Turn(turn_rad) * (px - frame.center_px)) + shift;
}

Eigen::Vector2d CropView::PictureFromCrop(const Eigen::Vector2d& crop) const {
  return frame.half_px / zoom * (Turn(-turn_rad) * (crop - shift)) + frame.center_px;
}

SegmentParameters CropView::CropFromPicture(SegmentParameters person) const {
  person.rotation = TurnInDepth(turn_rad) * person.rotation;
  person.camera.tail<2>() = CropFromPicture(Eigen::Vector2d(person.camera.tail<2>()));
  person.camera[0] *= zoom / frame.half_px;
  return person;
}

SegmentParameters CropView::PictureFromCrop(SegmentParameters person) const {
  person.rotation = TurnInDepth(-turn_rad) * person.rotation;
  person.camera.tail<2>() = PictureFromCrop(Eigen::Vector2d(person.camera.tail<2>()));
  person.camera[0] *= frame.half_px / zoom;
  return person;
}

CropAugmentation CropAugmentation::None() {
  CropAugmentation none = CropAugmentation().Times(0);
  none.mirrored_share = 0;
  return none;
}

CropAugmentation CropAugmentation::Times(double factor) const {
  CropAugmentation scaled = *this;
  for (double CropAugmentation::*range :
       {&CropAugmentation::turn_deg, &CropAugmentation::turned_share, &CropAugmentation::zoom,
        &CropAugmentation::shift, &CropAugmentation::brightness, &CropAugmentation::contrast,
        &CropAugmentation::saturation, &CropAugmentation::channel, &CropAugmentation::erased_share,
        &CropAugmentation::erased_side})
    scaled.*range *= factor;
  return scaled;
}

void CropAugmentation::Check() const {
  VT_CHECK(turn_deg >= 0 && turn_deg <= 180);
  VT_CHECK(turned_share >= 0 && turned_share <= 1);
  VT_CHECK(zoom >= 0 && zoom < 1);
  VT_CHECK(shift >= 0 && shift <= 1);
  VT_CHECK(brightness >= 0 && brightness < 1);
  VT_CHECK(contrast >= 0 && contrast < 1);
  VT_CHECK(saturation >= 0 && saturation <= 1);
  VT_CHECK(channel >= 0 && channel < 1);
  VT_CHECK(erased_share >= 0 && erased_share <= 1);
  VT_CHECK(erased_side >= 0 && erased_side <= 1);
  VT_CHECK(mirrored_share >= 0 && mirrored_share <= 1);
}

CropChange DrawCropChange(const CropAugmentation& augmentation, Rng* rng) {
  const auto about = [&](double middle, double most) { return rng->Uniform(middle - most, middle + most); };
  // Every number is drawn whether it counts or not: one option then does not change what the others give.
  CropChange change;
  const double turned = rng->Uniform();
  change.turn_rad = about(0, augmentation.turn_deg * EIGEN_PI / 180);
  if (turned >= augmentation.turned_share) change.turn_rad = 0;
  change.zoom = about(1, augmentation.zoom);
  change.shift.x() = about(0, augmentation.shift);
  change.shift.y() = about(0, augmentation.shift);
  change.brightness = about(1, augmentation.brightness);
  change.contrast = about(1, augmentation.contrast);
  change.saturation = about(1, augmentation.saturation);
  for (double& factor : change.channel) factor = about(1, augmentation.channel);
  const bool erases = rng->Uniform() < augmentation.erased_share;
  const double width = rng->Uniform(0.1, 1) * augmentation.erased_side,
               height = rng->Uniform(0.1, 1) * augmentation.erased_side;
  const double x = rng->Uniform(0, 1 - width), y = rng->Uniform(0, 1 - height);
  for (float& value : change.erased_color) value = static_cast<float>(rng->Uniform());
  if (erases) change.erased = {x, y, width, height};
  change.mirrored = rng->Uniform() < augmentation.mirrored_share;
  return change;
}

double ReachOf(const CropAugmentation& augmentation) {
  const double corner = augmentation.turn_deg > 0 && augmentation.turned_share > 0 ? std::sqrt(2.0) : 1;
  return corner * (1 + augmentation.shift) / (1 - augmentation.zoom);
}

CropSource CutForCrops(const Image& picture, const CropFrame& frame, int size_px, double reach) {
  frame.Check();
  VT_CHECK_GT(size_px, 0);
  VT_CHECK_GT(reach, 0.0);
  CropSource source;
  const double radius = reach * frame.half_px + 1;
  const auto low = [&](double center, int size) {
    return static_cast<int>(std::clamp(std::floor(center - radius), 0.0, static_cast<double>(size)));
  };
  const auto high = [&](double center, int size) {
    return static_cast<int>(std::clamp(std::ceil(center + radius), 0.0, static_cast<double>(size)));
  };
  const int x0 = low(frame.center_px.x(), picture.width), x1 = high(frame.center_px.x(), picture.width),
            y0 = low(frame.center_px.y(), picture.height), y1 = high(frame.center_px.y(), picture.height);
  source.origin_px = {x0, y0};
  if (x1 <= x0 || y1 <= y0) return source;  // the frame lies outside: all is fill
  source.image = Image(x1 - x0, y1 - y0);
  for (int y = y0; y < y1; ++y) std::copy_n(&picture.at(x0, y), x1 - x0, &source.image.at(0, y - y0));
  const double px_per_crop_pixel = 2 * frame.half_px / size_px;
  while (px_per_crop_pixel >= 2 * source.px_per_pixel) {
    source.image = Halved(source.image);
    source.px_per_pixel *= 2;
  }
  return source;
}

std::vector<float> SampleCrop(const CropSource& source, const CropView& view, int size_px,
                              const std::array<float, 3>& fill) {
  view.frame.Check();
  VT_CHECK_GT(size_px, 0);
  const auto plane = static_cast<size_t>(size_px) * static_cast<size_t>(size_px);
  std::vector<float> crop(3 * plane);
  const double step = 2.0 / size_px;  // crop units a pixel
  const auto place = [&](double column, double row) {
    const Eigen::Vector2d px = view.PictureFromCrop(Eigen::Vector2d(step * column - 1, step * row - 1));
    return Eigen::Vector2d((px - source.origin_px) / source.px_per_pixel);
  };
  // It is affine: the place of one pixel, and what a step to the right and down adds.
  const Eigen::Vector2d corner = place(0, 0), right = place(1, 0) - corner, down = place(0, 1) - corner;
  const int side = right.norm() > 1.001 ? 2 : 1;  // samples a side of a pixel
  const float share = 1.0f / static_cast<float>(side * side);
  for (int row = 0; row < size_px; ++row) {
    for (int column = 0; column < size_px; ++column) {
      std::array<float, 4> sum = {0, 0, 0, 0};
      for (int i = 0; i < side; ++i) {
        for (int j = 0; j < side; ++j) {
          const Eigen::Vector2d at =
              corner + (column + (j + 0.5) / side) * right + (row + (i + 0.5) / side) * down;
          AddBilinear(source.image, static_cast<float>(at.x()), static_cast<float>(at.y()), &sum);
        }
      }
      const float missing = 1 - std::min(1.0f, share * sum[3] / 255.0f);
      float* out = crop.data() + static_cast<size_t>(row) * static_cast<size_t>(size_px) + column;
      for (size_t c = 0; c < 3; ++c) out[c * plane] = share * sum[c] / (255.0f * 255.0f) + missing * fill[c];
    }
  }
  return crop;
}

void MirrorCrop(int size_px, std::vector<float>* crop) {
  for (auto row = crop->begin(); row != crop->end(); row += size_px) std::reverse(row, row + size_px);
}

void ChangeColors(const CropChange& change, int size_px, std::vector<float>* crop) {
  const auto plane = static_cast<size_t>(size_px) * static_cast<size_t>(size_px);
  VT_CHECK_EQ(crop->size(), 3 * plane);
  constexpr float kGrey[3] = {0.299f, 0.587f, 0.114f};  // ITU-R BT.601
  float* const channel[3] = {crop->data(), crop->data() + plane, crop->data() + 2 * plane};
  const auto grey_at = [&](size_t i) {
    return kGrey[0] * channel[0][i] + kGrey[1] * channel[1][i] + kGrey[2] * channel[2][i];
  };
  double total = 0;
  for (size_t i = 0; i < plane; ++i) total += grey_at(i);
  const auto mean = static_cast<float>(total / static_cast<double>(plane));
  const auto saturation = static_cast<float>(change.saturation),
             contrast = static_cast<float>(change.contrast);
  float gain[3];
  for (size_t c = 0; c < 3; ++c) gain[c] = static_cast<float>(change.brightness * change.channel[c]);
  for (size_t i = 0; i < plane; ++i) {
    const float grey = grey_at(i);
    for (size_t c = 0; c < 3; ++c) {
      const float saturated = grey + saturation * (channel[c][i] - grey);
      channel[c][i] = std::clamp(gain[c] * (mean + contrast * (saturated - mean)), 0.0f, 1.0f);
    }
  }
  const auto pixel = [&](double share) { return static_cast<int>(std::lround(share * size_px)); };
  const int x0 = pixel(change.erased[0]), x1 = pixel(change.erased[0] + change.erased[2]),
            y0 = pixel(change.erased[1]), y1 = pixel(change.erased[1] + change.erased[3]);
  for (int y = y0; y < std::min(y1, size_px); ++y) {
    for (int x = x0; x < std::min(x1, size_px); ++x) {
      for (size_t c = 0; c < 3; ++c)
        channel[c][static_cast<size_t>(y) * static_cast<size_t>(size_px) + x] = change.erased_color[c];
    }
  }
}

}  // namespace vitruvius
