// SPDX-License-Identifier: MIT
// skips.tsv: the cases that are not expected to pass, one a line: case TAB source TAB reason.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kante/status.h"

namespace kante::conformance {

// What a reason starts with decides. "media..." are skipped by the core alone only.
enum class Listed {
  kNo,       // must pass
  kSkip,     // is not run
  kExpected  // "not there yet:": must fail, so that the list shrinks with every operator
};

class SkipList {
 public:
  static Result<SkipList> Read(const std::string& path);

  // How a case of a source ("1.23") is listed; a line's source "any" is every source.
  Listed Find(std::string_view name, std::string_view source, bool core);
  // A line for this source that named no case.
  std::optional<std::string> Unused(std::string_view source) const;

 private:
  struct Line {
    Listed core = Listed::kSkip;
    Listed whole = Listed::kSkip;
    bool used = false;
  };
  std::map<std::string, Line, std::less<>> lines_;  // "case\tsource"
};

}  // namespace kante::conformance
