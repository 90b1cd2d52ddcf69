#include "data/io/result_columns.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// Position of a name in a short list, which grows when it is new.
std::int32_t IndexOf(const std::string& name, std::vector<std::string>* names) {
  const auto found = std::find(names->begin(), names->end(), name);
  if (found != names->end()) return static_cast<std::int32_t>(found - names->begin());
  names->push_back(name);
  return static_cast<std::int32_t>(names->size() - 1);
}

void PutNumber(std::uint32_t number, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void PutText(std::string_view text, std::string* bytes) {
  PutNumber(static_cast<std::uint32_t>(text.size()), bytes);
  bytes->append(text);
}

// Takes pieces off the front of bytes.
class Pieces {
 public:
  Pieces(std::string_view bytes, const std::string& path) : rest_(bytes), path_(path) {}
  std::string_view Next(size_t size) {
    if (size > rest_.size()) throw InputError(path_, "", "a row is cut short");
    const std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::uint32_t Number() {
    std::uint32_t number;
    std::memcpy(&number, Next(sizeof(number)).data(), sizeof(number));
    return number;
  }
  double Double() {
    double number;
    std::memcpy(&number, Next(sizeof(number)).data(), sizeof(number));
    return number;
  }
  std::string Text() { return std::string(Next(Number())); }
  void ExpectEnd() const {
    if (!rest_.empty()) throw InputError(path_, "", "a row is longer than its columns");
  }

 private:
  std::string_view rest_;
  const std::string& path_;
};

size_t BytesOf(const std::string& dtype, const std::vector<std::int64_t>& row_shape) {
  std::int64_t size = std::stoll(dtype.substr(2));  // "<f8"
  for (const std::int64_t length : row_shape) size *= length;
  return static_cast<size_t>(size);
}

}  // namespace

RowNumbers::RowNumbers(std::string dtype, std::vector<std::int64_t> row_shape)
    : dtype_(std::move(dtype)), row_shape_(std::move(row_shape)), row_bytes_(BytesOf(dtype_, row_shape_)) {}

std::string ResultRow::Layout() const {
  std::string layout;
  for (const auto& [key, column] : numbers) {
    layout += key + " " + column.dtype() + " (";
    for (const std::int64_t length : column.row_shape()) layout += StrCat(length, ",");
    layout += ")\n";
  }
  for (const auto& [key, column] : texts) layout += key + " text\n";
  return layout;
}

void ResultRow::Clear() {
  for (auto& [key, column] : numbers) column.bytes_.clear();
  for (auto& [key, column] : texts) column.text_.clear();
  set_name.clear();
  terms.clear();
}

std::string ResultRow::Take() {
  std::string bytes;
  for (const auto& [key, column] : numbers) {
    VT_CHECK_EQ(column.bytes_.size(), column.row_bytes());
    bytes += column.bytes_;
  }
  for (const auto& [key, column] : texts) PutText(column.text_, &bytes);
  PutText(set_name, &bytes);
  PutNumber(static_cast<std::uint32_t>(terms.size()), &bytes);
  for (const auto& [name, cost] : terms) {
    PutText(name, &bytes);
    bytes.append(reinterpret_cast<const char*>(&cost), sizeof(cost));
  }
  Clear();
  return bytes;
}

void ResultRow::Set(std::string_view bytes, const std::string& path) {
  Pieces pieces(bytes, path);
  for (auto& [key, column] : numbers) column.bytes_ = pieces.Next(column.row_bytes());
  for (auto& [key, column] : texts) column.text_ = pieces.Text();
  set_name = pieces.Text();
  terms.clear();
  for (std::uint32_t count = pieces.Number(); count > 0; --count) {
    const std::string name = pieces.Text();
    terms.emplace_back(name, pieces.Double());
  }
  pieces.ExpectEnd();
}

ResultColumns::ResultColumns(const std::string& folder, const ResultRow& row)
    : folder_(folder), sets_(folder), terms_(folder) {
  for (const auto& [key, column] : row.numbers)
    numbers_.try_emplace(key, folder, column.dtype(), column.row_shape());
  for (const auto& [key, column] : row.texts) texts_.try_emplace(key, folder);
}

void ResultColumns::Append(const ResultRow& row) {
  for (auto& [key, column] : numbers_) {
    VT_CHECK_EQ(row.bytes(key).size(), row.numbers.at(key).row_bytes());
    column.Append(row.bytes(key).data(), row.bytes(key).size());
  }
  for (auto& [key, column] : texts_) column.Append(row.text(key));
  const std::int32_t set = row.set_name.empty() ? -1 : IndexOf(row.set_name, &set_names_);
  sets_.Append(&set, sizeof(set));
  const auto count = static_cast<std::int32_t>(row.terms.size());
  terms_.Append(&count, sizeof(count));
  for (const auto& [name, cost] : row.terms) {
    const std::int32_t index = IndexOf(name, &term_names_);
    terms_.Append(&index, sizeof(index));
    terms_.Append(&cost, sizeof(cost));
  }
  ++num_rows_;
}

void ResultColumns::Finish(bool set_per_row, NpzWriter* writer) {
  for (auto& [key, column] : numbers_) writer->AddFile(key, column.Finish().descriptor());
  const auto add_finished = [&](const std::string& key, UnnamedFile file) {
    finished_.push_back(std::move(file));
    writer->AddFile(key, finished_.back().descriptor());
  };
  for (auto& [key, column] : texts_) add_finished(key, column.Finish());
  // By name, not as they came: shards of a run meet them in orders of their own.
  std::vector<size_t> by_name(term_names_.size());
  std::iota(by_name.begin(), by_name.end(), size_t{0});
  std::sort(by_name.begin(), by_name.end(),
            [this](size_t a, size_t b) { return term_names_[a] < term_names_[b]; });
  std::vector<std::int32_t> column_of_term(term_names_.size());
  std::vector<std::string> names;
  for (size_t column = 0; column < by_name.size(); ++column) {
    column_of_term[by_name[column]] = static_cast<std::int32_t>(column);
    names.push_back(term_names_[by_name[column]]);
  }
  add_finished("term_costs", FinishTerms(column_of_term));
  term_names_array_ = NpyArray::FromStrings(names);
  writer->Add("term_names", term_names_array_);
  if (set_per_row || set_names_.size() > 1) {
    add_finished("keypoint_set", FinishSets());
  } else {
    set_name_array_ = NpyArray::FromString(set_names_.empty() ? "" : set_names_[0]);
    writer->Add("keypoint_set", set_name_array_);
  }
}

UnnamedFile ResultColumns::FinishTerms(const std::vector<std::int32_t>& column_of_term) {
  terms_.Flush();
  NumberColumn column(folder_, "<f8", {static_cast<std::int64_t>(term_names_.size())});
  std::vector<double> costs(term_names_.size());
  std::uint64_t offset = 0;
  for (std::int64_t row = 0; row < num_rows_; ++row) {
    std::fill(costs.begin(), costs.end(), 0.0);
    std::int32_t count = 0;
    terms_.Read(&count, sizeof(count), offset);
    offset += sizeof(count);
    for (std::int32_t i = 0; i < count; ++i) {
      std::int32_t index = 0;
      double cost = 0;
      terms_.Read(&index, sizeof(index), offset);
      terms_.Read(&cost, sizeof(cost), offset + sizeof(index));
      offset += sizeof(index) + sizeof(cost);
      costs[static_cast<size_t>(column_of_term[static_cast<size_t>(index)])] += cost;
    }
    column.Append(costs.data(), sizeof(double) * costs.size());
  }
  return std::move(column.Finish());
}

UnnamedFile ResultColumns::FinishSets() {
  sets_.Flush();
  SpooledText column(folder_);
  for (std::int64_t row = 0; row < num_rows_; ++row) {
    std::int32_t set = -1;
    sets_.Read(&set, sizeof(set), sizeof(set) * static_cast<std::uint64_t>(row));
    column.Append(set < 0 ? "" : set_names_[static_cast<size_t>(set)]);
  }
  return column.Finish();
}

}  // namespace vitruvius
