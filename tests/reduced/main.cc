// SPDX-License-Identifier: MIT
// program MODEL SHAPE: runs the model on numbers of its own and prints its float outputs exactly. The program whose
// size tools/check_reduced.sh limits.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kante/session.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto model = kante::Model::Load(argv[1]);
  if (!model.ok()) return std::fprintf(stderr, "%s\n", model.status().message().c_str()), 1;
  const auto session = kante::Session::Create(*model);
  if (!session.ok()) return std::fprintf(stderr, "%s\n", session.status().message().c_str()), 1;
  std::vector<int64_t> shape;
  size_t count = 1;
  for (char* at = argv[2]; *at; at += *at == ',') {
    shape.push_back(std::strtoll(at, &at, 10));
    count *= static_cast<size_t>(shape.back());
  }
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i * 37 % 101) / 101 - 0.5f;
  const auto input = kante::Tensor::Of<float>(shape, values);
  if (!input.ok()) return std::fprintf(stderr, "%s\n", input.status().message().c_str()), 1;
  const auto outputs = session->Run({{model->inputs()[0].name, *input}});
  if (!outputs.ok()) return std::fprintf(stderr, "%s\n", outputs.status().message().c_str()), 1;
  for (const float value : (*outputs)[0].tensor().values<float>()) std::printf("%a\n", value);
  return 0;
}
