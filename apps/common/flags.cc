#include "apps/common/flags.h"

DEFINE_string(model, "",
              "body: `free`, `mannequin`, a file with SMPL's keys, or a folder of such files; empty: `free` "
              "where it was built (see `help model`), else `mannequin`");
DEFINE_string(gender, "neutral",
              "which file of a folder --model: neutral, male or female, as in SMPL_MALE.npz");
DEFINE_string(regressors, "",
              "files of joint regressors for the model, with commas: J_regressor_h36m.npy, ...; those beside "
              "the model are found without");
DEFINE_int32(threads, 0, "threads; 0: one a core");
DEFINE_uint64(seed, 1, "seed of everything random; fits have nothing random in them");
DEFINE_string(out, "", "folder or file to write");
DEFINE_bool(quiet, false, "no progress, no summary");
DEFINE_int32(components, 8, "Gaussians in the mixture");
DEFINE_double(floor, 0.10, "standard deviation in radians that every dimension has at least");
DEFINE_double(cap, 2000, "weight in frames that one subject has at most");
DEFINE_int32(restarts, 3, "EM runs of which the best is kept");
DEFINE_string(
    standing, "",
    "motion files or folders, with commas, of people who simply stand: two components more, theirs and "
    "their legs under others' upper bodies");
DEFINE_double(standing_share, 0.2, "weight of those two components");
DEFINE_bool(
    everyday, false,
    "poses as people are photographed: knees straightened where a capture's solve never lets them be, "
    "standing, walking and sitting weighing most");
DEFINE_bool(mirror, true, "add every pose's mirror image");
DEFINE_string(image_size, "", "WxH in px where the input has none");
DEFINE_string(images, "", "folder of the pictures; empty: where the input says");
DEFINE_string(keypoint_set, "",
              "what the keypoints are: a set's name, or a .json of your own (docs/keypoint-sets.md)");
DEFINE_string(
    read_as, "",
    "what the input is, where it is not as expected: y_up, millimetres, ... (`vitruvius help check` "
    "lists the words)");
DEFINE_int32(dense_points, 500,
             "points of a picture of coordinates (DensePose results) that are kept of a person");
DEFINE_string(chart, "",
              "UV_Processed.mat, or a body's .npz with a chart: what parts and coordinates mean; empty: the "
              "body's own");
