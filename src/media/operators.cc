// SPDX-License-Identifier: MIT
#include "media/operators.h"

#include "kante/media.h"

namespace kante::media {

std::vector<std::shared_ptr<const CustomOp>> Operators() {
  return {MakeImageDecoder(), MakeRegexFullMatch(), MakeStringNormalizer()};
}

}  // namespace kante::media
