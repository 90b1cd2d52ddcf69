#include "data/io/row_journal.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::string_view kJournalMagic = "VTROWS1\n";
constexpr size_t kJournalReadSize = 1 << 18;
constexpr std::uint32_t kLargestRecord = 1u << 30;
constexpr auto kSyncInterval = std::chrono::seconds(1);

std::uint32_t CrcOf(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

[[noreturn]] void FailToWriteRows(const std::string& path, int error) {
  throw InputError(path, "", StrCat("cannot be written: ", std::strerror(error)));
}

std::string RecordOf(std::string_view content) {
  VT_CHECK_LE(content.size(), size_t{kLargestRecord});
  const auto size = static_cast<std::uint32_t>(content.size()), sum = CrcOf(content);
  std::string record(8, '\0');
  std::memcpy(record.data(), &size, 4);
  std::memcpy(record.data() + 4, &sum, 4);
  record += content;
  return record;
}

}  // namespace

RowJournal::RowJournal(const std::string& path, const std::string& layout) : path_(path) {
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) FailToWriteRows(path, errno);
  Write(std::string(kJournalMagic) + RecordOf(layout));
}

RowJournal RowJournal::Resume(const std::string& path, const std::string& layout, std::int64_t most_rows) {
  RowJournal journal;
  journal.path_ = path;
  Reader reader(path, std::numeric_limits<std::int64_t>::max());
  std::string found;
  if (!reader.NextRecord(&found)) {
    return RowJournal(path, layout);  // ended while it was made: no row yet
  }
  if (found != layout) {
    throw InputError(path, "",
                     "holds rows of other columns: another version of the program, another body or other "
                     "options wrote them");
  }
  std::uint64_t end = reader.offset_;
  std::uint64_t tag;
  for (std::string_view bytes; journal.num_rows_ < most_rows && reader.Next(&tag, &bytes);) {
    ++journal.num_rows_;
    end = reader.offset_;
  }
  journal.fd_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (journal.fd_ < 0 || ftruncate(journal.fd_, static_cast<off_t>(end)) != 0) FailToWriteRows(path, errno);
  return journal;
}

RowJournal::~RowJournal() {
  if (fd_ >= 0) close(fd_);
}

RowJournal::RowJournal(RowJournal&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      num_rows_(other.num_rows_),
      synced_(other.synced_) {}

void RowJournal::Write(std::string_view record) {
  while (!record.empty()) {
    const ssize_t written = write(fd_, record.data(), record.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      FailToWriteRows(path_, errno);
    }
    record.remove_prefix(static_cast<size_t>(written));
  }
}

void RowJournal::Append(std::uint64_t tag, std::string_view bytes) {
  std::string content(sizeof(tag), '\0');
  std::memcpy(content.data(), &tag, sizeof(tag));
  content += bytes;
  Write(RecordOf(content));
  ++num_rows_;
  if (std::chrono::steady_clock::now() - synced_ >= kSyncInterval) Sync();
}

void RowJournal::Sync() {
  if (fdatasync(fd_) != 0 && errno != EINVAL) FailToWriteRows(path_, errno);
  synced_ = std::chrono::steady_clock::now();
}

RowJournal::Reader::Reader(const RowJournal& journal) : Reader(journal.path_, journal.num_rows_) {
  std::string layout;
  if (!NextRecord(&layout)) throw InputError(path_, "", "is damaged at its beginning");
}

RowJournal::Reader::Reader(const std::string& path, std::int64_t num_rows)
    : path_(path), rows_left_(num_rows) {
  fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw InputError(path, "", StrCat("cannot be opened: ", std::strerror(errno)));
  const bool ours = Fill(kJournalMagic.size()) &&
                    std::string_view(buffer_).substr(0, kJournalMagic.size()) == kJournalMagic;
  if (!ours && !std::string_view(kJournalMagic).substr(0, buffer_.size()).compare(buffer_))
    return;  // cut short
  if (!ours) throw InputError(path, "", "is no journal of rows");
  begin_ = offset_ = kJournalMagic.size();
}

RowJournal::Reader::~Reader() {
  if (fd_ >= 0) close(fd_);
}

bool RowJournal::Reader::Fill(size_t size) {
  if (buffer_.size() - begin_ >= size) return true;
  buffer_.erase(0, begin_);
  begin_ = 0;
  size_t length = buffer_.size();
  buffer_.resize(std::max(size, kJournalReadSize));
  while (length < size) {
    const ssize_t got = read(fd_, buffer_.data() + length, buffer_.size() - length);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw InputError(path_, "", StrCat("cannot be read: ", std::strerror(errno)));
    }
    if (got == 0) break;
    length += static_cast<size_t>(got);
  }
  buffer_.resize(length);
  return length >= size;
}

bool RowJournal::Reader::NextRecord(std::string* record) {
  if (offset_ == 0 || !Fill(8)) return false;
  std::uint32_t size, sum;
  std::memcpy(&size, buffer_.data() + begin_, 4);
  std::memcpy(&sum, buffer_.data() + begin_ + 4, 4);
  if (size > kLargestRecord || !Fill(8 + size_t{size})) return false;
  record->assign(buffer_, begin_ + 8, size);
  if (CrcOf(*record) != sum) return false;
  begin_ += 8 + size_t{size};
  offset_ += 8 + std::uint64_t{size};
  return true;
}

bool RowJournal::Reader::Next(std::uint64_t* tag, std::string_view* bytes) {
  if (rows_left_ == 0 || !NextRecord(&record_) || record_.size() < sizeof(*tag)) return false;
  --rows_left_;
  std::memcpy(tag, record_.data(), sizeof(*tag));
  *bytes = std::string_view(record_).substr(sizeof(*tag));
  return true;
}

}  // namespace vitruvius
