#include "data/io/regressor_file.h"

#include <algorithm>
#include <filesystem>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Names = std::vector<std::string>;

struct Family {
  const char* name;
  Names rows;
};

const std::vector<Family>& Families() {
  static const std::vector<Family> families = [] {
    const Names lsp = {"right_ankle", "right_knee",  "right_hip",   "left_hip",       "left_knee",
                       "left_ankle",  "right_wrist", "right_elbow", "right_shoulder", "left_shoulder",
                       "left_elbow",  "left_wrist",  "neck",        "head_top"};
    Names j19 = lsp, cocoplus = lsp;
    j19.insert(j19.end(), {"pelvis", "thorax", "spine", "jaw", "head"});
    cocoplus.insert(cocoplus.end(), {"nose", "left_eye", "right_eye", "left_ear", "right_ear"});
    return std::vector<Family>{
        {"h36m",
         {"pelvis", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle", "spine",
          "neck", "jaw", "head_top", "left_shoulder", "left_elbow", "left_wrist", "right_shoulder",
          "right_elbow", "right_wrist"}},
        {"extra", {"right_hip", "left_hip", "neck", "head_top", "pelvis", "thorax", "spine", "jaw", "head"}},
        {"j19", j19},
        {"cocoplus", cocoplus},
        {"body25", {"nose",           "neck",        "right_shoulder", "right_elbow",     "right_wrist",
                    "left_shoulder",  "left_elbow",  "left_wrist",     "mid_hip",         "right_hip",
                    "right_knee",     "right_ankle", "left_hip",       "left_knee",       "left_ankle",
                    "right_eye",      "left_eye",    "right_ear",      "left_ear",        "left_big_toe",
                    "left_small_toe", "left_heel",   "right_big_toe",  "right_small_toe", "right_heel"}}};
  }();
  return families;
}

// File names as downloaded.
constexpr const char* kUsualNames[] = {"J_regressor_h36m.npy", "J_regressor_h36m_correct.npy",
                                       "J_regressor_extra.npy", "SMPL_to_J19.pkl", "J_regressor_body25.npy"};

std::string FamilyOf(const std::string& path, std::int64_t rows) {
  const std::string name = std::filesystem::path(path).filename().string();
  for (const Family& family : Families()) {
    const bool is_cocoplus = std::string(family.name) == "cocoplus";
    if (static_cast<std::int64_t>(family.rows.size()) != rows) continue;
    if (rows == 19 && is_cocoplus != (name.find("coco") != std::string::npos)) continue;
    return family.name;
  }
  throw InputError(path, "",
                   StrCat("found a matrix for ", rows,
                          " joints, expected 17 (H36M), 9 (SPIN's extra), 19 (J19, cocoplus) or 25 "
                          "(BODY_25)"));
}

// The only matrix of a file: its key and shape.
std::string OnlyMatrix(const NamedArrays& file, std::vector<std::int64_t>* shape) {
  std::string found;
  for (const std::string& key : file.Keys()) {
    const std::vector<std::int64_t> here = file.Shape(key);
    if (here.size() != 2) continue;
    if (!found.empty()) {
      throw InputError(file.path(), "", StrCat("holds the matrices ", found, " and ", key, ", expected one"));
    }
    found = key;
    *shape = here;
  }
  if (found.empty()) throw InputError(file.path(), "", "holds no matrix, expected a joint regressor");
  return found;
}

// Exchanges the names of left and right where the rows lie the other way round.
void NameSidesByPlace(const SparseRowMatrixd& rows, const MatrixX3d& v_template, Names* names) {
  for (size_t left = 0; left < names->size(); ++left) {
    if ((*names)[left].rfind("left_", 0) != 0) continue;
    const auto right = std::find(names->begin(), names->end(), "right_" + (*names)[left].substr(5));
    if (right == names->end()) continue;
    const auto x = [&](std::ptrdiff_t row) {
      const Eigen::RowVector3d place = rows.row(row) * v_template;
      return place.x();
    };
    if (x(static_cast<std::ptrdiff_t>(left)) < x(right - names->begin())) std::swap((*names)[left], *right);
  }
}

void AddRows(const NamedArrays& file, const std::string& key, const std::string& family,
             BodyModelData* data) {
  const std::vector<std::int64_t> shape = file.Shape(key);
  const std::int64_t vertices = data->v_template.rows();
  Names names = RegressorRowNames(family);
  const auto num_rows = static_cast<std::int64_t>(names.size());
  SparseRowMatrixd rows;
  if (shape == std::vector<std::int64_t>{vertices, num_rows}) {
    rows = SparseRowMatrixd(file.ReadMatrix(key, vertices, num_rows).transpose());
  } else {
    rows = file.ReadMatrix(key, num_rows, vertices);
  }
  NameSidesByPlace(rows, data->v_template, &names);
  for (int row = 0; row < rows.outerSize(); ++row) {
    VertexWeights weights;
    for (SparseRowMatrixd::InnerIterator it(rows, row); it; ++it) {
      weights.emplace_back(static_cast<int>(it.col()), it.value());
    }
    data->weighted_points[family + "/" + names[static_cast<size_t>(row)]] = std::move(weights);
  }
}

}  // namespace

std::vector<std::string> RegressorRowNames(const std::string& family) {
  for (const Family& known : Families()) {
    if (family == known.name) return known.rows;
  }
  return {};
}

SparseRowMatrixd ReadRegressor(const std::string& path) {
  const std::unique_ptr<NamedArrays> file = OpenNamedArrays(path);
  std::vector<std::int64_t> shape;
  const std::string key = OnlyMatrix(*file, &shape);
  SparseRowMatrixd matrix = file->ReadMatrix(key, shape[0], shape[1]);
  if (shape[0] > shape[1]) matrix = SparseRowMatrixd(matrix.transpose());
  return matrix;
}

void AttachRegressorRows(const NamedArrays& file, const std::string& key, const std::string& family,
                         BodyModelData* data) {
  AddRows(file, key, family, data);
}

void AttachRegressor(const std::string& path, BodyModelData* data) {
  const std::unique_ptr<NamedArrays> file = OpenNamedArrays(path);
  std::vector<std::int64_t> shape;
  const std::string key = OnlyMatrix(*file, &shape);
  const std::int64_t vertices = data->v_template.rows();
  if (shape[0] != vertices && shape[1] != vertices) {
    throw InputError(path, key,
                     StrCat("is for ", std::max(shape[0], shape[1]), " vertices, the body has ", vertices));
  }
  AddRows(*file, key, FamilyOf(path, shape[1] == vertices ? shape[0] : shape[1]), data);
}

std::vector<std::string> RegressorsBeside(const std::string& body_path, int num_vertices) {
  std::vector<std::string> found;
  const std::filesystem::path folder = std::filesystem::path(body_path).parent_path();
  for (const char* name : kUsualNames) {
    const std::string path = (folder / name).string();
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    std::vector<std::int64_t> shape;
    OnlyMatrix(*OpenNamedArrays(path), &shape);
    if (shape[0] == num_vertices || shape[1] == num_vertices) found.push_back(path);
  }
  return found;
}

}  // namespace vitruvius
