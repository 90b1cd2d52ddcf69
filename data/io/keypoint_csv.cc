// Keypoints as text in columns, separated by commas, semicolons or tabs; lines that begin with # are passed
// over. Three shapes, told by the first line:
//
//   no names          777.5,415.6,0.9,818.7,...            K times x, y; x, y, c; x, y, z or x, y, z, c
//   a row per person  frame,nose_x,nose_y,nose_score,...   names of a set, or numbers (x0,y0,x1,...)
//   a row per point   frame,person,keypoint,x,y,score      and DeepLabCut's three lines of names
//
// A name is what is left without the coordinate: "left_knee_x", "LKnee.x", "x_left_knee". Other columns are
// passed over, but for frame, time, subject (or person, id, track_id) and image.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "data/io/keypoint_formats.h"
#include "data/io/keypoint_names.h"
#include "data/io/keypoint_rows.h"
#include "data/io/time_frames.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Cells = std::vector<std::string>;

constexpr size_t kMostCells = 100000;  // of a line
constexpr int kMostNumbered = 10000;   // points that are numbered

std::string Trimmed(const std::string& text) {
  const char* blanks = " \t\r\"";
  const size_t first = text.find_first_not_of(blanks);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// A number, NaN for an empty cell or a word for nothing; false for other text.
bool NumberOfCell(const std::string& cell, double* value) {
  *value = std::numeric_limits<double>::quiet_NaN();
  if (cell.empty()) return true;
  for (const char* word : {"nan", "NaN", "NA", "null", "None"}) {
    if (cell == word) return true;
  }
  char* end = nullptr;
  *value = std::strtod(cell.c_str(), &end);
  return *end == '\0';
}

// What a column is, by its name.
struct Column {
  enum class Kind { kOther, kFrame, kTime, kSubject, kImage, kPointName, kCoordinate };
  Kind kind = Kind::kOther;
  std::string point;  // of a coordinate: the point's name, or its number; empty: of the line's point
  int axis = 0;       // 0 to 2: x, y, z; 3: confidence
};

int AxisOf(const std::string& word) {
  if (word == "x") return 0;
  if (word == "y") return 1;
  if (word == "z") return 2;
  for (const char* name :
       {"c", "conf", "confidence", "score", "likelihood", "visibility", "v", "p", "prob", "presence"}) {
    if (word == name) return 3;
  }
  return -1;
}

Column ColumnOf(const std::string& heading) {
  const std::string name = PlainKeypointName(heading);
  using Kind = Column::Kind;
  static const std::map<std::string, Kind> kWords = {
      {"frame", Kind::kFrame},        {"frame_id", Kind::kFrame},    {"frame_number", Kind::kFrame},
      {"time", Kind::kTime},          {"time_s", Kind::kTime},       {"timestamp", Kind::kTime},
      {"subject", Kind::kSubject},    {"person", Kind::kSubject},    {"person_id", Kind::kSubject},
      {"id", Kind::kSubject},         {"track_id", Kind::kSubject},  {"image", Kind::kImage},
      {"image_path", Kind::kImage},   {"file_name", Kind::kImage},   {"filename", Kind::kImage},
      {"keypoint", Kind::kPointName}, {"joint", Kind::kPointName},   {"landmark", Kind::kPointName},
      {"point", Kind::kPointName},    {"bodypart", Kind::kPointName}};
  const auto word = kWords.find(name);
  if (word != kWords.end()) return {word->second, "", 0};
  if (AxisOf(name) >= 0) return {Kind::kCoordinate, "", AxisOf(name)};
  const size_t last = name.rfind('_'), first = name.find('_');
  if (last != std::string::npos && AxisOf(name.substr(last + 1)) >= 0)
    return {Kind::kCoordinate, PlainKeypointName(name.substr(0, last)), AxisOf(name.substr(last + 1))};
  if (first != std::string::npos && AxisOf(name.substr(0, first)) >= 0)
    return {Kind::kCoordinate, PlainKeypointName(name.substr(first + 1)), AxisOf(name.substr(0, first))};
  // x0, conf12
  const size_t digit = name.find_first_of("0123456789");
  if (digit != std::string::npos && digit > 0 && AxisOf(name.substr(0, digit)) >= 0 &&
      name.find_first_not_of("0123456789", digit) == std::string::npos) {
    return {Kind::kCoordinate, name.substr(digit), AxisOf(name.substr(0, digit))};
  }
  return {};
}

class CsvReader {
 public:
  CsvReader(const std::string& path, const std::string& text, const ObservationOptions& options)
      : path_(path), stem_(StemOf(path)) {
    if (!options.keypoint_set.empty()) rows_.set = FindKeypointSet(options.keypoint_set);
    Split(text);
    if (lines_.empty()) throw InputError(path_, "", "holds no rows");
  }

  KeypointRows Read() {
    const size_t headings = CountHeadings();
    if (headings == 0) {
      ReadBare();
      return std::move(rows_);
    }
    for (const std::string& heading : Headings(headings)) columns_.push_back(ColumnOf(heading));
    lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(headings));
    bool is_long = false;
    for (const Column& column : columns_) is_long = is_long || column.kind == Column::Kind::kPointName;
    FindPoints(is_long);
    is_long ? ReadPoints() : ReadPeople();
    return std::move(rows_);
  }

 private:
  struct Line {
    size_t number;  // from 1
    Cells cells;
  };
  // A line that a value is on, and its row.
  [[noreturn]] void Fail(const Line& line, const std::string& what) const {
    throw InputError(path_, StrCat("line ", line.number), what);
  }

  void Split(const std::string& text) {
    char separator = '\0';
    size_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
      size_t end = text.find('\n', begin);
      if (end == std::string::npos) end = text.size();
      const std::string line = text.substr(begin, end - begin);
      begin = end + 1;
      ++number;
      if (number == 1 && line.rfind("\xef\xbb\xbf", 0) == 0) {
        AddLine(line.substr(3), number, &separator);
      } else {
        AddLine(line, number, &separator);
      }
    }
  }

  void AddLine(const std::string& line, size_t number, char* separator) {
    const std::string trimmed = Trimmed(line);
    if (trimmed.empty() || trimmed[0] == '#') return;
    if (*separator == '\0') {
      *separator = line.find(';') != std::string::npos                                           ? ';'
                   : line.find('\t') != std::string::npos && line.find(',') == std::string::npos ? '\t'
                                                                                                 : ',';
    }
    Line cells = {number, {}};
    for (size_t begin = 0; begin <= line.size();) {
      size_t end = line.find(*separator, begin);
      if (end == std::string::npos) end = line.size();
      cells.cells.push_back(Trimmed(line.substr(begin, end - begin)));
      begin = end + 1;
      if (cells.cells.size() > kMostCells) Fail(cells, StrCat("has more than ", kMostCells, " columns"));
    }
    if (!lines_.empty() && cells.cells.size() != lines_[0].cells.size()) {
      Fail(cells, StrCat("found ", cells.cells.size(), " columns, expected ", lines_[0].cells.size(),
                         " as in line ", lines_[0].number));
    }
    lines_.push_back(std::move(cells));
  }

  size_t CountHeadings() const {
    const Cells& first = lines_[0].cells;
    double value = 0;
    if (PlainKeypointName(first[0]) == "scorer") {
      if (lines_.size() < 3 || PlainKeypointName(lines_[1].cells[0]) != "bodyparts" ||
          PlainKeypointName(lines_[2].cells[0]) != "coords") {
        throw InputError(path_, "", "expected the lines bodyparts and coords after scorer (DeepLabCut)");
      }
      return 3;
    }
    return std::all_of(first.begin(), first.end(),
                       [&](const std::string& c) { return NumberOfCell(c, &value); })
               ? 0
               : 1;
  }

  // One name for each column; DeepLabCut has the points' names in one line and the coordinates in the next.
  Cells Headings(size_t count) const {
    if (count == 1) return lines_[0].cells;
    Cells headings = {"frame"};
    for (size_t i = 1; i < lines_[1].cells.size(); ++i)
      headings.push_back(lines_[1].cells[i] + "_" + lines_[2].cells[i]);
    return headings;
  }

  // The set by the points' names, and the numbers of a point.
  void FindPoints(bool is_long) {
    std::vector<std::string> names;
    bool has_axis[4] = {};
    for (const Column& column : columns_) {
      if (column.kind != Column::Kind::kCoordinate) continue;
      has_axis[column.axis] = true;
      if (!is_long && column.point.empty()) {
        throw InputError(
            path_, "",
            "has columns x and y without a point's name; expected nose_x, ... or a column keypoint");
      }
      if (!is_long) names.push_back(column.point);
    }
    if (!has_axis[0] || !has_axis[1])
      throw InputError(path_, "",
                       "has no columns of coordinates; expected nose_x, nose_y, ... or x0, y0, ...");
    if (is_long) {
      for (const Line& line : lines_) names.push_back(PlainKeypointName(NameCell(line)));
    }
    rows_.columns = has_axis[2] ? 4 : 3;
    has_confidence_ = has_axis[3];
    rows_.third_is_confidence = !has_axis[2];
    if (std::all_of(names.begin(), names.end(), IsNumber)) {
      int most = -1;
      for (const std::string& name : names) most = std::max(most, std::atoi(name.c_str()));
      if (most >= kMostNumbered)
        throw InputError(path_, "", StrCat("has a point ", most, ", expected below ", kMostNumbered));
      rows_.num_points = static_cast<size_t>(most + 1);
      if (rows_.set != nullptr) rows_.num_points = static_cast<size_t>(std::max(most + 1, rows_.set->size()));
      for (const std::string& name : names) index_of_[name] = std::atoi(name.c_str());
      return;
    }
    rows_.set = rows_.set != nullptr ? rows_.set : KeypointSetWithNames(names);
    if (rows_.set == nullptr) {
      const auto unknown = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return KeypointSetWithNames({name}) == nullptr;
      });
      throw InputError(path_, "",
                       StrCat(unknown != names.end()
                                  ? StrCat("has a point \"", *unknown, "\", which no shipped set has")
                                  : StrCat("no shipped set has all of its points (", names.front(), ", ...)"),
                              "; say where they are on the body with --keypoint_set my.json "
                              "(docs/keypoint-sets.md)"));
    }
    for (const std::string& name : names) {
      index_of_[name] = IndexOfKeypoint(*rows_.set, name);
      if (index_of_[name] < 0)
        throw InputError(path_, "",
                         StrCat("has a point \"", name, "\", which ", rows_.set->name, " has not"));
    }
    rows_.num_points = static_cast<size_t>(rows_.set->size());
  }

  static bool IsNumber(const std::string& name) {
    return !name.empty() && name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos;
  }

  const std::string& NameCell(const Line& line) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].kind == Column::Kind::kPointName) return line.cells[i];
    }
    return line.cells[0];
  }

  // A new row of points that were not seen.
  void AddRow(const Line& line) {
    for (size_t k = 0; k < rows_.num_points; ++k) {
      for (size_t i = 0; i < rows_.columns; ++i)
        rows_.numbers.push_back(i + 1 < rows_.columns ? std::numeric_limits<double>::quiet_NaN() : 1);
    }
    Identity identity;
    std::string image;
    bool has_frame = false;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = line.cells[i];
      double value = 0;
      switch (columns_[i].kind) {
        case Column::Kind::kFrame:
          if (!NumberOfCell(cell, &value) || !(value >= 0 && value < 1e15) || value != std::floor(value))
            Fail(line, "found frame '" + cell + "', expected a whole number");
          identity.frame = static_cast<std::int64_t>(value);
          has_frame = true;
          break;
        case Column::Kind::kTime:
          if (!NumberOfCell(cell, &value)) Fail(line, "found time '" + cell + "', expected a number");
          identity.time_s = value;
          break;
        case Column::Kind::kSubject:
          identity.subject = cell;
          break;
        case Column::Kind::kImage:
          image = cell;
          break;
        default:
          break;
      }
    }
    if (has_frame) identity.capture = stem_;
    rows_.identities.push_back(identity);
    rows_.images.push_back(image);
    std::string id = stem_;
    id += "_" + (has_frame ? std::to_string(identity.frame) : std::to_string(rows_.ids.size()));
    if (!identity.subject.empty()) id += "_" + identity.subject;
    rows_.ids.push_back(id);
  }

  // Without frames, times say which.
  void NumberByTime() {
    for (const Column& column : columns_) {
      if (column.kind == Column::Kind::kFrame) return;
    }
    std::vector<double> times;
    for (const Identity& identity : rows_.identities) times.push_back(identity.time_s);
    const std::vector<std::int64_t> frames = FramesOfTimes(times, {""});
    for (size_t i = 0; i < frames.size(); ++i) {
      if (frames[i] < 0) continue;
      rows_.identities[i].capture = stem_;
      rows_.identities[i].frame = frames[i];
    }
  }

  void SetCell(const Line& line, size_t i, size_t row, int point) {
    const Column& column = columns_[i];
    double value = 0;
    if (!NumberOfCell(line.cells[i], &value)) {
      Fail(line, StrCat("column ", i + 1, ": found '", line.cells[i], "', expected a number"));
    }
    const size_t axis = column.axis == 3 ? rows_.columns - 1 : static_cast<size_t>(column.axis);
    rows_.numbers[(row * rows_.num_points + static_cast<size_t>(point)) * rows_.columns + axis] = value;
  }

  void ReadPeople() {
    for (const Line& line : lines_) {
      AddRow(line);
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].kind == Column::Kind::kCoordinate)
          SetCell(line, i, rows_.ids.size() - 1, index_of_[columns_[i].point]);
      }
    }
    NumberByTime();
    HideOrigins();
  }

  // Lines of one person of one frame or image are one row.
  void ReadPoints() {
    std::map<std::string, size_t> row_of;
    for (const Line& line : lines_) {
      std::string key;
      for (size_t i = 0; i < columns_.size(); ++i) {
        const Column::Kind kind = columns_[i].kind;
        if (kind == Column::Kind::kFrame || kind == Column::Kind::kTime || kind == Column::Kind::kSubject ||
            kind == Column::Kind::kImage) {
          key += line.cells[i] + '\n';
        }
      }
      const auto [row, is_new] = row_of.try_emplace(key, rows_.ids.size());
      if (is_new) AddRow(line);
      const int point = index_of_[PlainKeypointName(NameCell(line))];
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].kind == Column::Kind::kCoordinate) SetCell(line, i, row->second, point);
      }
    }
    NumberByTime();
    HideOrigins();
  }

  // Without confidences the origin of an image is where detectors put what they did not find.
  void HideOrigins() {
    if (has_confidence_ || rows_.columns != 3) return;
    for (size_t i = 0; i + 2 < rows_.numbers.size(); i += 3) {
      if (rows_.numbers[i] == 0 && rows_.numbers[i + 1] == 0) rows_.numbers[i + 2] = 0;
    }
  }

  // Numbers alone: how many of them are a point's must be clear.
  void ReadBare() {
    const size_t cells = lines_[0].cells.size();
    std::vector<size_t> possible;
    for (const size_t columns : {size_t{2}, size_t{3}, size_t{4}}) {
      if (cells % columns != 0) continue;
      const bool fits = rows_.set != nullptr ? cells == columns * static_cast<size_t>(rows_.set->size())
                                             : !KeypointSetNames(static_cast<int>(cells / columns)).empty();
      if (fits) possible.push_back(columns);
    }
    if (possible.size() != 1) {
      throw InputError(path_, "",
                       rows_.set != nullptr
                           ? StrCat("found ", cells, " columns, expected 2, 3 or 4 for each of the ",
                                    rows_.set->size(), " points of ", rows_.set->name)
                           : StrCat("found ", cells,
                                    " columns without names; name the points in a first line (nose_x, "
                                    "nose_y, ...) or with --keypoint_set"));
    }
    rows_.columns = possible[0];
    rows_.num_points = cells / rows_.columns;
    for (const Line& line : lines_) {
      for (size_t i = 0; i < cells; ++i) {
        double value = 0;
        if (!NumberOfCell(line.cells[i], &value))
          Fail(line, StrCat("column ", i + 1, ": found '", line.cells[i], "', expected a number"));
        rows_.numbers.push_back(value);
      }
      Identity identity;  // rows are frames: nothing else tells them apart
      identity.capture = stem_;
      identity.frame = static_cast<std::int64_t>(rows_.identities.size());
      rows_.identities.push_back(identity);
    }
  }

  std::string path_, stem_;
  std::vector<Line> lines_;
  std::vector<Column> columns_;
  std::map<std::string, int> index_of_;  // of each point's name among the set's points
  bool has_confidence_ = false;
  KeypointRows rows_;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenKeypointCsv(const std::string& path, const std::string& text,
                                                   const ObservationOptions& options) {
  return OpenKeypointRows(path, CsvReader(path, text, options).Read(), options);
}

}  // namespace vitruvius
