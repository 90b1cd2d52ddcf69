// Pictures of the mannequin in known poses, with all that an image regressor learns from, for its tests.
#pragma once

#include <string>
#include <vector>

#include "data/io/picture.h"
#include "models/body/keypoint_set.h"
#include "models/body/mannequin.h"
#include "models/body/surface_sampling.h"
#include "models/rendering/rasterizer.h"
#include "models/util/rng.h"
#include "solvers/training/regressor_batch.h"

namespace vitruvius {

// Limbs turned at random, standing before the camera turned a little, about `size_px` tall in the middle of a
// picture of that size.
inline SegmentParameters RandomSegments(const BodyModel& model, double size_px, Rng* rng) {
  SegmentParameters person = SegmentParameters::Rest(model);
  for (double& angle : person.angles) angle = 0.2 * rng->Normal();
  for (double& scale : person.scales) scale = rng->Uniform(0.9, 1.1);
  for (int i = 0; i < 9; ++i) person.rotation.data()[i] += 0.2 * rng->Normal();
  RowMatrix3d rotation;
  OrthonormalColumns(person.rotation, &rotation);
  person.rotation = rotation;
  person.camera = {size_px / 2.2, size_px / 2 + rng->Uniform(-2, 2), size_px / 2 + rng->Uniform(-2, 2)};
  return person;
}

// As weak perspective shows it: from far away through a long lens.
inline Image PictureOf(const std::shared_ptr<const BodyModel>& model, const SegmentParameters& person,
                       int size_px) {
  constexpr double kFarM = 200;
  SegmentParameters in_metres = person;
  in_metres.camera = {1, 0, 0};
  SegmentEvaluator evaluator(model, PointSet::AllVertices(*model));
  evaluator.Evaluate(in_metres, false);
  MatrixX3d vertices = evaluator.points();
  vertices.col(2).array() += kFarM;
  RenderView view;
  view.width = view.height = size_px;
  view.focal_px = Eigen::Vector2d::Constant(kFarM * person.camera[0]);
  view.center_px = person.camera.tail<2>();
  Rasterizer rasterizer;
  Rendering rendering;
  rasterizer.Render(vertices, model->faces(), view, RenderOptions(), &rendering);
  Image picture(size_px, size_px, {70, 90, 110, 255});
  BlendOver(rendering.image, 1, &picture);
  return picture;
}

// 17 keypoints, then `num_dense` points of the surface, where the body has them.
inline RegressorExample ExampleOf(const std::shared_ptr<const BodyModel>& model,
                                  const SegmentParameters& person, int num_dense, Rng* rng) {
  RegressorExample example;
  example.points = BindKeypoints(*FindKeypointSet("coco17"), *model).points;
  example.num_keypoints = example.points.size();
  const SurfaceSampler sampler(*model);
  for (int i = 0; i < num_dense; ++i) {
    const SurfacePlace place = sampler.Draw(rng);
    example.points.AddBarycentric(model->faces().row(place.face).transpose(), place.bary);
  }
  SegmentEvaluator evaluator(model, example.points);
  evaluator.Evaluate(person, false);
  example.targets_px = evaluator.points().leftCols<2>();
  example.weights = Eigen::VectorXd::Ones(example.points.size());
  example.crop = *FrameAround(example.targets_px);
  example.label = person;
  return example;
}

// With their pictures, folder/0.png, folder/1.png, ...
inline std::vector<RegressorExample> PicturedPeople(const std::string& folder, int count, int size_px,
                                                    std::uint64_t seed, int num_dense = 20) {
  const std::shared_ptr<const BodyModel> model = Mannequin();
  Rng rng(seed);
  std::vector<RegressorExample> people;
  for (int i = 0; i < count; ++i) {
    const SegmentParameters person = RandomSegments(*model, size_px, &rng);
    people.push_back(ExampleOf(model, person, num_dense, &rng));
    people.back().image_path = folder + "/" + std::to_string(i) + ".png";
    WritePng(people.back().image_path, PictureOf(model, person, size_px));
  }
  return people;
}

}  // namespace vitruvius
