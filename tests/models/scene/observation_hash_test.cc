#include "models/scene/observation_hash.h"

#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace vitruvius::observation_hash_test {
namespace {

PersonObservation SomePerson() {
  PersonObservation person;
  person.id = "a";
  person.source = "in/a.json";
  person.set = FindKeypointSet("coco17");
  person.keypoints2d.setConstant(17, 3, 0.5);
  person.keypoints3d.setZero(0, 4);
  person.dense.resize(2);
  person.image_width = 640;
  return person;
}

TEST(ObservationHash, AnyChangeOfWhatWasSeenChangesIt) {
  const std::vector<std::function<void(PersonObservation*)>> changes = {
      [](PersonObservation*) {},
      [](PersonObservation* p) { p->id = "b"; },
      [](PersonObservation* p) { p->source = "in/b.json"; },
      [](PersonObservation* p) { p->image_path = "a.png"; },
      [](PersonObservation* p) { p->set = FindKeypointSet("lsp14"); },
      [](PersonObservation* p) { p->set = nullptr; },
      [](PersonObservation* p) { p->keypoints2d(16, 2) += 1e-15; },
      [](PersonObservation* p) { p->keypoints2d.setConstant(16, 3, 0.5); },
      [](PersonObservation* p) { p->keypoints3d.setZero(1, 4); },
      [](PersonObservation* p) { p->keypoint_depths_px.setZero(17, 2); },
      [](PersonObservation* p) { p->hidden.setConstant(17, true); },
      [](PersonObservation* p) { p->dense.pop_back(); },
      [](PersonObservation* p) { p->dense[1].face = 3; },
      [](PersonObservation* p) { p->dense[1].part = 3; },
      [](PersonObservation* p) { p->dense[0].weight = 0.5; },
      [](PersonObservation* p) { p->dense[0].bary.x() = 1; },
      [](PersonObservation* p) { p->dense[0].uv.x() = 1; },
      [](PersonObservation* p) { p->dense[0].image_px.x() = 1; },
      [](PersonObservation* p) { p->box_px.emplace(0, 0, 1, 1); },
      [](PersonObservation* p) { p->image_width = 641; },
      [](PersonObservation* p) { p->image_height = 641; },
      [](PersonObservation* p) { p->size_source = camera_source::kGiven; },
      [](PersonObservation* p) { p->frame_px.emplace(0, 0, 1, 1); },
      [](PersonObservation* p) { p->focal_35mm = 28; },
      [](PersonObservation* p) { p->focal_px.emplace(1, 1); },
      [](PersonObservation* p) { p->center_px.emplace(1, 1); },
      [](PersonObservation* p) { p->betas = Eigen::VectorXd::Zero(10); },
      [](PersonObservation* p) { p->identity.capture = "walk"; },
      [](PersonObservation* p) { p->identity.subject = "walk"; },
      [](PersonObservation* p) { p->identity.camera = "walk"; },
      [](PersonObservation* p) { p->identity.frame = 3; },
      [](PersonObservation* p) { p->identity.time_s = 3; },
      [](PersonObservation* p) { p->gender = "male"; },
      [](PersonObservation* p) { p->reason = "bad_input"; },
      [](PersonObservation* p) { p->detail = "why"; },
  };
  std::set<std::uint64_t> hashes;
  for (const auto& change : changes) {
    PersonObservation person = SomePerson();
    change(&person);
    EXPECT_EQ(HashOf(person), HashOf(PersonObservation(person)));
    hashes.insert(HashOf(person));
  }
  EXPECT_EQ(hashes.size(), changes.size());
}

}  // namespace
}  // namespace vitruvius::observation_hash_test
