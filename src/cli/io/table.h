// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace kante::cli {

// Rows of text in aligned columns; numbers flush right. The first row is the heading.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) { rows_.push_back(std::move(heading)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // For a terminal: two spaces between columns.
  std::string Text() const;
  // As GitHub-flavoured Markdown.
  std::string Markdown() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "1.23 k", "45.6 M": three significant digits and a decimal prefix.
std::string Human(double value);
// "12.3 MiB".
std::string HumanBytes(double bytes);
// With `digits` after the point.
std::string Fixed(double value, int digits);

}  // namespace kante::cli
