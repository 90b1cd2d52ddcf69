#include "apps/vitruvius_learn/rounds_report.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/npz.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "data/report/rounds_page.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/overlay.h"
#include "models/util/check.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {
namespace {

constexpr int kExamples = 10;  // rows of a sheet
constexpr int kCellPx = 200;

nlohmann::ordered_json TimesOf(const std::string& folder) {
  nlohmann::ordered_json times = nlohmann::ordered_json::array();
  std::ifstream file(folder + "/times.csv");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string round, stage, seconds;
    if (!std::getline(words, round, ',') || !std::getline(words, stage, ',') || !std::getline(words, seconds))
      continue;
    times.push_back(
        {{"round", std::atoi(round.c_str())}, {"stage", stage}, {"seconds", std::atof(seconds.c_str())}});
  }
  return times;
}

// log.csv as columns; a field without a number is null.
nlohmann::ordered_json ColumnsOf(const std::string& path) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::object();
  std::ifstream file(path);
  std::string line, word;
  if (!std::getline(file, line)) return columns;
  std::vector<std::string> names;
  for (std::istringstream words(line); std::getline(words, word, ',');) names.push_back(word);
  for (const std::string& name : names) columns[name] = nlohmann::ordered_json::array();
  while (std::getline(file, line)) {
    std::istringstream words(line);
    for (const std::string& name : names) {
      word.clear();
      std::getline(words, word, ',');
      if (word.empty()) {
        columns[name].push_back(nullptr);
      } else {
        columns[name].push_back(std::atof(word.c_str()));
      }
    }
  }
  return columns;
}

nlohmann::ordered_json TrainingsOf(const std::string& folder, size_t rounds) {
  const std::pair<const char*, std::vector<std::string>> stages[] = {
      {"lifter", {"generator", "discriminator"}}, {"regressor", {"regress", "dense", "keypoints", "total"}}};
  nlohmann::ordered_json trainings = nlohmann::ordered_json::array();
  for (size_t round = 1; round <= rounds; ++round) {
    for (const auto& [stage, losses] : stages) {
      const nlohmann::ordered_json columns =
          ColumnsOf(StrCat(RoundFolder(folder, static_cast<int>(round)), "/", stage, "/log.csv"));
      if (!columns.empty())
        trainings.push_back({{"round", round}, {"stage", stage}, {"losses", losses}, {"columns", columns}});
    }
  }
  return trainings;
}

std::vector<FitResult> FitsIn(const std::string& folder) {
  std::vector<FitResult> fits;
  for (ResultsFile::Row& row : ReadResults(folder).rows) fits.push_back(std::move(row.fit));
  return fits;
}

Image PictureOf(const PersonObservation& person) {
  try {
    return ReadPicture(person.image_path);
  } catch (const InputError&) {  // told by the training; the sheet goes without
    return {};
  }
}

class Sheets {
 public:
  Sheets(std::shared_ptr<const BodyModel> model) : model_(std::move(model)) {
    options_.max_width = options_.max_height = kCellPx;
    options_.caption = false;
  }

  // A row: the picture as it is, then a body over it for each of `fits`, then the true one.
  void AddRow(const PersonObservation& person, const std::vector<const FitResult*>& fits,
              const FitResult* truth, bool with_points) {
    const Image picture = PictureOf(person);
    PersonObservation shown = person;
    if (!with_points) {  // bodies of predictions are to be seen, not what they never saw
      shown.dense.clear();
    }
    Add(shown, FitResult(), picture, person.id);
    for (size_t i = 0; i < fits.size(); ++i) Add(shown, *fits[i], picture, StrCat("round ", i + 1));
    if (truth != nullptr) Add(shown, *truth, picture, "truth");
    columns_ = static_cast<int>(fits.size()) + (truth != nullptr ? 2 : 1);
  }
  std::string Jpeg() const {
    if (cells_.empty()) return "";
    return SerializeJpeg(ContactSheet(cells_, columns_, captions_, "", kCellPx));
  }

 private:
  void Add(const PersonObservation& person, const FitResult& fit, const Image& picture,
           const std::string& caption) {
    const bool drawn = fit.usable;
    FitResult seen = fit;
    if (!drawn) seen.parameters = BodyParameters::Zero(*model_);
    cells_.push_back(DrawOverlay(person, seen, *model_, drawn ? PictureMeshOf(model_, fit) : BodyMesh(),
                                 picture.empty() ? nullptr : &picture, options_));
    captions_.push_back(caption);
  }

  std::shared_ptr<const BodyModel> model_;
  OverlayOptions options_;
  int columns_ = 1;
  std::vector<Image> cells_;
  std::vector<std::string> captions_;
};

// Spread evenly over the people.
std::vector<size_t> Examples(size_t people) {
  std::vector<size_t> chosen;
  const size_t count = std::min<size_t>(people, kExamples);
  for (size_t i = 0; i < count; ++i) chosen.push_back(i * people / count);
  return chosen;
}

std::string SheetOf(const std::string& stage, const std::string& folder, size_t rounds,
                    const std::shared_ptr<const BodyModel>& model,
                    const std::vector<PersonObservation>& people, const std::vector<FitResult>& truth,
                    const std::vector<size_t>& chosen, bool with_points) {
  std::vector<std::vector<FitResult>> fits;
  for (size_t round = 1; round <= rounds; ++round)
    fits.push_back(FitsIn(StrCat(RoundFolder(folder, static_cast<int>(round)), "/", stage)));
  std::unordered_map<std::string, const FitResult*> true_of;
  for (const FitResult& fit : truth) true_of.emplace(fit.id, &fit);
  Sheets sheet(model);
  for (const size_t i : chosen) {
    std::vector<const FitResult*> row;
    for (const auto& round : fits) row.push_back(&round.at(i));
    const auto real = true_of.find(people[i].id);
    sheet.AddRow(people[i], row, real == true_of.end() ? nullptr : real->second, with_points);
  }
  return sheet.Jpeg();
}

// The least weighted of the last round's registrations.
std::vector<size_t> Worst(const std::string& folder, int round) {
  const std::vector<double> weights =
      NpzReader(RoundFolder(folder, round) + "/labels.npz").Read("label_weight", {-1}).ToDoubles();
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] < weights[b]; });
  order.resize(std::min<size_t>(order.size(), kExamples));
  return order;
}

}  // namespace

void WriteRoundsReport(const std::string& folder, const std::string& command_line,
                       const std::shared_ptr<const BodyModel>& model, const RoundsData& data,
                       const RoundsOptions& options, const std::vector<RoundScores>& rounds) {
  if (rounds.empty()) return;
  RoundsPage page;
  nlohmann::ordered_json document = {{"command", command_line},
                                     {"version", VITRUVIUS_VERSION},
                                     {"model", model->name()},
                                     {"crop_px", options.regressor.crop_px},
                                     {"train", data.train.size()},
                                     {"test", data.test.size()},
                                     {"rounds", nlohmann::ordered_json::array()},
                                     {"times", TimesOf(folder)},
                                     {"trainings", TrainingsOf(folder, rounds.size())}};
  for (const RoundScores& scores : rounds) document["rounds"].push_back(scores.ToJson());
  page.document = JsonText(document);
  const auto add = [&](const char* file, const std::string& title, const std::string& about,
                       const std::string& jpeg) {
    if (!jpeg.empty()) WriteFileAtomically(StrCat(folder, "/", file), jpeg);
    page.sheets.push_back({title, about, jpeg});
  };
  add("test.jpg", "Predictions of test people", "Not chosen: evenly spread over the people.",
      SheetOf("test", folder, rounds.size(), model, data.test, data.test_truth, Examples(data.test.size()),
              false));
  add("registrations.jpg", "Registrations",
      "Not chosen; with the keypoints and points of the surface that were seen.",
      SheetOf("registrations", folder, rounds.size(), model, data.train, data.train_truth,
              Examples(data.train.size()), true));
  add("left_out.jpg", "The least trusted registrations", "Of the last round, the lowest weights first.",
      SheetOf("registrations", folder, rounds.size(), model, data.train, data.train_truth,
              Worst(folder, rounds.back().round), true));
  WriteFileAtomically(folder + "/report.html", RoundsPageHtml(page));
}

}  // namespace vitruvius
