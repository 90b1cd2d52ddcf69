// What `vitruvius learn` has to offer, told by the program that has it and, where LibTorch is not, by the one
// that would start it.
#pragma once

namespace vitruvius {

inline constexpr char kLearnSummary[] = "vitruvius learn trains networks, and asks them.";

struct LearnEntry {
  const char *name, *summary;
};
inline constexpr LearnEntry kTrainPrior = {
    "train-prior", "a pose prior from motion capture: gan-s, gan-u, gan-n, vae, realnvp or gmm"};
inline constexpr LearnEntry kTrainLifter = {
    "train-lifter", "depths for 2D keypoints, learned from 2D keypoints: the depth cGAN of deform-and-learn"};
inline constexpr LearnEntry kLift = {"lift", "depths of people's 2D keypoints, for registration"};
inline constexpr LearnEntry kTrainRegressor = {
    "train-regressor", "bodies from images, learned from registered bodies: the ConvNet of deform-and-learn"};
inline constexpr LearnEntry kPredict = {"predict", "bodies from images, as a trained regressor sees them"};
inline constexpr LearnEntry kDeformAndLearn = {
    "deform-and-learn",
    "rounds of registration and learning: bodies registered to images' annotations teach a regressor, whose "
    "predictions start the next registration"};

// In the order in which help tells them.
inline constexpr const LearnEntry* kLearnEntries[] = {&kTrainPrior,     &kTrainLifter, &kLift,
                                                      &kTrainRegressor, &kPredict,     &kDeformAndLearn};

}  // namespace vitruvius
