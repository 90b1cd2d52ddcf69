// vitruvius convert: results and motion capture to other formats.
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "data/io/npz.h"
#include "data/io/result_arrays.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// A results.npz or its folder; other .npz files and folders hold motion.
bool IsResult(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "", "there is no such file or folder");
  if (std::filesystem::is_directory(path, error)) return HoldsResult(path);
  return std::filesystem::path(path).extension() == ".npz" && NpzReader(path).Has("status");
}

int Convert(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw UsageError("convert: expected motion files or folders, or one result");
  if (!IsResult(arguments[0])) return ConvertMotion(arguments);
  if (arguments.size() > 1) throw UsageError("convert: expected one result at a time");
  return ConvertResult(arguments[0]);
}

}  // namespace

Command ConvertCommand() {
  return {
      "convert",
      "MOTION... --out FILE.npz|DIR, or RESULT --to FORMAT --out DIR|FILE",
      "motion capture to SMPL poses; fitted bodies for other programs",
      "MOTION: .bvh, .amc (its .asf beside it), .json (DeepMimic), .csv or .txt (exponential maps), .npz or "
      ".pkl (AMASS, AIST++), or folders of them. A .bvh names no unit and no axes: what was found is said, "
      "and --unit, --up and --rest_frame say otherwise. The .npz has AMASS's keys (poses, trans, "
      "mocap_frame_rate), `valid`, 0 for frames no body makes, and `up_axis`. Folders give a file a trial, "
      "at 30 frames per second, and a table of frames by subject.\n"
      "\n"
      "RESULT is a results.npz or its folder. FORMAT:\n"
      "  glb   skinned body, y up: a file a person, or, where --fps or the result says frames per\n"
      "        second, one animated file a sequence\n"
      "  obj, ply   meshes, a file a person, in the result's axes (camera: y down)\n"
      "  bvh   skeleton and motion, metres, y up     npz   motion under AMASS's keys, z up\n"
      "  pkl   ID/000.pkl a person, with SMPLify-X's keys; body_pose is axis-angle\n"
      "  spin  FILE.npz and FILE_fits.npy, eft  FILE.json: training labels; --observations adds keypoints\n"
      "  labels  FILE.npz: training labels of our own, read by numpy: ids, images, image_size,\n"
      "        crop_center, crop_half, poses, betas, transl, joints3d, joints2d, focal, center,\n"
      "        residual_mean_px, joints_relative_std_m, label_weight (0 to 1, by residual and\n"
      "        deviations), status, reason, flags; keypoints2d and keypoint_set with --observations\n"
      "Bodies of segments (register --recipe=dense-later, learn predict) are exact as obj and ply and in "
      "labels, which has segment_scales and weak_camera too; other formats get the parametric body of the "
      "same pose whose betas come closest to the scales. Who is who and when is told by the input, or said "
      "to be assumed (docs/sequences.md).\n"
      "\n"
      "  vitruvius convert 03_01.amc --out 03_01.npz\n"
      "  vitruvius convert mocap/ --out poses/\n"
      "  vitruvius convert out/ --to glb --out people/                a file a person\n"
      "  vitruvius convert out/ --to glb --fps 30 --out dance.glb     one animated file\n"
      "  vitruvius convert out/ --to obj --out meshes/\n"
      "  vitruvius convert out/ --to labels --out labels.npz          one file of all people\n",
      {"to", "out", "model", "gender", "id", "hypothesis", "fps", "up", "up_axis", "observations",
       "image_size", "keypoint_set", "quiet", "unit", "rest_frame"},
      Convert};
}

}  // namespace vitruvius
