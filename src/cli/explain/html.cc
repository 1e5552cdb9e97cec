// SPDX-License-Identifier: MIT
#include "cli/explain/html.h"

namespace kante::cli {
namespace {

constexpr const char* kReplacement = "\xef\xbf\xbd";

// Bytes of the character at the front; 0 if it is none, or a control character.
size_t CharacterLength(std::string_view text) {
  const auto at = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = at(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  unsigned code = first & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0u) != 0x80u) return 0;
    code = code << 6 | (at(i) & 0x3fu);
  }
  constexpr unsigned kLeast[] = {0, 0, 0xa0, 0x800, 0x10000};  // also the control characters from 0x80 on
  const bool surrogate = code >= 0xd800 && code < 0xe000, turns = code >= 0x202a && code <= 0x202e;
  return first < 0xc0 || first > 0xf4 || code < kLeast[length] || code > 0x10ffff || surrogate || turns ? 0 : length;
}

}  // namespace

std::string PlainText(std::string_view text, size_t most) {
  std::string out;
  for (size_t count = 0; !text.empty(); ++count) {
    if (count == most) return out + "…";
    const size_t length = CharacterLength(text);
    out += length ? text.substr(0, length) : std::string_view(kReplacement);
    text.remove_prefix(length ? length : 1);
  }
  return out;
}

std::string Html(std::string_view text, size_t most) {
  std::string out;
  for (char c : PlainText(text, most)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ScriptJson(std::string_view json) {
  std::string out;
  for (char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

std::string FillIn(std::string_view page, const std::map<std::string, std::string>& values) {
  std::string out;
  for (;;) {
    const size_t open = page.find("{{"), close = page.find("}}", open == page.npos ? 0 : open);
    if (open == page.npos || close == page.npos) return out.append(page);
    out.append(page.substr(0, open));
    const auto value = values.find(std::string(page.substr(open + 2, close - open - 2)));
    if (value != values.end()) out += value->second;
    page.remove_prefix(close + 2);
  }
}

}  // namespace kante::cli
