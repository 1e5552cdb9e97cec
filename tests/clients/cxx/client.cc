// SPDX-License-Identifier: MIT
// client MODELS: ends with 0 if all is as it should be.
#include "client.h"

int main(int count, char** arguments) {
  CHECK(count == 2);
  Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "client");
  const Models models{env, arguments[1]};
  TestRun(models);
  TestDescriptions(models);
  TestOrtFormat(models);
  TestBinding(models);
  TestErrors(models);
  TestStrings(models);
  TestHalves(models);
  TestContainers(models);
  TestAllocators(models);
  TestCustomOperator(models);
  TestLiteOperator(models);
  TestOperatorThatThrows(models);
  return 0;
}
