// Arrays by name, whatever file they are in: a .npz, or a pickle of a dict.
#pragma once

#include <cstdint>
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
  // An array of this shape, where -1 matches any length; of a pickle without a copy. Throws InputError with
  // what was found and expected.
  virtual std::shared_ptr<const NpyArray> Read(const std::string& key,
                                               const std::vector<std::int64_t>& shape) const = 0;
  // A (rows, cols) matrix from an array, or from a sparse matrix where the file has one. Values that are not
  // finite are kept.
  virtual SparseRowMatrixd ReadMatrix(const std::string& key, std::int64_t rows, std::int64_t cols) const;
  // The texts of an array or a list; a single one is a list of one.
  virtual std::vector<std::string> ReadTexts(const std::string& key) const = 0;
};

// Opens a .npz or, told by its first bytes or the endings .pkl and .pickle, a pickle. Throws InputError.
std::unique_ptr<NamedArrays> OpenNamedArrays(const std::string& path);
// Whether a name ends in .pkl or .pickle, in any case.
bool HasPickleEnding(const std::string& path);

}  // namespace vitruvius
