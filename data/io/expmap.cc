#include "data/io/expmap.h"

#include "data/io/atomic_file.h"
#include "data/io/text_scanner.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr ExpmapBone kBones[kExpmapBones] = {
    {"Hips", -1},
    {"LHipJoint", 0},
    {"LeftUpLeg", 1},
    {"LeftLeg", 2},
    {"LeftFoot", 3},
    {"LeftToeBase", 4},
    {"", 5},
    {"RHipJoint", 0},
    {"RightUpLeg", 7},
    {"RightLeg", 8},
    {"RightFoot", 9},
    {"RightToeBase", 10},
    {"", 11},
    {"LowerBack", 0},
    {"Spine", 13},
    {"Spine1", 14},
    {"Neck", 15},
    {"Neck1", 16},
    {"Head", 17},
    {"", 18},
    {"LeftShoulder", 15},
    {"LeftArm", 20},
    {"LeftForeArm", 21},
    {"LeftHand", 22},
    {"LeftFingerBase", 23},
    {"LeftHandIndex1", 24},
    {"", 25},
    {"LThumb", 23},
    {"", 27},
    {"RightShoulder", 15},
    {"RightArm", 29},
    {"RightForeArm", 30},
    {"RightHand", 31},
    {"RightFingerBase", 32},
    {"RightHandIndex1", 33},
    {"", 34},
    {"RThumb", 32},
    {"", 36},
};

}  // namespace

const ExpmapBone* ExpmapBones() { return kBones; }

void ExpmapMotion::GlobalRotations(int frame, std::vector<Matrix3d>* global) const {
  VT_CHECK(frame >= 0 && frame < rows.rows());
  global->resize(kExpmapBones);
  for (int b = 0; b < kExpmapBones; ++b) {
    const Vector3d map = rows.block<1, 3>(frame, 3 + 3 * b).transpose();
    const Matrix3d local = ExpSO3(-map);
    (*global)[b] = kBones[b].parent < 0 ? local : Matrix3d((*global)[kBones[b].parent] * local);
  }
}

ExpmapMotion ParseExpmap(std::string_view text, const std::string& path) {
  TextScanner scanner(text, path, {"", ",", '\0'});
  std::vector<double> values;
  while (!scanner.AtEnd()) {
    for (int c = 0; c < kExpmapColumns; ++c) {
      double value = 0;
      if (c > 0 && !scanner.MoreOnLine()) {
        scanner.FailAtLine(scanner.line(),
                           StrCat("the row before has ", c, " numbers, expected ", kExpmapColumns));
      }
      if (!scanner.TryNumber(&value))
        scanner.Fail(scanner.Peek(), StrCat("number ", c + 1, " of a row, finite"));
      values.push_back(value);
    }
    if (scanner.MoreOnLine()) scanner.Fail(scanner.Peek(), StrCat("a row of ", kExpmapColumns, " numbers"));
  }
  if (values.empty()) throw InputError(path, "", "found no row, expected rows of 117 numbers");
  ExpmapMotion motion;
  motion.path = path;
  motion.rows = Eigen::Map<const RowMatrixXd>(values.data(), values.size() / kExpmapColumns, kExpmapColumns);
  return motion;
}

ExpmapMotion ReadExpmap(const std::string& path) { return ParseExpmap(ReadFile(path), path); }

}  // namespace vitruvius
