// Files that list images and the people of each, or are of one image: what their readers share. Internal to
// data/io.
#pragma once

#include <string>

#include "data/io/keypoint_files.h"

namespace vitruvius {

// Hands out everybody of every image in turn, named STEM_NUMBER and checked; an image without people is a row
// no_people, one that cannot be read a row bad_input. A reader says what the images are and reads a person.
class PeopleOfImages : public ObservationSource {
 public:
  bool Next(PersonObservation* person) final;
  double FractionDone() const final;

 protected:
  struct ImageOfFile {
    std::string stem;   // of ids
    std::string place;  // of messages, with the file
    size_t num_people = 0;
    std::string error;  // why it cannot be read; empty: it can
  };
  PeopleOfImages(const std::string& path, const ObservationOptions& options)
      : path_(path), options_(options) {}

  virtual size_t num_images() const = 0;
  // Called of each image once, in their order, before anybody of it is read.
  virtual ImageOfFile Open(size_t image) = 0;
  // Whose image it is and which of what video, whether somebody was found or not.
  virtual void Describe(size_t image, PersonObservation* person) const = 0;
  virtual std::string PlaceOf(const ImageOfFile& image, size_t person) const = 0;
  // May throw InputError, which becomes the person's reason.
  virtual void Read(size_t image, size_t k, const std::string& place, PersonObservation* person) = 0;

  const std::string path_;
  const ObservationOptions options_;

 private:
  size_t image_ = 0, person_ = 0;  // the next
  bool is_open_ = false;           // current_ is image_
  ImageOfFile current_;
};

}  // namespace vitruvius
