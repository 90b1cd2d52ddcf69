#include "data/io/torch_checkpoint.h"

#include <cstring>
#include <fstream>
#include <string_view>

#include "data/io/npy_header.h"
#include "data/io/pickle.h"
#include "data/io/pickle_source.h"
#include "data/io/zip_archive.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;

// 0x1950a86a20f9469cfc6c begins a file of the old format; its low 64 bits.
constexpr std::uint64_t kLegacyMagic = 0xa86a20f9469cfc6cu;

// Where the bytes of storages are.
class Storages {
 public:
  virtual ~Storages() = default;
  virtual bool is_big_endian() const = 0;
  virtual std::vector<unsigned char> Read(const std::string& key, std::uint64_t num_bytes) const = 0;
};

// A folder in a zip: data.pkl, byteorder, data/0, data/1, ...
class ZipStorages : public Storages {
 public:
  explicit ZipStorages(const std::string& path) : archive_(path, "torch checkpoint") {
    constexpr std::string_view kPickle = "data.pkl";
    for (std::uint64_t i = 0; i < archive_.size(); ++i) {
      const std::string& name = archive_.Name(i);
      index_[name] = i;
      const bool ends = name.size() >= kPickle.size() &&
                        name.compare(name.size() - kPickle.size(), kPickle.size(), kPickle) == 0;
      const size_t before = ends ? name.size() - kPickle.size() : 0;
      if (ends && (before == 0 || name[before - 1] == '/')) folder_ = name.substr(0, before);
    }
    if (index_.count(folder_ + "data.pkl") == 0) {
      throw InputError(path, "", "is a zip file without data.pkl, expected a torch checkpoint");
    }
    if (index_.count(folder_ + "byteorder") > 0) {
      const std::vector<unsigned char> order = ReadEntry("byteorder");
      is_big_endian_ = std::string(order.begin(), order.end()) == "big";
    }
  }

  Pickle ReadPickle() const {
    PickleSource source(archive_.path(), folder_ + "data.pkl", ReadEntry("data.pkl"));
    return LoadTorchPickle(&source);
  }
  bool is_big_endian() const override { return is_big_endian_; }
  std::vector<unsigned char> Read(const std::string& key, std::uint64_t num_bytes) const override {
    std::vector<unsigned char> bytes = ReadEntry("data/" + key);
    if (bytes.size() != num_bytes) {
      throw InputError(archive_.path(), folder_ + "data/" + key,
                       StrCat("found ", bytes.size(), " bytes, expected ", num_bytes));
    }
    return bytes;
  }

 private:
  std::vector<unsigned char> ReadEntry(const std::string& name) const {
    const std::string place = folder_ + name;
    const auto found = index_.find(place);
    if (found == index_.end()) throw InputError(archive_.path(), place, "is missing in the archive");
    const std::uint64_t size = archive_.EntrySize(found->second, place);
    ZipArchive::Entry entry(archive_, found->second, place);
    std::vector<unsigned char> bytes = entry.ReadBytes(size);
    entry.ExpectEnd();
    return bytes;
  }

  ZipArchive archive_;
  std::string folder_;
  std::map<std::string, std::uint64_t> index_;
  bool is_big_endian_ = false;
};

int ItemSize(const std::string& dtype) { return dtype.empty() ? 2 : dtype.back() - '0'; }

// Pickles in a row: magic number, version, properties of the machine, the object, keys of its storages; then
// for each key the number of elements (8 bytes) and the elements.
class LegacyStorages : public Storages {
 public:
  explicit LegacyStorages(const std::string& path) : source_(path) {
    const Pickle magic = LoadTorchPickle(&source_);
    if (magic.root().kind != PickleKind::kInt ||
        static_cast<std::uint64_t>(magic.root().integer) != kLegacyMagic) {
      throw InputError(path, "", "is a pickle but no torch checkpoint");
    }
    LoadTorchPickle(&source_);  // version 1001 since 2016
    const Pickle properties = LoadTorchPickle(&source_);
    const PickleValue* little = properties.root().Find("little_endian");
    is_big_endian_ = little != nullptr && little->kind == PickleKind::kBool && little->integer == 0;
  }

  Pickle ReadPickle() {
    Pickle pickle = LoadTorchPickle(&source_);
    std::map<std::string, int> item_size;
    for (const PickleValue& value : pickle.values()) {
      if (value.tensor != nullptr) item_size[value.tensor->storage] = ItemSize(value.tensor->dtype);
    }
    const Pickle keys = LoadTorchPickle(&source_);
    std::uint64_t offset = source_.offset();
    for (const PickleValue* key : keys.root().items) {
      const bool is_text = key->kind == PickleKind::kText || key->kind == PickleKind::kBytes;
      const auto size = is_text ? item_size.find(key->Text()) : item_size.end();
      if (size == item_size.end()) {
        throw InputError(source_.path(), StrCat("byte ", offset), "found a storage that nothing refers to");
      }
      const std::vector<unsigned char> count_bytes = source_.BytesAt(offset, sizeof(std::uint64_t));
      std::uint64_t count = 0;
      for (int i = 0; i < 8; ++i) count |= static_cast<std::uint64_t>(count_bytes[i]) << (8 * i);
      offset += sizeof(count);
      const auto item = static_cast<std::uint64_t>(size->second);
      if (count > (source_.size() - offset) / item) {
        throw InputError(source_.path(), StrCat("byte ", offset),
                         StrCat("the file ends before ", count, " elements of a storage"));
      }
      place_[size->first] = {offset, count * item};
      offset += count * item;
    }
    return pickle;
  }
  bool is_big_endian() const override { return is_big_endian_; }
  std::vector<unsigned char> Read(const std::string& key, std::uint64_t num_bytes) const override {
    const auto found = place_.find(key);
    if (found == place_.end()) throw InputError(source_.path(), "", "has no storage " + key);
    if (found->second.second != num_bytes) {
      throw InputError(source_.path(), StrCat("byte ", found->second.first),
                       StrCat("found a storage of ", found->second.second, " bytes, expected ", num_bytes));
    }
    return source_.BytesAt(found->second.first, num_bytes);
  }

 private:
  PickleSource source_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> place_;  // offset, number of bytes
  bool is_big_endian_ = false;
};

class StoredTorchFile : public TorchFile {
 public:
  StoredTorchFile(const std::string& path, std::unique_ptr<Storages> storages, Pickle pickle)
      : path_(path), storages_(std::move(storages)), pickle_(std::move(pickle)) {}

  const std::string& path() const override { return path_; }
  const PickleValue& root() const override { return pickle_.root(); }
  NpyArray ReadTensor(const PickleValue& value, const std::vector<std::int64_t>& shape,
                      const std::string& key) const override {
    if (value.of == PickleClass::kUnknown) {
      throw InputError(path_, key, "is an object of the class " + value.Text() + ", which is not read");
    }
    if (value.kind != PickleKind::kTensor) {
      throw InputError(path_, key, StrCat("is ", value.KindName(), ", expected a tensor"));
    }
    const PickleTensor& tensor = *value.tensor;
    CheckNpyShape(tensor.shape, shape, path_, key);
    if (tensor.dtype.empty()) throw InputError(path_, key, "holds bfloat16, expected numbers that numpy has");
    const auto item = static_cast<std::uint64_t>(ItemSize(tensor.dtype));
    const std::uint64_t count = CheckWithinStorage(tensor, key);
    // No storage is larger: keeps products far from overflow.
    constexpr std::int64_t kMaxItems = std::int64_t{1} << 46;
    if (tensor.storage_items > kMaxItems) throw InputError(path_, key, "is too large");
    const std::vector<unsigned char> storage =
        storages_->Read(tensor.storage, static_cast<std::uint64_t>(tensor.storage_items) * item);
    std::vector<unsigned char> bytes(count * item);
    std::vector<std::int64_t> at(tensor.shape.size(), 0);
    std::int64_t from = tensor.offset;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::memcpy(&bytes[i * item], &storage[static_cast<std::uint64_t>(from) * item], item);
      for (size_t d = at.size(); d-- > 0;) {
        from += tensor.stride[d];
        if (++at[d] < tensor.shape[d]) break;
        from -= tensor.shape[d] * tensor.stride[d];
        at[d] = 0;
      }
    }
    const char order = item == 1 ? '|' : storages_->is_big_endian() ? '>' : '<';
    const NpyHeader header = DescribeNpy(order + tensor.dtype, tensor.shape, false, path_, key);
    return MakeNpyArray(header, std::move(bytes), path_ + ": " + key);
  }

 private:
  // The number of elements, of which none lies outside the storage, nor are there more than it has.
  std::uint64_t CheckWithinStorage(const PickleTensor& tensor, const std::string& key) const {
    std::int64_t count = 1, last = tensor.offset;
    const auto fail = [&] {
      throw InputError(path_, key, StrCat("lies outside its storage of ", tensor.storage_items, " elements"));
    };
    for (size_t d = 0; d < tensor.shape.size(); ++d) {
      const std::int64_t length = tensor.shape[d], stride = tensor.stride[d];
      if (length == 0) return 0;
      if (length > tensor.storage_items / count) fail();
      count *= length;
      if (length > 1 && stride > (tensor.storage_items - last) / (length - 1)) fail();
      last += length > 1 ? stride * (length - 1) : 0;
      if (last >= tensor.storage_items) fail();
    }
    if (last >= tensor.storage_items) fail();
    return static_cast<std::uint64_t>(count);
  }

  std::string path_;
  std::unique_ptr<Storages> storages_;
  Pickle pickle_;
};

class TorchCheckpoint : public NamedArrays {
 public:
  explicit TorchCheckpoint(std::unique_ptr<TorchFile> file) : file_(std::move(file)) {
    const PickleValue* dict = &file_->root();
    if (dict->of == PickleClass::kUnknown) {
      throw InputError(
          path(), "",
          "holds an object of the class " + dict->Text() + ", which is not read; expected a state dict");
    }
    const PickleValue* inner = dict->Find("state_dict");
    if (inner != nullptr) dict = inner;
    if (dict->of == PickleClass::kUnknown) {
      throw InputError(path(), "state_dict",
                       "is an object of the class " + dict->Text() + ", which is not read");
    }
    if (dict->kind != PickleKind::kDict) {
      throw InputError(path(), "", StrCat("holds ", dict->KindName(), ", expected a state dict"));
    }
    for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
      const PickleValue* key = dict->items[i];
      if (key->kind == PickleKind::kText || key->kind == PickleKind::kBytes)
        values_[key->Text()] = dict->items[i + 1];
    }
  }

  const std::string& path() const override { return file_->path(); }
  bool Has(const std::string& key) const override {
    const auto found = values_.find(key);
    return found != values_.end() && found->second->kind == PickleKind::kTensor;
  }
  bool Names(const std::string& key) const override { return values_.count(key) > 0; }
  std::vector<std::string> Keys() const override {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values_) {
      if (value->kind == PickleKind::kTensor) keys.push_back(key);
    }
    return keys;
  }
  std::vector<std::int64_t> Shape(const std::string& key) const override {
    const PickleValue& value = Find(key);
    if (value.kind != PickleKind::kTensor) file_->ReadTensor(value, {}, key);  // says what it is instead
    return value.tensor->shape;
  }
  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    return std::make_shared<const NpyArray>(file_->ReadTensor(Find(key), shape, key));
  }
  std::vector<std::string> ReadTexts(const std::string& key) const override {
    throw InputError(path(), key, "is a tensor, expected text");
  }

 private:
  bool IsArray(const std::string&) const override { return true; }
  const PickleValue& Find(const std::string& key) const {
    const auto found = values_.find(key);
    if (found != values_.end()) return *found->second;
    std::vector<std::string> keys;
    for (const auto& [name, value] : values_) keys.push_back(name);
    throw InputError(path(), key, MissingArray(keys));
  }

  std::unique_ptr<TorchFile> file_;
  std::map<std::string, const PickleValue*> values_;
};

}  // namespace

std::unique_ptr<TorchFile> TorchFile::Open(const std::string& path) {
  char start[2] = {0, 0};
  std::ifstream(path, std::ios::binary).read(start, sizeof(start));
  if (start[0] == 'P' && start[1] == 'K') {
    auto storages = std::make_unique<ZipStorages>(path);
    Pickle pickle = storages->ReadPickle();
    return std::make_unique<StoredTorchFile>(path, std::move(storages), std::move(pickle));
  }
  auto storages = std::make_unique<LegacyStorages>(path);
  Pickle pickle = storages->ReadPickle();
  return std::make_unique<StoredTorchFile>(path, std::move(storages), std::move(pickle));
}

std::unique_ptr<NamedArrays> OpenTorchCheckpoint(const std::string& path) {
  return std::make_unique<TorchCheckpoint>(TorchFile::Open(path));
}

}  // namespace vitruvius
