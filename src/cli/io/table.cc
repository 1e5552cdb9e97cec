// SPDX-License-Identifier: MIT
#include "cli/io/table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace kante::cli {
namespace {

bool IsNumber(const std::string& text) {
  if (text.empty()) return true;
  const char c = text[text[0] == '-' && text.size() > 1 ? 1 : 0];
  return c >= '0' && c <= '9';
}

std::string Scaled(double value, double step, const char* const* units, int count) {
  int unit = 0;
  while (std::abs(value) >= step && unit + 1 < count) {
    value /= step;
    ++unit;
  }
  if (unit > 0 && unit + 1 < count && step == 1000 && std::abs(value) >= 999.5) {  // would be written as 1e+03
    value /= step;
    ++unit;
  }
  char buffer[48];
  if (unit == 0 || std::abs(value) >= 999.5) {
    std::snprintf(buffer, sizeof buffer, "%.0f%s", value, units[unit]);
  } else {
    std::snprintf(buffer, sizeof buffer, "%.3g%s", value, units[unit]);
  }
  return buffer;
}

}  // namespace

std::string Table::Text() const {
  std::vector<size_t> width;
  std::vector<bool> right;
  for (size_t r = 0; r < rows_.size(); ++r) {
    width.resize(std::max(width.size(), rows_[r].size()), 0);
    right.resize(width.size(), true);
    for (size_t c = 0; c < rows_[r].size(); ++c) {
      width[c] = std::max(width[c], rows_[r][c].size());
      if (r > 0 && !IsNumber(rows_[r][c])) right[c] = false;
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(width[c] - row[c].size(), ' ');
      if (c) line += "  ";
      line += right[c] ? pad + row[c] : row[c] + pad;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string Table::Markdown() const {
  std::string out;
  for (size_t r = 0; r < rows_.size(); ++r) {
    out += "|";
    for (const std::string& cell : rows_[r]) out += " " + cell + " |";
    out += "\n";
    if (r > 0) continue;
    out += "|";
    for (size_t c = 0; c < rows_[0].size(); ++c) out += "---|";
    out += "\n";
  }
  return out;
}

std::string Human(double value) {
  static constexpr const char* kUnits[] = {"", " k", " M", " G", " T", " P"};
  return Scaled(value, 1000, kUnits, 6);
}

std::string HumanBytes(double bytes) {
  static constexpr const char* kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB"};
  return Scaled(bytes, 1024, kUnits, 5);
}

std::string Fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

}  // namespace kante::cli
