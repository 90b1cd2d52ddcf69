// What a folder of results says of every person, as columns: whatever results.npz holds a number or a word
// of, and what only manifest.jsonl knows. Memory is that of the columns, not of the bodies.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vitruvius {

// Words of a column: few for many rows, or one a row.
struct TextColumn {
  std::vector<std::string> names;
  std::vector<std::uint32_t> codes;  // (N) into names

  const std::string& at(std::int64_t row) const { return names[codes[static_cast<size_t>(row)]]; }
};

struct ReportTable {
  std::string folder;
  std::vector<std::string> ids;                       // (N)
  std::vector<char> usable;                           // (N)
  std::map<std::string, std::vector<float>> numbers;  // by key, (N), NaN where not known
  std::map<std::string, TextColumn> texts;            // by key: reason, source, ...
  std::map<std::string, std::string> facts;    // words that hold for all rows: model, keypoint_set, ...
  std::vector<std::string> term_names;         // (T)
  std::vector<std::vector<float>> term_costs;  // (T) columns of (N)
  std::string run = "null";                    // what run.json holds, as text

  std::int64_t num_rows() const { return static_cast<std::int64_t>(ids.size()); }
};

// Reads folder/results.npz, and manifest.jsonl and run.json where they are there. Every array (N,) becomes a
// column under its key; these are added:
//   joints_std_median_m, joints_relative_std_median_m   medians over the joints of arrays (N,J) of such names
//   residual_percent      2D: reprojection_px over the diagonal of the box around joints2d
//                         3D: residual_median over that of joints3d; in percent
//   milliseconds, source, detail   from the manifest, for lines whose row and id are those of the results
// The number of a column at a row; `otherwise` where there is no such column.
float NumberAt(const ReportTable& table, const std::string& key, std::int64_t row, float otherwise);
// The reason of a row; empty where the results have none.
std::string ReasonAt(const ReportTable& table, std::int64_t row);

// Throws InputError; a last line of the manifest that was cut short is left out.
ReportTable ReadReportTable(const std::string& folder);

}  // namespace vitruvius
