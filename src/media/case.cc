// SPDX-License-Identifier: MIT
#include "media/case.h"

#include <utf8proc.h>

namespace kante::media {
namespace {

using Code = utf8proc_int32_t;
constexpr Code kDottedI = 0x130, kCapitalSigma = 0x3A3, kSigma = 0x3C3, kFinalSigma = 0x3C2, kCapitalSharpS = 0x1E9E;
constexpr Code kDotAbove = 0x307;

// The character at `at`; -1 for a byte that is not UTF-8. `size` is what it takes.
Code CodeAt(std::string_view text, size_t at, size_t& size) {
  Code code = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const utf8proc_ssize_t read = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  size = read > 0 ? static_cast<size_t>(read) : 1;
  return read > 0 ? code : -1;
}

void Append(std::string& out, Code code) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t size = utf8proc_encode_char(code, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

bool IsCased(Code code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

// What may stand between the letters of a word: Unicode's Case_Ignorable.
bool IsIgnorable(Code code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return code == '\'' || code == '.' || code == ':' || code == 0xB7 || code == 0x2018 || code == 0x2019 ||
             code == 0x2024 || code == 0x2027;
  }
}

bool LetterFollows(std::string_view text, size_t at) {
  for (size_t size; at < text.size(); at += size) {
    const Code code = CodeAt(text, at, size);
    if (code < 0 || !IsIgnorable(code)) return code >= 0 && IsCased(code);
  }
  return false;
}

}  // namespace

std::string Upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0, size; at < text.size(); at += size) {
    const Code code = CodeAt(text, at, size);
    if (code < 0x80) {
      out.push_back(code < 0 ? text[at] : static_cast<char>(utf8proc_toupper(code)));
      continue;
    }
    // utf8proc has one capital a character. Those that have several are those whose folded case has several.
    Code folded[4];
    int boundary = 0;
    const auto count = utf8proc_decompose_char(code, folded, 4, UTF8PROC_CASEFOLD, &boundary);
    if (count < 2 || count > 4 || code == kDottedI || code == kCapitalSharpS) {
      Append(out, utf8proc_toupper(code));
      continue;
    }
    for (utf8proc_ssize_t i = 0; i < count; ++i) Append(out, utf8proc_toupper(folded[i]));
  }
  return out;
}

std::string Lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool after_letter = false;
  for (size_t at = 0, size; at < text.size(); at += size) {
    const Code code = CodeAt(text, at, size);
    if (code < 0) {
      out.push_back(text[at]);
    } else if (code == kDottedI) {
      out.push_back('i');
      Append(out, kDotAbove);
    } else if (code == kCapitalSigma) {
      Append(out, after_letter && !LetterFollows(text, at + size) ? kFinalSigma : kSigma);
    } else {
      Append(out, utf8proc_tolower(code));
    }
    if (code < 0 || !IsIgnorable(code)) after_letter = code >= 0 && IsCased(code);
  }
  return out;
}

}  // namespace kante::media
