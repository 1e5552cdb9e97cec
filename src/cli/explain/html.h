// SPDX-License-Identifier: MIT
// Text of a model in HTML and SVG: nothing in it may become markup.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kante::cli {

// Valid UTF-8 without control characters, of at most `most` characters ("…" stands for the rest).
std::string PlainText(std::string_view text, size_t most = 300);
// PlainText with & < > " ' as entities: for elements and quoted attributes.
std::string Html(std::string_view text, size_t most = 300);
// JSON as the content of a script element.
std::string ScriptJson(std::string_view json);
// Puts values into the places {{name}} of a template, which are all known; values are not looked into.
std::string FillIn(std::string_view page, const std::map<std::string, std::string>& values);

}  // namespace kante::cli
