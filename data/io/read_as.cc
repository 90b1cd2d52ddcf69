#include "data/io/read_as.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include <Eigen/LU>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kSwapped[] = "left_right_swapped", kMetres[] = "metres";
constexpr const char* kAxisWords[] = {"y_up", "upside_down", "y_up_z_back", "z_up"};

// Of one group one word alone makes sense, but for sides.
enum class Group { kSides, kAxes, kNormalized, kUnits };
Group GroupOf(const std::string& word) {
  if (std::count(std::begin(kAxisWords), std::end(kAxisWords), word) > 0) return Group::kAxes;
  if (word.rfind("normalized", 0) == 0) return Group::kNormalized;
  return word == kSwapped || word == "legs_swapped" ? Group::kSides : Group::kUnits;
}

// x, y, z as read from those of the file; of 2D all of z is left alone.
Eigen::Matrix3d AxesOf(const std::string& word, bool is_3d) {
  if (word == "y_up") return Eigen::Vector3d(1, -1, 1).asDiagonal();
  if (word == "upside_down" && !is_3d) return Eigen::Vector3d(-1, -1, 1).asDiagonal();
  if (word == "y_up_z_back") return Eigen::Vector3d(1, -1, -1).asDiagonal();
  Eigen::Matrix3d axes = Eigen::Matrix3d::Identity();
  if (word == "z_up") axes << 1, 0, 0, 0, 0, -1, 0, 1, 0;
  return axes;
}

// Keypoint k of the result is keypoint order[k] of what was there.
void Reorder(const std::vector<int>& order, PersonObservation* person) {
  const auto keypoints2d = person->keypoints2d;
  const auto keypoints3d = person->keypoints3d;
  const auto hidden = person->hidden;
  for (size_t k = 0; k < order.size(); ++k) {
    const auto to = static_cast<Eigen::Index>(k);
    if (person->is_3d()) {
      person->keypoints3d.row(to) = keypoints3d.row(order[k]);
    } else {
      person->keypoints2d.row(to) = keypoints2d.row(order[k]);
    }
    if (hidden.size() > 0) person->hidden[to] = hidden[order[k]];
  }
}

bool IsOfLeg(const std::string& name) {
  for (const char* part : {"hip", "knee", "ankle", "heel", "toe", "foot"}) {
    if (name.find(part) != std::string::npos && name.find("mid_") == std::string::npos) return true;
  }
  return false;
}

// x -> scale .* x + offset, of the first two (2D) or all three (3D) coordinates.
void Stretch(const Eigen::Vector3d& scale, const Eigen::Vector2d& offset_px, PersonObservation* person) {
  if (person->is_3d()) {
    person->keypoints3d.leftCols<3>() *= scale.asDiagonal();
    return;
  }
  person->keypoints2d.leftCols<2>() *= scale.head<2>().asDiagonal();
  person->keypoints2d.leftCols<2>().rowwise() += offset_px.transpose();
}

bool Apply(const std::string& word, PersonObservation* person, std::string* error) {
  const Eigen::Vector2d size(person->image_width, person->image_height);  // zero where not known
  const bool is_3d = person->is_3d();
  if (word == "left_right_swapped" || word == "legs_swapped") {
    std::vector<int> order = person->set->Mirror();
    for (size_t k = 0; k < order.size(); ++k) {
      if (word == "legs_swapped" && !IsOfLeg(person->set->points[k].name)) order[k] = static_cast<int>(k);
    }
    Reorder(order, person);
  } else if (word == "y_up") {
    Stretch({1, -1, 1}, {0, size.y()}, person);
  } else if (word == "upside_down") {
    Stretch({-1, -1, 1}, size, person);
  } else if (word == "y_up_z_back" || word == "z_up") {
    if (is_3d)
      person->keypoints3d.leftCols<3>() =
          (person->keypoints3d.leftCols<3>() * AxesOf(word, true).transpose()).eval();
  } else if (word == "normalized" || word == "normalized_signed") {
    if (is_3d) return true;
    if (size.minCoeff() <= 0) {
      *error = "the keypoints are to be read as " + word +
               ", for which the size of the image must be known (image_size in the file, or --image_size)";
      return false;
    }
    const bool from_middle = word == "normalized_signed";
    const Eigen::Vector2d scale = from_middle ? Eigen::Vector2d(size / 2) : size;
    Stretch({scale.x(), scale.y(), 1}, from_middle ? scale : Eigen::Vector2d(0, 0), person);
  } else {
    const double metres = MetresPerUnitOf({{word}});
    if (is_3d) Stretch({metres, metres, metres}, {0, 0}, person);
  }
  return true;
}

}  // namespace

const std::vector<LengthUnit>& LengthUnits() {
  static const std::vector<LengthUnit> units = {
      {kMetres, 1}, {"millimetres", 1e-3}, {"centimetres", 1e-2}, {"inches", 0.0254}};
  return units;
}

double MetresPerUnitOf(const ReadAs& read_as) {
  for (const LengthUnit& unit : LengthUnits()) {
    if (std::count(read_as.words.begin(), read_as.words.end(), unit.word) > 0) return unit.metres;
  }
  return 1;
}

const std::vector<std::pair<std::string, std::string>>& ReadAsWords() {
  static const std::vector<std::pair<std::string, std::string>> words = {
      {"left_right_swapped", "left and right are exchanged"},
      {"legs_swapped", "left and right of the legs are exchanged"},
      {"upside_down", "2D: the picture is turned by 180 degrees"},
      {"y_up", "y grows upwards (2D; 3D: and the axes are left-handed for it)"},
      {"y_up_z_back", "3D: y grows upwards and z towards the viewer, as in OpenGL"},
      {"z_up", "3D: z grows upwards, as in AMASS and Blender"},
      {"normalized", "2D: x and y are fractions of the image's width and height"},
      {"normalized_signed", "2D: x and y run from -1 to 1 over the image"},
      {"centimetres", "3D: the unit is the centimetre"},
      {"millimetres", "3D: the unit is the millimetre"},
      {"inches", "3D: the unit is the inch"}};
  return words;
}

bool ReadAsConcerns(const std::string& word, bool is_3d) {
  for (const auto& [name, meaning] : ReadAsWords()) {
    if (name == word) return meaning.compare(0, 3, is_3d ? "2D:" : "3D:") != 0;
  }
  return false;
}

ReadAs ParseReadAs(const std::string& text) {
  ReadAs read_as;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, ',');) {
    std::string known;
    bool found = false;
    for (const auto& [name, meaning] : ReadAsWords()) {
      known += (known.empty() ? "" : ", ") + name;
      found = found || name == word;
    }
    if (!found) throw InputError("read_as: found '" + word + "', expected " + known);
    for (const std::string& before : read_as.words) {
      const bool clash = GroupOf(before) == GroupOf(word) && GroupOf(word) != Group::kSides;
      if (before == word || clash)
        throw InputError("read_as: found '" + before + "' and '" + word + "', expected one of them");
    }
    read_as.words.push_back(word);
  }
  return read_as;
}

std::string ReadAsWith(const ReadAs& given, const std::string& word, bool is_3d) {
  std::vector<std::string> words = given.words;
  const auto text = [&] {
    std::string joined;
    for (const std::string& one : words) joined += (joined.empty() ? "" : ",") + one;
    return joined;
  };
  const auto drop = [&](const std::string& one) { words.erase(std::find(words.begin(), words.end(), one)); };
  const auto toggle = [&](const std::string& one) {
    if (std::count(words.begin(), words.end(), one) > 0) {
      drop(one);
    } else {
      words.push_back(one);
    }
  };
  const auto other = std::find_if(words.begin(), words.end(), [&](const std::string& one) {
    return GroupOf(one) == GroupOf(word) && GroupOf(word) != Group::kSides;
  });
  if (word == kMetres) {
    if (other != words.end()) words.erase(other);
    return text();
  }
  if (other != words.end() && GroupOf(word) != Group::kAxes) {
    *other = word;
    return text();
  }
  if (other != words.end()) {
    // What was given, then what is wanted besides: which one word does both?
    const Eigen::Matrix3d both = AxesOf(word, is_3d) * AxesOf(*other, is_3d);
    const std::string was = *other;
    for (const char* one : kAxisWords) {
      if (ReadAsConcerns(one, is_3d) && AxesOf(one, is_3d).isApprox(both)) {
        *other = one;
        return text();
      }
    }
    drop(was);
    if (both.isIdentity()) return text();
    // Upright and mirrored, in whatever axis: the sides are exchanged.
    if (both(1, 1) == 1 && both.determinant() < 0) {
      toggle(kSwapped);
    } else {
      words.push_back(word);
    }
    return text();
  }
  if (word == kSwapped) {
    // An axis word of the wrong handedness mirrors people.
    const std::string partner = is_3d ? "y_up_z_back" : "upside_down";
    for (std::string& one : words) {
      if (one != "y_up" && one != partner) continue;
      one = one == partner ? "y_up" : partner;
      return text();
    }
  }
  toggle(word);
  return text();
}

bool ApplyReadAs(const ReadAs& read_as, PersonObservation* person, std::string* error) {
  for (const std::string& word : read_as.words) {
    if (!Apply(word, person, error)) return false;
  }
  return true;
}

}  // namespace vitruvius
