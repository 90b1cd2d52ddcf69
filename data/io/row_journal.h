// Rows on disk from the moment they are known, whatever ends the process: an append-only file of checked
// records. Internal to data/io; ResultsWriter uses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace vitruvius {

// The file: "VTROWS1\n", then records of a length, a CRC-32 and as many bytes (4 + 4 + n, little-endian); the
// first holds the layout, each other one a row: an 8-byte tag and its bytes.
class RowJournal {
 public:
  // Empties the file, or makes it. layout: what rows mean, any text. Throws InputError.
  RowJournal(const std::string& path, const std::string& layout);
  // Goes on after the rows that are there: whole ones before the first that was cut short or damaged, at most
  // so many; the rest is cut off. Throws InputError when the file is not there or has another layout.
  static RowJournal Resume(const std::string& path, const std::string& layout, std::int64_t most_rows);
  ~RowJournal();
  RowJournal(RowJournal&& other) noexcept;
  RowJournal(const RowJournal&) = delete;
  RowJournal& operator=(const RowJournal&) = delete;

  std::int64_t num_rows() const { return num_rows_; }
  const std::string& path() const { return path_; }
  // The system has the whole row when this returns, so that no end of the process takes it back; the disk has
  // it about a second later, which counts when the machine itself stops. Throws InputError (disk full): the
  // rows before stay whole.
  void Append(std::uint64_t tag, std::string_view bytes);
  void Sync();  // to the disk now

  // The rows from the first, as far as they were there when it was made.
  class Reader {
   public:
    explicit Reader(const RowJournal& journal);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    // False after the last. The bytes stay until the next call. Throws InputError.
    bool Next(std::uint64_t* tag, std::string_view* bytes);

   private:
    friend class RowJournal;
    Reader(const std::string& path, std::int64_t num_rows);
    bool NextRecord(std::string* record);  // false at the end, or where a record is not whole
    bool Fill(size_t size);                // whether buffer_ has `size` bytes from begin_

    std::string path_, buffer_, record_;
    size_t begin_ = 0;          // of what is not handed out yet
    std::uint64_t offset_ = 0;  // of the file, after the records handed out
    std::int64_t rows_left_;
    int fd_ = -1;
  };

 private:
  RowJournal() = default;
  void Write(std::string_view record);

  std::string path_;
  int fd_ = -1;
  std::int64_t num_rows_ = 0;
  std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

}  // namespace vitruvius
