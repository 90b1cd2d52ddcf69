// Results for other programs, as a user makes them: fit, then convert to every format; read back by our own
// readers and by Python with numpy.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/bvh.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "tests/util/read_glb.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::convert_test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int kPeople = 4, kBad = 2;

// out/results.npz of four frames of one clip, of which one has nothing to fit.
void FitFour(const TestFolder& folder, const std::string& flags = "") {
  RowMatrixXd keypoints(kPeople, 3 * 25);
  for (int i = 0; i < kPeople; ++i) {
    const KnownPerson person = MakeKnownPerson(i + 1);
    for (int k = 0; k < 25; ++k) {
      for (int c = 0; c < 3; ++c)
        keypoints(i, 3 * k + c) = i == kBad ? 0 : person.observation.keypoints2d(k, c);
    }
  }
  const std::int32_t image_size[] = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000};
  const std::vector<double> focal(kPeople, 1000.0);
  WriteNpz(folder / "clip.npz", {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {kPeople, 25, 3})},
                                 {"keypoint_set", NpyArray::FromString("openpose25")},
                                 {"image_size", NpyArray::FromInt32(image_size, {kPeople, 2})},
                                 {"focal", NpyArray::FromDoubles(focal.data(), {kPeople})}});
  const ProgramRun run = RunProgram("fit " + (folder / "clip.npz") + " --quiet --starts 1 --out " +
                                    (folder / "out") + " " + flags);
  ASSERT_EQ(run.status, 0) << run.output;
}

MatrixX3d Upright(const MatrixX3d& joints_in_cam) {
  return joints_in_cam * Eigen::Matrix3d(Eigen::Vector3d(1, -1, -1).asDiagonal());
}

TEST(Convert, EveryFormatIsReadBack) {
  const TestFolder folder;
  FitFour(folder, "--glb");
  const ResultsFile results = ReadResults(folder / "out");
  ASSERT_EQ(results.rows.size(), static_cast<size_t>(kPeople));
  constexpr double kTenthOfMillimetre = 1e-4;  // what the formats promise
  const auto convert = [&](const std::string& words) {
    const ProgramRun run = RunProgram("convert " + (folder / "out") + " " + words);
    EXPECT_EQ(run.status, 0) << run.output;
    return run.output;
  };

  // A file a person, by fit and by convert alike.
  convert("--to glb --out " + (folder / "people"));
  for (const char* format : {"obj", "ply"})
    convert(std::string("--to ") + format + " --out " + (folder / "people"));
  for (int i = 0; i < kPeople; ++i) {
    const std::string name = "clip_" + std::to_string(i);
    for (const char* ending : {".glb", ".obj", ".ply"}) {
      EXPECT_EQ(std::filesystem::exists(folder / ("people/" + name + ending)), i != kBad) << name << ending;
    }
    if (i == kBad) continue;
    const std::string bytes = ReadAll(folder / ("people/" + name + ".glb"));
    EXPECT_EQ(bytes, ReadAll(folder / ("out/meshes/" + name + ".glb")));
    MatrixX3d vertices, joints;
    const GlbFile file(bytes);
    file.Pose(0, &vertices, &joints);
    EXPECT_LT((joints - Upright(results.rows[i].fit.joints3d)).rowwise().norm().maxCoeff(),
              kTenthOfMillimetre);
    EXPECT_GE(file.NodeOf("camera"), 0);
    // Upright: the head is above the feet.
    EXPECT_GT(joints(15, 1), joints(10, 1));
  }

  // One file of the clip.
  EXPECT_THAT(convert("--to glb --fps 25 --out " + (folder / "clip.glb")),
              HasSubstr("4 frames, 3 with a body"));
  const GlbFile clip(ReadAll(folder / "clip.glb"));
  ASSERT_EQ(clip.num_keys(), kPeople - 1);
  for (int key = 0; key < clip.num_keys(); ++key) {
    MatrixX3d vertices, joints;
    clip.Pose(key, &vertices, &joints);
    const FitResult& fit = results.rows[key < kBad ? key : key + 1].fit;
    EXPECT_LT((joints - Upright(fit.joints3d)).rowwise().norm().maxCoeff(), kTenthOfMillimetre);
  }
  EXPECT_THAT(convert("--to bvh --out " + (folder / "clip.bvh")), HasSubstr("30 are assumed"));
  const BvhMotion motion = ReadBvh(folder / "clip.bvh");
  ASSERT_EQ(motion.num_frames(), kPeople);
  for (const int i : {0, 1, 3}) {
    EXPECT_LT((motion.RootPosition(i).transpose() - Upright(results.rows[i].fit.joints3d).row(0)).norm(),
              kTenthOfMillimetre);
  }
  EXPECT_EQ(motion.RootPosition(kBad), motion.RootPosition(kBad - 1));
}

// The same with numpy.
const char kReadBack[] = R"(
import json, struct
import numpy as np
r = np.load('out/results.npz')
good = r['status'] == 1
upright = np.array([1, -1, -1])

ply = open('people/clip_0.ply', 'rb').read()
head, body = ply.split(b'end_header\n', 1)
count = int(head.split(b'element vertex ')[1].split()[0])
v = np.frombuffer(body, '<f4', 3 * count).reshape(-1, 3)
obj = np.array([l.split()[1:] for l in open('people/clip_0.obj') if l.startswith('v ')], float)
assert np.abs(v - obj).max() < 1e-6
faces = np.frombuffer(body[12 * count:], np.dtype([('n', 'u1'), ('v', '<i4', 3)]))
assert (faces['n'] == 3).all() and faces['v'].max() == count - 1 and faces['v'].min() == 0

m = np.load('clip_amass.npz')
assert m['poses'].shape == (4, 72) and m['trans'].shape == (4, 3) and m['mocap_frame_rate'] == 25
assert m['valid'].tolist() == [1, 1, 0, 1] and str(m['gender']) == str(r['model_gender'])
assert np.abs(m['poses'][good, 3:] - r['poses'][good, 3:]).max() < 1e-12
pelvis = r['joints3d'][good, 0]  # camera axes: y down, z forward
rest = r['joints3d'][good, 0] - r['transl'][good]
# trans is one constant (the rest pelvis) away from the pelvis; z up: (x, z, -y)
offset = pelvis[:, [0, 2, 1]] * np.array([1, 1, -1]) - m['trans'][good]
assert np.abs(offset - offset[0]).max() < 1e-9, offset

s = np.load('spin.npz')
assert s['pose'].shape == (4, 72) or s['pose'].shape == (3, 72)
known = s['has_smpl'] == 1
assert known.sum() == 3 and np.abs(s['pose'][known] - r['poses'][good]).max() == 0
assert np.abs(s['shape'][known] - r['betas'][good]).max() == 0
o = np.load('clip.npz')['keypoints2d'][good]
assert np.abs(s['openpose'][known] - o).max() == 0 and not s['part'].any()
low, high = o[0, o[0, :, 2] > 0, :2].min(0), o[0, o[0, :, 2] > 0, :2].max(0)
assert np.allclose(s['center'][known][0], (low + high) / 2) and np.isclose(s['scale'][known][0], 1.2 * (high - low).max() / 200)
f = np.load('spin_fits.npy')
assert f.dtype == np.float32 and np.abs(f[known] - np.hstack([r['poses'], r['betas']])[good]).max() < 1e-5

l = np.load('labels.npz', allow_pickle=False)
read = {key: l[key] for key in l.files}  # every array opens
assert read['ids'].tolist() == r['ids'].tolist() and read['status'].tolist() == [1, 1, 0, 1]
assert np.abs(read['poses'][good] - r['poses'][good]).max() == 0 and np.abs(read['betas'][good] - r['betas'][good]).max() == 0
assert np.abs(read['transl'][good] - r['transl'][good]).max() == 0 and np.abs(read['joints2d'] - r['joints2d'])[good].max() == 0
assert np.abs(read['joints3d'][good] - r['joints3d'][good]).max() == 0
assert (read['label_weight'] > 0).tolist() == [True, True, False, True] and read['label_weight'].max() == 1
assert np.abs(read['keypoints2d'][good] - o).max() == 0 and read['keypoint_set'][0] == 'openpose25'
assert np.allclose(read['crop_center'][0], (low + high) / 2) and np.isclose(read['crop_half'][0], 0.6 * (high - low).max())
assert (read['image_size'] == 1000).all() and (read['focal'][good] == 1000).all() and read['images'].shape == (4,)
assert np.abs(read['residual_mean_px'][good] - r['residual_mean'][good]).max() == 0 and np.isnan(read['residual_mean_px'][2])
assert np.abs(read['joints_relative_std_m'][good] - r['joints_relative_std_m'][good]).max() == 0
assert read['reason'][2] == r['reason'][2] and read['flags'].tolist() == r['flags'].tolist()
assert 'segment_scales' not in read and str(read['model']) == 'mannequin'

e = json.load(open('eft.json'))
assert len(e['data']) == 3
for entry, row in zip(e['data'], np.flatnonzero(good)):
    R = np.array(entry['parm_pose'])
    assert R.shape == (24, 3, 3) and np.abs(R @ R.transpose(0, 2, 1) - np.eye(3)).max() < 1e-9
    angle = np.arccos(np.clip((np.trace(R[4]) - 1) / 2, -1, 1))
    assert abs(angle - np.linalg.norm(r['poses'][row, 12:15])) < 1e-6
    assert len(entry['parm_shape']) == 10 and len(entry['parm_cam']) == 3 and all(entry['joint_validity_openpose18'])
import pickle
p = pickle.load(open('results/clip_0/000.pkl', 'rb'))
assert p['body_pose'].shape == (1, 69) and p['body_pose'].dtype == np.float32
assert np.abs(p['body_pose'][0] - r['body_pose'][0]).max() < 1e-6
assert np.abs(p['global_orient'][0] - r['global_orient'][0]).max() < 1e-6
assert np.abs(p['camera_translation'][0] - r['transl'][0]).max() < 1e-5
assert (p['camera_rotation'] == np.eye(3)).all() and p['betas'].shape == (1, 10)
)";

TEST(Convert, NumpyReadsThem) {
  if (std::system("/usr/bin/python3 -c 'import numpy' >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no numpy: apt-get install python3-numpy";
  }
  const TestFolder folder;
  FitFour(folder);
  for (const std::string& words :
       {"--to ply --out " + (folder / "people"), "--to pkl --out " + (folder / "results"),
        "--to obj --out " + (folder / "people"), "--to npz --fps 25 --out " + (folder / "clip_amass.npz"),
        "--to spin --out " + (folder / "spin.npz") + " --observations " + (folder / "clip.npz"),
        "--to labels --out " + (folder / "labels.npz") + " --observations " + (folder / "clip.npz"),
        "--to eft --out " + (folder / "eft.json") + " --observations " + (folder / "clip.npz")}) {
    const ProgramRun run = RunProgram("convert " + (folder / "out") + " --quiet " + words);
    ASSERT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(run.output, "");
  }
  WriteAll(folder / "read.py", kReadBack);
  EXPECT_EQ(std::system(("cd '" + folder.path() + "' && /usr/bin/python3 read.py").c_str()), 0);
}

TEST(Convert, BadWordsAreTold) {
  const TestFolder folder;
  FitFour(folder);
  const auto convert = [&](const std::string& words) {
    return RunProgram("convert " + (folder / "out") + " --out " + (folder / "x") + " " + words);
  };
  EXPECT_EQ(convert("--to fbx").status, 2);
  EXPECT_THAT(convert("--to fbx").output, HasSubstr("bvh"));
  EXPECT_EQ(convert("--to glb --fps -3").status, 2);
  EXPECT_EQ(convert("--to glb --up sideways").status, 2);
  EXPECT_EQ(convert("--to spin").status, 2);  // a file is wanted
  EXPECT_EQ(convert("--to labels").status, 2);
  EXPECT_EQ(convert("--to glb --id nobody").status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.npz"));
  // One file is for one body, and no folder is named like a file.
  const auto to_file = [&](const std::string& words) {
    return RunProgram("convert " + (folder / "out") + " --out " + (folder / "x.glb") + " --to glb " + words);
  };
  EXPECT_THAT(to_file("").output, HasSubstr("the result holds 3 people, a file each"));
  EXPECT_FALSE(std::filesystem::exists(folder / "x.glb"));
  for (const std::string name : {"x.GLB", "x.bvh"}) {
    const ProgramRun run = RunProgram("convert " + (folder / "out") + " --to glb --out " + (folder / name));
    EXPECT_EQ(run.status, 2) << name;
    EXPECT_FALSE(std::filesystem::exists(folder / name));
  }
  EXPECT_EQ(to_file("--id clip_1").status, 0);
  EXPECT_TRUE(std::filesystem::is_regular_file(folder / "x.glb"));
  EXPECT_THAT(to_file("--id clip_2").output, HasSubstr("found no usable person"));
}

TEST(Convert, WhatIsNoResultIsCalledByItsName) {
  const TestFolder folder;
  const auto convert = [&](const std::string& path) {
    return RunProgram("convert " + path + " --to glb --out " + (folder / "x")).output;
  };
  EXPECT_THAT(convert(folder / "none"), HasSubstr("none: there is no such file or folder"));
  std::filesystem::create_directories(folder / "out");
  WriteAll(folder / "out/manifest.jsonl", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
  for (const std::string command : {"convert ", "explain ", "report ", "render "}) {
    const ProgramRun run = RunProgram(command + (folder / "out") + " --out " + (folder / "x.png"));
    EXPECT_NE(run.status, 0) << command;
    if (command == "explain ") continue;  // it takes no --out
    EXPECT_THAT(run.output, AnyOf(HasSubstr("holds an unfinished run, 2 people done"), HasSubstr("--to")))
        << command;
  }
  EXPECT_THAT(RunProgram("explain " + (folder / "out")).output,
              HasSubstr("holds an unfinished run, 2 people done"));
}

// Who edits `poses` in numpy must not export the motion as it was.
TEST(Convert, PosesThatSayOtherThanTheirPartsAreRefused) {
  const TestFolder folder;
  FitFour(folder);
  std::map<std::string, NpyArray> arrays;
  const NpzReader result(folder / "out/results.npz");
  for (const std::string& key : result.Keys()) arrays[key] = result.Read(key);
  std::vector<double> poses = arrays["poses"].ToDoubles();
  poses[3 * 4] += 0.1;
  arrays["poses"] = NpyArray::FromDoubles(poses.data(), arrays["poses"].shape);
  std::filesystem::create_directories(folder / "edited");
  WriteNpz(folder / "edited/results.npz", arrays);
  const ProgramRun run = RunProgram("convert " + (folder / "edited") + " --to obj --out " + (folder / "x"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("poses: row 0: is not global_orient and body_pose"));
}

TEST(Convert, ObservationsOfNobodyAreRefusedEverywhere) {
  const TestFolder folder;
  FitFour(folder);
  std::filesystem::copy_file(folder / "clip.npz", folder / "other.npz");
  const std::string seen = " --observations " + (folder / "other.npz");
  for (const std::string words : {"render " + (folder / "out") + " --out " + (folder / "x.png"),
                                  "report " + (folder / "out") + " --out " + (folder / "x.html"),
                                  "convert " + (folder / "out") + " --to labels --out " + (folder / "x.npz"),
                                  "explain " + (folder / "out") + " --id clip_0"}) {
    const ProgramRun run = RunProgram(words + seen);
    EXPECT_EQ(run.status, 1) << words;
    EXPECT_THAT(run.output, HasSubstr("other.npz: ids: holds no")) << words;
  }
  // The same names, and other people: everybody is where the next one was.
  std::map<std::string, NpyArray> arrays;
  const NpzReader clip(folder / "clip.npz");
  for (const std::string& key : clip.Keys()) arrays[key] = clip.Read(key);
  std::vector<double> keypoints = arrays["keypoints2d"].ToDoubles();
  std::rotate(keypoints.begin(), keypoints.begin() + 3 * 25, keypoints.end());
  arrays["keypoints2d"] = NpyArray::FromDoubles(keypoints.data(), {kPeople, 25, 3});
  std::filesystem::create_directories(folder / "moved");
  WriteNpz(folder / "moved/clip.npz", arrays);
  for (const std::string words : {"render " + (folder / "out") + " --out " + (folder / "x.png"),
                                  "report " + (folder / "out") + " --out " + (folder / "x.html"),
                                  "convert " + (folder / "out") + " --to labels --out " + (folder / "x.npz"),
                                  "explain " + (folder / "out") + " --id clip_0"}) {
    const ProgramRun run = RunProgram(words + " --observations " + (folder / "moved/clip.npz"));
    EXPECT_EQ(run.status, 1) << words;
    EXPECT_THAT(run.output, HasSubstr("people are not those that")) << words;
    EXPECT_EQ(RunProgram(words + " --observations " + (folder / "clip.npz")).status, 0) << words;
  }
}

}  // namespace
}  // namespace vitruvius::convert_test
