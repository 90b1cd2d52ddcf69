// What a glTF viewer makes of a .glb that WriteGlb wrote: its own, independent reading of the specification.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <Eigen/Geometry>
#include <nlohmann/json.hpp>

#include "models/body/body_model.h"

namespace vitruvius {

class GlbFile {
 public:
  explicit GlbFile(const std::string& bytes) {
    const auto word = [&](size_t at) {
      std::uint32_t value = 0;
      std::memcpy(&value, bytes.data() + at, 4);
      return value;
    };
    EXPECT_EQ(bytes.substr(0, 4), "glTF");
    EXPECT_EQ(word(4), 2u);
    EXPECT_EQ(word(8), bytes.size());
    EXPECT_EQ(bytes.substr(16, 4), "JSON");
    const size_t json_bytes = word(12);
    EXPECT_EQ(json_bytes % 4, 0u);
    json = nlohmann::json::parse(bytes.substr(20, json_bytes));
    EXPECT_EQ(bytes.substr(20 + json_bytes + 4, 3), "BIN");
    EXPECT_EQ(20 + json_bytes + 8 + word(20 + json_bytes), bytes.size());
    EXPECT_EQ(json["buffers"][0]["byteLength"], word(20 + json_bytes));
    buffer_ = bytes.substr(20 + json_bytes + 8);
  }

  // (count, components) of an accessor.
  RowMatrixXd Read(int accessor) const {
    const nlohmann::json& a = json["accessors"][accessor];
    const nlohmann::json& view = json["bufferViews"][a["bufferView"].get<int>()];
    const std::map<std::string, int> components = {{"SCALAR", 1}, {"VEC3", 3}, {"VEC4", 4}, {"MAT4", 16}};
    const int columns = components.at(a["type"]);
    const std::map<int, int> sizes = {{5121, 1}, {5123, 2}, {5125, 4}, {5126, 4}};
    const int type = a["componentType"], size = sizes.at(type);
    RowMatrixXd values(a["count"].get<int>(), columns);
    EXPECT_EQ(view["byteLength"].get<Eigen::Index>(), values.size() * size);
    const char* at = buffer_.data() + view["byteOffset"].get<size_t>();
    for (Eigen::Index i = 0; i < values.size(); ++i, at += size) {
      float real = 0;
      std::uint32_t integer = 0;
      std::memcpy(type == 5126 ? static_cast<void*>(&real) : &integer, at, size);
      values.data()[i] = type == 5126 ? real : integer;
    }
    return values;
  }

  int NodeOf(const std::string& name) const {
    for (size_t n = 0; n < json["nodes"].size(); ++n) {
      if (json["nodes"][n]["name"] == name) return static_cast<int>(n);
    }
    return -1;
  }

  int num_keys() const {
    if (!json.contains("animations")) return 1;
    return static_cast<int>(Read(json["animations"][0]["samplers"][0]["input"]).rows());
  }

  // World transforms of all nodes at a key; `weights` gets those of the morph targets.
  std::vector<Eigen::Affine3d> World(int key, Eigen::VectorXd* weights) const {
    nlohmann::json nodes = json["nodes"];
    const nlohmann::json& mesh = json["meshes"][0];
    const size_t num_targets = mesh.contains("weights") ? mesh["weights"].size() : 0;
    weights->resize(static_cast<Eigen::Index>(num_targets));
    for (size_t k = 0; k < num_targets; ++k) (*weights)[static_cast<Eigen::Index>(k)] = mesh["weights"][k];
    if (json.contains("animations")) {
      const nlohmann::json& animation = json["animations"][0];
      for (const nlohmann::json& channel : animation["channels"]) {
        const RowMatrixXd values = Read(animation["samplers"][channel["sampler"].get<int>()]["output"]);
        const std::string path = channel["target"]["path"];
        if (path == "weights") {
          const auto count = static_cast<Eigen::Index>(num_targets);
          *weights = Eigen::Map<const Eigen::VectorXd>(values.data() + key * count, count);
        } else {
          const Eigen::RowVectorXd row = values.row(key);
          nodes[channel["target"]["node"].get<int>()][path] = std::vector<double>(row.begin(), row.end());
        }
      }
    }
    std::vector<int> parent(nodes.size(), -1);
    for (size_t n = 0; n < nodes.size(); ++n) {
      if (!nodes[n].contains("children")) continue;
      for (const int child : nodes[n]["children"]) parent[child] = static_cast<int>(n);
    }
    std::vector<Eigen::Affine3d> world(nodes.size());
    for (size_t n = 0; n < nodes.size(); ++n) {
      world[n].setIdentity();
      for (int at = static_cast<int>(n); at >= 0; at = parent[at]) {
        Eigen::Affine3d local = Eigen::Affine3d::Identity();
        if (nodes[at].contains("translation")) {
          const std::vector<double> t = nodes[at]["translation"];
          local.translate(Eigen::Vector3d(t[0], t[1], t[2]));
        }
        if (nodes[at].contains("rotation")) {
          const std::vector<double> q = nodes[at]["rotation"];
          EXPECT_NEAR(Eigen::Vector4d(q[0], q[1], q[2], q[3]).norm(), 1, 1e-6);
          local.rotate(Eigen::Quaterniond(q[3], q[0], q[1], q[2]));
        }
        world[n] = local * world[n];
      }
    }
    return world;
  }

  // The skinned mesh (V, 3) and the skin's joints (J, 3) in the world at a key.
  void Pose(int key, MatrixX3d* vertices, MatrixX3d* joints) const {
    Eigen::VectorXd weights;
    const std::vector<Eigen::Affine3d> world = World(key, &weights);
    const nlohmann::json& skin = json["skins"][0];
    const RowMatrixXd inverse_bind = Read(skin["inverseBindMatrices"]);
    std::vector<Eigen::Affine3d> matrices;
    joints->resize(static_cast<Eigen::Index>(skin["joints"].size()), 3);
    for (size_t j = 0; j < skin["joints"].size(); ++j) {
      const Eigen::Affine3d& node = world[skin["joints"][j].get<size_t>()];
      joints->row(static_cast<Eigen::Index>(j)) = node.translation();
      Eigen::Affine3d bind;
      bind.matrix() =
          Eigen::Map<const Eigen::Matrix4d>(inverse_bind.row(static_cast<Eigen::Index>(j)).data());
      matrices.push_back(node * bind);
    }
    const nlohmann::json& primitive = json["meshes"][0]["primitives"][0];
    RowMatrixXd rest = Read(primitive["attributes"]["POSITION"]);
    for (Eigen::Index k = 0; k < weights.size(); ++k)
      rest += weights[k] * Read(primitive["targets"][static_cast<size_t>(k)]["POSITION"]);
    vertices->setZero(rest.rows(), 3);
    for (int set = 0; primitive["attributes"].contains("JOINTS_" + std::to_string(set)); ++set) {
      const RowMatrixXd indices = Read(primitive["attributes"]["JOINTS_" + std::to_string(set)]);
      const RowMatrixXd shares = Read(primitive["attributes"]["WEIGHTS_" + std::to_string(set)]);
      for (Eigen::Index v = 0; v < rest.rows(); ++v) {
        for (int i = 0; i < 4; ++i) {
          const Eigen::Vector3d at = rest.row(v);
          vertices->row(v) += shares(v, i) * (matrices[static_cast<size_t>(indices(v, i))] * at).transpose();
        }
      }
    }
  }

  nlohmann::json json;

 private:
  std::string buffer_;
};

}  // namespace vitruvius
