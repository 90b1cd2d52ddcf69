// Adam on the one flat tensor of a network's parameters. Source: Kingma and Ba, Adam, ICLR 2015, algorithm 1.
#pragma once

#include <map>
#include <string>

#include <ATen/ATen.h>

namespace vitruvius {

class FlatAdam {
 public:
  // `like`: a flat tensor of parameters (models/networks/parameters.h).
  FlatAdam(const at::Tensor& like, double beta1, double beta2);
  // parameters <- parameters - rate * m / (sqrt(v) + 1e-8), with m and v free of their bias towards zero.
  void Step(at::Tensor parameters, const at::Tensor& gradient, double rate);
  // What has to be kept to go on later, by name; the tensors are the optimiser's own.
  std::map<std::string, at::Tensor> State(const std::string& prefix) const;

 private:
  double beta1_, beta2_;
  at::Tensor mean_, square_;
  at::Tensor steps_;  // () int64, on the CPU
};

}  // namespace vitruvius
