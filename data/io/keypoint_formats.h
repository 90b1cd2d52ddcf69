// One reader a kind of keypoint file, and what they share. Internal to data/io; see keypoint_files.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/io/keypoint_files.h"

namespace vitruvius {

// dp_x = 255 is the right side of the box. The page of DensePose's format says that the box is stretched to
// 256 x 256; the authors' own code divides by 255, and it made the labels' pictures: the difference is half a
// pixel in 128.
inline constexpr double kDensePoseBoxUnits = 255;

// Each opens one file and throws InputError when it cannot be read at all. People come out checked.
// Any JSON: told apart by its keys.
std::unique_ptr<ObservationSource> OpenKeypointJson(const std::string& path,
                                                    const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenOpenPose(const std::string& path, nlohmann::json document,
                                                const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenCoco(const std::string& path, nlohmann::json document,
                                            const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenAlphaPose(const std::string& path, nlohmann::json document,
                                                 const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenMmpose(const std::string& path, nlohmann::json document,
                                              const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenEasyMocap(const std::string& path, nlohmann::json document,
                                                 const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenObservationNpz(const std::string& path,
                                                      const ObservationOptions& options);
// DensePose's results as detectron2 dumps them.
std::unique_ptr<ObservationSource> OpenDensePosePickle(const std::string& path,
                                                       const ObservationOptions& options);
// Bare numbers: the content of a .npy and of a .csv.
std::unique_ptr<ObservationSource> OpenKeypointNpy(const std::string& path, const std::string& bytes,
                                                   const ObservationOptions& options);
std::unique_ptr<ObservationSource> OpenKeypointCsv(const std::string& path, const std::string& text,
                                                   const ObservationOptions& options);

// File name without folder, extension and OpenPose's "_keypoints", as valid UTF-8.
std::string StemOf(const std::string& path);

// "; sets of 17 points: coco17, ...", or nothing: what a wrong count could be instead.
std::string OtherSetsHint(size_t num_points);

// The set that is meant where a file or a flag names one and there are so many points: SMPL's joints without
// the hands are called smpl24 in places.
const KeypointSet* SetForCount(const KeypointSet* named, size_t num_points);

// A row for something that cannot be fitted.
PersonObservation FailedPerson(const std::string& id, const std::string& source, const char* reason_code,
                               const std::string& detail);
// Gives the person a reason, unless it has one, and takes its numbers away.
void FailPerson(const char* reason_code, const std::string& detail, PersonObservation* person);

// Takes the picture's size; one that is not 1 to 1,000,000 whole pixels a side is a reason.
void SetImageSize(double width, double height, const std::string& place, PersonObservation* person);
// (count) numbers in threes x, y, confidence, into keypoints2d. Fails the person when count does not fit its
// set.
void SetKeypoints2d(const double* numbers, size_t count, const std::string& place, PersonObservation* person);
// The same in fours x, y, z in metres, confidence, into keypoints3d.
void SetKeypoints3d(const double* numbers, size_t count, const std::string& place, PersonObservation* person);

// The numbers of an array of arrays of one length, as [[x, y, c], ...], one after another; null as NaN.
// Throws InputError, also where there are none.
std::vector<double> RowsOf(const nlohmann::json& rows, const std::string& place, size_t* columns);
// PersonObservation::box_px from four numbers; none where they are missing or enclose nothing: detectors
// write zeros.
enum class BoxKind { kCornerAndSize, kCorners };  // [left, top, width, height], [left, top, right, bottom]
std::optional<Eigen::Vector4d> BoxOf(const nlohmann::json& value, BoxKind kind);

// Points of the surface of a person in JSON, of DensePose's annotations (dp_x ...) or results (uv_data);
// nothing where there are none. Points that lie off their part's mask (dp_masks), and masks that are missing,
// are a remark. Throws InputError, or gives a reason, for what makes no sense.
void ReadDensePoints(const nlohmann::json& entry, const ObservationOptions& options, const std::string& place,
                     PersonObservation* person);

// A picture of the chart's coordinates, as DensePose's results are: part of each pixel, row by row, 0 where
// there is no body, and its (u, v) from 0 to 1.
struct ChartPixels {
  int width = 0, height = 0;
  std::vector<int> part;            // (width height)
  std::vector<Eigen::Vector2d> uv;  // (width height)
};
// Of a PNG in base64 whose red, green and blue are part, 255 u, 255 v. Throws InputError.
ChartPixels ChartPixelsOfPng(const std::string& base64, const std::string& place);
// Adds the pixels on the body, max_points at most (ObservationOptions::max_dense_points), to the person; the
// pixels fill the box, px. Throws InputError for parts that no chart has.
void AddChartPoints(const ChartPixels& pixels, const Eigen::Vector2d& box_corner,
                    const Eigen::Vector2d& box_size, int max_points, const std::string& place,
                    PersonObservation* person);

// Applies the defaults of the options and checks every number: afterwards all are finite, confidences are in
// [0, 1] (larger ones become 1), keypoints of confidence 0 lie at the origin, places on the surface exist,
// and at least one keypoint or point of the surface was found, or the box, where that is enough; or the
// person has a reason. Keypoints of which none was seen are taken away from a person of whom anything else is
// known. `place` begins the sentence.
void FinishPerson(const ObservationOptions& options, const std::string& place, PersonObservation* person);

}  // namespace vitruvius
