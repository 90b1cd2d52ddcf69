#include "data/io/capture_tracks.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/math/assignment.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

CaptureTracks::CaptureTracks(const ResultsFile& results, const std::vector<int>& rows) : results_(results) {
  for (const int row : rows) {
    std::vector<int>& people = frames_[Row(row).identity.frame];
    if (Row(row).fit.reason != reason::kNoPeople) people.push_back(row);
  }
}

bool CaptureTracks::IsOnePerson() const {
  return std::all_of(frames_.begin(), frames_.end(), [&](const auto& frame) {
    int usable = 0;
    for (const int row : frame.second) {
      if (!Row(row).identity.subject.empty()) return false;
      usable += Row(row).fit.usable;
    }
    return usable < 2;
  });
}

double CaptureTracks::MoveBetween(int from, int to) const {
  const FitResult &a = Row(from).fit, &b = Row(to).fit;
  const auto move = [](const auto& p, const auto& q) {
    const auto size_of = [](const auto& points) {
      return (points.colwise().maxCoeff() - points.colwise().minCoeff()).maxCoeff();
    };
    const double size = std::max(size_of(p), size_of(q));
    return (p - q).rowwise().norm().mean() / std::max(size, std::numeric_limits<double>::min());
  };
  const bool in_image = a.joints2d.rows() > 0 && b.joints2d.rows() == a.joints2d.rows() &&
                        !a.joints2d.isZero() && !b.joints2d.isZero();
  double distance = std::numeric_limits<double>::infinity();
  if (in_image) {
    distance = move(a.joints2d, b.joints2d);
  } else if (a.joints3d.rows() > 0 && a.joints3d.rows() == b.joints3d.rows()) {
    distance = move(a.joints3d, b.joints3d);
  }
  return std::isfinite(distance) ? distance : std::numeric_limits<double>::max();
}

std::vector<CaptureTracks::Track> CaptureTracks::CutWhereSomebodyElseComes() const {
  std::vector<Track> tracks(1);
  for (const auto& [frame, people] : frames_) {
    if (people.empty()) continue;
    const auto usable =
        std::find_if(people.begin(), people.end(), [&](int row) { return Row(row).fit.usable; });
    if (usable == people.end()) {
      tracks.back().row_of.emplace(frame, people[0]);
      continue;
    }
    const Track& before = tracks.back();
    if (before.last_row >= 0 &&
        MoveBetween(before.last_row, *usable) >
            ResultTrack::kMostMoveAlone * static_cast<double>(frame - before.last_frame))
      tracks.emplace_back();
    Track& track = tracks.back();
    track.row_of.emplace(frame, *usable);
    track.last_row = *usable;
    track.last_frame = frame;
  }
  return tracks;
}

double CaptureTracks::MoveTo(const Track& track, int row, std::int64_t frame) const {
  // Who was not seen for a while may have gone further.
  constexpr double kMostSteps = 3;
  return MoveBetween(track.last_row, row) /
         std::min(kMostSteps, static_cast<double>(frame - track.last_frame));
}

std::vector<CaptureTracks::Track> CaptureTracks::Join(const std::string& path) const {
  std::vector<Track> tracks;
  std::map<std::string, size_t> named;
  const auto go_on = [&](size_t t, int row, std::int64_t frame) {
    tracks[t].row_of.emplace(frame, row);
    if (!Row(row).fit.usable) return;
    tracks[t].last_row = row;
    tracks[t].last_frame = frame;
  };
  for (const auto& [frame, people] : frames_) {
    std::vector<size_t> active;  // tracks that may go on
    for (size_t t = 0; t < tracks.size(); ++t) {
      if (tracks[t].last_row >= 0 && frame - tracks[t].last_frame <= ResultTrack::kLongestGap)
        active.push_back(t);
    }
    std::vector<int> unnamed;
    for (const int row : people) {
      const std::string& subject = Row(row).identity.subject;
      if (subject.empty()) {
        if (Row(row).fit.usable) unnamed.push_back(row);
        continue;
      }
      const auto [it, is_new] = named.try_emplace(subject, tracks.size());
      if (is_new) {
        // Perhaps somebody who was seen without a name.
        double least = ResultTrack::kMostMove;
        for (const size_t t : active) {
          if (!tracks[t].subject.empty() || !Row(row).fit.usable) continue;
          const double move = MoveTo(tracks[t], row, frame);
          if (move <= least) least = move, it->second = t;
        }
        if (it->second == tracks.size()) tracks.emplace_back();
        Track& track = tracks[it->second];
        track.subject = subject;
        track.joined = track.last_row >= 0;
      }
      // A subject that is twice in a frame is nobody twice: the first keeps the name.
      if (tracks[it->second].row_of.count(frame) == 0) {
        go_on(it->second, row, frame);
      } else if (Row(row).fit.usable) {
        unnamed.push_back(row);
      }
    }
    if (unnamed.empty()) continue;
    constexpr size_t kMostPeople = 2000;
    if (unnamed.size() > kMostPeople) {
      throw InputError(path, StrCat("frame ", frame),
                       StrCat("found ", unnamed.size(), " people of one frame without a subject, expected ",
                              kMostPeople, " at most"));
    }
    active.erase(std::remove_if(active.begin(), active.end(),
                                [&, now = frame](size_t t) { return tracks[t].row_of.count(now) > 0; }),
                 active.end());
    Eigen::MatrixXd cost(static_cast<Eigen::Index>(unnamed.size()), static_cast<Eigen::Index>(active.size()));
    for (Eigen::Index i = 0; i < cost.rows(); ++i) {
      for (Eigen::Index j = 0; j < cost.cols(); ++j)
        cost(i, j) = MoveTo(tracks[active[static_cast<size_t>(j)]], unnamed[static_cast<size_t>(i)], frame);
    }
    const std::vector<int> track_of = OptimalAssignment(cost, ResultTrack::kMostMove);
    for (size_t i = 0; i < unnamed.size(); ++i) {
      size_t t = tracks.size();
      if (track_of[i] >= 0) {
        t = active[static_cast<size_t>(track_of[i])];
        tracks[t].joined = true;
      } else {
        tracks.emplace_back();
      }
      go_on(t, unnamed[i], frame);
    }
  }
  return tracks;
}

std::vector<ResultTrack> CaptureTracks::Split(const std::string& path, const std::string& capture) const {
  const std::int64_t first = frames_.begin()->first, last = frames_.rbegin()->first;
  if (last - first >= ResultTrack::kMostFrames) {
    throw InputError(path, "frame",
                     StrCat("found frames ", first, " to ", last, " of ", capture, ", expected ",
                            ResultTrack::kMostFrames, " frames of one capture at most"));
  }
  const std::vector<Track> tracks = IsOnePerson() ? CutWhereSomebodyElseComes() : Join(path);
  const bool joined =
      std::any_of(tracks.begin(), tracks.end(), [](const Track& track) { return track.joined; });
  const bool is_cut = IsOnePerson() && tracks.size() > 1;
  std::vector<ResultTrack> result;
  std::vector<size_t> order(tracks.size());
  for (size_t t = 0; t < order.size(); ++t) order[t] = t;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return !tracks[a].subject.empty() &&
           (tracks[b].subject.empty() || NaturalLess(tracks[a].subject, tracks[b].subject));
  });
  int number = 0;
  for (const size_t t : order) {
    const Track& track = tracks[t];
    ResultTrack one;
    one.name = capture;
    if (!track.subject.empty()) {
      one.name += (IsNumber(track.subject) ? "_person_" : "_") + track.subject;
    } else if (tracks.size() > 1) {
      one.name += StrCat("_track_", number++);
    }
    one.is_sequence = true;
    one.is_joined = track.joined || (joined && track.subject.empty());
    one.is_cut = is_cut;
    one.rows.assign(static_cast<size_t>(last - first + 1), -1);
    for (const auto& [frame, row] : track.row_of) one.rows[static_cast<size_t>(frame - first)] = row;
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace vitruvius
