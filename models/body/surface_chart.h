// A chart of a body's surface: parts 1 to 24 in DensePose's numbering, each with coordinates (u, v) in [0, 1]
// x [0, 1]. A vertex on a seam has other coordinates in each part that meets there, so they belong to the
// corners of faces.
//
// Source: Guler, Neverova, Kokkinos, DensePose, CVPR 2018. Parts: 1, 2 torso (back, front); 3 right hand, 4
// left hand; 5 left foot, 6 right foot; 7, 9 upper leg right, 8, 10 left; 11, 13 lower leg right, 12, 14
// left; 15, 17 upper arm left, 16, 18 right; 19, 21 lower arm left, 20, 22 right; 23, 24 head (right, left).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/body/body_model.h"

namespace vitruvius {

inline constexpr int kNumChartParts = 24;
// Coordinates that lie this far outside [0, 1] are rounding, not mistakes: single precision has 1.2e-7.
inline constexpr double kChartUvTolerance = 1e-6;

// Plain arrays, as read or made.
struct SurfaceChartData {
  MatrixX3i faces;       // (F, 3) vertices of the body
  Eigen::VectorXi part;  // (F) 1 to 24
  ChartUv uv;            // (F, 6): u, v of each corner
};

// Throws InputError "owner: chart_uv: what was found, what was expected" unless part is (num_faces) of 1 to
// 24 and uv (num_faces, 6), finite and within [0, 1].
void CheckChartArrays(const std::string& owner, Eigen::Index num_faces, const Eigen::VectorXi& part,
                      const ChartUv& uv);

// A place on the surface that was looked up.
struct ChartFace {
  int face = -1;                                   // of the chart
  Eigen::Vector3d bary = Eigen::Vector3d::Zero();  // of the face's corners; none negative, sum 1
  double distance_uv = 0;                          // from where was asked; 0 within a face
};

struct ChartVertex {
  int vertex = -1;         // of the body
  double distance_uv = 0;  // from where was asked
};

struct ChartPlace {
  int part = 0;
  Eigen::Vector2d uv = Eigen::Vector2d::Zero();
};

// Immutable; all members may be called by many threads at once.
class SurfaceChart {
 public:
  // Throws InputError naming the array, what was found and what was expected: sizes, vertices >= 0, and as
  // CheckChartArrays. `owner` begins the message: a file, or a body. Coordinates are clamped to [0, 1].
  static std::shared_ptr<const SurfaceChart> Create(SurfaceChartData data,
                                                    const std::string& owner = "surface chart");
  ~SurfaceChart();
  SurfaceChart(const SurfaceChart&) = delete;
  SurfaceChart& operator=(const SurfaceChart&) = delete;

  int num_faces() const { return static_cast<int>(data_.faces.rows()); }
  const SurfaceChartData& data() const { return data_; }
  // The largest vertex that a face names, plus one: the fewest that a body of this chart has.
  int num_vertices() const { return num_vertices_; }

  // The face of the part whose triangle of coordinates holds uv or, where none does, comes nearest to it.
  // Of several, within 1e-12, the one with an area and the lowest number. Empty for a part without faces, or
  // that is none, and for a uv that is not finite.
  std::optional<ChartFace> Find(int part, const Eigen::Vector2d& uv) const;

  // The vertex whose coordinates in the part come nearest to uv, which is how DensePose's own annotations
  // were matched to vertices; of several the lowest. Empty as above.
  std::optional<ChartVertex> NearestVertex(int part, const Eigen::Vector2d& uv) const;

  // Part and coordinates of a place on a face of the chart. Throws ContractError for a face that is none.
  ChartPlace PlaceOf(int face, const Eigen::Vector3d& bary) const;

  // The same place by vertices of the body.
  VertexWeights WeightsOf(const ChartFace& place) const;

 private:
  class Lookup;
  explicit SurfaceChart(SurfaceChartData data);

  SurfaceChartData data_;
  int num_vertices_ = 0;
  std::unique_ptr<const Lookup> lookup_;
};

// A chart of the body's vertices over the body's own faces in their order, for what needs every face to have
// a place: DensePose's has SMPL's faces in an order of its own, and two fewer. A face that the chart lacks
// gets the lowest part in which all its vertices have coordinates. Throws InputError, beginning with `owner`,
// when there is none, or when the chart lacks more than a hundredth of the faces: it is another body's.
SurfaceChartData ChartOverFaces(const SurfaceChartData& chart, const BodyModel& model,
                                const std::string& owner);

// The chart that came with a body, over the body's own faces; null when it has none.
std::shared_ptr<const SurfaceChart> ChartOf(const BodyModel& model);

}  // namespace vitruvius
