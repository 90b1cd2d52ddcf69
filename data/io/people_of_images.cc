#include "data/io/people_of_images.h"

#include <algorithm>

#include "data/io/keypoint_formats.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {

double PeopleOfImages::FractionDone() const {
  const double of_image =
      is_open_ ? static_cast<double>(person_) / static_cast<double>(std::max<size_t>(1, current_.num_people))
               : 0;
  return std::min(
      1.0, (static_cast<double>(image_) + of_image) / static_cast<double>(std::max<size_t>(1, num_images())));
}

bool PeopleOfImages::Next(PersonObservation* person) {
  if (num_images() == 0 && image_ == 0) {
    ++image_;
    *person = FailedPerson(StemOf(path_), path_, reason::kNoPeople, path_ + ": no person was found");
    return true;
  }
  for (; image_ < num_images(); ++image_, is_open_ = false) {
    if (!is_open_) {
      current_ = Open(image_);
      is_open_ = true;
      person_ = 0;
      if (!current_.error.empty() || current_.num_people == 0) {
        *person = current_.error.empty()
                      ? FailedPerson(current_.stem, path_, reason::kNoPeople,
                                     current_.place + ": no person was found")
                      : FailedPerson(current_.stem, path_, reason::kBadInput, current_.error);
        Describe(image_, person);
        current_.num_people = 0;
        return true;
      }
    }
    if (person_ >= current_.num_people) continue;
    const size_t k = person_++;
    *person = PersonObservation();
    person->id = StrCat(current_.stem, "_", k);
    person->source = path_;
    Describe(image_, person);
    const std::string place = PlaceOf(current_, k);
    try {
      Read(image_, k, place, person);
    } catch (const InputError& error) {
      FailPerson(reason::kBadInput, error.what(), person);
    }
    FinishPerson(options_, place, person);
    return true;
  }
  return false;
}

}  // namespace vitruvius
