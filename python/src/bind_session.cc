// SPDX-License-Identifier: MIT
// The classes Session, CancelToken and LoraAdapter as Python sees them.
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <tuple>
#include <vector>

#include "bindings.h"
#include "errors.h"
#include "interruptibly.h"
#include "session.h"
#include "type_names.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kante::python {
namespace {

// kante.session gives these by name; SessionOptions says what they mean.
struct Settings {
  int optimization = 2;
  int threads = 0;
  bool spinning = true;
  std::string folder;  // of external data, for models from memory
  std::string weight_cache;
  bool low_memory = false;
  int weights = 0;
  std::string optimized_path;
  std::map<std::string, OrtValue> initializers;
  std::map<std::string, int64_t> dimensions;
  std::vector<std::string> libraries;
};

LoadOptions LoadOptionsOf(const Settings& settings, CancelToken& token, std::vector<std::string>& log) {
  LoadOptions load;
  load.optimization = static_cast<OptimizationLevel>(settings.optimization);
  load.weight_cache = settings.weight_cache;
  load.dimensions = settings.dimensions;
  for (const auto& [name, value] : settings.initializers) load.initializers.emplace(name, value.tensor());
  for (const std::string& path : settings.libraries) {
    for (auto& op : ValueOrThrow(LoadCustomOps(path))) load.custom_ops.push_back(std::move(op));
  }
  load.progress = [&token](double) { return !token.cancelled(); };
  load.log = [&log](const std::string& line) { log.push_back(line); };
  return load;
}

SessionOptions SessionOptionsOf(const Settings& settings) {
  SessionOptions session;
  session.threads = settings.threads;
  if (!settings.spinning) session.spin_microseconds = 0;
  if (settings.low_memory) session.memory = MemoryUse::kLow;
  session.weights = static_cast<WeightStorage>(settings.weights);
  return session;
}

// `source` is a path (str) or the bytes of a model. `log` is called with each line that is worth knowing.
PySession Load(nb::handle source, const Settings& settings, CancelToken& token, nb::callable log) {
  std::vector<std::string> lines;
  const LoadOptions load = LoadOptionsOf(settings, token, lines);
  const bool from_memory = nb::isinstance<nb::bytes>(source);
  const std::string path = from_memory ? std::string() : nb::cast<std::string>(source);
  std::span<const std::byte> bytes;
  if (from_memory) {
    const auto held = nb::cast<nb::bytes>(source);
    bytes = std::as_bytes(std::span(held.c_str(), held.size()));
    if (bytes.empty()) ThrowInvalidArgument("No graph was found in the protobuf.");
  }
  Model model;
  Session session;
  ThrowIfFailed(Interruptibly(token, [&] {
    auto loaded = from_memory ? Model::LoadFromMemory(bytes, load, settings.folder) : Model::Load(path, load);
    if (!loaded.ok()) return loaded.status();
    model = std::move(*loaded);
    auto made = Session::Create(model, SessionOptionsOf(settings));
    if (!made.ok()) return made.status();
    session = std::move(*made);
    return settings.optimized_path.empty() ? Status() : model.Save(settings.optimized_path);
  }));
  for (const std::string& line : lines) log(line);
  return PySession(std::move(model), std::move(session));
}

// (name, type, shape, has a default); a dimension is a number, a name or None.
nb::list Describe(const std::vector<ValueDescription>& all) {
  nb::list list;
  for (const ValueDescription& d : all) {
    nb::list shape;
    const bool holds_others = d.kind == ValueKind::kSequence || d.kind == ValueKind::kMap;
    for (const Dimension& extent : holds_others ? std::vector<Dimension>() : d.dimensions) {
      if (extent.value >= 0) {
        shape.append(extent.value);
      } else if (extent.name.empty()) {
        shape.append(nb::none());
      } else {
        shape.append(extent.name);
      }
    }
    list.append(nb::make_tuple(d.name, TypeName(d), shape, d.has_default));
  }
  return list;
}

nb::dict Metadata(const PySession& self) {
  const Model& model = self.model();
  nb::dict all;
  all["producer_name"] = model.producer();
  all["graph_name"] = model.name();
  all["domain"] = model.domain();
  all["description"] = model.description();
  all["graph_description"] = model.graph_description();
  all["version"] = model.model_version();
  all["custom_metadata_map"] = model.metadata();
  return all;
}

LoraAdapter ReadLora(const std::string& path) {
  LoraAdapter adapter;
  for (auto& [name, tensor] : ValueOrThrow(ReadAdapterFile(path))) {
    adapter.parameters.emplace_back(std::move(name), Value(std::move(tensor)));
  }
  return adapter;
}

}  // namespace

void BindSession(nb::module_& module) {
  nb::class_<CancelToken>(module, "CancelToken")
      .def(nb::init<>())
      .def("cancel", &CancelToken::Cancel)
      .def("reset", &CancelToken::Reset)
      .def("cancelled", &CancelToken::cancelled);

  nb::class_<LoraAdapter>(module, "LoraAdapter")
      .def(nb::init<>())
      .def(
          "Load", [](LoraAdapter& self, const std::string& path) { self = ReadLora(path); }, "path"_a);

  nb::class_<Settings>(module, "Settings")
      .def(nb::init<>())
      .def_rw("optimization", &Settings::optimization)
      .def_rw("threads", &Settings::threads)
      .def_rw("spinning", &Settings::spinning)
      .def_rw("folder", &Settings::folder)
      .def_rw("weight_cache", &Settings::weight_cache)
      .def_rw("low_memory", &Settings::low_memory)
      .def_rw("weights", &Settings::weights)
      .def_rw("optimized_path", &Settings::optimized_path)
      .def_rw("initializers", &Settings::initializers)
      .def_rw("dimensions", &Settings::dimensions)
      .def_rw("libraries", &Settings::libraries);

  nb::class_<PySession>(module, "Session")
      .def_static("load", &Load, "source"_a, "settings"_a, "token"_a, "log"_a)
      .def("run", &PySession::Run, "outputs"_a, "feeds"_a, "token"_a, "adapters"_a)
      .def("run_bound", &PySession::RunBound, "outputs"_a, "feeds"_a, "token"_a, "adapters"_a)
      .def("inputs", [](const PySession& self) { return Describe(self.model().inputs()); })
      .def("outputs", [](const PySession& self) { return Describe(self.model().outputs()); })
      .def("metadata", &Metadata)
      .def(
          "prepare",
          [](const PySession& self, const std::map<std::string, std::vector<int64_t>>& shapes) {
            CancelToken token;
            ThrowIfFailed(Interruptibly(token, [&] { return self.session().Prepare(shapes); }));
          },
          "shapes"_a)
      .def("start_profile", [](const PySession& self) { self.session().StartProfile(); })
      .def("stop_profile", [](const PySession& self) { return self.session().StopProfile(); });
}

}  // namespace kante::python
