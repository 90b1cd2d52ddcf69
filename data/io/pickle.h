// Python pickles without Python: protocols 0 to 5 as Python 2 and 3 write them, for the numbers and arrays in
// body models and priors. Nothing is ever executed: only a fixed list of classes is known (numpy arrays,
// matrices, dtypes and scalars, scipy.sparse csc, csr, coo and lil, chumpy.ch.Ch and
// chumpy.reordering.Select, scikit-learn's Gaussian mixtures, ordered and default dicts, sets, bytes), each
// read as data; any other is refused by its name. Format: CPython, Lib/pickletools.py; classes: numpy
// __reduce__, chumpy and scipy.sparse __dict__.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/npz.h"

namespace vitruvius {

// What a global of a pickle may name; internal to the reader.
enum class PickleClass : std::uint8_t {
  kNone,
  kNdarray,
  kDType,
  kReconstruct,
  kScalar,
  kFromBuffer,
  kCsc,
  kCsr,
  kCoo,
  kLil,
  kCh,
  kSelect,
  kNewInstance,
  kObject,
  kEncode,
  kSet,
  kBytes,
  kComplex,
  kRecord,  // an object that is read as the dict of its members
  kOrderedDict,
  kDefaultDict,
  // Of torch checkpoints alone:
  kStorage,
  kTensor,
  kParameter,
  kUnknown,  // any other class, and whatever was made with it
};

// A tensor of a torch checkpoint: which elements of a storage, which lies elsewhere in the file, it is.
struct PickleTensor {
  std::string storage;             // its key
  std::string dtype;               // "f4" without byte order; "" for one that numpy has not
  std::int64_t storage_items = 0;  // elements in the storage
  std::int64_t offset = 0;         // of the first element
  std::vector<std::int64_t> shape, stride;
};

// A matrix by its entries, all inside; entries at one place add up.
struct PickleSparse {
  std::int64_t rows = 0, cols = 0;
  std::vector<std::int64_t> row, col;
  std::vector<double> value;
};

// One value. A value may be held in many places, even by itself, as in Python: whoever walks down bounds the
// depth. Python 2's str is kBytes, sets are lists, a complex number is a tuple of two, an array of objects is
// the list of them in C order.
struct PickleValue {
  enum class Kind : std::uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kBytes,
    kList,
    kTuple,
    kDict,
    kArray,
    kSparse,
    kTensor,
    kOther,  // a class, a dtype, an object without its state: no value
  };
  Kind kind = Kind::kNone;
  PickleClass of = PickleClass::kNone;  // (internal) of kOther
  bool is_class = false;                // (internal) of kOther
  bool is_latin1 = false;               // of kText: `bytes` are Latin-1, else UTF-8
  bool is_taken = false;                // of kText and kBytes: the content went into an array
  std::int64_t integer = 0;             // kBool, kInt
  double real = 0;                      // kFloat
  std::vector<unsigned char> bytes;     // kText, kBytes
  std::vector<PickleValue*> items;      // kList, kTuple; of kDict key, value, key, value, ...
  std::shared_ptr<NpyArray> array;      // kArray; shared with the chumpy object around it
  std::shared_ptr<PickleSparse> sparse;
  std::shared_ptr<PickleTensor> tensor;  // kTensor, and kOther of a storage

  bool Is(std::string_view text) const;  // kText or kBytes of this (ASCII) content
  std::string Text() const;              // of kText and kBytes, as UTF-8
  // Of a dict: the value of a key that is text or bytes; null when there is none, or this is no dict. Of two
  // with one name the last counts.
  PickleValue* Find(std::string_view key) const;
  const char* KindName() const;
};

// A loaded file: owns all values. root() is never kOther.
class Pickle {
 public:
  Pickle(std::deque<PickleValue> values, PickleValue* root) : values_(std::move(values)), root_(root) {}
  Pickle(Pickle&&) = default;
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;
  PickleValue& root() const { return *root_; }
  const std::deque<PickleValue>& values() const { return values_; }  // all, in the file's order

 private:
  std::deque<PickleValue> values_;  // a deque, so that values stay in place
  PickleValue* root_;
};

// Reads the one pickle a file holds. Needs about the file's size in memory: contents go straight into their
// arrays. Throws InputError with the byte where reading stopped: a class that is not known, a damaged file,
// one that was converted to CRLF line ends, more than 4 million values, or integers of more than 64 bits.
Pickle LoadPickle(const std::string& path);

class PickleSource;
// A pickle of a torch checkpoint, from the source's next byte up to its STOP. Tensors become kTensor. Classes
// that are not known are no error here, because checkpoints are full of settings that nobody asks for: they,
// and whatever is made with them, become kOther whose Text() is the class's name, and nothing is executed.
Pickle LoadTorchPickle(PickleSource* source);

}  // namespace vitruvius
