// torch's checkpoints without torch: the tensors of a state dict by name. Both formats, the zip archive of
// torch 1.6 and later and the pickles in a row of before; a Lightning checkpoint's "state_dict" is found.
// Nothing is executed, and a storage is read only when its tensor is asked for. Format: torch,
// torch/serialization.py (_save, _legacy_save).
#pragma once

#include <memory>
#include <string>

#include "data/io/named_arrays.h"
#include "data/io/pickle.h"

namespace vitruvius {

// What torch.save wrote, whatever it is: its values, and the arrays of its tensors.
class TorchFile {
 public:
  // Throws InputError for a file that torch.save did not write.
  static std::unique_ptr<TorchFile> Open(const std::string& path);
  virtual ~TorchFile() = default;
  virtual const std::string& path() const = 0;
  virtual const PickleValue& root() const = 0;
  // A tensor of this shape, where -1 matches any length. `key` names it in messages. Throws InputError, also
  // where the value is no tensor.
  virtual NpyArray ReadTensor(const PickleValue& value, const std::vector<std::int64_t>& shape,
                              const std::string& key) const = 0;
};

// Throws InputError for a file that is no checkpoint or holds no state dict; Read throws it, with the class's
// name, for an entry that is an object of a class that is not known.
std::unique_ptr<NamedArrays> OpenTorchCheckpoint(const std::string& path);

}  // namespace vitruvius
