// The rows of a result in bytes, and the columns on disk that they become. Internal to data/io; ResultsWriter
// uses it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/io/npz.h"
#include "data/io/npz_writer.h"
#include "data/io/spooled_column.h"

namespace vitruvius {

// What one column gets of one row. Append is what a column on disk has too, but a row has one of each.
class RowNumbers {
 public:
  RowNumbers(std::string dtype, std::vector<std::int64_t> row_shape);
  void Append(const void* values, size_t bytes) { bytes_.append(static_cast<const char*>(values), bytes); }
  const std::string& dtype() const { return dtype_; }
  const std::vector<std::int64_t>& row_shape() const { return row_shape_; }
  size_t row_bytes() const { return row_bytes_; }

 private:
  friend class ResultRow;
  std::string dtype_;
  std::vector<std::int64_t> row_shape_;
  size_t row_bytes_;
  std::string bytes_;
};

class RowText {
 public:
  void Append(std::string_view utf8) { text_ = utf8; }

 private:
  friend class ResultRow;
  std::string text_;
};

// One row, by the keys of its columns; which columns there are is the same for all rows of a result.
class ResultRow {
 public:
  std::map<std::string, RowNumbers> numbers;
  std::map<std::string, RowText> texts;
  std::string set_name;                               // keypoint set; empty: none
  std::vector<std::pair<std::string, double>> terms;  // name and cost

  // "key dtype (shape)" a line: rows are read back only where they were written with the same.
  std::string Layout() const;
  // The row in bytes; the row is empty afterwards. ContractError where a column got another number of bytes.
  std::string Take();
  void Clear();
  // From bytes that Take returned. Throws InputError, with `path` for the message, where they are no such
  // row.
  void Set(std::string_view bytes, const std::string& path);
  const std::string& bytes(const std::string& key) const { return numbers.at(key).bytes_; }
  const std::string& text(const std::string& key) const { return texts.at(key).text_; }
};

// The columns of many rows, in unnamed files in a folder.
class ResultColumns {
 public:
  // The columns of `row`, and none of its numbers.
  ResultColumns(const std::string& folder, const ResultRow& row);
  void Append(const ResultRow& row);
  std::int64_t num_rows() const { return num_rows_; }
  // Completes the columns and hands them to the writer; they must outlive its Commit. No row comes after it.
  // set_per_row: keypoint_set has a text a row even where all are the same.
  void Finish(bool set_per_row, NpzWriter* writer);

 private:
  UnnamedFile FinishTerms(const std::vector<std::int32_t>& column_of_term);
  UnnamedFile FinishSets();

  std::string folder_;
  std::int64_t num_rows_ = 0;
  std::map<std::string, NumberColumn> numbers_;
  std::map<std::string, SpooledText> texts_;
  // Few names for many rows: kept as an index a row, so that one name becomes one text.
  std::vector<std::string> set_names_;
  UnnamedFile sets_;  // int32 a row, -1 for none
  std::vector<std::string> term_names_;
  UnnamedFile terms_;  // int32 count, then (int32 term, double cost) of each
  std::vector<UnnamedFile> finished_;
  NpyArray term_names_array_, set_name_array_;
};

}  // namespace vitruvius
