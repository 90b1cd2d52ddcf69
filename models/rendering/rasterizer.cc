#include "models/rendering/rasterizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include <Eigen/Geometry>

#include "models/rendering/shading.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kMaxSize = 16384;
constexpr int kMaxSupersampling = 4;
// Samples held at a time: small enough to stay near the processor, large enough for whole rows of any
// picture.
constexpr int kBandSamples = 1 << 19;

// First and one-past-last sample whose centre (i + 0.5) / scale can lie in [low, high] px, within [0, count).
std::pair<int, int> SampleRange(double low, double high, int scale, int count) {
  const double begin = std::ceil(low * scale - 0.5), end = std::floor(high * scale - 0.5) + 1;
  return {static_cast<int>(std::clamp(begin, 0.0, static_cast<double>(count))),
          static_cast<int>(std::clamp(end, 0.0, static_cast<double>(count)))};
}

double EvaluateAt(const std::array<double, 3>& line, double x, double y) {
  return line[0] * x + (line[1] * y + line[2]);
}

// p_a x p_b, the line through two corners: exactly the negative of the line through b and a, whatever the
// compiler makes of the products, so that no sample on an edge that two triangles share is lost between them.
Eigen::Vector3d EdgeThrough(const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  const bool ordered = std::lexicographical_compare(a.data(), a.data() + 3, b.data(), b.data() + 3);
  return ordered ? Eigen::Vector3d(a.cross(b)) : Eigen::Vector3d(-b.cross(a));
}

// Bounds of the part of a triangle that lies beyond the near plane, px. False when nothing does, or when it
// lies beyond all numbers.
bool BoundInImage(const std::array<Eigen::Vector3d, 3>& corners, double near_m, double* x_low, double* x_high,
                  double* y_low, double* y_high) {
  *x_low = *y_low = std::numeric_limits<double>::infinity();
  *x_high = *y_high = -std::numeric_limits<double>::infinity();
  bool finite = true;
  const auto add = [&](const Eigen::Vector3d& corner) {
    const double x = corner.x() / corner.z(), y = corner.y() / corner.z();
    finite = finite && !std::isnan(x) && !std::isnan(y);
    *x_low = std::min(*x_low, x), *x_high = std::max(*x_high, x);
    *y_low = std::min(*y_low, y), *y_high = std::max(*y_high, y);
  };
  for (int i = 0; i < 3; ++i) {
    const Eigen::Vector3d &a = corners[i], &b = corners[(i + 1) % 3];
    if (a.z() >= near_m) add(a);
    if ((a.z() >= near_m) != (b.z() >= near_m)) {
      Eigen::Vector3d crossing = a + (near_m - a.z()) / (b.z() - a.z()) * (b - a);
      crossing.z() = near_m;
      add(crossing);
    }
  }
  return finite && *x_low <= *x_high && *y_low <= *y_high;
}

}  // namespace

void RenderOptions::Check() const {
  VT_CHECK_GE(supersampling, 1);
  VT_CHECK_LE(supersampling, kMaxSupersampling);
  VT_CHECK_GT(near_m, 0.0);
  VT_CHECK(occlusion_radius_m >= 0 && std::isfinite(occlusion_radius_m));
  light.Check();
}

void Rasterizer::ComputeNormals(const MatrixX3d& vertices, const MatrixX3i& faces) {
  normals_.assign(vertices.rows(), Eigen::Vector3f::Zero());
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    const Eigen::Vector3i face = faces.row(f);
    if (!IsDrawable(face)) continue;
    const Eigen::Vector3d a = vertices.row(face[0]), b = vertices.row(face[1]), c = vertices.row(face[2]);
    const Eigen::Vector3f area = (b - a).cross(c - a).cast<float>();  // its length weighs the face
    for (int i = 0; i < 3; ++i) normals_[face[i]] += area;
  }
  for (Eigen::Vector3f& normal : normals_) normal = normal.stableNormalized();
}

bool Rasterizer::IsDrawable(const Eigen::Vector3i& face) const {
  for (int i = 0; i < 3; ++i) {
    if (face[i] < 0 || face[i] >= static_cast<int>(projected_.size())) return false;
    if (!projected_[face[i]].allFinite()) return false;
  }
  return true;
}

void Rasterizer::SetUpTriangles(const MatrixX3i& faces, const RenderView& view,
                                const RenderOptions& options) {
  triangles_.clear();
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    const Eigen::Vector3i face = faces.row(f);
    if (!IsDrawable(face)) continue;
    const std::array<Eigen::Vector3d, 3> corners = {projected_[face[0]], projected_[face[1]],
                                                    projected_[face[2]]};
    const double determinant = corners[0].dot(corners[1].cross(corners[2]));
    if (!std::isfinite(determinant) || determinant == 0) continue;
    double x_low, x_high, y_low, y_high;
    if (!BoundInImage(corners, options.near_m, &x_low, &x_high, &y_low, &y_high)) continue;

    Triangle triangle;
    triangle.face = static_cast<int>(f);
    triangle.facing = determinant < 0;
    const int scale = options.supersampling;
    std::tie(triangle.x_begin, triangle.x_end) = SampleRange(x_low, x_high, scale, view.width * scale);
    std::tie(triangle.y_begin, triangle.y_end) = SampleRange(y_low, y_high, scale, view.height * scale);
    if (triangle.x_begin >= triangle.x_end || triangle.y_begin >= triangle.y_end) continue;

    const double sign = determinant < 0 ? -1 : 1;
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    for (int i = 0; i < 3; ++i) {
      const Eigen::Vector3d edge = sign * EdgeThrough(corners[(i + 1) % 3], corners[(i + 2) % 3]);
      triangle.edges[i] = {edge[0], edge[1], edge[2]};
      // Where an edge is all but level, rounding says where it crosses a row.
      constexpr double kLevel = 1e-8;
      const bool is_steep =
          std::abs(edge[0]) > kLevel * (std::abs(edge[1]) * view.height + std::abs(edge[2]));
      triangle.samples_a_unit[i] = is_steep ? scale / edge[0] : 0;
      sum += edge;
    }
    sum /= std::abs(determinant);
    triangle.inverse_depth = {sum[0], sum[1], sum[2]};
    triangles_.push_back(triangle);
  }
  // What faces the viewer mostly hides the rest.
  std::stable_partition(triangles_.begin(), triangles_.end(),
                        [](const Triangle& triangle) { return triangle.facing; });
}

void Rasterizer::FillBand(int y_begin, int y_end, int row_samples, int scale, double max_inverse_depth) {
  samples_.assign(static_cast<std::size_t>(y_end - y_begin) * row_samples, Sample{0.0f, -1});
  const double step = 1.0 / scale;
  for (std::size_t t = 0; t < triangles_.size(); ++t) {
    const Triangle& triangle = triangles_[t];
    for (int y = std::max(y_begin, triangle.y_begin); y < std::min(y_end, triangle.y_end); ++y) {
      Sample* const row = samples_.data() + static_cast<std::size_t>(y - y_begin) * row_samples;
      const double y_px = (y + 0.5) * step;
      // Where the edges let the row begin and end, give or take a sample; what lies between is tested
      // exactly.
      double begin = triangle.x_begin, end = triangle.x_end;
      for (int i = 0; i < 3; ++i) {
        const double samples = triangle.samples_a_unit[i];
        const double crossing = -(triangle.edges[i][1] * y_px + triangle.edges[i][2]) * samples - 0.5;
        if (samples > 0) begin = std::max(begin, crossing - 1);
        if (samples < 0) end = std::min(end, crossing + 2);
      }
      if (!(begin < end)) continue;
      for (int x = static_cast<int>(begin); x < end; ++x) {
        // Depth first: half of the body lies behind the other half, and no edge of it is looked at.
        const double x_px = (x + 0.5) * step;
        const double inverse_depth = EvaluateAt(triangle.inverse_depth, x_px, y_px);
        const float value = static_cast<float>(inverse_depth);
        if (!(value > row[x].inverse_depth) || inverse_depth > max_inverse_depth) continue;
        if (EvaluateAt(triangle.edges[0], x_px, y_px) >= 0 &&
            EvaluateAt(triangle.edges[1], x_px, y_px) >= 0 &&
            EvaluateAt(triangle.edges[2], x_px, y_px) >= 0) {
          row[x] = {value, static_cast<int>(t)};
        }
      }
    }
  }
}

Rasterizer::Surface Rasterizer::ShadeAt(const Triangle& triangle, const Eigen::Vector3i& face,
                                        const RenderView& view, const StudioLight& light, double x_px,
                                        double y_px) const {
  Eigen::Vector3f bary;
  for (int i = 0; i < 3; ++i) bary[i] = static_cast<float>(EvaluateAt(triangle.edges[i], x_px, y_px));
  bary /= bary.sum();
  const bool one_color = colors_.size() == 1;
  Surface surface;
  Eigen::Vector3f albedo = Eigen::Vector3f::Zero();
  for (int i = 0; i < 3; ++i) {
    surface.normal += bary[i] * normals_[face[i]];
    albedo += bary[i] * colors_[one_color ? 0 : face[i]];
  }
  surface.normal.normalize();
  const Eigen::Vector3f to_viewer = -view.RayAt(x_px, y_px).normalized().cast<float>();
  if (triangle.facing) {
    surface.light = ShadeStudio(surface.normal, to_viewer, albedo, light);
  } else {
    // The inside of an open mesh is lit as a surface of its own, a little darker.
    surface.normal = -surface.normal;
    surface.light = 0.6f * ShadeStudio(surface.normal, to_viewer, albedo, light);
  }
  return surface;
}

void Rasterizer::ShadeBand(const MatrixX3i& faces, const RenderView& view, const RenderOptions& options,
                           int row_begin, int row_end, Rendering* rendering) {
  const int scale = options.supersampling, middle = scale / 2 * (scale + 1);
  const int row_samples = view.width * scale, num_samples = scale * scale;
  const double step = 1.0 / scale;
  // Of a pixel's samples, so that nothing is divided for each of them.
  std::array<int, kMaxSupersampling * kMaxSupersampling> column, line;
  std::array<std::size_t, kMaxSupersampling * kMaxSupersampling> offset;
  for (int i = 0; i < num_samples; ++i) {
    column[i] = i % scale;
    line[i] = i / scale;
    offset[i] = static_cast<std::size_t>(line[i]) * row_samples + column[i];
  }
  for (int y = row_begin; y < row_end; ++y) {
    const Sample* const row = samples_.data() + static_cast<std::size_t>(y - row_begin) * scale * row_samples;
    for (int x = 0; x < view.width; ++x) {
      const Sample* const samples = row + static_cast<std::size_t>(x) * scale;
      std::array<int, kMaxSupersampling * kMaxSupersampling> seen;  // triangle of each sample
      int num_covered = 0;
      float nearest = 0;
      for (int i = 0; i < num_samples; ++i) {
        const Sample& sample = samples[offset[i]];
        seen[i] = sample.triangle;
        nearest = std::max(nearest, sample.inverse_depth);
        num_covered += sample.triangle >= 0;
      }
      if (num_covered == 0) continue;
      const std::size_t pixel = static_cast<std::size_t>(y) * view.width + x;
      if (seen[middle] >= 0) rendering->face[pixel] = triangles_[seen[middle]].face;
      Eigen::Vector3f light = Eigen::Vector3f::Zero(), normal = light;
      for (int i = 0; i < num_samples; ++i) {
        if (seen[i] < 0) continue;
        // Samples of one triangle are shaded once, in their middle, which lies inside it.
        const int current = seen[i];
        int count = 0, sum_x = 0, sum_y = 0;
        for (int k = i; k < num_samples; ++k) {
          if (seen[k] != current) continue;
          seen[k] = -1;
          ++count, sum_x += column[k], sum_y += line[k];
        }
        const Triangle& triangle = triangles_[current];
        const Surface surface = ShadeAt(triangle, faces.row(triangle.face), view, options.light,
                                        x + (static_cast<double>(sum_x) / count + 0.5) * step,
                                        y + (static_cast<double>(sum_y) / count + 0.5) * step);
        const float share = static_cast<float>(count) / static_cast<float>(num_covered);
        light += share * surface.light;
        normal += share * surface.normal;
      }
      pixel_light_[pixel] = light;
      pixel_normals_[pixel] = normal;
      rendering->image.pixels[pixel].a =
          static_cast<std::uint8_t>((255 * num_covered + num_samples / 2) / num_samples);
      rendering->depth_m[pixel] = 1.0f / nearest;
      rendering->mask[pixel] = 2 * num_covered >= num_samples ? 255 : 0;
    }
  }
}

void Rasterizer::Develop(const RenderView& view, double occlusion_radius_m, Rendering* rendering) {
  const std::vector<float>& openness =
      occlusion_.Compute(view, rendering->depth_m, pixel_normals_, occlusion_radius_m);
  for (std::size_t i = 0; i < rendering->image.pixels.size(); ++i) {
    Rgba& color = rendering->image.pixels[i];
    if (color.a == 0) continue;
    const Eigen::Vector3f light = openness[i] * pixel_light_[i];
    color = {Srgb8FromLinear(light.x()), Srgb8FromLinear(light.y()), Srgb8FromLinear(light.z()), color.a};
  }
}

void Rasterizer::Render(const MatrixX3d& vertices, const MatrixX3i& faces, const RenderView& view,
                        const RenderOptions& options, Rendering* rendering, const MatrixX3d* colors) {
  options.Check();
  VT_CHECK_GE(std::min(view.width, view.height), 0);
  VT_CHECK_LE(std::max(view.width, view.height), kMaxSize);
  VT_CHECK(view.focal_px.allFinite() && view.center_px.allFinite());
  VT_CHECK_GT(view.focal_px.minCoeff(), 0.0);
  if (colors != nullptr) VT_CHECK_EQ(colors->rows(), vertices.rows());

  const std::size_t num_pixels = static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height);
  rendering->image.width = view.width;
  rendering->image.height = view.height;
  rendering->image.pixels.assign(num_pixels, Rgba{0, 0, 0, 0});
  rendering->depth_m.assign(num_pixels, std::numeric_limits<float>::infinity());
  rendering->mask.assign(num_pixels, 0);
  rendering->face.assign(num_pixels, -1);
  pixel_light_.resize(num_pixels);
  pixel_normals_.resize(num_pixels);

  const double fx = view.focal_px.x(), fy = view.focal_px.y();
  projected_.resize(vertices.rows());
  for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
    const Eigen::Vector3d point = vertices.row(v);
    projected_[v] = {fx * point.x() + view.center_px.x() * point.z(),
                     fy * point.y() + view.center_px.y() * point.z(), point.z()};
  }
  colors_.resize(colors == nullptr ? 1 : vertices.rows());
  if (colors == nullptr) colors_[0] = LinearFromSrgb(options.color);
  for (Eigen::Index v = 0; colors != nullptr && v < vertices.rows(); ++v) {
    colors_[v] = LinearFromSrgb(Eigen::Vector3f(colors->row(v).cast<float>()));
  }
  SetUpTriangles(faces, view, options);
  ComputeNormals(vertices, faces);

  const int scale = options.supersampling;
  const int row_samples = view.width * scale;
  const int band_rows = std::max(1, kBandSamples / std::max(1, row_samples * scale));
  for (int row = 0; row < view.height && row_samples > 0; row += band_rows) {
    const int row_end = std::min(view.height, row + band_rows);
    FillBand(row * scale, row_end * scale, row_samples, scale, 1 / options.near_m);
    ShadeBand(faces, view, options, row, row_end, rendering);
  }
  Develop(view, options.occlusion_radius_m, rendering);
}

Rgba Over(const Rgba& front, float opacity, const Rgba& back) {
  const float front_alpha = std::clamp(opacity, 0.0f, 1.0f) * front.a / 255;
  const float back_alpha = back.a / 255.0f * (1 - front_alpha);
  const float alpha = front_alpha + back_alpha;
  if (!(alpha > 0)) return Rgba{0, 0, 0, 0};
  const auto mix = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>((front_alpha * a + back_alpha * b) / alpha + 0.5f);
  };
  return {mix(front.r, back.r), mix(front.g, back.g), mix(front.b, back.b),
          static_cast<std::uint8_t>(255 * alpha + 0.5f)};
}

void BlendOver(const Image& front, double opacity, Image* back) {
  VT_CHECK_EQ(front.width, back->width);
  VT_CHECK_EQ(front.height, back->height);
  for (std::size_t i = 0; i < front.pixels.size(); ++i) {
    back->pixels[i] = Over(front.pixels[i], static_cast<float>(opacity), back->pixels[i]);
  }
}

}  // namespace vitruvius
