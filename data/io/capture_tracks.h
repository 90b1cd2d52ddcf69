// The people of one capture over its frames. Internal to data/io; SplitTracks uses it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/io/result_tracks.h"

namespace vitruvius {

class CaptureTracks {
 public:
  // rows: those of the results that are frames of the capture, in any order. The results must outlive this.
  CaptureTracks(const ResultsFile& results, const std::vector<int>& rows);

  // See SplitTracks.
  std::vector<ResultTrack> Split(const std::string& path, const std::string& capture) const;

 private:
  struct Track {
    std::string subject;                 // empty: not named
    std::map<std::int64_t, int> row_of;  // by frame
    int last_row = -1;                   // with a body; -1: none yet
    std::int64_t last_frame = 0;
    bool joined = false;  // rows without a subject were added by their motion
  };
  const ResultsFile::Row& Row(int row) const { return results_.rows[static_cast<size_t>(row)]; }
  bool IsOnePerson() const;
  // Of a capture with one person a frame.
  std::vector<Track> CutWhereSomebodyElseComes() const;
  // By subjects; rows without one go on with whoever they continue, named or not.
  std::vector<Track> Join(const std::string& path) const;
  // MoveBetween from a track's last row, less where that is some frames ago.
  double MoveTo(const Track& track, int row, std::int64_t frame) const;
  // Mean move of the joints from one row to another in sizes of the person.
  double MoveBetween(int from, int to) const;

  const ResultsFile& results_;
  std::map<std::int64_t, std::vector<int>> frames_;  // the people of each; none where nobody was found
};

}  // namespace vitruvius
