#include "data/io/named_arrays.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>

#include "data/io/atomic_file.h"
#include "data/io/npy_header.h"
#include "data/io/pickle.h"
#include "data/io/pickle_writer.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;

class NpzArrays : public NamedArrays {
 public:
  explicit NpzArrays(const std::string& path) : file_(path) {}

  const std::string& path() const override { return file_.path(); }
  bool Has(const std::string& key) const override { return file_.Has(key); }
  bool Names(const std::string& key) const override {
    if (Has(key)) return true;
    for (const std::string& skipped : file_.Skipped()) {
      if (skipped == key) return true;
    }
    return false;
  }
  std::vector<std::string> Keys() const override { return file_.Keys(); }
  std::vector<std::int64_t> Shape(const std::string& key) const override { return file_.Shape(key); }
  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    return std::make_shared<const NpyArray>(file_.Read(key, shape));
  }
  std::vector<std::string> ReadTexts(const std::string& key) const override {
    return file_.Read(key).ToStrings();
  }

 private:
  bool IsArray(const std::string&) const override { return true; }
  NpzReader file_;
};

constexpr const char* kOnlyArray = "array";

class NpyFile : public NamedArrays {
 public:
  explicit NpyFile(const std::string& path)
      : path_(path), array_(std::make_shared<const NpyArray>(ParseNpy(ReadFile(path), path, ""))) {}

  const std::string& path() const override { return path_; }
  bool Has(const std::string& key) const override { return key == kOnlyArray; }
  bool Names(const std::string& key) const override { return Has(key); }
  std::vector<std::string> Keys() const override { return {kOnlyArray}; }
  std::vector<std::int64_t> Shape(const std::string& key) const override { return Read(key)->shape; }
  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    CheckNpyShape(Shape(key), shape, path_, key);
    return array_;
  }
  std::vector<std::string> ReadTexts(const std::string& key) const override { return Read(key)->ToStrings(); }

 private:
  const std::shared_ptr<const NpyArray>& Read(const std::string& key) const {
    if (!Has(key)) throw InputError(path_, key, MissingArray(Keys()));
    return array_;
  }
  bool IsArray(const std::string&) const override { return true; }
  std::string path_;
  std::shared_ptr<const NpyArray> array_;
};

bool IsText(const PickleValue& value) {
  return (value.kind == PickleKind::kText || value.kind == PickleKind::kBytes) && !value.is_taken;
}

class PickleArrays : public NamedArrays {
 public:
  explicit PickleArrays(const std::string& path) : path_(path), pickle_(LoadPickle(path)) {
    PickleValue& root = pickle_.root();
    if (root.kind == PickleKind::kArray || root.kind == PickleKind::kSparse) {
      Add(kOnlyArray, &root);
    } else if (root.kind == PickleKind::kDict) {
      for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
        if (IsText(*root.items[i])) Add(root.items[i]->Text(), root.items[i + 1]);
      }
    } else {
      throw InputError(path, "", StrCat("holds ", root.KindName(), ", expected a dict of arrays"));
    }
  }

  const std::string& path() const override { return path_; }
  bool Has(const std::string& key) const override {
    const auto found = values_.find(key);
    return found != values_.end() && IsReadable(*found->second);
  }
  bool Names(const std::string& key) const override { return values_.count(key) > 0; }
  std::vector<std::string> Keys() const override {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values_) {
      if (IsReadable(*value)) keys.push_back(key);
    }
    return keys;
  }
  std::vector<std::int64_t> Shape(const std::string& key) const override {
    const PickleValue& value = Find(key);
    if (value.kind == PickleKind::kArray) return value.array->shape;
    if (value.kind == PickleKind::kSparse) return {value.sparse->rows, value.sparse->cols};
    if (value.kind == PickleKind::kList) return {static_cast<std::int64_t>(value.items.size())};
    return {};
  }

  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    const PickleValue& value = Find(key);
    if (value.kind != PickleKind::kArray) {
      throw InputError(path_, key, StrCat("is ", value.KindName(), ", expected an array"));
    }
    CheckNpyShape(value.array->shape, shape, path_, key);
    return value.array;
  }

  SparseRowMatrixd ReadMatrix(const std::string& key, std::int64_t rows, std::int64_t cols) const override {
    const PickleValue& value = Find(key);
    if (value.kind != PickleKind::kSparse) return NamedArrays::ReadMatrix(key, rows, cols);
    const PickleSparse& from = *value.sparse;
    CheckNpyShape({from.rows, from.cols}, {rows, cols}, path_, key);
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(from.value.size());
    for (size_t i = 0; i < from.value.size(); ++i) {
      if (from.value[i] == 0) continue;
      entries.emplace_back(static_cast<int>(from.row[i]), static_cast<int>(from.col[i]), from.value[i]);
    }
    SparseRowMatrixd result(rows, cols);
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
  }

  std::vector<std::string> ReadTexts(const std::string& key) const override {
    const PickleValue& value = Find(key);
    if (IsText(value)) return {value.Text()};
    if (value.kind == PickleKind::kArray) return value.array->ToStrings();
    std::vector<std::string> texts;
    for (const PickleValue* item : value.items) {
      if (!IsText(*item)) throw InputError(path_, key, StrCat("holds ", item->KindName(), ", expected text"));
      texts.push_back(item->Text());
    }
    return texts;
  }

 private:
  static bool IsReadable(const PickleValue& value) {
    const bool is_texts = value.kind == PickleKind::kList && !value.items.empty() &&
                          std::all_of(value.items.begin(), value.items.end(),
                                      [](const PickleValue* item) { return IsText(*item); });
    return value.kind == PickleKind::kArray || value.kind == PickleKind::kSparse || is_texts || IsText(value);
  }
  bool IsArray(const std::string& key) const override { return Find(key).kind == PickleKind::kArray; }
  // Of two with one name the last counts, as in Python.
  void Add(const std::string& key, PickleValue* value) {
    values_[key] = value;
    if (value->kind == PickleKind::kArray) value->array->origin = path_ + ": " + key;
  }
  const PickleValue& Find(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) {
      std::vector<std::string> keys;
      for (const auto& [name, value] : values_) keys.push_back(name);
      throw InputError(path_, key, MissingArray(keys));
    }
    return *found->second;
  }

  std::string path_;
  Pickle pickle_;
  std::map<std::string, const PickleValue*> values_;
};

}  // namespace

SparseRowMatrixd NamedArrays::ReadMatrix(const std::string& key, std::int64_t rows, std::int64_t cols) const {
  const std::vector<double> values = Read(key, {rows, cols})->ToDoubles();
  SparseRowMatrixd result(rows, cols);
  for (std::int64_t row = 0; row < rows; ++row) {
    result.startVec(row);
    for (std::int64_t col = 0; col < cols; ++col) {
      const double value = values[static_cast<size_t>(row * cols + col)];
      if (value != 0) result.insertBack(row, col) = value;  // NaN too: whoever uses it names it
    }
  }
  result.finalize();
  return result;
}

std::shared_ptr<const NpyArray> NamedArrays::ReadAny(const std::string& key) const {
  const std::vector<std::int64_t> shape = Shape(key);
  if (IsArray(key)) return Read(key, shape);
  if (shape.size() != 2) {
    const std::vector<std::string> texts = ReadTexts(key);
    return std::make_shared<const NpyArray>(shape.empty() ? NpyArray::FromString(texts[0])
                                                          : NpyArray::FromStrings(texts));
  }
  const RowMatrixXd dense = ReadMatrix(key, shape[0], shape[1]);
  return std::make_shared<const NpyArray>(NpyArray::FromDoubles(dense.data(), shape));
}

void WriteNamedArrays(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  if (HasPickleEnding(path)) {
    WritePickle(path, arrays);
  } else {
    WriteNpz(path, arrays);
  }
}

bool HasPickleEnding(const std::string& path) {
  const size_t dot = path.rfind('.');
  std::string ending = dot == std::string::npos ? "" : path.substr(dot);
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".pkl" || ending == ".pickle";
}

std::unique_ptr<NamedArrays> OpenNamedArrays(const std::string& path) {
  unsigned char start[6] = {};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(start), sizeof(start));
  const bool is_zip = start[0] == 'P' && start[1] == 'K';
  if (std::memcmp(start, "\x93NUMPY", sizeof(start)) == 0) return std::make_unique<NpyFile>(path);
  const bool is_pickle = start[0] == 0x80 && start[1] >= 2 && start[1] <= 5;
  if (is_pickle || (!is_zip && HasPickleEnding(path))) return std::make_unique<PickleArrays>(path);
  return std::make_unique<NpzArrays>(path);
}

}  // namespace vitruvius
