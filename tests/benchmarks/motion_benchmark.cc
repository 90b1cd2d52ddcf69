// Speed of reading motion capture: text to numbers (bytes a second, beside what the numbers alone cost), and
// numbers to SMPL poses.
#include <charconv>

#include <benchmark/benchmark.h>

#include "data/datasets/retarget.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

constexpr int kFrames = 1000;

// Rows of angles with the digits of CMU's files, as one line each.
std::string Rows(int columns, const char* separator) {
  Rng rng(1);
  std::string text;
  char number[32];
  for (int i = 0; i < kFrames; ++i) {
    for (int c = 0; c < columns; ++c) {
      std::snprintf(number, sizeof(number), "%.4f", rng.Normal() * 10);
      text += number;
      text += c + 1 < columns ? separator : "\n";
    }
  }
  return text;
}

// A humanoid of 22 joints with HumanIK's names.
std::string BvhText() {
  std::string text = "HIERARCHY\n";
  const auto open = [&](const char* kind, const std::string& name, const char* offset) {
    const bool root = kind[0] == 'R';
    text += std::string(kind) + " " + name + "\n{\nOFFSET " + offset + "\nCHANNELS " + (root ? "6" : "3") +
            (root ? " Xposition Yposition Zposition" : "") + " Zrotation Yrotation Xrotation\n";
  };
  const auto close = [&](int joints) {
    text += "End Site\n{\nOFFSET 0 5 0\n}\n";
    for (int i = 0; i < joints; ++i) text += "}\n";
  };
  open("ROOT", "Hips", "0 0 0");
  for (const std::string side : {"Left", "Right"}) {
    open("JOINT", side + "UpLeg", side == "Left" ? "10 -5 0" : "-10 -5 0");
    open("JOINT", side + "Leg", "0 -41 0");
    open("JOINT", side + "Foot", "0 -41 0");
    open("JOINT", side + "ToeBase", "0 -3 10");
    close(4);
  }
  for (const char* name : {"Spine", "Spine1", "Spine2"}) open("JOINT", name, "0 10 0");
  for (const std::string side : {"Left", "Right"}) {
    open("JOINT", side + "Shoulder", side == "Left" ? "5 15 0" : "-5 15 0");
    open("JOINT", side + "Arm", side == "Left" ? "12 0 0" : "-12 0 0");
    open("JOINT", side + "ForeArm", side == "Left" ? "27 0 0" : "-27 0 0");
    open("JOINT", side + "Hand", side == "Left" ? "25 0 0" : "-25 0 0");
    close(4);
  }
  open("JOINT", "Neck", "0 20 0");
  open("JOINT", "Head", "0 10 0");
  close(6);
  return text + StrCat("MOTION\nFrames: ", kFrames, "\nFrame Time: .0083333\n") + Rows(69, " ");
}

void BM_NumbersAlone(benchmark::State& state) {
  const std::string text = Rows(69, " ");
  for (auto _ : state) {
    double sum = 0, value = 0;
    for (const char *at = text.data(), *end = at + text.size(); at < end; ++at) {
      at = std::from_chars(at, end, value).ptr;
      sum += value;
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_NumbersAlone)->Unit(benchmark::kMillisecond);

void BM_ParseBvh(benchmark::State& state) {
  const std::string text = BvhText();
  for (auto _ : state) benchmark::DoNotOptimize(ParseBvh(text, "figure.bvh").values.data());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ParseBvh)->Unit(benchmark::kMillisecond);

void BM_ParseExpmap(benchmark::State& state) {
  const std::string text = Rows(kExpmapColumns, ",");
  for (auto _ : state) benchmark::DoNotOptimize(ParseExpmap(text, "rows.csv").rows.data());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ParseExpmap)->Unit(benchmark::kMillisecond);

void BM_Retarget(benchmark::State& state) {
  const BvhMotion motion = ParseBvh(BvhText(), "figure.bvh");
  for (auto _ : state) benchmark::DoNotOptimize(Retarget(motion).poses.data());
  state.counters["frames/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kFrames, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Retarget)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
