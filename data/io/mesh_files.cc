#include "data/io/mesh_files.h"

#include <charconv>
#include <cstdint>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {

void WriteObj(const std::string& path, const MatrixX3d& vertices, const MatrixX3i& faces) {
  std::string text;
  constexpr size_t kBytesOfVertex = 40, kBytesOfFace = 24;
  text.reserve(kBytesOfVertex * vertices.rows() + kBytesOfFace * faces.rows());
  char digits[64];
  // std::to_chars, unlike printf, writes a point whatever the locale.
  for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
    text += 'v';
    for (int axis = 0; axis < 3; ++axis) {
      const auto end =
          std::to_chars(digits, digits + sizeof(digits), vertices(v, axis), std::chars_format::general, 9);
      text += ' ';
      text.append(digits, end.ptr);
    }
    text += '\n';
  }
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    text += 'f';
    for (int corner = 0; corner < 3; ++corner) {
      VT_CHECK_GE(faces(f, corner), 0);
      VT_CHECK_LT(faces(f, corner), vertices.rows());
      const auto end = std::to_chars(digits, digits + sizeof(digits), faces(f, corner) + 1);
      text += ' ';
      text.append(digits, end.ptr);
    }
    text += '\n';
  }
  WriteFileAtomically(path, text);
}

void WritePly(const std::string& path, const MatrixX3d& vertices, const MatrixX3i& faces) {
  std::string bytes = StrCat("ply\nformat binary_little_endian 1.0\nelement vertex ", vertices.rows(),
                             "\nproperty float x\nproperty float y\nproperty float z\nelement face ",
                             faces.rows(), "\nproperty list uchar int vertex_indices\nend_header\n");
  constexpr size_t kBytesOfVertex = 12, kBytesOfFace = 13;
  bytes.reserve(bytes.size() + kBytesOfVertex * vertices.rows() + kBytesOfFace * faces.rows());
  const auto append = [&](auto number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  for (Eigen::Index i = 0; i < vertices.size(); ++i) append(static_cast<float>(vertices.data()[i]));
  for (Eigen::Index f = 0; f < faces.rows(); ++f) {
    bytes += '\3';
    for (int corner = 0; corner < 3; ++corner) {
      VT_CHECK_GE(faces(f, corner), 0);
      VT_CHECK_LT(faces(f, corner), vertices.rows());
      append(static_cast<std::int32_t>(faces(f, corner)));
    }
  }
  WriteFileAtomically(path, bytes);
}

}  // namespace vitruvius
