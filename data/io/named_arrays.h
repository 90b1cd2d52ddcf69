// Arrays by name, whatever file they are in: a .npz, a pickle of a dict, or one array alone (a .npy, a pickle
// of an array), which has the name "array".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/io/npz.h"
#include "models/body/body_model.h"

namespace vitruvius {

class NamedArrays {
 public:
  virtual ~NamedArrays() = default;
  virtual const std::string& path() const = 0;
  virtual bool Has(const std::string& key) const = 0;    // as an array that can be read
  virtual bool Names(const std::string& key) const = 0;  // at all, were it as something that no array is
  virtual std::vector<std::string> Keys() const = 0;     // of arrays and texts that can be read
  // Of an array or a sparse matrix; of texts () or (N,). Throws InputError.
  virtual std::vector<std::int64_t> Shape(const std::string& key) const = 0;
  // Whatever is readable under the key, as an array: a sparse matrix densely, texts as an array of texts.
  std::shared_ptr<const NpyArray> ReadAny(const std::string& key) const;
  // An array of this shape, where -1 matches any length; of a pickle without a copy. Throws InputError with
  // what was found and expected.
  virtual std::shared_ptr<const NpyArray> Read(const std::string& key,
                                               const std::vector<std::int64_t>& shape) const = 0;
  // A (rows, cols) matrix from an array, or from a sparse matrix where the file has one. Values that are not
  // finite are kept.
  virtual SparseRowMatrixd ReadMatrix(const std::string& key, std::int64_t rows, std::int64_t cols) const;
  // The texts of an array or a list; a single one is a list of one.
  virtual std::vector<std::string> ReadTexts(const std::string& key) const = 0;

 protected:
  virtual bool IsArray(const std::string& key) const = 0;  // no sparse matrix, list or text
};

// Opens a .npz, a .npy or, told by its first bytes or the endings .pkl and .pickle, a pickle. Throws
// InputError.
std::unique_ptr<NamedArrays> OpenNamedArrays(const std::string& path);
// Writes a .pkl (data/io/pickle_writer.h) or, for any other ending, a .npz. Throws InputError.
void WriteNamedArrays(const std::string& path, const std::map<std::string, NpyArray>& arrays);
// Whether a name ends in .pkl or .pickle, in any case.
bool HasPickleEnding(const std::string& path);

}  // namespace vitruvius
