#include "data/io/body_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "data/io/named_arrays.h"
#include "data/io/npz.h"
#include "data/io/regressor_file.h"
#include "models/body/surface_chart.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// More than any body has; keeps every index an int and every product of two far from overflow.
constexpr std::int64_t kMaxVertices = 10000000;
constexpr std::int64_t kMaxJoints = 1000;
constexpr std::int64_t kHandNumbers = 45;         // 15 joints' axis-angle
constexpr std::uint32_t kNoParent = 0xffffffffu;  // SMPL's own files mark the root so

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// An index array whose values are 0 to limit - 1.
std::vector<int> ToIndices(const NpyArray& array, std::int64_t limit) {
  std::vector<int> result;
  result.reserve(static_cast<size_t>(array.size()));
  for (const std::int64_t value : array.ToInts()) {
    if (value < 0 || value >= limit) {
      throw InputError(StrCat(array.origin, ": holds ", value, ", expected 0 to ", limit - 1));
    }
    result.push_back(static_cast<int>(value));
  }
  return result;
}

MatrixX3d ReadTemplate(const NamedArrays& file) {
  const auto read = file.Read("v_template", {-1, 3});
  const NpyArray& array = *read;
  if (array.shape[0] < 1 || array.shape[0] > kMaxVertices) {
    throw InputError(
        StrCat(array.origin, ": found ", array.shape[0], " vertices, expected 1 to ", kMaxVertices));
  }
  MatrixX3d result(array.shape[0], 3);
  array.CopyTo(result.data());
  return result;
}

// Columns [begin, end) of a (V, 3, B) array, taken as bytes: converting 400 to keep 10 would cost more than
// reading them.
RowMatrixXd Columns(const NpyArray& array, std::int64_t begin, std::int64_t end) {
  const auto rows = static_cast<size_t>(array.shape[0] * 3), in_file = static_cast<size_t>(array.shape[2]);
  const auto item = static_cast<size_t>(array.item_size), kept = static_cast<size_t>(end - begin);
  NpyArray chosen;
  chosen.kind = array.kind;
  chosen.item_size = array.item_size;
  chosen.origin = array.origin;
  chosen.shape = {array.shape[0], 3, end - begin};
  chosen.bytes.resize(rows * kept * item);
  for (size_t row = 0; kept > 0 && row < rows; ++row) {
    const size_t from = (row * in_file + static_cast<size_t>(begin)) * item;
    std::copy_n(array.bytes.begin() + static_cast<std::ptrdiff_t>(from), kept * item,
                chosen.bytes.begin() + static_cast<std::ptrdiff_t>(row * kept * item));
  }
  RowMatrixXd result(rows, kept);
  chosen.CopyTo(result.data());
  return result;
}

// Where shapes end and expressions begin in shapedirs. SMPL-X's and FLAME's files hold 300 and 100, older
// ones 10 and 10 (smplx, body_models.py); files written here say it themselves.
std::int64_t NumShapes(const NamedArrays& file, const BodyModelData& data, std::int64_t in_file) {
  if (file.Has("num_betas")) {
    const std::vector<std::int64_t> said = file.Read("num_betas", {})->ToInts();
    if (said[0] < 0 || said[0] > in_file) {
      throw InputError(file.path(), "num_betas", StrCat("found ", said[0], ", expected 0 to ", in_file));
    }
    return said[0];
  }
  constexpr std::int64_t kFlameVertices = 5023;
  const bool has_face = data.parents == SmplxParents() || data.v_template.rows() == kFlameVertices;
  if (!has_face) return in_file;
  return in_file >= 400 ? 300 : in_file == 20 ? 10 : in_file;
}

void ReadShapes(const NamedArrays& file, const BodyFileOptions& options, BodyModelData* data) {
  const std::int64_t num_vertices = data->v_template.rows();
  data->shapedirs.resize(3 * num_vertices, 0);
  if (!file.Names("shapedirs")) return;
  // Objects are an error: losing a body's shape in silence would be worse.
  const auto array = file.Read("shapedirs", {num_vertices, 3, -1});
  const std::int64_t in_file = array->shape[2], shapes = NumShapes(file, *data, in_file);
  data->shapedirs = Columns(*array, 0, std::min<std::int64_t>(shapes, options.max_betas));
  const std::int64_t expressions = std::min<std::int64_t>(in_file - shapes, options.max_expressions);
  if (expressions > 0) data->expressiondirs = Columns(*array, shapes, shapes + expressions);
}

RowMatrixXf ReadPosedirs(const NamedArrays& file, std::int64_t num_vertices, std::int64_t num_joints) {
  if (!file.Has("posedirs")) return {};
  // STAR's own readers take (V, 3, C) and (3V, C) alike.
  const std::vector<std::int64_t> shape = file.Shape("posedirs");
  const bool is_flat = shape.size() == 2 && shape[0] == 3 * num_vertices;
  const auto read =
      is_flat ? file.Read("posedirs", {3 * num_vertices, -1}) : file.Read("posedirs", {num_vertices, 3, -1});
  const std::int64_t columns = read->shape.back(), rotations = 9 * (num_joints - 1),
                     quaternions = 4 * (num_joints - 1) + 1;
  if (columns != rotations && columns != quaternions) {
    throw InputError(StrCat(read->origin, ": found shape ", read->ShapeName(), ", expected (", num_vertices,
                            ", 3, ", rotations, ") or STAR's (", num_vertices, ", 3, ", quaternions, ") for ",
                            num_joints, " joints"));
  }
  RowMatrixXf result(3 * num_vertices, columns);
  read->CopyTo(result.data());
  if ((result.array() == 0).all()) result.resize(0, 0);
  return result;
}

std::vector<int> ReadParents(const NamedArrays& file) {
  const auto read = file.Read("kintree_table", {2, -1});
  const NpyArray& array = *read;
  const std::int64_t num_joints = array.shape[1];
  if (num_joints < 1 || num_joints > kMaxJoints) {
    throw InputError(StrCat(array.origin, ": found ", num_joints, " joints, expected 1 to ", kMaxJoints));
  }
  const std::vector<double> table = array.ToDoubles();  // 2^64 - 1 is a root, and no integer of 64 bits
  std::vector<int> parents = {-1};
  for (std::int64_t j = 0; j < num_joints; ++j) {
    const double id = table[static_cast<size_t>(num_joints + j)], parent = table[static_cast<size_t>(j)];
    if (id != static_cast<double>(j))
      throw InputError(StrCat(array.origin, ": column ", j, " is joint ", id, ", expected ", j));
    const bool is_joint =
        parent >= 0 && parent < static_cast<double>(num_joints) && parent == std::floor(parent);
    if (j == 0) {
      // The first joint has no parent before it: files mark it by -1, by all bits of their type, or by
      // itself.
      if (parent == 0 || (!is_joint && !std::isnan(parent))) continue;
      throw InputError(StrCat(array.origin, ": joint 0, the root, has parent ", parent));
    }
    // BodyModel finds whatever else is wrong with a tree.
    if (!is_joint && parent != -1 && parent != kNoParent) {
      throw InputError(
          StrCat(array.origin, ": joint ", j, " has parent ", parent, ", expected 0 to ", num_joints - 1));
    }
    parents.push_back(is_joint ? static_cast<int>(parent) : -1);
  }
  return parents;
}

// A text of shape (), or (1,).
std::string ReadText(const NamedArrays& file, const std::string& key) {
  if (!file.Has(key)) return "";
  const std::vector<std::string> values = file.ReadTexts(key);
  return values.size() == 1 ? values[0] : "";
}

std::string GenderOf(const std::string& said, const std::string& stem) {
  std::string gender = LowerCase(said);
  if (gender == "male" || gender == "female" || gender == "neutral") return gender;
  const std::string name = LowerCase(stem);
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (has("female") || has("_f_")) return "female";
  if (has("male") || has("_m_")) return "male";
  return "neutral";
}

void ReadLandmarks(const NamedArrays& file, std::int64_t num_vertices,
                   std::map<std::string, int>* landmarks) {
  if (!file.Has("landmark_names") && !file.Has("landmark_vertices")) return;
  const std::vector<std::string> names = file.ReadTexts("landmark_names");
  const std::vector<int> vertices =
      ToIndices(*file.Read("landmark_vertices", {static_cast<std::int64_t>(names.size())}), num_vertices);
  for (size_t i = 0; i < names.size(); ++i) {
    if (!landmarks->emplace(names[i], vertices[i]).second) {
      throw InputError(file.path(), "landmark_names", "names '" + names[i] + "' twice");
    }
  }
}

// lmk_faces_idx and lmk_bary_coords of SMPL-X and FLAME: places on faces for iBUG's 68 facial points but the
// 17 of the contour, which come first.
void ReadFacePoints(const NamedArrays& file, const MatrixX3i& faces,
                    std::map<std::string, VertexWeights>* points) {
  if (!file.Has("lmk_faces_idx") || !file.Has("lmk_bary_coords")) return;
  constexpr int kContour = 17;
  const std::vector<int> face = ToIndices(*file.Read("lmk_faces_idx", {-1}), faces.rows());
  const auto array = file.Read("lmk_bary_coords", {static_cast<std::int64_t>(face.size()), 3});
  const std::vector<double> bary = array->ToDoubles();
  for (size_t i = 0; i < face.size(); ++i) {
    VertexWeights& point = (*points)[StrCat("face_", kContour + i)];
    for (int k = 0; k < 3; ++k) point.emplace_back(faces(face[i], k), bary[3 * i + static_cast<size_t>(k)]);
  }
}

// hands_meanl, hands_componentsl and their right sides, for bodies with SMPL-H's or SMPL-X's hands.
HandPoses ReadHand(const NamedArrays& file, const std::vector<std::string>& joint_names, bool is_left) {
  HandPoses hand;
  const std::string mean = is_left ? "hands_meanl" : "hands_meanr",
                    components = is_left ? "hands_componentsl" : "hands_componentsr";
  const auto first =
      std::find(joint_names.begin(), joint_names.end(), is_left ? "left_index1" : "right_index1");
  if (first == joint_names.end() || !file.Has(mean)) return hand;
  const std::vector<double> numbers = file.Read(mean, {kHandNumbers})->ToDoubles();
  hand.first_joint = static_cast<int>(first - joint_names.begin());
  hand.mean = Eigen::Map<const Eigen::VectorXd>(numbers.data(), kHandNumbers);
  if (file.Has(components)) {
    const auto array = file.Read(components, {-1, kHandNumbers});
    hand.components.resize(array->shape[0], kHandNumbers);
    array->CopyTo(hand.components.data());
  }
  return hand;
}

// Weighted points as SaveBodyModel writes them: one row an entry, entries of a point together.
void ReadWeightedPoints(const NamedArrays& file, std::int64_t num_vertices,
                        std::map<std::string, VertexWeights>* points) {
  if (!file.Has("point_names")) return;
  const std::vector<std::string> names = file.ReadTexts("point_names");
  const auto owner = file.Read("point_of_entry", {-1});
  const std::vector<int> point = ToIndices(*owner, static_cast<std::int64_t>(names.size()));
  const std::vector<int> vertex = ToIndices(*file.Read("point_vertices", owner->shape), num_vertices);
  const std::vector<double> weight = file.Read("point_weights", owner->shape)->ToDoubles();
  std::map<std::string, VertexWeights> read;
  for (size_t i = 0; i < point.size(); ++i) {
    read[names[static_cast<size_t>(point[i])]].emplace_back(vertex[i], weight[i]);
  }
  for (auto& [name, weights] : read) (*points)[name] = std::move(weights);
}

// A chart of the surface: both keys, or none.
void ReadChart(const NamedArrays& file, BodyModelData* data) {
  if (!file.Has("chart_part") && !file.Has("chart_uv")) return;
  const std::int64_t num_faces = data->faces.rows();
  const std::vector<int> part = ToIndices(*file.Read("chart_part", {num_faces}), kNumChartParts + 1);
  data->chart_part = Eigen::Map<const Eigen::VectorXi>(part.data(), num_faces);
  data->chart_uv.resize(num_faces, 6);
  file.Read("chart_uv", {num_faces, 3, 2})->CopyTo(data->chart_uv.data());
}

// Without "." and "..", where no link makes that another file: it has one name wherever it is named from.
std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return path;
  const std::filesystem::path normal = absolute.lexically_normal();
  return std::filesystem::equivalent(normal, absolute, error) ? normal.string() : absolute.string();
}

}  // namespace

void BodyFileOptions::Check() const {
  if (max_betas < 0) throw InputError(StrCat("max_betas: found ", max_betas, ", expected 0 or more"));
  if (max_expressions < 0) {
    throw InputError(StrCat("max_expressions: found ", max_expressions, ", expected 0 or more"));
  }
}

std::shared_ptr<const BodyModel> LoadBodyModel(const std::string& path, const BodyFileOptions& options) {
  options.Check();
  const std::unique_ptr<NamedArrays> opened = OpenNamedArrays(path);
  const NamedArrays& file = *opened;
  const std::string stem = std::filesystem::path(path).stem().string();
  BodyModelData data;
  data.name = ReadText(file, "name");
  if (data.name.empty()) data.name = stem;
  data.gender = GenderOf(ReadText(file, "gender"), stem);
  data.source.file = options.known_as.empty() ? AbsolutePath(path) : options.known_as;
  for (const std::string& regressor : options.regressors)
    data.source.regressors.push_back(AbsolutePath(regressor));
  data.v_template = ReadTemplate(file);
  const std::int64_t num_vertices = data.v_template.rows();
  data.parents = ReadParents(file);
  const auto num_joints = static_cast<std::int64_t>(data.parents.size());
  ReadShapes(file, options, &data);
  data.posedirs = ReadPosedirs(file, num_vertices, num_joints);
  data.joint_regressor = file.ReadMatrix("J_regressor", num_joints, num_vertices);
  data.weights = file.ReadMatrix("weights", num_vertices, num_joints);
  const std::vector<int> corners = ToIndices(*file.Read("f", {-1, 3}), num_vertices);
  data.faces = Eigen::Map<const MatrixX3i>(corners.data(), static_cast<Eigen::Index>(corners.size() / 3), 3);
  if (file.Has("joint_names")) {
    data.joint_names = file.ReadTexts("joint_names");
    if (static_cast<std::int64_t>(data.joint_names.size()) != num_joints) {
      throw InputError(path, "joint_names",
                       StrCat("found ", data.joint_names.size(), " names, expected ", num_joints));
    }
  }
  ReadLandmarks(file, num_vertices, &data.landmarks);
  ReadFacePoints(file, data.faces, &data.weighted_points);
  if (file.Has("cocoplus_regressor")) AttachRegressorRows(file, "cocoplus_regressor", "cocoplus", &data);
  if (options.regressors_beside) {
    for (const std::string& beside : RegressorsBeside(path, static_cast<int>(num_vertices))) {
      AttachRegressor(beside, &data);
    }
  }
  for (const std::string& regressor : options.regressors) AttachRegressor(regressor, &data);
  ReadWeightedPoints(file, num_vertices, &data.weighted_points);
  if (data.joint_names.empty()) data.joint_names = KnownJointNames(data.parents);
  data.left_hand = ReadHand(file, data.joint_names, true);
  data.right_hand = ReadHand(file, data.joint_names, false);
  ReadChart(file, &data);
  const std::string prefix = data.name + ": ";
  try {
    return BodyModel::Create(std::move(data));
  } catch (const InputError& error) {
    const std::string what = error.what();
    throw InputError(path, "",
                     what.compare(0, prefix.size(), prefix) == 0 ? what.substr(prefix.size()) : what);
  }
}

namespace {

void AddHand(const HandPoses& hand, const std::string& side, std::map<std::string, NpyArray>* arrays) {
  if (hand.first_joint < 0) return;
  (*arrays)["hands_mean" + side] = NpyArray::FromDoubles(hand.mean.data(), {kHandNumbers});
  if (hand.components.size() == 0) return;
  (*arrays)["hands_components" + side] =
      NpyArray::FromDoubles(hand.components.data(), {hand.components.rows(), kHandNumbers});
}

void AddWeightedPoints(const BodyModel& model, std::map<std::string, NpyArray>* arrays) {
  if (model.weighted_points().empty()) return;
  std::vector<std::string> names;
  std::vector<std::int32_t> points, vertices;
  std::vector<double> weights;
  for (const auto& [name, entries] : model.weighted_points()) {
    for (const auto& [vertex, weight] : entries) {
      points.push_back(static_cast<std::int32_t>(names.size()));
      vertices.push_back(vertex);
      weights.push_back(weight);
    }
    names.push_back(name);
  }
  const auto n = static_cast<std::int64_t>(points.size());
  (*arrays)["point_names"] = NpyArray::FromStrings(names);
  (*arrays)["point_of_entry"] = NpyArray::FromInt32(points.data(), {n});
  (*arrays)["point_vertices"] = NpyArray::FromInt32(vertices.data(), {n});
  (*arrays)["point_weights"] = NpyArray::FromDoubles(weights.data(), {n});
}

}  // namespace

void SaveBodyModel(const std::string& path, const BodyModel& model) {
  const std::int64_t v = model.num_vertices(), j = model.num_joints(), f = model.num_faces(),
                     b = model.num_betas(), e = model.num_expressions();
  const std::int64_t pose_columns = model.has_posedirs() ? model.posedirs().cols() : 9 * (j - 1);
  std::map<std::string, NpyArray> arrays;
  arrays["v_template"] = NpyArray::FromDoubles(model.v_template().data(), {v, 3});
  RowMatrixXd shapes(3 * v, b + e);
  shapes.leftCols(b) = model.shapedirs();
  if (e > 0) shapes.rightCols(e) = model.data().expressiondirs;
  arrays["shapedirs"] = NpyArray::FromDoubles(shapes.data(), {v, 3, b + e});
  if (e > 0) {
    const auto num_betas = static_cast<std::int32_t>(b);
    arrays["num_betas"] = NpyArray::FromInt32(&num_betas, {});
  }
  AddHand(model.left_hand(), "l", &arrays);
  AddHand(model.right_hand(), "r", &arrays);
  AddWeightedPoints(model, &arrays);
  RowMatrixXf zeros;
  if (!model.has_posedirs()) zeros = RowMatrixXf::Zero(3 * v, pose_columns);
  arrays["posedirs"] = NpyArray::FromFloats(model.has_posedirs() ? model.posedirs().data() : zeros.data(),
                                            {v, 3, pose_columns});
  arrays["J_regressor"] = NpyArray::FromDoubles(RowMatrixXd(model.joint_regressor()).data(), {j, v});
  arrays["weights"] = NpyArray::FromDoubles(RowMatrixXd(model.weights()).data(), {v, j});
  std::vector<std::uint32_t> kintree, faces;
  for (const int parent : model.parents())
    kintree.push_back(parent < 0 ? kNoParent : static_cast<std::uint32_t>(parent));
  for (std::uint32_t joint = 0; joint < static_cast<std::uint32_t>(j); ++joint) kintree.push_back(joint);
  for (Eigen::Index i = 0; i < model.faces().size(); ++i) {
    faces.push_back(static_cast<std::uint32_t>(model.faces().data()[i]));
  }
  arrays["kintree_table"] = NpyArray::FromUint32(kintree.data(), {2, j});
  arrays["f"] = NpyArray::FromUint32(faces.data(), {f, 3});
  arrays["joint_names"] = NpyArray::FromStrings(model.joint_names());
  std::vector<std::string> names;
  std::vector<std::int32_t> vertices;
  for (const auto& [name, vertex] : model.landmarks()) {
    names.push_back(name);
    vertices.push_back(vertex);
  }
  arrays["landmark_names"] = NpyArray::FromStrings(names);
  arrays["landmark_vertices"] =
      NpyArray::FromInt32(vertices.data(), {static_cast<std::int64_t>(vertices.size())});
  if (model.has_chart()) {
    arrays["chart_part"] = NpyArray::FromInt32(model.data().chart_part.data(), {f});
    arrays["chart_uv"] = NpyArray::FromDoubles(model.data().chart_uv.data(), {f, 3, 2});
  }
  arrays["gender"] = NpyArray::FromString(model.gender());
  arrays["name"] = NpyArray::FromString(model.name());
  WriteNamedArrays(path, arrays);
}

void ConvertBodyFile(const std::string& from, const std::string& to, const BodyFileOptions& options) {
  const std::shared_ptr<const BodyModel> body = LoadBodyModel(from, options);
  const std::unique_ptr<NamedArrays> file = OpenNamedArrays(from);
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : file->Keys()) arrays[key] = *file->ReadAny(key);
  arrays["name"] = NpyArray::FromString(body->name());
  arrays["gender"] = NpyArray::FromString(body->gender());
  AddWeightedPoints(*body, &arrays);
  WriteNamedArrays(to, arrays);
}

}  // namespace vitruvius
