#include "data/io/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::uint64_t kReadStep = 1 << 20;
// Deflate cannot shrink by more (zlib, technical details); an entry that claims more is a lie or a bomb.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kDeflateSlack = 1 << 10;
constexpr zip_int64_t kMaxEntries = 100000;

}  // namespace

ZipArchive::ZipArchive(const std::string& path, const std::string& kind) : path_(path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path, "", "is a folder, expected a " + kind + " file");
  }
  int code = 0;
  archive_ = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive_ == nullptr) {
    zip_error_t zip_error;
    zip_error_init_with_code(&zip_error, code);
    const std::string message = zip_error_strerror(&zip_error);
    zip_error_fini(&zip_error);
    throw InputError(path, "", "cannot be opened as " + kind + ": " + message);
  }
  file_size_ = std::filesystem::file_size(path, error);
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  if (count > kMaxEntries) {
    zip_discard(archive_);
    throw InputError(path, "", StrCat("has ", count, " entries, at most ", kMaxEntries));
  }
  names_.resize(static_cast<size_t>(count));
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names_[static_cast<size_t>(i)] = name;
  }
}

ZipArchive::~ZipArchive() { zip_discard(archive_); }

std::uint64_t ZipArchive::EntrySize(std::uint64_t index, const std::string& place) const {
  zip_stat_t stat;
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(archive_, index, 0, &stat) != 0 || (stat.valid & needed) != needed) {
    throw InputError(path_, place, "damaged: its size is not known");
  }
  const bool deflated = stat.comp_method == ZIP_CM_DEFLATE;
  if (!deflated && stat.comp_method != ZIP_CM_STORE) {
    throw InputError(path_, place, StrCat("compression method ", stat.comp_method, " is not supported"));
  }
  const bool possible = stat.comp_size <= file_size_ &&
                        (deflated ? stat.size <= stat.comp_size * kMaxDeflateRatio + kDeflateSlack
                                  : stat.size == stat.comp_size);
  if (!possible) {
    throw InputError(
        path_, place,
        StrCat("declares ", stat.size, " bytes, which ", stat.comp_size, " bytes of archive cannot hold"));
  }
  return stat.size;
}

ZipArchive::Entry::Entry(const ZipArchive& archive, std::uint64_t index, const std::string& place)
    : file_(zip_fopen_index(archive.archive_, index, 0)), path_(archive.path_), place_(place) {
  if (file_ == nullptr) {
    throw InputError(path_, place, StrCat("cannot be opened: ", zip_strerror(archive.archive_)));
  }
}

ZipArchive::Entry::~Entry() { zip_fclose(file_); }

void ZipArchive::Entry::Fail(const std::string& what) { throw InputError(path_, place_, "damaged: " + what); }

void ZipArchive::Entry::Read(void* out, std::uint64_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    const zip_int64_t got = zip_fread(file_, bytes, size);
    if (got < 0) Fail(zip_file_strerror(file_));
    if (got == 0) Fail("the data end early");
    bytes += got;
    size -= static_cast<std::uint64_t>(got);
  }
}

std::vector<unsigned char> ZipArchive::Entry::ReadBytes(std::uint64_t size) {
  try {
    std::vector<unsigned char> bytes;
    bytes.reserve(size);
    while (bytes.size() < size) {
      const size_t have = bytes.size();
      const std::uint64_t step = std::min<std::uint64_t>(kReadStep, size - have);
      bytes.resize(have + step);
      Read(bytes.data() + have, step);
    }
    return bytes;
  } catch (const std::bad_alloc&) {
    throw InputError(path_, place_, StrCat("needs ", size, " bytes, more than there are"));
  }
}

void ZipArchive::Entry::ExpectEnd() {
  char byte;
  const zip_int64_t got = zip_fread(file_, &byte, 1);
  if (got < 0) Fail(zip_file_strerror(file_));
  if (got > 0) Fail("the data go on past their declared size");
}

}  // namespace vitruvius
