#include "data/io/glb_writer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <Eigen/Geometry>
#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/streamed_file.h"
#include "data/io/text.h"
#include "models/body/body_evaluator.h"
#include "models/body/skeleton.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Json = nlohmann::ordered_json;

// glTF's numbers for types and targets.
constexpr int kUnsignedByte = 5121, kUnsignedShort = 5123, kUnsignedInt = 5125, kFloat = 5126;
constexpr int kArrayBuffer = 34962, kElementArrayBuffer = 34963, kNoTarget = 0;
constexpr int kWeightsOfSet = 4;

Json Numbers(const Eigen::Ref<const Eigen::VectorXd>& values) {
  return std::vector<double>(values.begin(), values.end());
}

// x, y, z, w.
Eigen::Vector4f QuaternionOf(const Vector3d& axis_angle) {
  const double angle = axis_angle.norm();
  const double half_sinc = angle > 1e-12 ? std::sin(angle / 2) / angle : 0.5;
  Eigen::Vector4d q;
  q << axis_angle * half_sinc, std::cos(angle / 2);
  return q.normalized().cast<float>();
}

// The file as it will be: JSON, and the blocks of the buffer with who writes each. Nothing is written before
// all is laid out.
class GlbLayout {
 public:
  using Writer = std::function<void(StreamedFile*)>;

  // A block of `count` elements; returns the accessor's index. `bounds`: min and max, or empty.
  int Add(std::uint64_t count, const char* type, int component_type, std::uint64_t element_bytes, int target,
          Writer writer, const Json& bounds = {}) {
    const std::uint64_t bytes = count * element_bytes;
    Json view = {{"buffer", 0}, {"byteOffset", size_}, {"byteLength", bytes}};
    if (target != kNoTarget) view["target"] = target;
    json["bufferViews"].push_back(view);
    Json accessor = {{"bufferView", json["bufferViews"].size() - 1},
                     {"componentType", component_type},
                     {"count", count},
                     {"type", type}};
    accessor.update(bounds.is_null() ? Json::object() : bounds);
    json["accessors"].push_back(accessor);
    blocks_.push_back({bytes, std::move(writer)});
    size_ += Padded(bytes);
    return static_cast<int>(json["accessors"].size()) - 1;
  }

  // Floats (rows, columns) that stay where they are until Write.
  int AddFloats(const RowMatrixXf& values, const char* type, int target, bool with_bounds = false) {
    Json bounds;
    if (with_bounds) {
      const Eigen::VectorXd low = values.colwise().minCoeff().cast<double>();
      const Eigen::VectorXd high = values.colwise().maxCoeff().cast<double>();
      bounds = {{"min", Numbers(low)}, {"max", Numbers(high)}};
    }
    return Add(
        values.rows(), type, kFloat, sizeof(float) * values.cols(), target,
        [&values](StreamedFile* file) { file->Append(values.data(), sizeof(float) * values.size()); },
        bounds);
  }

  std::uint64_t Write(const std::string& path, std::uint64_t max_bytes) {
    json["buffers"] = {{{"byteLength", size_}}};
    std::string text = JsonText(json);
    text.resize(Padded(text.size()), ' ');
    const std::uint64_t total = 12 + 8 + text.size() + 8 + size_;
    if (total > max_bytes) {
      throw InputError(path, "",
                       StrCat("would have ", total, " bytes, expected at most ", max_bytes,
                              "; write fewer frames a file"));
    }
    StreamedFile file(path);
    const auto append_words = [&](const std::vector<std::uint32_t>& words) {
      file.Append(words.data(), sizeof(std::uint32_t) * words.size());
    };
    append_words({0x46546C67, 2, static_cast<std::uint32_t>(total)});     // "glTF", version
    append_words({static_cast<std::uint32_t>(text.size()), 0x4E4F534A});  // "JSON"
    file.Append(text.data(), text.size());
    append_words({static_cast<std::uint32_t>(size_), 0x004E4942});  // "BIN"
    const std::string zeros(4, '\0');
    for (const auto& [bytes, writer] : blocks_) {
      const std::uint64_t begin = file.size();
      writer(&file);
      VT_CHECK_EQ(file.size() - begin, bytes);
      file.Append(zeros.data(), Padded(bytes) - bytes);
    }
    file.Commit();
    return total;
  }

  Json json;

 private:
  static std::uint64_t Padded(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }
  std::vector<std::pair<std::uint64_t, Writer>> blocks_;
  std::uint64_t size_ = 0;
};

RowMatrixXf VertexNormals(const MatrixX3d& vertices, const MatrixX3i& faces) {
  MatrixX3d normals = MatrixX3d::Zero(vertices.rows(), 3);
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    const Vector3d a = vertices.row(faces(f, 0)), b = vertices.row(faces(f, 1)),
                   c = vertices.row(faces(f, 2));
    const Vector3d area = (b - a).cross(c - a);  // its length weighs the face
    for (int i = 0; i < 3; ++i) normals.row(faces(f, i)) += area;
  }
  for (Eigen::Index v = 0; v < normals.rows(); ++v) {
    const Vector3d normal = normals.row(v).transpose().stableNormalized();
    normals.row(v) = normal.norm() > 0.5 ? normal : Vector3d::UnitZ();  // every vertex needs one
  }
  return normals.cast<float>();
}

// Joints and weights of each vertex, largest weight first, in as many sets of four as the fullest needs.
struct SkinSets {
  std::vector<std::vector<std::uint8_t>> joints;  // a set: (V, 4)
  std::vector<RowMatrixXf> weights;               // a set: (V, 4), summing to one over the sets
};

SkinSets SetsOf(const SparseRowMatrixd& matrix) {
  SkinSets sets;
  for (Eigen::Index v = 0; v < matrix.rows(); ++v) {
    std::vector<std::pair<double, int>> influences;
    for (SparseRowMatrixd::InnerIterator it(matrix, v); it; ++it) {
      if (static_cast<float>(it.value()) > 0)
        influences.emplace_back(-it.value(), static_cast<int>(it.col()));
    }
    std::sort(influences.begin(), influences.end());
    while (sets.weights.size() * kWeightsOfSet < influences.size()) {
      sets.joints.emplace_back(matrix.rows() * kWeightsOfSet, 0);
      sets.weights.emplace_back(RowMatrixXf::Zero(matrix.rows(), kWeightsOfSet));
    }
    for (size_t i = 0; i < influences.size(); ++i) {
      sets.joints[i / kWeightsOfSet][v * kWeightsOfSet + i % kWeightsOfSet] =
          static_cast<std::uint8_t>(influences[i].second);
      sets.weights[i / kWeightsOfSet](v, i % kWeightsOfSet) = static_cast<float>(-influences[i].first);
    }
  }
  return sets;
}

// What a frame's file differs in from the body itself.
void MeasureError(const BodyModel& model, const std::vector<BodyParameters>& frames,
                  const CorrectiveShapes& shapes, GlbReport* report) {
  constexpr size_t kMostFrames = 32;
  const size_t count = std::min(kMostFrames, frames.size());
  double squares = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t frame = count == 1 ? 0 : i * (frames.size() - 1) / (count - 1);
    const BodyMesh truth = PoseMesh(model, frames[frame]);
    const PosedSkeleton posed = PoseSkeleton(model, RestJoints(model, frames[frame].betas), frames[frame]);
    RowMatrixXf rest = shapes.rest_vertices.cast<float>();
    for (size_t k = 0; k < shapes.shapes.size(); ++k)
      rest += shapes.weights(frame, static_cast<Eigen::Index>(k)) * shapes.shapes[k];
    for (int v = 0; v < model.num_vertices(); ++v) {
      Vector3d at = -truth.vertices.row(v);
      for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
        const Eigen::Index j = it.col();
        const Vector3d arm = rest.row(v).cast<double>() - shapes.rest_joints.row(j);
        at += it.value() * (posed.rotations[j] * arm + posed.positions.row(j).transpose());
      }
      squares += at.squaredNorm();
      report->max_vertex_error_m = std::max(report->max_vertex_error_m, at.norm());
    }
  }
  report->rms_vertex_error_m =
      std::sqrt(squares / static_cast<double>(count) / static_cast<double>(model.num_vertices()));
}

class GlbBuilder {
 public:
  GlbBuilder(const BodyModel& model, const BodyAnimation& animation, const GlbOptions& options)
      : model_(model), animation_(animation), options_(options) {
    for (int i = 0; i < animation.num_frames(); ++i) {
      if (animation.found[i] == 0) continue;
      frames_.push_back(animation.frames[i]);
      times_.push_back(animation.frames_per_second > 0 ? i / animation.frames_per_second : 0);
    }
    shapes_ = FindCorrectiveShapes(model, frames_, options.shapes);
    for (const BodyParameters& frame : frames_) grows_ = grows_ || frame.betas != frames_[0].betas;
  }

  GlbReport Write(const std::string& path) {
    Json& json = layout_.json;
    json["asset"] = {{"version", "2.0"}, {"generator", "vitruvius"}};
    json["scene"] = 0;
    json["scenes"] = {{{"nodes", Json::array()}}};
    json["nodes"] = Json::array();
    AddMesh();
    AddNodes();
    AddAnimation();
    GlbReport report;
    report.bytes = layout_.Write(path, options_.max_bytes);
    report.num_keyframes = static_cast<int>(frames_.size());
    report.num_morph_targets = static_cast<int>(shapes_.shapes.size());
    MeasureError(model_, frames_, shapes_, &report);
    return report;
  }

 private:
  int JointNode(int joint) const { return 1 + joint; }
  int MeshNode() const { return 1 + model_.num_joints(); }

  void AddMesh() {
    Json& json = layout_.json;
    vertices_ = shapes_.rest_vertices.cast<float>();
    normals_ = VertexNormals(shapes_.rest_vertices, model_.faces());
    skin_ = SetsOf(model_.weights());
    // 65535 itself would restart the primitive.
    const bool small = model_.num_vertices() <= 65535;
    const auto write_faces = [this, small](StreamedFile* file) {
      for (Eigen::Index i = 0; i < model_.faces().size(); ++i) {
        const auto index = static_cast<std::uint32_t>(model_.faces().data()[i]);
        const auto short_index = static_cast<std::uint16_t>(index);
        if (small) {
          file->Append(&short_index, sizeof(short_index));
        } else {
          file->Append(&index, sizeof(index));
        }
      }
    };
    Json primitive = {{"material", 0}, {"mode", 4}};
    primitive["indices"] = layout_.Add(model_.faces().size(), "SCALAR", small ? kUnsignedShort : kUnsignedInt,
                                       small ? 2 : 4, kElementArrayBuffer, write_faces);
    Json& attributes = primitive["attributes"];
    attributes["POSITION"] = layout_.AddFloats(vertices_, "VEC3", kArrayBuffer, true);
    attributes["NORMAL"] = layout_.AddFloats(normals_, "VEC3", kArrayBuffer);
    for (size_t set = 0; set < skin_.weights.size(); ++set) {
      const std::vector<std::uint8_t>& joints = skin_.joints[set];
      attributes[StrCat("JOINTS_", set)] =
          layout_.Add(model_.num_vertices(), "VEC4", kUnsignedByte, kWeightsOfSet, kArrayBuffer,
                      [&joints](StreamedFile* file) { file->Append(joints.data(), joints.size()); });
      attributes[StrCat("WEIGHTS_", set)] = layout_.AddFloats(skin_.weights[set], "VEC4", kArrayBuffer);
    }
    Json mesh = {{"name", animation_.name}};
    for (size_t k = 0; k < shapes_.shapes.size(); ++k) {
      primitive["targets"].push_back(
          {{"POSITION", layout_.AddFloats(shapes_.shapes[k], "VEC3", kArrayBuffer, true)}});
      mesh["weights"].push_back(shapes_.weights(0, static_cast<Eigen::Index>(k)));
      mesh["extras"]["targetNames"].push_back(StrCat("corrective_", k));
    }
    mesh["primitives"] = {primitive};
    json["meshes"] = {mesh};
    json["materials"] = {{{"name", "skin"},
                          {"pbrMetallicRoughness",
                           {{"baseColorFactor", {0.72, 0.76, 0.82, 1.0}},
                            {"metallicFactor", 0.0},
                            {"roughnessFactor", 0.7}}}}};
    // Joints of the rest mesh are not turned: the inverse bind matrix moves one to the origin.
    inverse_bind_ = RowMatrixXf::Zero(model_.num_joints(), 16);
    for (int j = 0; j < model_.num_joints(); ++j) {
      for (const int diagonal : {0, 5, 10, 15}) inverse_bind_(j, diagonal) = 1;
      inverse_bind_.row(j).segment<3>(12) = -shapes_.rest_joints.row(j).cast<float>();  // column by column
    }
    Json joints = Json::array();
    for (int j = 0; j < model_.num_joints(); ++j) joints.push_back(JointNode(j));
    const int inverse_bind = layout_.AddFloats(inverse_bind_, "MAT4", kNoTarget);
    json["skins"] = {{{"inverseBindMatrices", inverse_bind}, {"skeleton", JointNode(0)}, {"joints", joints}}};
  }

  // Place of a joint in its parent's axes.
  Eigen::Vector3f LocalPosition(int joint, const BodyParameters& frame, const MatrixX3d& rest) const {
    if (joint == 0) return (rest.row(0).transpose() + frame.transl).cast<float>();
    return (rest.row(joint) - rest.row(model_.parents()[joint])).cast<float>();
  }
  static Vector3d LocalRotation(int joint, const BodyParameters& frame) {
    return joint == 0 ? frame.global_orient : Vector3d(frame.body_pose.segment<3>(3 * (joint - 1)));
  }

  void AddNodes() {
    Json& json = layout_.json;
    const Eigen::Quaterniond turn(options_.gltf_from_body);
    json["nodes"].push_back({{"name", animation_.name},
                             {"rotation", {turn.x(), turn.y(), turn.z(), turn.w()}},
                             {"children", {JointNode(0)}}});
    const MatrixX3d rest = RestJoints(model_, frames_[0].betas);
    for (int j = 0; j < model_.num_joints(); ++j) {
      const Eigen::Vector3f at = LocalPosition(j, frames_[0], rest);
      const Eigen::Vector4f q = QuaternionOf(LocalRotation(j, frames_[0]));
      json["nodes"].push_back({{"name", model_.joint_names()[j]},
                               {"translation", {at.x(), at.y(), at.z()}},
                               {"rotation", {q[0], q[1], q[2], q[3]}}});
    }
    for (int j = 1; j < model_.num_joints(); ++j)
      json["nodes"][JointNode(model_.parents()[j])]["children"].push_back(JointNode(j));
    Json extras = {
        {"model", model_.name()}, {"gender", model_.gender()}, {"betas", Numbers(shapes_.mean_betas)}};
    if (frames_.size() == 1) {
      extras["global_orient"] = Numbers(frames_[0].global_orient);
      extras["body_pose"] = Numbers(frames_[0].body_pose);
      extras["transl"] = Numbers(frames_[0].transl);
    }
    const Identity& identity = animation_.identity;
    for (const auto& [key, text] : {std::pair{"capture", &identity.capture},
                                    {"subject", &identity.subject},
                                    {"camera", &identity.camera}}) {
      if (!text->empty()) extras[key] = ValidUtf8(*text);
    }
    if (identity.frame >= 0) extras["first_frame"] = identity.frame;
    json["nodes"].push_back(
        {{"name", animation_.name + "_mesh"}, {"mesh", 0}, {"skin", 0}, {"extras", extras}});
    json["scenes"][0]["nodes"] = {0, MeshNode()};
    if (options_.camera) AddCamera(*options_.camera);
  }

  void AddCamera(const GlbCamera& camera) {
    Json& json = layout_.json;
    const double half_x = 0.5 * camera.image_width / camera.focal_px.x();
    const double half_y = 0.5 * camera.image_height / camera.focal_px.y();
    json["cameras"] = {
        {{"type", "perspective"},
         {"perspective",
          {{"aspectRatio", half_x / half_y}, {"yfov", 2 * std::atan(half_y)}, {"znear", 0.05}}},
         {"extras",
          {{"focal_px", Numbers(camera.focal_px)},
           {"center_px", Numbers(camera.center_px)},
           {"image_size", {camera.image_width, camera.image_height}}}}}};
    // glTF's cameras look along -z with y up: OpenCV's, turned half about x, and with the body to y up.
    const Eigen::Matrix3d half_turn = Vector3d(1, -1, -1).asDiagonal();
    const Eigen::Quaterniond q(options_.gltf_from_body * half_turn);
    json["nodes"].push_back({{"name", "camera"}, {"rotation", {q.x(), q.y(), q.z(), q.w()}}, {"camera", 0}});
    json["scenes"][0]["nodes"].push_back(json["nodes"].size() - 1);
  }

  void AddChannel(int node, const char* path, int times, int values) {
    Json& animation = layout_.json["animations"][0];
    animation["samplers"].push_back({{"input", times}, {"interpolation", "LINEAR"}, {"output", values}});
    animation["channels"].push_back(
        {{"sampler", animation["samplers"].size() - 1}, {"target", {{"node", node}, {"path", path}}}});
  }

  void AddAnimation() {
    if (frames_.size() < 2) return;
    layout_.json["animations"] = {{{"name", animation_.name}}};
    keys_ = Eigen::Map<const Eigen::VectorXd>(times_.data(), static_cast<Eigen::Index>(times_.size()))
                .cast<float>();
    const int times = layout_.AddFloats(keys_, "SCALAR", kNoTarget, true);
    for (int j = 0; j < model_.num_joints(); ++j) {
      const bool turns = std::any_of(frames_.begin(), frames_.end(), [&](const BodyParameters& frame) {
        return LocalRotation(j, frame) != LocalRotation(j, frames_[0]);
      });
      if (turns) {
        const auto write = [this, j](StreamedFile* file) {
          Eigen::Vector4f before = QuaternionOf(LocalRotation(j, frames_[0]));
          for (const BodyParameters& frame : frames_) {
            Eigen::Vector4f q = QuaternionOf(LocalRotation(j, frame));
            if (q.dot(before) < 0) q = -q;  // the same rotation, on the near side
            file->Append(q.data(), sizeof(float) * 4);
            before = q;
          }
        };
        AddChannel(JointNode(j), "rotation", times,
                   layout_.Add(frames_.size(), "VEC4", kFloat, sizeof(float) * 4, kNoTarget, write));
      }
      if (j > 0 && !grows_) continue;
      const auto write = [this, j](StreamedFile* file) {
        for (const BodyParameters& frame : frames_) {
          const Eigen::Vector3f at = LocalPosition(j, frame, RestJoints(model_, frame.betas));
          file->Append(at.data(), sizeof(float) * 3);
        }
      };
      AddChannel(JointNode(j), "translation", times,
                 layout_.Add(frames_.size(), "VEC3", kFloat, sizeof(float) * 3, kNoTarget, write));
    }
    if (shapes_.shapes.empty()) return;
    const auto write = [this](StreamedFile* file) {
      file->Append(shapes_.weights.data(), sizeof(float) * shapes_.weights.size());
    };
    AddChannel(MeshNode(), "weights", times,
               layout_.Add(shapes_.weights.size(), "SCALAR", kFloat, sizeof(float), kNoTarget, write));
  }

  const BodyModel& model_;
  const BodyAnimation& animation_;
  const GlbOptions& options_;
  std::vector<BodyParameters> frames_;  // those that were found
  std::vector<double> times_;
  CorrectiveShapes shapes_;
  bool grows_ = false;  // betas change from frame to frame
  SkinSets skin_;
  RowMatrixXf vertices_, normals_, inverse_bind_, keys_;
  GlbLayout layout_;
};

}  // namespace

GlbReport WriteGlb(const std::string& path, const BodyModel& model, const BodyAnimation& animation,
                   const GlbOptions& options) {
  animation.Check(model);
  constexpr int kMostJoints = 256;  // what a byte names
  VT_CHECK_LE(model.num_joints(), kMostJoints);
  return GlbBuilder(model, animation, options).Write(path);
}

}  // namespace vitruvius
