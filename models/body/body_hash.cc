#include "models/body/body_hash.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace vitruvius {
namespace {

class Hash {
 public:
  void Add(std::int64_t number) {
    state_ = (state_ ^ static_cast<std::uint64_t>(number)) * 0x9e3779b97f4a7c15ull;
    state_ = (state_ << 29 | state_ >> 35) ^ (state_ >> 17);
  }
  template <typename Matrix>
  void AddReals(const Matrix& dense) {
    AddShape(dense.rows(), dense.cols());
    for (Eigen::Index i = 0; i < dense.size(); ++i) Add(Steps(static_cast<double>(dense.data()[i])));
  }
  // Entries that are stored and count as nothing are none.
  void AddReals(const SparseRowMatrixd& sparse) {
    AddShape(sparse.rows(), sparse.cols());
    for (Eigen::Index row = 0; row < sparse.outerSize(); ++row) {
      for (SparseRowMatrixd::InnerIterator it(sparse, row); it; ++it) {
        const std::int64_t steps = Steps(it.value());
        if (steps == 0) continue;
        Add(row);
        Add(it.col());
        Add(steps);
      }
    }
  }
  template <typename Integers>
  void AddIntegers(const Integers& values, Eigen::Index rows, Eigen::Index columns) {
    AddShape(rows, columns);
    for (Eigen::Index i = 0; i < rows * columns; ++i) Add(values[i]);
  }
  std::uint64_t Take() const {
    std::uint64_t mixed = (state_ ^ state_ >> 32) * 0xd6e8feb86659fd93ull;
    mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93ull;
    return mixed ^ mixed >> 32;
  }

 private:
  void AddShape(Eigen::Index rows, Eigen::Index columns) {
    Add(rows);
    Add(columns);
  }
  static std::int64_t Steps(double value) {
    // The borders between steps lie where no simple fraction does, which rounding would push to either side.
    constexpr double kStepsPerUnit = 1 << 20, kOffset = 0.3183098861837907, kMost = 1e18;
    return static_cast<std::int64_t>(std::clamp(std::floor(value * kStepsPerUnit + kOffset), -kMost, kMost));
  }

  std::uint64_t state_ = 0x243f6a8885a308d3ull;
};

}  // namespace

std::string BodyHash(const BodyModel& model) {
  Hash hash;
  hash.AddReals(model.v_template());
  hash.AddIntegers(model.faces().data(), model.faces().rows(), 3);
  hash.AddReals(model.shapedirs());
  hash.AddReals(model.posedirs());
  hash.AddReals(model.joint_regressor());
  hash.AddReals(model.weights());
  hash.AddIntegers(model.parents(), 1, model.num_joints());
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash.Take()));
  return text;
}

}  // namespace vitruvius
