#include "data/datasets/conventions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "data/datasets/convention_measures.h"
#include "data/io/bone_disorder.h"
#include "models/math/angles.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Level = ConventionFinding::Level;
using Findings = std::vector<ConventionFinding>;

constexpr int kFewestToJudge = 3, kFewestToBeSure = 10;
constexpr double kShareLikely = 0.75, kShareCertain = 0.9;

// Yes and no of people, and of the subjects that they are: the frames of a video of one person are one voice.
class Vote {
 public:
  void Add(const std::string& voter, bool vote) {
    ++(vote ? yes_ : no_);
    subjects_[voter] += vote ? 1 : -1;
  }
  void Add(const Vote& other) {
    yes_ += other.yes_;
    no_ += other.no_;
    for (const auto& [voter, lead] : other.subjects_) subjects_[voter] += lead;
  }
  int yes() const { return yes_; }
  int total() const { return yes_ + no_; }
  double share() const { return total() == 0 ? 0 : static_cast<double>(yes_) / total(); }
  bool Carried() const { return yes_ > 0 && share() >= kShareLikely; }
  bool Refuted() const { return no_ > 0 && 1 - share() >= kShareLikely; }
  Level level() const {
    int for_it = 0;
    for (const auto& [voter, lead] : subjects_) for_it += lead > 0;
    const int subjects = num_subjects();
    const bool is_sure = subjects >= kFewestToBeSure && share() >= kShareCertain &&
                         static_cast<double>(for_it) / subjects >= kShareCertain;
    return total() < kFewestToJudge ? Level::kNote : is_sure ? Level::kError : Level::kWarning;
  }
  int num_subjects() const { return static_cast<int>(subjects_.size()); }
  std::string Says() const {
    const std::string who = num_subjects() < total() ? StrCat(" (of ", num_subjects(), " subjects)") : "";
    return StrCat(yes_, " of ", total(), total() == 1 ? " person" : " people", " that could be judged", who);
  }

 private:
  int yes_ = 0, no_ = 0;
  std::map<std::string, int> subjects_;  // how many more yes than no
};

// Who each person is: the subject of a capture, as named, else its place among the people of its frame.
// Whoever belongs to no capture is somebody else each time.
std::vector<std::string> VotersOf(const std::vector<PersonObservation>& people) {
  std::vector<std::string> voters;
  std::map<std::string, int> people_of_frame;
  for (const PersonObservation& person : people) {
    const Identity& who = person.identity;
    if (!who.subject.empty()) {
      voters.push_back(StrCat(who.capture, "/", who.subject));
    } else if (!who.capture.empty()) {
      const int place = people_of_frame[StrCat(who.capture, "/", who.frame, "/", who.camera)]++;
      voters.push_back(StrCat(who.capture, "#", place));
    } else {
      voters.push_back(StrCat("#", voters.size()));
    }
  }
  return voters;
}

std::string Percent(double share) { return StrCat(std::lround(100 * share), " %"); }

// Three digits are enough for people.
double Rounded(double value) {
  if (!(std::abs(value) > 0) || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
  return std::round(value / unit) * unit;
}

// People of one set, all in 2D or all in 3D.
class Judge {
 public:
  Judge(std::vector<PersonObservation> people, const MirrorTest& mirror_test, const ReadAs& given)
      : people_(std::move(people)),
        voters_(VotersOf(people_)),
        is_3d_(people_[0].is_3d()),
        set_(people_[0].set),
        mirror_test_(mirror_test),
        given_(given) {}

  Findings All() {
    if (is_3d_) {
      FindUnits();
    } else if (FindNormalized()) {
      return findings_;  // of the image nothing more can be said
    }
    // What is found to be wrong is put right before the next question, so that each is asked of sound data.
    if (!is_3d_) FindCamera();
    if (FindOrder()) {
      FindLegs();
      FindUp();
    }
    if (!is_3d_) FindOutsideImage();
    return findings_;
  }

 private:
  std::string ReadAsFix(const std::string& word) const {
    const std::string words = ReadAsWith(given_, word, is_3d_);
    return words.empty() ? "read it without --read_as" : "read it with --read_as=" + words;
  }

  void Add(const std::string& fault, Level level, const std::string& evidence, const std::string& fix) {
    findings_.push_back({fault, level, evidence, fix});
  }

  void Correct(const std::string& word) {
    std::string error;
    for (PersonObservation& person : people_) ApplyReadAs({{word}}, &person, &error);
  }

  template <typename Measure>
  std::vector<double> MeasureAll(const Measure& measure) const {
    std::vector<double> values;
    for (const PersonObservation& person : people_) {
      const std::optional<double> value = measure(PersonPoints(person));
      if (value) values.push_back(*value);
    }
    return values;
  }

  // Nobody is smaller than 0.3 m or larger than 3 m from end to end of what is seen.
  void FindUnits() {
    constexpr double kLeastM = 0.3, kMostM = 3;
    const std::vector<double> sizes = MeasureAll(
        [](const PersonPoints& p) { return p.size() > 0 ? std::optional<double>(p.size()) : std::nullopt; });
    if (sizes.empty()) return;
    const double size = Median(sizes);
    if (size >= kLeastM && size <= kMostM) return;
    const std::string evidence = StrCat("people measure ", Rounded(size), " from end to end (median of ",
                                        sizes.size(), "), expected ", kLeastM, " to ", kMostM, " metres");
    // Inches and centimetres overlap; the likelier size decides.
    constexpr double kTypicalM = 1.6;
    const double given = MetresPerUnitOf(given_);
    const LengthUnit* best = LengthUnits().data();
    for (const LengthUnit& unit : LengthUnits()) {
      const auto off = [&](const LengthUnit& u) {
        return std::abs(std::log(size * u.metres / given / kTypicalM));
      };
      if (off(unit) < off(*best)) best = &unit;
    }
    const double metres = size * best->metres / given;
    if (metres >= kLeastM && metres <= kMostM) {
      Add(best->word, Level::kError,
          evidence + StrCat("; as ", best->word, " this is ", Rounded(metres), " m"), ReadAsFix(best->word));
    } else {
      Add("units", Level::kError, evidence, "scale the keypoints to metres");
    }
  }

  bool FindNormalized() {
    constexpr double kMost = 2.5;  // px; a person of this size has no keypoints
    double most = 0, least = 0;
    for (const PersonObservation& person : people_) {
      most = std::max(most, person.keypoints2d.leftCols<2>().maxCoeff());
      least = std::min(least, person.keypoints2d.leftCols<2>().minCoeff());
    }
    if (std::max(most, -least) > kMost) return false;
    const bool is_signed =
        least < -0.25;  // a keypoint somewhat outside of the image is not the middle's other side
    std::string image = "expected pixels";
    if (people_[0].image_width > 0) {
      image += StrCat(" of an image of ", people_[0].image_width, " x ", people_[0].image_height);
    }
    Add(is_signed ? "normalized_signed" : "normalized", Level::kError,
        StrCat("all coordinates of ", people_.size(), " people lie between ", Rounded(least), " and ",
               Rounded(most), ", ", image),
        ReadAsFix(is_signed ? "normalized_signed" : "normalized") +
            " and, where the file does not tell it, --image_size");
    return true;
  }

  std::vector<const PersonObservation*> Pointers() const {
    std::vector<const PersonObservation*> pointers;
    for (const PersonObservation& person : people_) pointers.push_back(&person);
    return pointers;
  }

  // False when the names of the points cannot be trusted.
  bool FindOrder() {
    constexpr double kSound = 0.2;       // disorder that many people in the right order stay below
    constexpr double kMuchBetter = 0.6;  // ratio to the disorder as named
    constexpr double kAdvisable = 0.35;  // an order that leaves more is no cure
    constexpr double kCertainlyBroken = 0.5;
    const auto pointers = Pointers();
    const double disorder = BoneDisorder(pointers, *set_);
    if (!std::isfinite(disorder) || disorder < kSound) return true;
    double best_disorder = disorder;
    const KeypointSet* best = nullptr;
    for (const std::string& name : KeypointSetNames(set_->size())) {
      const KeypointSet* other = FindKeypointSet(name);
      const double value = BoneDisorder(pointers, *other);
      // Of two with the same bones, the one whose legs are on their own side.
      const bool better = best == nullptr ? value < best_disorder : value < best_disorder - 1e-9;
      const bool same = best != nullptr && std::abs(value - best_disorder) <= 1e-9;
      if (better || (same && LegsVote(*other).share() < LegsVote(*best).share())) {
        best = other;
        best_disorder = value;
      }
    }
    const auto count = static_cast<int>(people_.size());
    const std::string evidence =
        StrCat("the bones that ", set_->name, " draws between the points are off a body's proportions by ",
               Percent(std::exp(disorder) - 1), " on average (", count, count == 1 ? " person)" : " people)");
    const Level level = count < kFewestToJudge    ? Level::kNote
                        : count < kFewestToBeSure ? Level::kWarning
                                                  : Level::kError;
    if (best != nullptr && best != set_ && best_disorder < kMuchBetter * disorder &&
        best_disorder < kAdvisable) {
      Add("wrong_set", level,
          evidence + StrCat("; in the order of ", best->name, " by ", Percent(std::exp(best_disorder) - 1)),
          StrCat("name the set: --keypoint_set=", best->name));
      for (PersonObservation& person : people_) person.set = best;
      set_ = best;
      return true;
    }
    if (disorder < kCertainlyBroken || level == Level::kNote) return true;
    Add("unknown_order", std::min(level, Level::kWarning),
        evidence + StrCat("; no known set of ", set_->size(), " points fits them"),
        "say what the points are: --keypoint_set with another set's name, or a file of your own "
        "(docs/keypoint-sets.md)");
    return false;
  }

  // Yes: the legs run against the arms.
  Vote LegsVote(const KeypointSet& set) const {
    const PartsOfSet parts(set);
    constexpr double kClear = 0.3;  // cosine; a trunk twists by less than 70 degrees
    Vote vote;
    for (size_t i = 0; i < people_.size(); ++i) {
      const std::optional<double> agreement = LegsAgreeWithArms(PersonPoints(people_[i]), parts);
      if (agreement && std::abs(*agreement) > kClear) vote.Add(voters_[i], *agreement < 0);
    }
    return vote;
  }

  void FindLegs() {
    const Vote vote = LegsVote(*set_);
    if (!vote.Carried()) return;
    const std::string evidence =
        StrCat("hips and shoulders run opposite ways from right to left in ", vote.Says());
    // Another order of the same points that has the legs the other way round is the likelier cause.
    for (const std::string& name : KeypointSetNames(set_->size())) {
      const KeypointSet* other = FindKeypointSet(name);
      if (BoneDisorder(Pointers(), *other) > BoneDisorder(Pointers(), *set_) + 1e-9) continue;
      const Vote others = LegsVote(*other);
      if (others.total() == 0 || others.Carried()) continue;
      Add("wrong_set", vote.level(),
          evidence + StrCat("; in the order of ", name, " in ", others.yes(), " of ", others.total()),
          StrCat("name the set: --keypoint_set=", name));
      for (PersonObservation& person : people_) person.set = other;
      set_ = other;
      return;
    }
    Add("legs_swapped", vote.level(), evidence, ReadAsFix("legs_swapped"));
    Correct("legs_swapped");
  }

  // Whether left and right are exchanged. 2D by hidden faces, else by fits; 3D by the shape of the body.
  struct MirrorVerdict {
    // Suspected: faces are reported where left and right make the back, and nothing else tells.
    bool known = false, mirrored = false, suspected = false;
    Level level = Level::kNote;
    std::string evidence;
  };
  MirrorVerdict FindMirror() {
    const PartsOfSet parts(*set_);
    Vote sound, faces;
    for (size_t i = 0; i < people_.size(); ++i) {
      const std::optional<HandednessSign> sign = Handedness(PersonPoints(people_[i]), parts, is_3d_);
      if (sign) (sign->by_face_alone ? faces : sound).Add(voters_[i], sign->value < 0);
    }
    // Faces count beside what is sound and agrees with it: then the detector leaves out what it does not see.
    Vote all = sound;
    all.Add(faces);
    const char* what = is_3d_ ? " knees, toes and nose point to what left and right make the back in "
                              : " the sides of face and body that are seen belong to the other side in ";
    if (sound.Carried() && all.Carried() && (faces.total() == 0 || sound.total() >= kFewestToJudge))
      return {true, true, false, all.level(), what + all.Says()};
    if (sound.Refuted() || (sound.total() == 0 && faces.Refuted()))
      return {true, false, false, all.level(), ""};
    const MirrorVerdict by_fits = FindMirrorByFits(faces.total() > 0);
    if (by_fits.known || !faces.Carried()) return by_fits;
    return {false, false, true, faces.level(), what + faces.Says()};
  }

  // Perspective alone is left to tell, and only many people together. faces_doubted: fits go by the body,
  // from the shoulders down.
  MirrorVerdict FindMirrorByFits(bool faces_doubted) const {
    if (is_3d_ || !mirror_test_ || static_cast<int>(people_.size()) < kFewestToJudge) return {};
    constexpr double kLikelySigmas = 4, kCertainSigmas = 8;
    std::vector<PersonObservation> people = people_;
    for (int k = 0; faces_doubted && k < set_->size(); ++k) {
      if (!IsFaceKeypoint(set_->points[static_cast<size_t>(k)].name)) continue;
      for (PersonObservation& person : people) person.keypoints2d.row(k).setZero();
    }
    const MirrorEvidence evidence = mirror_test_(people);
    if (evidence.people < kFewestToJudge || std::abs(evidence.sigmas) < kLikelySigmas) return {};
    const std::set<std::string> subjects(voters_.begin(), voters_.end());
    const bool is_certain = std::abs(evidence.sigmas) >= kCertainSigmas &&
                            std::min(evidence.people, static_cast<int>(subjects.size())) >= kFewestToBeSure;
    return {true, evidence.sigmas > 0, false, is_certain ? Level::kError : Level::kWarning,
            StrCat(" bodies fit better with left and right exchanged: ", evidence.people,
                   " fits, a mean gain of ", Rounded(evidence.sigmas), " standard errors")};
  }

  void FindUp() {
    const PartsOfSet parts(*set_);
    constexpr double kClear = 0.3;  // of the person's size: lying and crouching people say nothing
    Vote y_up, z_up, y_up_on_feet;
    for (size_t i = 0; i < people_.size(); ++i) {
      const PersonPoints person(people_[i]);
      const auto up = UpDirection(person, parts);
      if (!up || up->norm() < kClear) continue;
      const Eigen::Vector3d axis = up->normalized();
      constexpr double kAlong = 0.7;  // cosine
      if (std::abs(axis.y()) > kAlong) {
        z_up.Add(voters_[i], false);
        y_up.Add(voters_[i], axis.y() > 0);
        // Who stands on the hands, or hangs by them, says nothing of the image.
        if (axis.y() < 0 || !ReachesPastHead(person, parts)) y_up_on_feet.Add(voters_[i], axis.y() > 0);
      } else if (std::abs(axis.z()) > kAlong) {
        z_up.Add(voters_[i], axis.z() > 0);
        y_up.Add(voters_[i], false);
      }
    }
    if (z_up.Carried()) {
      Add("z_up", std::min(z_up.level(), Level::kWarning),
          "heads lie above feet along z, not y, in " + z_up.Says() + "; results would keep these axes",
          ReadAsFix("z_up"));
      Correct("z_up");
    }
    const bool is_y_up = y_up.Carried(), is_on_hands = is_y_up && !y_up_on_feet.Carried();
    // Heads up again, by a turn, which leaves left and right as they are.
    if (is_y_up) Correct(is_3d_ ? "y_up_z_back" : "upside_down");
    const MirrorVerdict mirror = FindMirror();
    const std::string heads = "heads lie below feet in " + y_up.Says();
    if (is_y_up && (mirror.mirrored || (mirror.suspected && !is_on_hands))) {
      Add("y_up", std::min(y_up.level(), mirror.level), heads + ", and" + mirror.evidence, ReadAsFix("y_up"));
    } else if (is_y_up && !mirror.known && !mirror.suspected) {
      Add("y_up", std::min(y_up.level(), Level::kWarning),
          StrCat(heads, "; left and right could not be told, so the image might be turned instead",
                 is_on_hands ? ", or they stand on their hands" : ""),
          ReadAsFix("y_up") + " (or " + ReadAsFix("upside_down").substr(8) + ")");
    } else if (is_y_up && is_3d_) {
      Add("y_up", std::min(y_up.level(), Level::kWarning),
          heads + ", left and right are right: the axes are those of OpenGL; results would keep them",
          ReadAsFix("y_up_z_back"));
    } else if (is_y_up && !is_on_hands && !mirror.suspected) {
      Add("upside_down", y_up_on_feet.level(), heads + ", left and right are right",
          ReadAsFix("upside_down"));
    } else if (mirror.mirrored) {
      Add("left_right_swapped", mirror.level, mirror.evidence.substr(1), ReadAsFix("left_right_swapped"));
    } else if (mirror.suspected) {
      Add("left_right_swapped", std::min(mirror.level, Level::kWarning),
          mirror.evidence.substr(1) +
              "; detectors that report every point do the same with people who are seen from behind, and "
              "fits do not tell",
          "nothing if these people are seen from behind; if they face the camera, " +
              ReadAsFix("left_right_swapped"));
    }
  }

  void FindOutsideImage() {
    Vote outside;
    constexpr double kMargin = 0.1;  // of the image: people leave it, and annotators follow them
    for (size_t i = 0; i < people_.size(); ++i) {
      const PersonObservation& person = people_[i];
      const Eigen::Array2d size(person.image_width, person.image_height);
      if (size.minCoeff() <= 0) continue;
      int seen = 0, out = 0;
      for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k) {
        if (!(person.keypoints2d(k, 2) > 0)) continue;
        const Eigen::Array2d at = person.keypoints2d.row(k).head<2>().transpose().array();
        ++seen;
        out += (at < -kMargin * size).any() || (at > (1 + kMargin) * size).any();
      }
      outside.Add(voters_[i], 2 * out > seen);
    }
    if (!outside.Carried()) return;
    const PersonObservation& first = people_[0];
    Add("image_size", std::max(Level::kWarning, outside.level()),
        StrCat("most keypoints lie outside of the image (the first is ", first.image_width, " x ",
               first.image_height, ") in ", outside.Says()),
        "check image_size (width, then height) and whether the keypoints belong to a crop or another "
        "resolution");
  }

  void FindCamera() {
    constexpr double kWidestDeg = 120, kNarrowestDeg = 5;
    Vote wide, narrow, off_center;
    double focal = 0, angle = 0;
    int side = 0;
    Eigen::Vector2d center(0, 0);
    for (size_t i = 0; i < people_.size(); ++i) {
      const PersonObservation& person = people_[i];
      const int larger = std::max(person.image_width, person.image_height);
      if (larger == 0) continue;
      if (person.focal_px) {
        const double degrees = 2 * std::atan2(larger / 2.0, person.focal_px->mean()) * kDegPerRad;
        const bool is_wide = degrees > kWidestDeg, is_narrow = degrees < kNarrowestDeg;
        if ((is_wide && wide.yes() == 0) || (is_narrow && narrow.yes() == 0)) {
          focal = person.focal_px->mean();
          angle = degrees;
          side = larger;
        }
        wide.Add(voters_[i], is_wide);
        narrow.Add(voters_[i], is_narrow);
      }
      if (person.center_px) {
        const Eigen::Array2d at = person.center_px->array();
        const bool off = (at < 0).any() || at.x() > person.image_width || at.y() > person.image_height;
        if (off && off_center.yes() == 0) center = at;
        off_center.Add(voters_[i], off);
      }
    }
    // Fits that tell left from right must not believe such a camera.
    for (PersonObservation& person : people_) {
      if (wide.Carried() || narrow.Carried()) person.focal_px.reset();
      if (off_center.Carried()) person.center_px.reset();
    }
    const std::string view = StrCat("a focal length of ", Rounded(focal), " px sees ", Rounded(angle),
                                    " degrees of an image of ", side, " px");
    constexpr double kLongestMm = 600, kSensorMm = 36;  // of usual lenses; of the sensor they are made for
    if (wide.Carried() && focal > 5 && focal < kLongestMm) {
      Add("focal", Level::kError, view + "; it looks like millimetres",
          StrCat("give it in pixels: for a 35 mm camera f_px = f_mm / ", kSensorMm, " * width, here ",
                 Rounded(focal / kSensorMm * side)));
    } else if (wide.Carried()) {
      Add("focal", Level::kError, view + "; it looks normalized by the image's size",
          StrCat("give it in pixels: here perhaps ", Rounded(focal * side),
                 " (times the image's larger side)"));
    } else if (narrow.Carried()) {
      Add("focal", Level::kWarning, view,
          "give the image's own focal length, or none: bodies are put far away and their depth flattens");
    }
    if (off_center.Carried()) {
      Add("center", Level::kWarning,
          StrCat("the principal point (", Rounded(center.x()), ", ", Rounded(center.y()),
                 ") lies outside of the image in ", off_center.Says()),
          "give it in pixels from the image's upper left corner; right only where the image is cut from a "
          "larger one");
    }
  }

  std::vector<PersonObservation> people_;
  std::vector<std::string> voters_;  // of each person
  bool is_3d_;
  const KeypointSet* set_;
  const MirrorTest& mirror_test_;
  const ReadAs& given_;
  Findings findings_;
};

}  // namespace

const char* LevelName(Level level) {
  return level == Level::kError ? "error" : level == Level::kWarning ? "warning" : "note";
}

Findings FindConventionFaults(const std::vector<PersonObservation>& sample, const MirrorTest& mirror_test,
                              const ReadAs& given) {
  std::map<std::pair<std::string, bool>, std::vector<PersonObservation>> groups;
  for (const PersonObservation& person : sample) {
    if (person.reason.empty() && person.set != nullptr)
      groups[{person.set->name, person.is_3d()}].push_back(person);
  }
  Findings findings;
  for (auto& [key, people] : groups) {
    for (ConventionFinding& finding : Judge(std::move(people), mirror_test, given).All()) {
      if (groups.size() > 1) finding.evidence = key.first + ": " + finding.evidence;
      findings.push_back(std::move(finding));
    }
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.level > b.level; });
  return findings;
}

}  // namespace vitruvius
