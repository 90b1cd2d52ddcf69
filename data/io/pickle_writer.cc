#include "data/io/pickle_writer.h"

#include <string_view>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Opcodes: CPython, Lib/pickletools.py.
class Writer {
 public:
  explicit Writer(std::string* out) : out_(*out) {}

  void Raw(std::string_view bytes) { out_ += bytes; }
  void Little(std::uint64_t value, int num_bytes) {
    for (int i = 0; i < num_bytes; ++i) out_ += static_cast<char>(value >> (8 * i) & 0xff);
  }
  void Global(const char* module, const char* name) { Raw(StrCat('c', module, '\n', name, '\n')); }
  void Int(std::int64_t value) {
    if (value >= 0 && value < 256) {
      out_ += 'K';
      Little(static_cast<std::uint64_t>(value), 1);
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
      out_ += 'J';
      Little(static_cast<std::uint32_t>(value), 4);
    } else {
      Raw("\x8a\x08");  // LONG1
      Little(static_cast<std::uint64_t>(value), 8);
    }
  }
  void Text(std::string_view utf8) {
    out_ += 'X';
    Little(utf8.size(), 4);
    Raw(utf8);
  }
  // As Python 3 writes bytes for protocols that have none: their Latin-1 text, encoded when it is read.
  void Bytes(const std::vector<unsigned char>& bytes) {
    Global("_codecs", "encode");
    std::uint64_t length = bytes.size();
    for (const unsigned char byte : bytes) length += byte >> 7;
    if (length > UINT32_MAX) throw InputError(StrCat("an array of ", bytes.size(), " bytes is too large"));
    out_ += 'X';
    Little(length, 4);
    for (const unsigned char byte : bytes) {
      if (byte < 0x80) {
        out_ += static_cast<char>(byte);
      } else {
        out_ += static_cast<char>(0xc0 | byte >> 6);
        out_ += static_cast<char>(0x80 | (byte & 0x3f));
      }
    }
    Text("latin1");
    Raw("\x86R");  // TUPLE2 REDUCE
  }
  void Array(const NpyArray& array) {
    using Kind = NpyArray::Kind;
    const std::string dtype = array.DTypeName();
    Global("numpy.core.multiarray", "_reconstruct");
    Global("numpy", "ndarray");
    Int(0);
    out_ += '\x85';  // TUPLE1
    Bytes({'b'});
    Raw("\x87R(");  // TUPLE3 REDUCE MARK
    Int(1);
    out_ += '(';
    for (const std::int64_t length : array.shape) Int(length);
    out_ += 't';
    Global("numpy", "dtype");
    Text(dtype.substr(1));
    Raw("\x89\x88\x87R(");  // False True TUPLE3 REDUCE MARK
    Int(3);
    Text(dtype.substr(0, 1));
    Raw("NNN");
    const bool is_text = array.kind == Kind::kText, is_sized = is_text || array.kind == Kind::kBytes;
    Int(is_sized ? array.item_size : -1);
    Int(is_text ? 4 : is_sized ? 1 : -1);
    Int(is_text ? 8 : 0);
    Raw("tb\x89");  // TUPLE BUILD False: C order
    Bytes(array.bytes);
    Raw("tb");
  }

 private:
  std::string& out_;
};

}  // namespace

std::string SerializePickle(const std::map<std::string, NpyArray>& arrays) {
  std::uint64_t size = 0;
  for (const auto& [key, array] : arrays) size += array.bytes.size();
  std::string out;
  out.reserve(size + size / 2);  // random bytes need half as much again
  Writer writer(&out);
  writer.Raw("\x80\x02}(");  // PROTO 2 EMPTY_DICT MARK
  for (const auto& [key, array] : arrays) {
    writer.Text(key);
    const bool is_single = array.shape.empty();
    if (is_single && array.kind == NpyArray::Kind::kText) {
      writer.Text(array.ToStrings()[0]);
    } else {
      writer.Array(array);
    }
  }
  writer.Raw("u.");  // SETITEMS STOP
  return out;
}

void WritePickle(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  WriteFileAtomically(path, SerializePickle(arrays));
}

}  // namespace vitruvius
