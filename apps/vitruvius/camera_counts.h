// Which cameras people were looked at through, for the commands that fit or check them.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "models/scene/observation.h"
#include "solvers/registration/camera_choice.h"

namespace vitruvius {

// Where image sizes and focal lengths came from, and on how many people; 3D input has neither.
class CameraCounts {
 public:
  // Who cannot be fitted has no camera.
  void Add(const PersonObservation& person, const GivenFocal& given);
  void Print() const;  // two lines; nothing where nobody was looked at through a camera
  // {"image_size": {"file": 3}, "focal": {"assumed": 3}}
  nlohmann::ordered_json ToJson() const;

 private:
  std::map<std::string, long> sizes_, focals_;
  double shortest_px_ = 0, longest_px_ = 0;
};

}  // namespace vitruvius
