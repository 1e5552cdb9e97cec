// SPDX-License-Identifier: MIT
// Containers of prepacked weights: sessions of one model share it, and with it what kernels made of its weights.
#include <map>
#include <mutex>
#include <tuple>

#include "api/c/session.h"
#include "api/c/slots.h"
#include "base/content_hash.h"
#include "base/entropy.h"
#include "base/mapped_file.h"
#include "base/mutex.h"

struct OrtPrepackedWeightsContainer {
  // Which model, loaded how. The caller's tensors count by their memory.
  struct Key {
    kante::core::ContentHash::Value content{};
    kante::OptimizationLevel optimization{};
    std::map<std::string, const void*> initializers;
    std::map<std::string, int64_t> dimensions, denotations;
    std::string folder;
    bool operator<(const Key& other) const {
      const auto all = [](const Key& k) {
        return std::tie(k.content, k.optimization, k.initializers, k.dimensions, k.denotations, k.folder);
      };
      return all(*this) < all(other);
    }
  };
  kante::core::Mutex mutex;
  kante::core::ContentHash hash{{kante::core::EntropyBits(), kante::core::EntropyBits()}};
  std::map<Key, kante::Model> models;
};

namespace kante::ort {
namespace {

// Operators and files of the caller's may be others the next time: such models are not shared.
bool Shareable(const OrtSessionOptions* options) {
  return !options || (options->custom_op_domains.empty() && options->external_files.empty());
}

OrtPrepackedWeightsContainer::Key KeyOf(const OrtPrepackedWeightsContainer& container, std::span<const std::byte> bytes,
                                        std::string folder, const OrtSessionOptions* options) {
  OrtPrepackedWeightsContainer::Key key;
  key.content = container.hash.Of(bytes.data(), bytes.size());
  key.folder = std::move(folder);
  if (!options) return key;
  key.optimization = options->optimization;
  for (const auto& [name, tensor] : options->initializers) key.initializers[name] = tensor.data();
  key.dimensions = options->dimensions;
  key.denotations = options->denotations;
  return key;
}

template <typename Load>
OrtStatus* Share(OrtPrepackedWeightsContainer& container, const OrtEnv* env, OrtPrepackedWeightsContainer::Key key,
                 const OrtSessionOptions* options, const Load& load, OrtSession** out) {
  const auto load_options = LoadOptionsOf(options);
  if (!load_options.ok()) return ToOrt(load_options.status());
  Model model;
  {
    const std::lock_guard lock(container.mutex);
    if (const auto found = container.models.find(key); found != container.models.end()) model = found->second;
  }
  if (!model.valid()) {
    auto loaded = load(*load_options);
    if (!loaded.ok()) return ToOrt(loaded.status());
    const std::lock_guard lock(container.mutex);
    model = container.models.emplace(std::move(key), std::move(*loaded)).first->second;
  }
  auto session = std::make_unique<OrtSession>();
  KANTE_ORT_TRY(Open(env, std::move(model), options, *session));
  *out = session.release();
  return nullptr;
}

}  // namespace

OrtStatus* CreatePrepackedWeightsContainer(OrtPrepackedWeightsContainer** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtPrepackedWeightsContainer;
  return nullptr;
}
void ReleasePrepackedWeightsContainer(OrtPrepackedWeightsContainer* container) noexcept { delete container; }

OrtStatus* CreateSessionWithPrepackedWeightsContainer(const OrtEnv* env, const char* path,
                                                      const OrtSessionOptions* options,
                                                      OrtPrepackedWeightsContainer* container,
                                                      OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(container);
  KANTE_ORT_REQUIRE(out);
  if (!Shareable(options)) return CreateSession(env, path, options, out);
  const auto file = core::MappedFile::Open(path, core::Mapping::kMap);
  if (!file.ok()) return CreateSession(env, path, options, out);  // which says why not
  auto key = KeyOf(*container, (*file)->bytes(), path, options);
  return Share(
      *container, env, std::move(key), options, [&](const LoadOptions& load) { return Model::Load(path, load); }, out);
}

OrtStatus* CreateSessionFromArrayWithPrepackedWeightsContainer(const OrtEnv* env, const void* bytes, size_t count,
                                                               const OrtSessionOptions* options,
                                                               OrtPrepackedWeightsContainer* container,
                                                               OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(container);
  KANTE_ORT_REQUIRE(out);
  if (count == 0 || !bytes || !Shareable(options)) return CreateSessionFromArray(env, bytes, count, options, out);
  const std::span model(static_cast<const std::byte*>(bytes), count);
  const std::string folder = ExternalFolder(options);
  return Share(
      *container, env, KeyOf(*container, model, folder, options), options,
      [&](const LoadOptions& load) { return Model::LoadFromMemory(model, load, folder); }, out);
}

}  // namespace kante::ort
