#include "models/scene/observation_hash.h"

#include <string>
#include <string_view>

#include "models/util/rng.h"

namespace vitruvius {
namespace {

// FNV-1a over fields one after the other; each begins with its length, so that none runs into the next.
class FieldHash {
 public:
  void Add(const void* bytes, size_t size) {
    const auto length = static_cast<std::uint64_t>(size);
    Mix({reinterpret_cast<const char*>(&length), sizeof(length)});
    Mix({static_cast<const char*>(bytes), size});
  }
  void Add(const std::string& text) { Add(text.data(), text.size()); }
  void Add(int number) { Add(&number, sizeof(number)); }
  template <typename Derived>
  void Add(const Eigen::PlainObjectBase<Derived>& numbers) {
    using Scalar = typename Derived::Scalar;
    Add(numbers.data(), sizeof(Scalar) * static_cast<size_t>(numbers.size()));
  }
  template <typename T>
  void Add(const std::optional<T>& value) {
    Add(value.has_value() ? 1 : 0);
    if (value.has_value()) Add(*value);
  }
  std::uint64_t hash() const { return hash_; }

 private:
  void Mix(std::string_view bytes) {
    for (const char byte : bytes) {
      hash_ ^= static_cast<unsigned char>(byte);
      hash_ *= 1099511628211ull;
    }
  }
  std::uint64_t hash_ = HashString("");
};

}  // namespace

std::uint64_t HashOf(const PersonObservation& person) {
  FieldHash hash;
  for (const std::string* text :
       {&person.id, &person.source, &person.image_path, &person.gender, &person.reason, &person.detail})
    hash.Add(*text);
  const Identity& identity = person.identity;
  for (const std::string* text : {&identity.capture, &identity.subject, &identity.camera}) hash.Add(*text);
  hash.Add(&identity.frame, sizeof(identity.frame));
  hash.Add(&identity.time_s, sizeof(identity.time_s));
  hash.Add(person.set == nullptr ? std::string() : person.set->name);
  hash.Add(person.keypoints2d);
  hash.Add(person.keypoints3d);
  hash.Add(person.keypoint_depths_px);
  hash.Add(person.hidden);
  for (const DensePoint& point : person.dense) {
    hash.Add(point.image_px);
    hash.Add(&point.weight, sizeof(point.weight));
    hash.Add(point.face);
    hash.Add(point.bary);
    hash.Add(point.part);
    hash.Add(point.uv);
  }
  hash.Add(person.box_px);
  hash.Add(person.image_width);
  hash.Add(person.image_height);
  hash.Add(person.size_source);
  hash.Add(person.frame_px);
  hash.Add(&person.focal_35mm, sizeof(person.focal_35mm));
  hash.Add(person.focal_px);
  hash.Add(person.center_px);
  hash.Add(person.betas);
  return hash.hash();
}

}  // namespace vitruvius
