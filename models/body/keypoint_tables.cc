// Sources of the orders: CMU OpenPose, doc/02_output.md (BODY_25, BODY_19, COCO_18, hands, face) and
// src/openpose/pose/poseParameters.cpp (BODY_25B, BODY_135); cocodataset.org (coco17); jin-s13/COCO-WholeBody
// (wholebody133); Fang-Haoshu/Halpe-FullBody (halpe26, halpe136); facebookresearch/sam-3d-body,
// metadata/mhr70.py (mhr70); EricGuo5513/HumanML3D (smpl22: SMPL's joints without the hands);
// Johnson and Everingham 2010 (lsp14); Andriluka et al. 2014 (mpii16); MediaPipe Pose (mediapipe33); SPIN,
// constants.py (spin49 and the order of J_regressor_h36m); mmpose, datasets/h36m.py (h36m17_mmpose).
//
// Where a data set's point is not a joint of SMPL it is tied to the nearest point of the body:
//   neck of detectors     middle of the shoulders            SMPL's neck joint (smplx maps it so)
//   mid_hip               middle of the hips                 pelvis (likewise)
//   thorax                MPII: top of the breast bone       neck joint
//   upper_neck, jaw       below the skull, at the jaw        head joint, which lies there
//   spine                 Human3.6M: 0.48 of the way from    spine2, half way
//                         the pelvis to the neck
// and to nothing where two sources disagree by more than a keypoint's noise: the neck of BODY_25B is drawn at
// the shoulders and trained on MPII's upper neck, a hand's breadth above.
#include "models/body/keypoint_tables.h"

#include "models/body/body_model.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

const char kCoco17[] =
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle";

const char kBody19[] =
    "@body25 nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist "
    "mid_hip=pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye "
    "right_ear left_ear";

const char kFeetOfBody25[] =
    " left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel";

// SPIN's second half: what is annotated in LSP, MPII, Human3.6M and COCO.
const char kSpinAnnotated[] =
    "@extra right_ankle right_knee right_hip left_hip left_knee left_ankle right_wrist right_elbow "
    "right_shoulder left_shoulder left_elbow left_wrist neck head_top mid_hip=pelvis thorax=neck "
    "spine=spine2 jaw=head head=head_top nose left_eye right_eye left_ear right_ear";

// 20 points: each finger from its root to its tip.
std::string Fingers(const std::string& side) {
  std::string points;
  for (const char* finger : {"thumb", "index", "middle", "ring", "pinky"}) {
    const std::string name = StrCat(side, "_", finger);
    points += StrCat(" ", name, "1 ", name, "2 ", name, "3 ", name, "_tip=", name);
  }
  return points;
}

// 21 points: the wrist again, which the body's own wrist stands for, and the fingers.
std::string Hand(const std::string& side) { return StrCat(" ", side, "_hand_root=", Fingers(side)); }

// 21 points: the fingers from their tips to their roots, then the wrist.
std::string HandOfMhr(const std::string& side) {
  std::string points;
  for (const char* finger : {"thumb", "index", "middle", "ring", "pinky"}) {
    const std::string name = StrCat(side, "_", finger);
    points += StrCat(" ", name, "_tip=", name, " ", name, "3 ", name, "2 ", name, "1");
  }
  return StrCat(points, " ", side, "_wrist");
}

// iBUG's points: 0 to 16, the contour, slide over the surface as the head turns and are tied to nothing; 68
// and 69, OpenPose's pupils, are no fixed points either.
std::string Face(int count) {
  constexpr int kFirstFixed = 17, kEndFixed = 68;
  std::string points;
  for (int i = 0; i < count; ++i) points += StrCat(" face_", i, i >= kFirstFixed && i < kEndFixed ? "" : "=");
  return points;
}

std::string SmplPoints(size_t count) {
  std::string points;
  for (size_t i = 0; i < count; ++i) points += " " + SmplJointNames()[i];
  return points;
}

}  // namespace

const std::vector<KeypointTable>& KeypointTables() {
  static const std::string body25 = std::string(kBody19) + kFeetOfBody25;
  static const std::string body25b = StrCat(kCoco17, " neck= head_top", kFeetOfBody25);
  static const std::string hands = Hand("left") + Hand("right");
  static const std::string halpe26 = StrCat(kCoco17,
                                            " head_top neck mid_hip=pelvis left_big_toe right_big_toe "
                                            "left_small_toe right_small_toe left_heel right_heel");
  static const std::vector<KeypointTable> tables = {
      {"openpose25", body25},
      {"openpose67", body25 + hands},
      {"openpose137", body25 + hands + Face(70)},
      {"coco17", kCoco17},
      {"coco18",
       "@body25 nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist "
       "right_hip "
       "right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear"},
      {"coco19", kBody19},
      {"wholebody133", std::string(kCoco17) + kFeetOfBody25 + Face(68) + hands},
      {"openpose25b", body25b},
      {"openpose135", body25b + Fingers("left") + Fingers("right") + Face(70)},
      {"halpe26", halpe26},
      {"halpe136", halpe26 + Face(68) + hands},
      {"mhr70", StrCat("nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow "
                       "right_elbow left_hip right_hip left_knee right_knee left_ankle right_ankle",
                       kFeetOfBody25, HandOfMhr("right"), HandOfMhr("left"),
                       " left_olecranon= right_olecranon= left_cubital_fossa= right_cubital_fossa= "
                       "left_acromion= right_acromion= neck")},
      {"lsp14",
       "@extra right_ankle right_knee right_hip left_hip left_knee left_ankle right_wrist right_elbow "
       "right_shoulder left_shoulder left_elbow left_wrist neck head_top"},
      {"crowdpose14",
       "left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hip right_hip "
       "left_knee right_knee left_ankle right_ankle head_top neck"},
      {"aic14",
       "right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip "
       "right_knee right_ankle left_hip left_knee left_ankle head_top neck"},
      {"kinect25",
       "pelvis spine=spine1 neck head left_shoulder left_elbow left_wrist left_hand right_shoulder "
       "right_elbow right_wrist right_hand left_hip left_knee left_ankle left_foot right_hip "
       "right_knee right_ankle right_foot spine3 left_hand_tip= left_thumb_tip=left_thumb "
       "right_hand_tip= right_thumb_tip=right_thumb"},
      {"mpii16",
       "@extra right_ankle right_knee right_hip left_hip left_knee left_ankle pelvis thorax=neck "
       "upper_neck=head head_top right_wrist right_elbow right_shoulder left_shoulder left_elbow "
       "left_wrist"},
      {"h36m17",
       "@h36m pelvis left_hip left_knee left_ankle right_hip right_knee right_ankle spine=spine2 neck "
       "jaw=head head_top left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist"},
      {"h36m17_mmpose",
       "@h36m pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine=spine2 neck "
       "jaw=head head_top left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist"},
      {"mediapipe33",
       "nose left_eye_inner=face_42 left_eye left_eye_outer=face_45 right_eye_inner=face_39 right_eye "
       "right_eye_outer=face_36 left_ear right_ear left_mouth=face_54 right_mouth=face_48 "
       "left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_pinky1 "
       "right_pinky1 left_index1 right_index1 left_thumb2 right_thumb2 left_hip right_hip left_knee "
       "right_knee left_ankle right_ankle left_heel right_heel left_big_toe right_big_toe"},
      {"spin49", body25 + " " + kSpinAnnotated},
      {"spin24", kSpinAnnotated},
      {"smpl22", SmplPoints(22)},
      {"smpl24", SmplPoints(24)}};
  return tables;
}

const std::vector<LimbRule>& LimbRules() {
  static const std::vector<LimbRule> rules = {{"eye", "nose"},
                                              {"eye_inner", "nose"},
                                              {"ear", "eye_outer eye"},
                                              {"nose", "neck thorax"},
                                              {"head_top", "head upper_neck jaw neck thorax"},
                                              {"head", "jaw neck"},
                                              {"jaw", "thorax neck"},
                                              {"upper_neck", "thorax"},
                                              {"thorax", "spine mid_hip pelvis"},
                                              {"spine", "mid_hip pelvis"},
                                              {"neck", "spine3 spine mid_hip pelvis"},
                                              {"spine3", "spine2"},
                                              {"spine2", "spine1"},
                                              {"spine1", "pelvis"},
                                              {"collar", "spine3"},
                                              {"shoulder", "collar thorax neck opposite"},
                                              {"elbow", "shoulder"},
                                              {"wrist", "elbow"},
                                              {"hand", "wrist"},
                                              {"hip", "mid_hip pelvis shoulder"},
                                              {"knee", "hip"},
                                              {"ankle", "knee"},
                                              {"heel", "ankle"},
                                              {"foot", "ankle"},
                                              {"big_toe", "ankle"},
                                              {"small_toe", "big_toe"},
                                              {"hand_root", "wrist"},
                                              {"thumb1", "hand_root wrist"},
                                              {"thumb2", "thumb1 wrist"},
                                              {"thumb3", "thumb2"},
                                              {"thumb_tip", "thumb3"},
                                              {"index1", "hand_root wrist"},
                                              {"index2", "index1"},
                                              {"index3", "index2"},
                                              {"index_tip", "index3"},
                                              {"middle1", "hand_root wrist"},
                                              {"middle2", "middle1"},
                                              {"middle3", "middle2"},
                                              {"middle_tip", "middle3"},
                                              {"ring1", "hand_root wrist"},
                                              {"ring2", "ring1"},
                                              {"ring3", "ring2"},
                                              {"ring_tip", "ring3"},
                                              {"pinky1", "hand_root wrist"},
                                              {"pinky2", "pinky1"},
                                              {"pinky3", "pinky2"},
                                              {"pinky_tip", "pinky3"}};
  return rules;
}

}  // namespace vitruvius
