#include "data/io/named_arrays.h"

#include <cctype>
#include <fstream>

#include "data/io/npy_header.h"
#include "data/io/pickle.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Kind = PickleValue::Kind;

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
  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    return std::make_shared<const NpyArray>(file_.Read(key, shape));
  }
  std::vector<std::string> ReadTexts(const std::string& key) const override {
    return file_.Read(key).ToStrings();
  }

 private:
  NpzReader file_;
};

bool IsText(const PickleValue& value) {
  return (value.kind == Kind::kText || value.kind == Kind::kBytes) && !value.is_taken;
}

class PickleArrays : public NamedArrays {
 public:
  explicit PickleArrays(const std::string& path) : path_(path), pickle_(LoadPickle(path)) {
    const PickleValue& root = pickle_.root();
    if (root.kind != Kind::kDict) {
      throw InputError(path, "", StrCat("holds ", root.KindName(), ", expected a dict of arrays"));
    }
    for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
      if (!IsText(*root.items[i])) continue;
      const std::string key = root.items[i]->Text();
      keys_.push_back(key);
      if (root.items[i + 1]->kind == Kind::kArray) root.items[i + 1]->array->origin = path + ": " + key;
    }
  }

  const std::string& path() const override { return path_; }
  bool Has(const std::string& key) const override {
    const PickleValue* value = pickle_.root().Find(key);
    return value != nullptr && (value->kind == Kind::kArray || value->kind == Kind::kSparse ||
                                value->kind == Kind::kList || IsText(*value));
  }
  bool Names(const std::string& key) const override { return pickle_.root().Find(key) != nullptr; }

  std::shared_ptr<const NpyArray> Read(const std::string& key,
                                       const std::vector<std::int64_t>& shape) const override {
    const PickleValue& value = Find(key);
    if (value.kind != Kind::kArray) {
      throw InputError(path_, key, StrCat("is ", value.KindName(), ", expected an array"));
    }
    CheckNpyShape(value.array->shape, shape, path_, key);
    return value.array;
  }

  SparseRowMatrixd ReadMatrix(const std::string& key, std::int64_t rows, std::int64_t cols) const override {
    const PickleValue& value = Find(key);
    if (value.kind != Kind::kSparse) return NamedArrays::ReadMatrix(key, rows, cols);
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
    if (value.kind == Kind::kArray) return value.array->ToStrings();
    std::vector<std::string> texts;
    for (const PickleValue* item : value.items) {
      if (!IsText(*item)) throw InputError(path_, key, StrCat("holds ", item->KindName(), ", expected text"));
      texts.push_back(item->Text());
    }
    return texts;
  }

 private:
  const PickleValue& Find(const std::string& key) const {
    const PickleValue* value = pickle_.root().Find(key);
    if (value == nullptr) throw InputError(path_, key, MissingArray(keys_));
    return *value;
  }

  std::string path_;
  Pickle pickle_;
  std::vector<std::string> keys_;
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

bool HasPickleEnding(const std::string& path) {
  const size_t dot = path.rfind('.');
  std::string ending = dot == std::string::npos ? "" : path.substr(dot);
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".pkl" || ending == ".pickle";
}

std::unique_ptr<NamedArrays> OpenNamedArrays(const std::string& path) {
  unsigned char start[2] = {0, 0};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(start), sizeof(start));
  const bool is_zip = start[0] == 'P' && start[1] == 'K';
  const bool is_pickle = start[0] == 0x80 && start[1] >= 2 && start[1] <= 5;
  if (is_pickle || (!is_zip && HasPickleEnding(path))) return std::make_unique<PickleArrays>(path);
  return std::make_unique<NpzArrays>(path);
}

}  // namespace vitruvius
