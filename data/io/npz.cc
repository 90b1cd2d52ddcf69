#include "data/io/npz.h"

#include <algorithm>
#include <new>

#include "data/io/npy_header.h"
#include "data/io/zip_archive.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::string ReadHeaderBytes(ZipArchive::Entry* entry, std::uint64_t size, const std::string& path,
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

}  // namespace

struct NpzReader::Impl {
  struct Entry {
    std::string key;
    std::uint64_t index = 0;
    std::uint64_t size = 0;  // uncompressed, as declared by the archive
    NpyHeader header;
    std::string skipped;  // why it cannot be read; empty when it can
  };

  std::string path;
  ZipArchive archive;
  std::vector<Entry> entries;
  std::map<std::string, size_t> by_key;

  explicit Impl(const std::string& file) : path(file), archive(file, ".npz") {
    for (std::uint64_t i = 0; i < archive.size(); ++i) List(i);
  }

  void List(std::uint64_t index) {
    Entry entry;
    entry.index = index;
    entry.key = archive.Name(index);
    if (entry.key.empty()) return;
    constexpr std::string_view kSuffix = ".npy";
    if (entry.key.size() > kSuffix.size() &&
        entry.key.compare(entry.key.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0) {
      entry.key.resize(entry.key.size() - kSuffix.size());
      try {
        entry.size = archive.EntrySize(index, entry.key);
        ZipArchive::Entry open(archive, index, entry.key);
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

NpzReader::NpzReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
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
    const Impl::Entry& entry = impl_->entries[i];
    if (entry.skipped.empty() && impl_->by_key.at(entry.key) == i) keys.push_back(entry.key);
  }
  return keys;
}

std::vector<std::string> NpzReader::Skipped() const {
  std::vector<std::string> keys;
  for (const Impl::Entry& entry : impl_->entries) {
    if (!entry.skipped.empty()) keys.push_back(entry.key);
  }
  return keys;
}

NpyArray NpzReader::Read(const std::string& key) const {
  const Impl::Entry& entry = impl_->Find(key);
  ZipArchive::Entry open(impl_->archive, entry.index, key);
  ReadHeaderBytes(&open, entry.size, impl_->path, key);
  std::vector<unsigned char> bytes = open.ReadBytes(entry.header.num_bytes);
  open.ExpectEnd();
  try {
    return MakeNpyArray(entry.header, std::move(bytes), impl_->path + ": " + key);
  } catch (const std::bad_alloc&) {
    throw InputError(impl_->path, key,
                     StrCat("needs ", entry.header.num_bytes, " bytes, more than there are"));
  }
}

const std::vector<std::int64_t>& NpzReader::Shape(const std::string& key) const {
  return impl_->Find(key).header.shape;
}

NpyArray NpzReader::Read(const std::string& key, const std::vector<std::int64_t>& shape) const {
  CheckNpyShape(impl_->Find(key).header.shape, shape, impl_->path, key);
  return Read(key);
}

}  // namespace vitruvius
