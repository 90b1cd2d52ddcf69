#include "data/io/npz_writer.h"

#include <unistd.h>
#include <zip.h>

#include <cstdio>
#include <list>

#include "data/io/atomic_file.h"
#include "data/io/npy_header.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// An archive without entries: the end-of-central-directory record alone. libzip would write no file at all.
constexpr char kEmptyArchive[] = "PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
// 1 January 1980, the first day that the format knows.
constexpr std::uint16_t kFixedDate = (1 << 5) | 1;
// A regular file, rw-r--r--; otherwise it would be the mode of whatever the content came from.
constexpr std::uint32_t kFixedMode = 0100644u << 16;

}  // namespace

void NpzWriter::Add(const std::string& key, const NpyArray& array) {
  VT_CHECK_EQ(array.bytes.size(), static_cast<size_t>(array.size()) * array.item_size);
  entries_[key] = {&array, -1};
}

void NpzWriter::AddFile(const std::string& key, int descriptor) { entries_[key] = {nullptr, descriptor}; }

void NpzWriter::Commit() {
  if (entries_.empty()) {
    WriteFileAtomically(path_, std::string_view(kEmptyArchive, sizeof(kEmptyArchive)));
    return;
  }
  const std::string temporary = TemporaryBeside(path_);
  int code = 0;
  zip_t* archive = zip_open(temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string message = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw InputError(path_, "", "cannot be written: " + message);
  }
  const auto fail = [&] {
    const std::string message = zip_strerror(archive);
    zip_discard(archive);
    throw InputError(path_, "", "cannot be written: " + message);
  };
  std::list<std::string> headers;  // stay where they are until the archive is closed
  for (const auto& [key, entry] : entries_) {
    zip_source_t* source;
    if (entry.array != nullptr) {
      headers.push_back(MakeNpyHeader(entry.array->DTypeName(), entry.array->shape));
      const auto& bytes = entry.array->bytes;
      // libzip only reads these, though it asks for pointers to non-const.
      zip_buffer_fragment_t parts[2] = {
          {reinterpret_cast<zip_uint8_t*>(headers.back().data()), headers.back().size()},
          {const_cast<zip_uint8_t*>(bytes.data()), bytes.size()}};
      source = zip_source_buffer_fragment(archive, parts, bytes.empty() ? 1 : 2, 0);
    } else {
      FILE* file = fdopen(dup(entry.descriptor), "rb");  // closed with the source
      if (file == nullptr) fail();
      source = zip_source_filep(archive, file, 0, -1);
    }
    if (source == nullptr) fail();
    const zip_int64_t index = zip_file_add(archive, (key + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail();
    }
    const auto at = static_cast<zip_uint64_t>(index);
    if (zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) != 0) fail();
    if (zip_file_set_dostime(archive, at, 0, kFixedDate, 0) != 0) fail();
    if (zip_file_set_external_attributes(archive, at, 0, ZIP_OPSYS_UNIX, kFixedMode) != 0) fail();
  }
  if (zip_close(archive) != 0) fail();
  SyncAndRename(temporary, path_);
}

void WriteNpz(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  NpzWriter writer(path);
  for (const auto& [key, array] : arrays) writer.Add(key, array);
  writer.Commit();
}

}  // namespace vitruvius
