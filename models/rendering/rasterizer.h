// A z-buffer rasteriser on the CPU: triangle meshes to pictures, depth and masks, with no graphics library.
//
// Camera axes: x right, y down, z forward, camera at the origin, metres. A point (X, Y, Z) is seen at
// (fx X / Z + cx, fy Y / Z + cy) px; pixel centres lie at +0.5 (models/rendering/image.h).
//
// Triangles are filled by homogeneous edge functions (Olano and Greer, "Triangle scan conversion using 2D
// homogeneous coordinates", 1997): with p_i = (fx X_i + cx Z_i, fy Y_i + cy Z_i, Z_i) and s = (x, y, 1),
//   e_i = s . (p_j x p_k),  barycentric b_i = e_i / sum e,  1 / depth = sum e / det[p_0 p_1 p_2]
// which holds for triangles that cross the image plane too: nothing needs to be cut. A sample on an edge
// belongs to the triangle; of two samples at the same depth the earlier face wins.
//
// No input breaks it: faces with a non-finite vertex, an index out of range, or no area are not drawn.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/body/body_model.h"
#include "models/rendering/image.h"
#include "models/rendering/occlusion.h"
#include "models/rendering/render_view.h"
#include "models/rendering/shading.h"

namespace vitruvius {

struct RenderOptions {
  int supersampling = 3;             // samples a side of a pixel: 1 (hard edges), 2, 3 or 4
  double near_m = 0.05;              // nothing nearer is drawn
  double occlusion_radius_m = 0.15;  // folds closer than this shade each other; 0: not at all
  // sRGB, 0 to 1. A soft clay.
  Eigen::Vector3f color = Eigen::Vector3f(0.86f, 0.76f, 0.68f);
  StudioLight light;

  // Throws ContractError.
  void Check() const;
};

struct Rendering {
  Image image;                 // alpha is the share of covered samples
  std::vector<float> depth_m;  // (height, width) nearest sample's z; infinity where nothing is
  std::vector<std::uint8_t>
      mask;  // (height, width) 255 where half or more of the samples are covered, else 0
  // (height, width) the face that is seen at one place of each pixel, its corner plus MiddleSample of the
  // supersampling in x and in y; -1 where nothing is.
  std::vector<int> face;
};

// The sample of a pixel that Rendering::face tells of: in the pixel's middle for odd numbers of samples a
// side, the next one to the lower right for even ones. 0 to 1, px.
inline double MiddleSample(int supersampling) {
  return (supersampling / 2 + 0.5) / supersampling;  // NOLINT(bugprone-integer-division): whole samples
}

// Owns the buffers; a second rendering of the same size allocates nothing. One a thread.
class Rasterizer {
 public:
  // vertices (V, 3) metres in camera axes; faces (F, 3), outward by the right-hand rule; colors (V, 3) sRGB 0
  // to 1, or null for options.color. Throws ContractError for a focal length that is not positive, a size
  // below 0 or above 16384, and colors of another length.
  void Render(const MatrixX3d& vertices, const MatrixX3i& faces, const RenderView& view,
              const RenderOptions& options, Rendering* rendering, const MatrixX3d* colors = nullptr);

 private:
  struct Triangle {
    int face;
    bool facing;                                 // its outward side is seen
    int x_begin, x_end, y_begin, y_end;          // samples
    std::array<std::array<double, 3>, 3> edges;  // e_i = edges[i] . (x, y, 1), not negative inside
    std::array<double, 3> inverse_depth;         // 1 / z = inverse_depth . (x, y, 1)
    std::array<double, 3> samples_a_unit;        // along a row, over which e_i grows by 1; 0: not known
  };
  struct Sample {
    float inverse_depth;
    int triangle;
  };
  struct Surface {
    Eigen::Vector3f light = Eigen::Vector3f::Zero();   // linear, towards the viewer
    Eigen::Vector3f normal = Eigen::Vector3f::Zero();  // camera axes, towards the viewer
  };

  // Whether all corners exist and are finite.
  bool IsDrawable(const Eigen::Vector3i& face) const;
  void ComputeNormals(const MatrixX3d& vertices, const MatrixX3i& faces);
  void SetUpTriangles(const MatrixX3i& faces, const RenderView& view, const RenderOptions& options);
  void FillBand(int y_begin, int y_end, int row_samples, int scale, double max_inverse_depth);
  void ShadeBand(const MatrixX3i& faces, const RenderView& view, const RenderOptions& options, int row_begin,
                 int row_end, Rendering* rendering);
  Surface ShadeAt(const Triangle& triangle, const Eigen::Vector3i& face, const RenderView& view,
                  const StudioLight& light, double x_px, double y_px) const;
  // Turns light into 8-bit colours, less what neighbours hide.
  void Develop(const RenderView& view, double occlusion_radius_m, Rendering* rendering);

  std::vector<Eigen::Vector3d> projected_;  // p_i of each vertex
  std::vector<Eigen::Vector3f> normals_;    // of each vertex, unit length
  std::vector<Eigen::Vector3f> colors_;     // linear light; of each vertex, or a single one for all
  std::vector<Triangle> triangles_;
  std::vector<Sample> samples_;  // of one band of rows
  // Of each pixel: the means of its covered samples; stale where nothing is.
  std::vector<Eigen::Vector3f> pixel_light_, pixel_normals_;
  AmbientOcclusion occlusion_;
};

// `front` at `opacity` (0 to 1) over `back`, both with straight alpha.
Rgba Over(const Rgba& front, float opacity, const Rgba& back);
// Lays `front` over `back` (same size) with its alpha times `opacity`. Throws ContractError when sizes
// differ.
void BlendOver(const Image& front, double opacity, Image* back);

}  // namespace vitruvius
