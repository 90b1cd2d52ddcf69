// torch's checkpoints, written byte by byte in both formats, for tests of what reads them.
#pragma once

#include <zip.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace vitruvius {

inline std::string Little(std::uint64_t value, int num_bytes) {
  std::string bytes;
  for (int i = 0; i < num_bytes; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}
inline std::string Text(const std::string& text) { return "X" + Little(text.size(), 4) + text; }
inline std::string Int(std::int64_t value) { return "J" + Little(static_cast<std::uint32_t>(value), 4); }
inline std::string Tuple(const std::vector<std::int64_t>& values) {
  std::string bytes = "(";
  for (const std::int64_t value : values) bytes += Int(value);
  return bytes + "t";
}

struct StoredTensor {
  std::vector<std::int64_t> shape, stride;
  std::vector<float> storage;
  std::int64_t offset = 0;
};

class CheckpointWriter {
 public:
  void Add(const std::string& name, const StoredTensor& tensor) {
    const std::string key = std::to_string(storages_.size());
    items_ += Text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + Text("storage") +
              "ctorch\nFloatStorage\n" + Text(key) + Text("cuda:0") +
              Int(static_cast<std::int64_t>(tensor.storage.size())) + "tQ" + Int(tensor.offset) +
              Tuple(tensor.shape) + Tuple(tensor.stride) + "\x89" + "ccollections\nOrderedDict\n)RtR";
    storages_.emplace_back(reinterpret_cast<const char*>(tensor.storage.data()), 4 * tensor.storage.size());
  }
  void AddRaw(const std::string& name, const std::string& opcodes) { items_ += Text(name) + opcodes; }
  std::string Object(bool is_lightning) const {
    const std::string dict = "ccollections\nOrderedDict\n)R(" + items_ + "u}" + Text("_metadata") + "Nsb";
    if (!is_lightning) return dict;
    // As Lightning writes them: settings of classes that nobody knows.
    return "}(" + Text("callbacks") + "}cpytorch_lightning.callbacks\nModelCheckpoint\n}s" + Text("hparams") +
           "cargparse\nNamespace\n)\x81}" + Text("lr") + "K\x01sb" + Text("runs") + "cos\nsystem\n" +
           Text("touch executed") + "\x85R" + Text("state_dict") + dict + "u";
  }
  void WriteZip(const std::string& path, bool is_lightning = false) const {
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    ASSERT_NE(archive, nullptr);
    std::vector<std::pair<std::string, std::string>> entries = {
        {"archive/data.pkl", "\x80\x02" + Object(is_lightning) + "."}, {"archive/version", "3\n"}};
    for (size_t i = 0; i < storages_.size(); ++i) {
      entries.emplace_back("archive/data/" + std::to_string(i), storages_[i]);
    }
    for (const auto& [name, content] : entries) {
      zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
      const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
      ASSERT_GE(index, 0);
      zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    }
    ASSERT_EQ(zip_close(archive), 0);
  }
  void WriteLegacy(const std::string& path) const {
    const std::string magic = "\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    std::string bytes = "\x80\x02" + magic + ".\x80\x02M\xe9\x03." + "\x80\x02}(" + Text("little_endian") +
                        "\x88u.\x80\x02" + Object(false) + ".\x80\x02](";
    for (size_t i = storages_.size(); i-- > 0;) bytes += Text(std::to_string(i));
    bytes += "e.";
    for (size_t i = storages_.size(); i-- > 0;) bytes += Little(storages_[i].size() / 4, 8) + storages_[i];
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::string items_;
  std::vector<std::string> storages_;
};

}  // namespace vitruvius
