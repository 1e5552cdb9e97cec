// SPDX-License-Identifier: MIT
#include "session.h"

#include <nanobind/stl/string.h>

#include "checks.h"
#include "errors.h"
#include "interruptibly.h"

namespace nb = nanobind;

namespace kante::python {
namespace {

void ThrowIfRunFailed(const Status& status) {
  if (status.code() == StatusCode::kCancelled) {
    throw StatusError(Status(StatusCode::kFail, "Exiting due to terminate flag being set to true."));
  }
  ThrowIfFailed(status);
}

}  // namespace

NamedValues PySession::Feeds(nb::dict feeds, const std::vector<LoraAdapter*>& adapters) const {
  NamedValues values;
  values.reserve(feeds.size());
  for (const auto [key, object] : feeds) {
    const std::string name = nb::cast<std::string>(key);
    const ValueDescription& declared = Declared(model_.inputs(), name, "input");
    Value value = ValueOfObject(object, declared);
    CheckDeclared(declared, value, "input");
    values.emplace_back(name, std::move(value));
  }
  for (const LoraAdapter* adapter : adapters) {
    values.insert(values.end(), adapter->parameters.begin(), adapter->parameters.end());
  }
  return values;
}

nb::list PySession::Run(const std::vector<std::string>& outputs, nb::dict feeds, CancelToken& token,
                        const std::vector<LoraAdapter*>& adapters) const {
  for (const std::string& name : outputs) Declared(model_.outputs(), name, "output");
  const NamedValues values = Feeds(feeds, adapters);
  RunOptions options;
  options.cancel = &token;
  std::vector<Value> results;
  ThrowIfRunFailed(Interruptibly(token, [&] {
    auto ran = session_.Run(values, outputs, options);
    if (ran.ok()) results = std::move(*ran);
    return ran.status();
  }));
  nb::list list;
  for (const Value& value : results) list.append(ObjectOfValue(value));
  return list;
}

std::vector<OrtValue> PySession::RunBound(nb::dict outputs, nb::dict feeds, CancelToken& token,
                                          const std::vector<LoraAdapter*>& adapters) const {
  if (outputs.size() == 0) ThrowInvalidArgument("At least one output should be requested.");
  const NamedValues values = Feeds(feeds, adapters);
  NamedValues bound;
  for (const auto [key, object] : outputs) {
    const std::string name = nb::cast<std::string>(key);
    const ValueDescription& declared = Declared(model_.outputs(), name, "output");
    bound.emplace_back(name, object.is_none() ? Value() : nb::cast<const OrtValue&>(object).value);
    CheckDeclared(declared, bound.back().second, "output");
  }
  RunOptions options;
  options.cancel = &token;
  NamedValues results;
  ThrowIfRunFailed(Interruptibly(token, [&] {
    results = bound;
    return session_.RunInto(values, results, options);
  }));
  std::vector<OrtValue> list;
  for (auto& [name, value] : results) list.push_back({std::move(value)});
  return list;
}

}  // namespace kante::python
