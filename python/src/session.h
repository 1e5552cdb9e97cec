// SPDX-License-Identifier: MIT
// A model and the session that runs it, for kante.InferenceSession.
#pragma once

#include <nanobind/nanobind.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kante/session.h"
#include "values.h"

namespace kante::python {

// A LoRA adapter: values for inputs that have a default.
struct LoraAdapter {
  NamedValues parameters;
};

class PySession {
 public:
  PySession(Model model, Session session) : model_(std::move(model)), session_(std::move(session)) {}

  // The outputs named, for feeds {name: array, list, dict, OrtValue or None}. Lets other threads of Python run
  // meanwhile; Ctrl-C in the main thread ends it.
  nanobind::list Run(const std::vector<std::string>& outputs, nanobind::dict feeds, CancelToken& token,
                     const std::vector<LoraAdapter*>& adapters) const;
  // The same with values of the library's at both ends: an output that comes with a value is written there.
  std::vector<OrtValue> RunBound(nanobind::dict outputs, nanobind::dict feeds, CancelToken& token,
                                 const std::vector<LoraAdapter*>& adapters) const;

  const Model& model() const { return model_; }
  const Session& session() const { return session_; }

 private:
  NamedValues Feeds(nanobind::dict feeds, const std::vector<LoraAdapter*>& adapters) const;

  Model model_;
  Session session_;
};

}  // namespace kante::python
