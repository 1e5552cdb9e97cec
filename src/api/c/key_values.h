// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/c/ort_types.h"

struct OrtKeyValuePairs {
  std::map<std::string, std::string, std::less<>> entries;
  std::vector<const char*> keys, values;  // of entries, for callers
  void Refresh();                         // after a change of entries
};
