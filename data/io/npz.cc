#include "data/io/npz.h"

#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "data/io/npy_header.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::uint64_t kReadStep = 1 << 20;
// Deflate cannot shrink by more (zlib, technical details); an entry that claims more is a lie or a bomb.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kDeflateSlack = 1 << 10;
constexpr zip_int64_t kMaxEntries = 100000;

struct Entry {
  std::string key;
  zip_uint64_t index = 0;
  std::uint64_t size = 0;  // uncompressed, as declared by the archive
  NpyHeader header;
  std::string skipped;  // why it cannot be read; empty when it can
};

class OpenEntry {
 public:
  OpenEntry(zip_t* archive, zip_uint64_t index, const std::string& path, const std::string& place)
      : file_(zip_fopen_index(archive, index, 0)), path_(path), place_(place) {
    if (file_ == nullptr) throw InputError(path, place, StrCat("cannot be opened: ", zip_strerror(archive)));
  }
  ~OpenEntry() { zip_fclose(file_); }
  OpenEntry(const OpenEntry&) = delete;
  OpenEntry& operator=(const OpenEntry&) = delete;

  // Reads exactly `size` bytes.
  void Read(void* out, std::uint64_t size) {
    auto* bytes = static_cast<unsigned char*>(out);
    while (size > 0) {
      const zip_int64_t got = zip_fread(file_, bytes, size);
      if (got < 0) Fail(zip_file_strerror(file_));
      if (got == 0) Fail("the data end early");
      bytes += got;
      size -= static_cast<std::uint64_t>(got);
    }
  }
  // Reaching the end makes libzip compare the checksum.
  void ExpectEnd() {
    char byte;
    const zip_int64_t got = zip_fread(file_, &byte, 1);
    if (got < 0) Fail(zip_file_strerror(file_));
    if (got > 0) Fail("the data go on past their declared size");
  }

 private:
  [[noreturn]] void Fail(const std::string& what) { throw InputError(path_, place_, "damaged: " + what); }

  zip_file_t* file_;
  std::string path_, place_;
};

std::string ReadHeaderBytes(OpenEntry* entry, std::uint64_t size, const std::string& path,
                            const std::string& place) {
  std::string bytes(std::min(size, kNpyPreambleSize), '\0');
  entry->Read(bytes.data(), bytes.size());
  const std::uint64_t offset = NpyDataOffset(bytes, path, place);
  if (offset < bytes.size() || offset > size) throw InputError(path, place, "npy header: cut short");
  const size_t have = bytes.size();
  bytes.resize(offset);
  entry->Read(bytes.data() + have, offset - have);
  return bytes;
}

// What an entry declares must be possible for its compressed size, and that for the file's.
void CheckDeclaredSizes(const zip_stat_t& stat, std::uint64_t file_size, const std::string& path,
                        const std::string& place) {
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((stat.valid & needed) != needed) throw InputError(path, place, "damaged: its size is not known");
  const bool deflated = stat.comp_method == ZIP_CM_DEFLATE;
  if (!deflated && stat.comp_method != ZIP_CM_STORE) {
    throw InputError(path, place, StrCat("compression method ", stat.comp_method, " is not supported"));
  }
  const bool possible = stat.comp_size <= file_size &&
                        (deflated ? stat.size <= stat.comp_size * kMaxDeflateRatio + kDeflateSlack
                                  : stat.size == stat.comp_size);
  if (!possible) {
    throw InputError(
        path, place,
        StrCat("declares ", stat.size, " bytes, which ", stat.comp_size, " bytes of archive cannot hold"));
  }
}

}  // namespace

struct NpzReader::Impl {
  std::string path;
  zip_t* archive = nullptr;
  std::uint64_t file_size = 0;
  std::vector<Entry> entries;
  std::map<std::string, size_t> by_key;

  ~Impl() {
    if (archive != nullptr) zip_discard(archive);
  }

  void Open() {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
      throw InputError(path, "", "is a folder, expected a .npz file");
    int code = 0;
    archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (archive == nullptr) {
      zip_error_t zip_error;
      zip_error_init_with_code(&zip_error, code);
      const std::string message = zip_error_strerror(&zip_error);
      zip_error_fini(&zip_error);
      throw InputError(path, "", "cannot be opened as .npz: " + message);
    }
    file_size = std::filesystem::file_size(path, error);
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count > kMaxEntries)
      throw InputError(path, "", StrCat("has ", count, " entries, at most ", kMaxEntries));
    for (zip_int64_t i = 0; i < count; ++i) List(static_cast<zip_uint64_t>(i));
  }

  void List(zip_uint64_t index) {
    Entry entry;
    entry.index = index;
    zip_stat_t stat;
    if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & ZIP_STAT_NAME) == 0) return;
    entry.key = stat.name;
    constexpr std::string_view kSuffix = ".npy";
    if (entry.key.size() > kSuffix.size() &&
        entry.key.compare(entry.key.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0) {
      entry.key.resize(entry.key.size() - kSuffix.size());
      try {
        CheckDeclaredSizes(stat, file_size, path, entry.key);
        entry.size = stat.size;
        OpenEntry open(archive, index, path, entry.key);
        entry.header = ParseNpyHeader(ReadHeaderBytes(&open, entry.size, path, entry.key), path, entry.key);
        if (entry.size - entry.header.data_offset != entry.header.num_bytes) {
          throw InputError(path, entry.key,
                           StrCat("has ", entry.size - entry.header.data_offset, " bytes of data, its shape ",
                                  NpyShapeName(entry.header.shape), " needs ", entry.header.num_bytes));
        }
      } catch (const InputError& error) {
        entry.skipped = error.what();
      }
    } else {
      entry.skipped = path + ": " + entry.key + ": is not a .npy array";
    }
    by_key[entry.key] = entries.size();  // of two with one name the last counts, as in Python
    entries.push_back(std::move(entry));
  }

  const Entry& Find(const std::string& key) const {
    const auto found = by_key.find(key);
    if (found == by_key.end()) {
      std::vector<std::string> keys;
      for (const Entry& entry : entries) keys.push_back(entry.key);
      throw InputError(path, key, MissingArray(keys));
    }
    const Entry& entry = entries[found->second];
    if (!entry.skipped.empty()) throw InputError(entry.skipped);
    return entry;
  }
};

NpzReader::NpzReader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->Open();
}
NpzReader::~NpzReader() = default;
NpzReader::NpzReader(NpzReader&&) noexcept = default;

const std::string& NpzReader::path() const { return impl_->path; }

bool NpzReader::Has(const std::string& key) const {
  const auto found = impl_->by_key.find(key);
  return found != impl_->by_key.end() && impl_->entries[found->second].skipped.empty();
}

std::vector<std::string> NpzReader::Keys() const {
  std::vector<std::string> keys;
  for (size_t i = 0; i < impl_->entries.size(); ++i) {
    const Entry& entry = impl_->entries[i];
    if (entry.skipped.empty() && impl_->by_key.at(entry.key) == i) keys.push_back(entry.key);
  }
  return keys;
}

std::vector<std::string> NpzReader::Skipped() const {
  std::vector<std::string> keys;
  for (const Entry& entry : impl_->entries) {
    if (!entry.skipped.empty()) keys.push_back(entry.key);
  }
  return keys;
}

NpyArray NpzReader::Read(const std::string& key) const {
  const Entry& entry = impl_->Find(key);
  OpenEntry open(impl_->archive, entry.index, impl_->path, key);
  ReadHeaderBytes(&open, entry.size, impl_->path, key);
  std::vector<unsigned char> bytes;
  try {
    // Memory is touched as data arrive, so that a false size costs nothing.
    bytes.reserve(entry.header.num_bytes);
    while (bytes.size() < entry.header.num_bytes) {
      const size_t have = bytes.size();
      const std::uint64_t step = std::min<std::uint64_t>(kReadStep, entry.header.num_bytes - have);
      bytes.resize(have + step);
      open.Read(bytes.data() + have, step);
    }
    open.ExpectEnd();
    return MakeNpyArray(entry.header, std::move(bytes), impl_->path + ": " + key);
  } catch (const std::bad_alloc&) {
    throw InputError(impl_->path, key,
                     StrCat("needs ", entry.header.num_bytes, " bytes, more than there are"));
  }
}

NpyArray NpzReader::Read(const std::string& key, const std::vector<std::int64_t>& shape) const {
  CheckNpyShape(impl_->Find(key).header.shape, shape, impl_->path, key);
  return Read(key);
}

}  // namespace vitruvius
