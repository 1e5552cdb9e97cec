// SPDX-License-Identifier: MIT
#include "kante/profile.h"

#include "api/cxx/convert.h"
#include "api/cxx/profile.h"
#include "runtime/machine.h"

namespace kante {
namespace {

std::vector<ProfiledValue> ToPublic(std::vector<core::ProfiledValue> values) {
  std::vector<ProfiledValue> out;
  out.reserve(values.size());
  for (core::ProfiledValue& v : values) out.push_back({std::move(v.name), std::move(v.type), v.producer, v.constant});
  return out;
}

}  // namespace

Profile ToPublic(core::Profile profile) {
  Profile out;
  const double runs = profile.run_ns.empty() ? 1 : static_cast<double>(profile.run_ns.size());
  out.steps.reserve(profile.steps.size());
  for (core::ProfiledStep& step : profile.steps) {
    ProfiledStep& to = out.steps.emplace_back();
    to.name = step.node->name;
    to.origin = step.node->origin;
    if (to.origin.empty()) to.origin.push_back(step.node->DisplayName());
    to.domain = step.node->domain;
    to.op_type = step.node->op_type;
    to.parent = step.parent;
    to.inputs = ToPublic(std::move(step.inputs));
    to.outputs = ToPublic(std::move(step.outputs));
    to.algorithm = std::move(step.method.name);
    to.reason = std::move(step.method.reason);
    to.skipped = step.skipped;
    to.executions = step.executions;
    to.nanoseconds = std::move(step.run_ns);
    to.flops = step.flops / runs;
    to.bytes = step.bytes / runs;
  }
  out.run_nanoseconds = std::move(profile.run_ns);
  out.complete = profile.complete;
  return out;
}

Result<MachinePeaks> MeasurePeaks(int threads) {
  if (threads < 0 || threads > kMostThreads) {
    return Status(StatusCode::kInvalidArgument,
                  core::StrCat("threads must be between 0 and ", kMostThreads, ", not ", threads));
  }
  const auto machine = core::MeasureMachine(threads);
  if (!machine.ok()) return StatusOf(machine);
  return MachinePeaks{machine->instruction_set, machine->threads, machine->peaks.flops, machine->peaks.bytes};
}

}  // namespace kante
