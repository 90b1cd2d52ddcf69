// The loop of all trainings, on a task whose scores are known.
#include "solvers/training/training_loop.h"

#include <gtest/gtest.h>

namespace vitruvius::training_loop_test {
namespace {

// Its weight is the number of steps done; its score at the evaluations 3, 1, 2.
class CountingTask : public TrainingTask {
 public:
  explicit CountingTask(bool keeps_last) : keeps_last_(keeps_last) {}
  std::vector<std::string> loss_names() const override { return {"loss"}; }
  std::vector<std::string> evaluation_names() const override { return {"score", "twice"}; }
  bool keeps_last() const override { return keeps_last_; }
  at::Tensor Step(std::int64_t step) override {
    weight_.fill_(static_cast<double>(step + 1));
    return at::full({1}, static_cast<double>(step), at::kDouble);
  }
  std::vector<double> Evaluate(const TrainingRun& run, std::vector<std::string>* signs) override {
    const double scores[] = {3, 1, 2}, score = scores[run.step / 2 - 1];
    if (score > 2) signs->push_back("bad");
    return {score, 2 * score};
  }
  Tensors State() override { return Weights(); }
  Tensors Weights() override { return {{"weight", weight_}}; }
  double weight() const { return weight_.item<double>(); }

 private:
  bool keeps_last_;
  at::Tensor weight_ = at::zeros({1}, at::kDouble);
};

TEST(TrainingLoop, KeepsTheBestOrTheLast) {
  const TrainingSchedule schedule = {6, 2, 2, "counting"};
  CountingTask best(false), last(true);
  const TrainingOutcome of_best = RunTraining(&best, schedule, "", false, {});
  EXPECT_TRUE(of_best.finished);
  EXPECT_EQ(of_best.run.best_step, 4);
  EXPECT_EQ(of_best.run.best, 1);
  EXPECT_EQ(best.weight(), 4);
  EXPECT_EQ(of_best.run.signs, std::vector<std::string>{"bad"});
  EXPECT_EQ(of_best.run.log.columns, (std::vector<std::string>{"step", "loss", "score", "twice"}));
  EXPECT_EQ(of_best.run.log.rows[2], (std::vector<double>{6, 4.5, 2, 4}));  // the mean of steps 4 and 5
  const TrainingOutcome of_last = RunTraining(&last, schedule, "", false, {});
  EXPECT_EQ(of_last.run.best_step, 6);
  EXPECT_EQ(of_last.run.best, 2);
  EXPECT_EQ(last.weight(), 6);
}

}  // namespace
}  // namespace vitruvius::training_loop_test
