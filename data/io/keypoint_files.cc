#include "data/io/keypoint_files.h"

#include <algorithm>
#include <filesystem>
#include <new>
#include <unordered_map>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/capture_cameras.h"
#include "data/io/file_frames.h"
#include "data/io/keypoint_folder.h"
#include "data/io/keypoint_formats.h"
#include "data/io/keypoint_set_file.h"
#include "data/io/named_arrays.h"
#include "data/io/openpose_order.h"
#include "data/io/text.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// Ids become rows of fixed width in results.npz, so a long one would cost every person.
constexpr size_t kMaxIdBytes = 200;

std::unique_ptr<ObservationSource> OpenFile(const std::string& path, const ObservationOptions& options) {
  std::error_code error;
  if (!fs::exists(path, error)) throw InputError(path, "", "there is no such file or folder");
  const std::string extension = ExtensionOf(path);
  if (extension == ".npz") return OpenObservationNpz(path, options);
  if (extension == ".json") return OpenKeypointJson(path, options);
  if (HasPickleEnding(path)) return OpenDensePosePickle(path, options);
  if (extension == ".npy") return OpenKeypointNpy(path, ReadFile(path), options);
  if (extension == ".csv") return OpenKeypointCsv(path, ReadFile(path), options);
  throw InputError(path, "",
                   "is of no known kind; expected .json (OpenPose, COCO, MMPose, AlphaPose, EasyMocap), "
                   ".npz, .npy, .csv or .pkl (DensePose)");
}

// Names rows: never empty, never long, never twice.
class UniqueIds {
 public:
  std::string Make(const std::string& wanted) {
    std::string base = ValidUtf8(wanted);
    if (base.size() > kMaxIdBytes) {
      const std::uint64_t hash = HashString(base);
      size_t cut = kMaxIdBytes - 20;
      while ((static_cast<unsigned char>(base[cut]) >> 6) == 2) --cut;  // not within a character
      std::ostringstream digits;
      digits << std::hex << hash;
      base = StrCat(base.substr(0, cut), "~", digits.str());
    }
    // Hashes instead of texts keep memory flat; two texts with one hash would only cost a needless suffix.
    std::uint32_t& count = count_[HashString(base)];
    if (++count == 1) return base;
    for (;;) {
      std::string numbered = StrCat(base, "~", count);
      if (count_.emplace(HashString(numbered), 1).second) return numbered;
      ++count;
    }
  }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> count_;
};

class ManySources : public ObservationSource {
 public:
  ManySources(const std::vector<std::string>& inputs, const ObservationOptions& options)
      : inputs_(inputs), options_(options) {
    for (const std::string& input : inputs_) {
      if (!IsFolder(input)) files_given_.insert(PlaceOf(input));
    }
    if (inputs_.size() == 1) {
      // The only input: what is wrong with it is said at once.
      paths_ = PathsOf(inputs_[0]);
      num_files_ = paths_.size();
      for (const std::string& path : paths_) frames_.Add(path);
      frames_.Finish();
      if (!IsFolder(inputs_[0])) {
        current_ = Open(inputs_[0]);
        notes_ = current_->Notes();
        next_path_ = 1;
      }
      next_input_ = 1;
      return;
    }
    std::unordered_set<std::uint64_t> known;
    long named_again = 0;
    for (const std::string& input : inputs_) {
      try {
        for (const std::string& path : PathsOf(input)) {
          ++num_files_;
          if (!known.insert(PlaceOf(path)).second) {
            ++named_again;
            continue;
          }
          ++files_of_name_[HashString(fs::path(path).filename().string())];
          frames_.Add(path);
        }
      } catch (const InputError&) {
        ++num_files_;  // said when its turn comes
      }
    }
    frames_.Finish();
    if (named_again > 0)
      notes_.push_back(StrCat(named_again, " files are named more than once; each is read once"));
  }

  std::vector<std::string> Notes() const override {
    std::vector<std::string> notes = notes_;
    for (const std::string& note : frames_.Notes()) notes.push_back(note);
    return notes;
  }

  double FractionDone() const override {
    const double within = current_ != nullptr ? current_->FractionDone() - 1 : 0;
    return (static_cast<double>(files_opened_ + next_path_) + within) /
           static_cast<double>(std::max<size_t>(1, num_files_));
  }

  bool Next(PersonObservation* person) override {
    if (!NextOfAny(person)) return false;
    Identity& identity = person->identity;
    const std::string subject = identity.subject;
    if (is_one_image_ && identity.capture.empty() && identity.frame < 0) {
      identity = frames_.Of(person->source);
      frames_.Use(person->source);
      identity.subject = subject;
    }
    const auto same_name = files_of_name_.find(HashString(fs::path(person->source).filename().string()));
    if (same_name != files_of_name_.end() && same_name->second > 1) {
      const std::string folder = fs::absolute(person->source).parent_path().filename().string();
      person->id = folder + "/" + person->id;
      if (!is_one_image_ && !identity.capture.empty()) identity.capture = folder + "/" + identity.capture;
    }
    person->id = ids_.Make(person->id);
    return true;
  }

  bool IsOneImage() const override { return is_one_image_; }

 private:
  static bool IsFolder(const std::string& path) {
    std::error_code error;
    return fs::is_directory(path, error);
  }
  static std::uint64_t PlaceOf(const std::string& path) {
    return HashString(fs::absolute(path).lexically_normal().string());
  }
  // The notes of a folder are kept when it is listed for the first time.
  std::vector<std::string> PathsOf(const std::string& input) {
    if (!IsFolder(input)) return {input};
    KeypointFolder folder = ListKeypointFolder(
        input, [&](const std::string& path) { return files_given_.count(PlaceOf(path)) > 0; });
    if (folders_noted_.insert(PlaceOf(input)).second)
      notes_.insert(notes_.end(), folder.notes.begin(), folder.notes.end());
    return folder.paths;
  }

  std::unique_ptr<ObservationSource> Open(const std::string& path) {
    ObservationOptions options = options_;
    if (options.keypoint_set.empty() && options.openpose_set.empty() && ExtensionOf(path) == ".json")
      options.openpose_set = OrderOfFolder(fs::path(path).parent_path());
    return OpenFile(path, options);
  }

  // Asked once for each folder: of all its files where it is an input itself, else of those that were named.
  const std::string& OrderOfFolder(const fs::path& folder) {
    if (files_named_.empty() && folders_named_.empty()) {
      for (const std::string& input : inputs_) {
        const fs::path path = fs::path(input).lexically_normal();
        if (IsFolder(input)) {
          folders_named_.insert((path.has_filename() ? path : path.parent_path()).string());
        } else {
          files_named_[path.parent_path().string()].push_back(input);
        }
      }
    }
    const std::string name = folder.lexically_normal().string();
    const auto [order, is_new] = order_of_folder_.try_emplace(name);
    if (!is_new) return order->second;
    return order->second =
               OpenPoseOrder(folders_named_.count(name) > 0 ? ListKeypointFolder(folder.string()).paths
                                                            : files_named_[name]);
  }

  bool NextOfAny(PersonObservation* person) {
    for (;;) {
      std::string path;
      try {
        if (current_ != nullptr) {
          if (current_->Next(person)) {
            is_one_image_ = current_->IsOneImage();
            return true;
          }
          current_.reset();
        }
        if (next_path_ < paths_.size()) {
          path = paths_[next_path_++];
          if (inputs_.size() > 1 && !opened_.insert(PlaceOf(path)).second) continue;
          current_ = Open(path);
          for (const std::string& note : current_->Notes()) notes_.push_back(note);
          continue;
        }
        if (next_input_ == inputs_.size()) return false;
        path = inputs_[next_input_++];
        files_opened_ += next_path_;
        paths_.clear();
        next_path_ = 0;
        paths_ = PathsOf(path);
      } catch (const InputError& error) {
        *person = FailedPerson(StemOf(path), path, reason::kBadInput, error.what());
        is_one_image_ = ExtensionOf(path) == ".json";  // as far as its name says
        return true;
      } catch (const std::bad_alloc&) {
        current_.reset();
        *person =
            FailedPerson(StemOf(path), path, reason::kBadInput, path + ": needs more memory than there is");
        return true;
      }
    }
  }

  std::vector<std::string> inputs_;
  ObservationOptions options_;
  size_t next_input_ = 0;
  std::vector<std::string> paths_;  // of the current input
  size_t next_path_ = 0;
  size_t files_opened_ = 0, num_files_ = 0;  // of earlier inputs; of all
  // How many files of all inputs share a name, by its hash; filled only where there are several inputs.
  std::unordered_map<std::uint64_t, std::uint32_t> files_of_name_;
  std::unordered_set<std::uint64_t> opened_;  // where they are, of several inputs
  std::unordered_set<std::uint64_t> folders_noted_, files_given_;
  std::vector<std::string> notes_;
  std::unique_ptr<ObservationSource> current_;
  bool is_one_image_ = false;  // the file of the person handed out last
  FileFrames frames_;
  UniqueIds ids_;
  // The order of OpenPose's 25 points in each folder, and the inputs that it is asked of.
  std::unordered_map<std::string, std::string> order_of_folder_;
  std::unordered_map<std::string, std::vector<std::string>> files_named_;
  std::unordered_set<std::string> folders_named_;
};

}  // namespace

void ObservationOptions::Check() const {
  const bool both_or_none = (image_width > 0) == (image_height > 0);
  if (image_width < 0 || image_height < 0 || !both_or_none) {
    throw InputError(
        StrCat("image_size: found ", image_width, " x ", image_height, ", expected two sides above 0"));
  }
  if (focal_px && !(focal_px->allFinite() && focal_px->minCoeff() > 0)) {
    throw InputError(StrCat("focal: found ", focal_px->transpose(), ", expected above 0 px"));
  }
  if (max_dense_points < 1) {
    throw InputError(StrCat("max_dense_points: found ", max_dense_points, ", expected 1 or more"));
  }
  const bool is_path = fs::path(keypoint_set).extension() == ".json";  // said when it is read
  if (!keypoint_set.empty() && !is_path) KeypointSetOf(keypoint_set);
}

std::unique_ptr<ObservationSource> OpenObservations(const std::vector<std::string>& inputs,
                                                    const ObservationOptions& options) {
  if (inputs.empty()) throw InputError("no input was named");
  options.Check();
  ObservationOptions named = options;
  if (!options.keypoint_set.empty()) named.keypoint_set = KeypointSetOf(options.keypoint_set).name;
  return WithCaptureCameras([inputs, named] { return std::make_unique<ManySources>(inputs, named); });
}

}  // namespace vitruvius
