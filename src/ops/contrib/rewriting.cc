// SPDX-License-Identifier: MIT
#include "ops/contrib/rewriting.h"

#include "ops/registry.h"

namespace kante::core {

Status RunRewrite(UpgradeContext& u, const OpInfo& info, Status (*rule)(Rewriting&)) {
  KANTE_TRY(CheckArity(info, u.node()));
  Rewriting r(u);
  KANTE_TRY(rule(r));
  KANTE_TRY(r.attrs.Finish());
  r.results.resize(u.node().outputs.size(), kNone);
  for (size_t i = 0; i < r.results.size(); ++i) {
    if (r.wants(i) && r.results[i] == kNone) return NotImplemented("output ", i, " is not supported");
  }
  u.ReplaceWith(r.results);
  return OkStatus();
}

}  // namespace kante::core
