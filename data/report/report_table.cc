#include "data/report/report_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/npz.h"
#include "data/io/result_arrays.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr size_t kLongestText = 400;  // bytes of a word or sentence in the page

bool IsNumber(const NpyArray& array) {
  return array.kind != NpyArray::Kind::kText && array.kind != NpyArray::Kind::kBytes;
}

std::vector<float> Floats(const NpyArray& array) {
  std::vector<float> values(static_cast<size_t>(array.size()));
  array.CopyTo(values.data());
  return values;
}

// Cut at the start of a character.
std::string Shortened(std::string text) {
  if (text.size() <= kLongestText) return text;
  size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

class TextBuilder {
 public:
  explicit TextBuilder(std::int64_t num_rows) {
    column_.codes.assign(static_cast<size_t>(num_rows), Code(""));
  }
  void Set(std::int64_t row, const std::string& text) {
    column_.codes[static_cast<size_t>(row)] = Code(text);
  }
  TextColumn Take() { return std::move(column_); }
  bool any() const { return column_.names.size() > 1; }

 private:
  std::uint32_t Code(const std::string& text) {
    const std::string shortened = Shortened(ValidUtf8(text));
    const auto [it, is_new] = codes_.try_emplace(shortened, static_cast<std::uint32_t>(column_.names.size()));
    if (is_new) column_.names.push_back(shortened);
    return it->second;
  }
  TextColumn column_;
  std::unordered_map<std::string, std::uint32_t> codes_;
};

// Diagonal of the box around `count` points of `dimension` numbers.
double BoxDiagonal(const float* points, std::int64_t count, int dimension) {
  double square = 0;
  for (int axis = 0; axis < dimension; ++axis) {
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (std::int64_t i = 0; i < count; ++i) {
      low = std::min(low, points[i * dimension + axis]);
      high = std::max(high, points[i * dimension + axis]);
    }
    if (high > low) square += (double{high} - low) * (double{high} - low);
  }
  return std::sqrt(square);
}

class TableReader {
 public:
  explicit TableReader(const std::string& folder) : folder_(folder), file_(folder) { table_.folder = folder; }

  ReportTable Read() {
    for (std::string& id : file_.Read("ids", {-1}).ToStrings()) table_.ids.push_back(ValidUtf8(id));
    num_rows_ = table_.num_rows();
    for (const std::int64_t status : file_.Read("status", {num_rows_}).ToInts())
      table_.usable.push_back(status == 1 ? 1 : 0);
    ReadColumns();
    ReadTerms();
    AddMedians("joints_std_m", "joints_std_median_m");
    AddMedians("joints_relative_std_m", "joints_relative_std_median_m");
    AddRelativeResidual("joints2d", 2, "reprojection_px");
    AddRelativeResidual("joints3d", 3, "residual_median");
    ReadManifests();
    const std::vector<ShardFolder>& shards = file_.shards();
    const std::string run = (shards.empty() ? folder_ : shards[0].path) + "/run.json";
    std::error_code error;
    if (std::filesystem::is_regular_file(run, error))
      table_.run = JsonText(ParseJson(ReadFile(run, 1 << 20), run));
    return std::move(table_);
  }

 private:
  void ReadColumns() {
    for (const std::string& key : file_.Keys()) {
      if (key == "ids" || key == "status" || key == "term_names" || key == "term_costs") continue;
      if (key == "joint_names" || key == "rotation_names") continue;  // of joints, not of people
      if (kWide.count(key) > 0) continue;                             // not opened for nothing
      const NpyArray array = file_.Read(key);
      const bool shared = array.shape.empty();
      if (!shared && array.shape != std::vector<std::int64_t>{num_rows_}) continue;
      if (IsNumber(array)) {
        if (shared)
          table_.facts[key] = StrCat(array.ToDoubles()[0]);
        else
          table_.numbers[key] = Floats(array);
        continue;
      }
      const std::vector<std::string> texts = array.ToStrings();
      if (shared) {
        table_.facts[key] = Shortened(ValidUtf8(texts[0]));
        continue;
      }
      TextBuilder builder(num_rows_);
      for (std::int64_t n = 0; n < num_rows_; ++n) builder.Set(n, texts[static_cast<size_t>(n)]);
      table_.texts[key] = builder.Take();
    }
  }

  void ReadTerms() {
    if (!file_.Has("term_names")) return;
    table_.term_names = file_.Read("term_names", {-1}).ToStrings();
    for (std::string& name : table_.term_names) name = Shortened(ValidUtf8(name));
    const auto num_terms = static_cast<std::int64_t>(table_.term_names.size());
    const std::vector<float> costs = Floats(file_.Read("term_costs", {num_rows_, num_terms}));
    for (std::int64_t t = 0; t < num_terms; ++t) {
      std::vector<float>& column = table_.term_costs.emplace_back(static_cast<size_t>(num_rows_));
      for (std::int64_t n = 0; n < num_rows_; ++n)
        column[static_cast<size_t>(n)] = costs[static_cast<size_t>(n * num_terms + t)];
    }
  }

  // The median over the joints, where a row was fitted.
  void AddMedians(const char* key, const char* median_key) {
    if (!file_.Has(key)) return;
    const NpyArray array = file_.Read(key, {num_rows_, -1});
    const std::int64_t num_joints = array.shape[1];
    const std::vector<float> values = Floats(array);
    std::vector<float>& medians = table_.numbers[median_key];
    medians.assign(static_cast<size_t>(num_rows_), kUnknown);
    std::vector<float> row;
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      row.clear();
      for (std::int64_t j = 0; j < num_joints; ++j) {
        const float value = values[static_cast<size_t>(n * num_joints + j)];
        if (std::isfinite(value)) row.push_back(value);
      }
      // Rows that were not fitted hold zeros.
      if (row.empty() || *std::max_element(row.begin(), row.end()) <= 0) continue;
      std::nth_element(row.begin(), row.begin() + static_cast<long>(row.size() / 2), row.end());
      medians[static_cast<size_t>(n)] = row[row.size() / 2];
    }
  }

  // Fills residual_percent where it is not known yet.
  void AddRelativeResidual(const char* points_key, int dimension, const char* residual_key) {
    const auto residual = table_.numbers.find(residual_key);
    if (!file_.Has(points_key) || residual == table_.numbers.end()) return;
    const NpyArray array = file_.Read(points_key, {num_rows_, -1, dimension});
    const std::int64_t count = array.shape[1];
    const std::vector<float> points = Floats(array);
    std::vector<float>& percent = table_.numbers["residual_percent"];
    percent.resize(static_cast<size_t>(num_rows_), kUnknown);
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      if (std::isfinite(percent[static_cast<size_t>(n)])) continue;
      const double size = BoxDiagonal(&points[static_cast<size_t>(n * count * dimension)], count, dimension);
      if (size > 0)
        percent[static_cast<size_t>(n)] =
            static_cast<float>(100 * residual->second[static_cast<size_t>(n)] / size);
    }
  }

  // What manifests say of rows.
  struct ManifestColumns {
    explicit ManifestColumns(std::int64_t num_rows)
        : milliseconds(static_cast<size_t>(num_rows), kUnknown), sources(num_rows), details(num_rows) {}
    std::vector<float> milliseconds;
    TextBuilder sources, details;
    bool any = false;
  };

  void ReadManifests() {
    ManifestColumns columns(num_rows_);
    const std::vector<ShardFolder>& shards = file_.shards();
    for (const ShardFolder& shard : shards) ReadManifest(shard.path, shard.count, shard.index, &columns);
    if (shards.empty()) ReadManifest(folder_, 1, 0, &columns);
    if (!columns.any) return;
    table_.numbers["milliseconds"] = std::move(columns.milliseconds);
    if (columns.sources.any()) table_.texts["source"] = columns.sources.Take();
    if (columns.details.any()) table_.texts["detail"] = columns.details.Take();
  }

  // Its row r is row r * stride + first of the table.
  void ReadManifest(const std::string& folder, int stride, int first, ManifestColumns* columns) const {
    const std::string path = folder + "/manifest.jsonl";
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return;
    columns->any = true;
    std::string line;
    for (long number = 1; std::getline(stream, line); ++number) {
      if (line.empty()) continue;
      const bool cut_short = stream.eof();
      nlohmann::json entry;
      try {
        entry = ParseJson(line, StrCat(path, ": line ", number));
      } catch (const InputError&) {
        if (cut_short) break;
        throw;
      }
      const nlohmann::json& row_value = ValueOf(entry, "row");
      if (!row_value.is_number_integer()) continue;
      const auto own_row = row_value.get<std::int64_t>();
      if (own_row < 0 || own_row >= num_rows_) continue;
      const std::int64_t row = own_row * stride + first;
      if (row < 0 || row >= num_rows_ || TextOf(entry, "id") != table_.ids[static_cast<size_t>(row)])
        continue;
      const nlohmann::json& time = ValueOf(entry, "milliseconds");
      if (time.is_number()) columns->milliseconds[static_cast<size_t>(row)] = time.get<float>();
      columns->sources.Set(row, TextOf(entry, "source"));
      columns->details.Set(row, TextOf(entry, "detail"));
    }
  }

  static std::string TextOf(const nlohmann::json& entry, const char* key) {
    const nlohmann::json& value = ValueOf(entry, key);
    return value.is_string() ? value.get<std::string>() : "";
  }

  // Arrays that are known to be more than a column.
  const std::set<std::string> kWide = {"poses",    "body_pose",    "global_orient",
                                       "betas",    "transl",       "joints3d",
                                       "joints2d", "joints_std_m", "joints3d_expected"};
  std::string folder_;
  ResultArrays file_;
  ReportTable table_;
  std::int64_t num_rows_ = 0;
};

}  // namespace

float NumberAt(const ReportTable& table, const std::string& key, std::int64_t row, float otherwise) {
  const auto it = table.numbers.find(key);
  return it == table.numbers.end() ? otherwise : it->second[static_cast<size_t>(row)];
}

std::string ReasonAt(const ReportTable& table, std::int64_t row) {
  const auto it = table.texts.find("reason");
  return it == table.texts.end() ? "" : it->second.at(row);
}

ReportTable ReadReportTable(const std::string& folder) { return TableReader(folder).Read(); }

}  // namespace vitruvius
