// MakeHuman's data in small: a box around every bone, in both layouts on disk. Made by formula from the
// places of the bones, so that tests know where everything should be.
#pragma once

#include <zlib.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Dense>
#include <nlohmann/json.hpp>

#include "data/bodies/macro_shapes.h"
#include "models/util/check.h"

namespace vitruvius {

// Counts of a tenth of a millimetre, MakeHuman's resolution: what both layouts can hold exactly.
using Counts = std::array<int, 3>;

struct SyntheticMakeHuman {
  struct Bone {
    std::string name;
    Counts head, tail;
  };
  std::vector<Bone> bones;       // left, right and middle ones
  std::vector<Counts> vertices;  // boxes of the bones, then cubes of their ends
  std::vector<std::array<int, 4>> body_quads;
  std::vector<int> bone_of_vertex;                              // of the body
  std::vector<std::pair<std::string, std::vector<int>>> cubes;  // "joint-NAME-head" -> 8 vertices
  std::vector<std::pair<std::string, std::vector<Counts>>> targets;

  SyntheticMakeHuman() {
    // An A-pose; y up, x to the left, z forward; tenths of millimetres.
    const std::pair<const char*, std::array<Counts, 2>> left_and_middle[] = {
        {"root", {{{0, -900, 0}, {0, -500, 0}}}},
        {"spine04", {{{0, 0, 0}, {0, 650, 0}}}},
        {"spine03", {{{0, 650, 0}, {0, 1400, 0}}}},
        {"spine02", {{{0, 1400, 0}, {0, 2800, 0}}}},
        {"spine01", {{{0, 2800, 0}, {0, 4600, 0}}}},
        {"neck01", {{{0, 4600, 0}, {0, 5600, 100}}}},
        {"head", {{{0, 5600, 100}, {0, 7600, 100}}}},
        {"clavicle.L", {{{230, 3850, 0}, {1700, 3800, 0}}}},
        {"upperarm01.L", {{{1800, 3600, 0}, {3400, 1700, 0}}}},
        {"lowerarm01.L", {{{3400, 1700, 0}, {4800, 200, 900}}}},
        {"wrist.L", {{{4800, 200, 900}, {5400, -500, 1300}}}},
        {"finger3-1.L", {{{5400, -500, 1300}, {5800, -900, 1600}}}},
        {"upperleg01.L", {{{1050, -940, 300}, {1440, -4860, 620}}}},
        {"lowerleg01.L", {{{1440, -4860, 620}, {1830, -9070, 400}}}},
        {"foot.L", {{{1830, -9070, 400}, {1950, -9530, 1740}}}},
        {"toe3-1.L", {{{1950, -9530, 1740}, {2000, -9600, 2100}}}},
        {"eye.L", {{{300, 6600, 900}, {300, 6600, 1200}}}},
        {"finger1-1.L", {{{4900, -200, 1300}, {5000, -500, 1700}}}},
        {"finger1-3.L", {{{5000, -500, 1700}, {5050, -700, 1900}}}},
        {"finger2-3.L", {{{5700, -800, 1700}, {5900, -1100, 1900}}}},
        {"finger3-3.L", {{{5800, -900, 1600}, {6100, -1200, 1800}}}},
        {"finger4-3.L", {{{5800, -950, 1500}, {6050, -1250, 1650}}}},
        {"finger5-3.L", {{{5750, -950, 1350}, {5950, -1200, 1450}}}},
        {"toe1-2.L", {{{1700, -9600, 2100}, {1720, -9620, 2400}}}},
        {"toe5-3.L", {{{2300, -9600, 1900}, {2350, -9620, 2100}}}}};
    for (const auto& [name, ends] : left_and_middle) {
      bones.push_back({name, ends[0], ends[1]});
      const std::string left = name;
      const size_t dot = left.find(".L");
      if (dot != std::string::npos) {
        bones.push_back({left.substr(0, dot) + ".R", Flip(ends[0]), Flip(ends[1])});
      }
    }
    for (size_t b = 0; b < bones.size(); ++b) AddBox(static_cast<int>(b));
    for (const Bone& bone : bones) {
      for (const auto& [end, place] : {std::pair("head", bone.head), std::pair("tail", bone.tail)}) {
        std::vector<int> cube;
        for (int corner = 0; corner < 8; ++corner) {
          cube.push_back(static_cast<int>(vertices.size()));
          vertices.push_back({place[0] + (corner & 1 ? 20 : -20), place[1] + (corner & 2 ? 20 : -20),
                              place[2] + (corner & 4 ? 20 : -20)});
        }
        cubes.emplace_back("joint-" + bone.name + "-" + end, cube);
      }
    }
    for (const std::string& name : MacroTargetNames()) targets.emplace_back(name, TargetOf(name));
  }

  static Counts Flip(const Counts& p) { return {-p[0], p[1], p[2]}; }
  int num_body_vertices() const { return static_cast<int>(bone_of_vertex.size()); }

  // public/ and src/ of the npm package, below `folder`.
  void WriteNpm(const std::string& folder) const {
    namespace fs = std::filesystem;
    for (const char* below : {"public/data/models", "public/data/targets", "src/json/targets"}) {
      fs::create_directories(folder + "/" + below);
    }
    WriteText(folder + "/public/data/models/human_full_size.json", NpmModel().dump());
    nlohmann::json list = {{"targets", {{"data/targets/aaa.target", {"aaa"}}}}};  // one that is not wanted
    for (const auto& [name, offsets] : targets) list["targets"]["data/targets/" + name + ".target"] = {"x"};
    WriteText(folder + "/src/json/targets/target-list.json", list.dump());
    std::string rows(6 * vertices.size(), '\x7f');  // of aaa
    std::map<std::string, const std::vector<Counts>*> sorted;
    for (const auto& [name, offsets] : targets) sorted[name] = &offsets;
    for (const auto& [name, offsets] : sorted) {
      for (const Counts& offset : *offsets) {
        for (const int count : offset) {
          rows += static_cast<char>(count & 255);
          rows += static_cast<char>((count >> 8) & 255);
        }
      }
    }
    WriteText(folder + "/public/data/targets/targets.bin", rows);
  }

  nlohmann::json NpmModel() const {
    nlohmann::json model = {{"materials", {{{"DbgName", "joint-x"}}, {{"DbgName", "body"}}}},
                            {"influencesPerVertex", 2}};
    for (const char* key : {"vertices", "faces", "bones", "skinIndices", "skinWeights"}) {
      model[key] = nlohmann::json::array();
    }
    for (const Counts& vertex : vertices) {
      for (const int count : vertex) model["vertices"].push_back(count * 1e-3);
    }
    const auto add_face = [&](const std::array<int, 4>& quad, int material) {
      model["faces"].insert(model["faces"].end(),
                            {11, quad[0], quad[1], quad[2], quad[3], material, 0, 0, 0, 0});
    };
    for (const auto& quad : body_quads) add_face(quad, 1);
    for (const auto& [name, cube] : cubes) {
      for (const auto& quad : BoxQuads(cube[0])) add_face(quad, 0);
    }
    for (size_t b = 0; b < bones.size(); ++b) {
      model["bones"].push_back({{"name", bones[b].name + "____head"}});
      model["bones"].push_back({{"name", bones[b].name}});
      for (int end = 0; end < 2; ++end) {
        model["metadata"]["joint_pos_idxs"][bones[b].name + (end == 0 ? "____head" : "____tail")] =
            cubes[2 * b + static_cast<size_t>(end)].second;
      }
    }
    for (size_t v = 0; v < vertices.size(); ++v) {
      const int bone = v < bone_of_vertex.size() ? bone_of_vertex[v] : 0;
      model["skinIndices"].insert(model["skinIndices"].end(), {2 * bone, 0});
      model["skinWeights"].insert(model["skinWeights"].end(), {1.0, 0.0});
    }
    return model;
  }

  // 3dobjs/, rigs/ and targets/ of MPFB2, below `folder`.
  void WriteMpfb(const std::string& folder) const {
    namespace fs = std::filesystem;
    for (const char* below :
         {"3dobjs", "rigs/standard", "targets/macrodetails/height", "targets/macrodetails/proportions"}) {
      fs::create_directories(folder + "/" + below);
    }
    std::string obj = "# small\n";
    char line[100];
    for (const Counts& v : vertices) {
      std::snprintf(line, sizeof(line), "v %.4f %.4f %.4f\n", v[0] * 1e-3, v[1] * 1e-3, v[2] * 1e-3);
      obj += line;
    }
    const auto add_faces = [&](const std::string& group, const std::vector<std::array<int, 4>>& quads) {
      obj += "g " + group + "\n";
      for (const auto& quad : quads) {
        obj += "f";
        for (const int v : quad) obj += " " + std::to_string(v + 1) + "/1";
        obj += "\n";
      }
    };
    add_faces("body", body_quads);
    for (const auto& [name, cube] : cubes) add_faces(name, BoxQuads(cube[0]));
    WriteText(folder + "/3dobjs/base.obj", obj);
    nlohmann::json rig, weights;
    for (size_t b = 0; b < bones.size(); ++b) {
      for (int end = 0; end < 2; ++end) {
        rig[bones[b].name][end == 0 ? "head" : "tail"] = {
            {"strategy", "CUBE"}, {"cube_name", cubes[2 * b + static_cast<size_t>(end)].first}};
      }
    }
    for (size_t v = 0; v < bone_of_vertex.size(); ++v) {
      weights["weights"][bones[static_cast<size_t>(bone_of_vertex[v])].name].push_back({v, 1.0});
    }
    WriteText(folder + "/rigs/standard/rig.default.json", rig.dump());
    WriteText(folder + "/rigs/standard/weights.default.json", weights.dump());
    for (const auto& [name, offsets] : targets) {
      std::string text;
      for (size_t v = 0; v < offsets.size(); ++v) {
        if (offsets[v] == Counts{}) continue;
        std::snprintf(line, sizeof(line), "%zu %.3f %.3f %.3f\n", v, offsets[v][0] * 1e-3,
                      offsets[v][1] * 1e-3, offsets[v][2] * 1e-3);
        text += line;
      }
      WriteGzip(folder + "/targets/" + name + ".target.gz", text);
    }
  }

  static void WriteGzip(const std::string& path, const std::string& text) {
    const gzFile file = gzopen(path.c_str(), "wb1");
    VT_CHECK(file != nullptr);
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  static void WriteText(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

 private:
  static std::vector<std::array<int, 4>> BoxQuads(int first) {
    static constexpr int kSides[6][4] = {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4},
                                         {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    std::vector<std::array<int, 4>> quads;
    for (const auto& side : kSides) {
      quads.push_back({first + side[0], first + side[1], first + side[2], first + side[3]});
    }
    return quads;
  }

  // From a little before the bone's head to its tail, so that joints lie within what is around them.
  void AddBox(int bone) {
    const int first = static_cast<int>(vertices.size());
    // Of another size each, so that no corner falls on another box's; partners' boxes are neighbours in the
    // list.
    const bool is_right = bones[bone].name.find(".R") != std::string::npos;
    const int margin = 300 + 3 * (is_right ? bone - 1 : bone);
    Counts low, high;
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(bones[bone].head[a], bones[bone].tail[a]) - margin;
      high[a] = std::max(bones[bone].head[a], bones[bone].tail[a]) + margin;
    }
    for (int corner = 0; corner < 8; ++corner) {
      vertices.push_back(
          {corner & 1 ? high[0] : low[0], corner & 2 ? high[1] : low[1], corner & 4 ? high[2] : low[2]});
      bone_of_vertex.push_back(bone);
    }
    for (const auto& quad : BoxQuads(first)) body_quads.push_back(quad);
  }

  // Stretches along the axes and belly growth, by the name; symmetric as MakeHuman's macro targets nearly
  // are.
  std::vector<Counts> TargetOf(const std::string& name) const {
    const auto says = [&](const char* word) { return name.find(word) != std::string::npos; };
    const double tall = says("maxheight") ? 0.3 : says("minheight") ? -0.3 : says("-male") ? 0.03 : 0;
    const double wide = says("maxweight") ? 0.2 : says("minweight") ? -0.1 : says("african") ? 0.02 : 0;
    const double deep = says("maxmuscle") ? 0.1 : says("ideal") ? -0.05 : says("old") ? 0.04 : 0;
    std::vector<Counts> offsets;
    for (const Counts& v : vertices) {
      offsets.push_back({static_cast<int>(std::lround((tall + wide) * v[0])),
                         static_cast<int>(std::lround(tall * v[1])),
                         static_cast<int>(std::lround((tall + deep) * v[2]))});
    }
    return offsets;
  }
};

}  // namespace vitruvius
