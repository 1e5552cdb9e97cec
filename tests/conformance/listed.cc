// SPDX-License-Identifier: MIT
#include "tests/conformance/listed.h"

#include "cli/io/files.h"

namespace kante::conformance {
namespace {

Listed KindOf(std::string_view reason, bool core) {
  if (reason.starts_with("media")) {
    if (core) return Listed::kSkip;
    return reason.starts_with("media, not there yet:") ? Listed::kExpected : Listed::kNo;
  }
  return reason.starts_with("not there yet:") ? Listed::kExpected : Listed::kSkip;
}

}  // namespace

Result<SkipList> SkipList::Read(const std::string& path) {
  auto text = cli::ReadFile(path);
  if (!text.ok()) return text.status();
  SkipList list;
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const size_t first = line.find('\t');
    const size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos || second + 1 == line.size()) {
      return Status(StatusCode::kInvalidArgument,
                    path + ":" + std::to_string(number) + ": not case TAB source TAB reason");
    }
    const std::string_view reason = line.substr(second + 1);
    list.lines_[std::string(line.substr(0, second))] = {KindOf(reason, true), KindOf(reason, false)};
  }
  return list;
}

Listed SkipList::Find(std::string_view name, std::string_view source, bool core) {
  for (std::string_view where : {source, std::string_view("any")}) {
    auto it = lines_.find(std::string(name) + "\t" + std::string(where));
    if (it == lines_.end()) continue;
    it->second.used = true;
    return core ? it->second.core : it->second.whole;
  }
  return Listed::kNo;
}

std::optional<std::string> SkipList::Unused(std::string_view source) const {
  for (const auto& [key, line] : lines_) {
    if (!line.used && key.ends_with("\t" + std::string(source))) return key.substr(0, key.find('\t'));
  }
  return std::nullopt;
}

}  // namespace kante::conformance
