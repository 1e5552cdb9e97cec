// SPDX-License-Identifier: MIT
// Upper and lower case of whole texts, as Unicode's SpecialCasing and Python's str have it.
#pragma once

#include <string>
#include <string_view>

namespace kante::media {

// One character may become several ("ß": "SS"); bytes that are not UTF-8 stay.
std::string Upper(std::string_view text);
// A capital sigma that ends a word becomes the final one.
std::string Lower(std::string_view text);

}  // namespace kante::media
