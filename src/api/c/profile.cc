// SPDX-License-Identifier: MIT
// Ends a session's profile: a file in Chrome's trace format, named prefix_date_time.json.
#include <span>

#include "api/c/memory.h"
#include "api/c/session.h"
#include "api/c/slots.h"
#include "base/atomic_file.h"
#include "base/clock.h"

namespace kante::ort {

OrtStatus* WriteProfile(OrtSession& session, std::string* path) {
  if (!session.profiling) return nullptr;
  session.profiling = false;
  const std::string trace = session.session.StopProfile();
  const std::string& prefix = session.profile_prefix;
  *path = (prefix.empty() ? "onnxruntime_profile_" : prefix) + "_" + core::Timestamp() + ".json";
  auto file = core::AtomicFile::Create(*path);
  if (!file.ok()) return Fail(ORT_FAIL, std::string(file.status().message()));
  core::Status written = file->Write(std::as_bytes(std::span(trace)));
  if (written.ok()) written = file->Commit();
  return written.ok() ? nullptr : Fail(ORT_FAIL, std::string(written.message()));
}

OrtStatus* SessionEndProfiling(OrtSession* session, OrtAllocator* allocator, char** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  std::string path;
  KANTE_ORT_TRY(WriteProfile(*session, &path));
  return CopyText(allocator, path, out);
}

OrtStatus* SessionGetProfilingStartTimeNs(const OrtSession* session, uint64_t* out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = session->profile_start_ns;
  return nullptr;
}

}  // namespace kante::ort
