// SPDX-License-Identifier: MIT
// Writes FlatBuffers by hand, right and wrong ones, for tests.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kante::core::test::flat {

// A table, vector or text with all below it. Copies share what they are.
class Thing {
 public:
  Thing() = default;
  template <std::invocable<std::string&> F>
  Thing(F write) : write_(std::make_shared<const std::function<size_t(std::string&)>>(std::move(write))) {}
  explicit operator bool() const { return write_ != nullptr; }
  // Appends it and says where it stands.
  size_t operator()(std::string& out) const { return (*write_)(out); }

 private:
  std::shared_ptr<const std::function<size_t(std::string&)>> write_;
};

inline void Align(std::string& out, size_t to) { out.resize((out.size() + to - 1) / to * to); }

template <typename T>
void Put(std::string& out, size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof(T));
}

// What stands at `at` leads to the thing, which is appended.
inline void Link(std::string& out, size_t at, const Thing& thing) {
  Align(out, 8);
  const size_t position = thing(out);
  Put(out, at, static_cast<uint32_t>(position - at));
}

template <typename T>
Thing Numbers(std::vector<T> numbers) {
  return [numbers = std::move(numbers)](std::string& out) {
    const size_t at = out.size();
    out.resize(at + 4);
    Put(out, at, static_cast<uint32_t>(numbers.size()));
    out.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
    return at;
  };
}

inline Thing Text(std::string_view text) {
  return [text = std::string(text)](std::string& out) {
    const size_t at = Numbers(std::vector<char>(text.begin(), text.end()))(out);
    out.push_back('\0');
    return at;
  };
}

inline Thing List(std::vector<Thing> things) {
  return [things = std::move(things)](std::string& out) {
    const size_t at = out.size();
    out.resize(at + 4 + 4 * things.size());
    Put(out, at, static_cast<uint32_t>(things.size()));
    for (size_t i = 0; i < things.size(); ++i) Link(out, at + 4 + 4 * i, things[i]);
    return at;
  };
}

// The same thing again and again, written once.
inline Thing Repeated(uint32_t count, Thing thing) {
  return [count, thing = std::move(thing)](std::string& out) {
    const size_t at = out.size();
    out.resize(at + 4 + 4 * size_t{count});
    Put(out, at, count);
    Align(out, 8);
    const size_t position = thing(out);
    for (size_t slot = at + 4; slot < at + 4 + 4 * size_t{count}; slot += 4) {
      Put(out, slot, static_cast<uint32_t>(position - slot));
    }
    return at;
  };
}

inline Thing Texts(const std::vector<std::string>& texts) {
  std::vector<Thing> things;
  for (const std::string& text : texts) things.push_back(Text(text));
  return List(std::move(things));
}

struct Field {
  int number;
  std::string scalar;
  Thing thing;
};
inline Field To(int number, Thing thing) { return {number, {}, std::move(thing)}; }
inline Field To(int number, std::string_view text) { return {number, {}, Text(text)}; }
template <typename T>
Field Is(int number, T value) {
  return {number, std::string(reinterpret_cast<const char*>(&value), sizeof(value)), {}};
}

// The vtable, then eight bytes for each field.
inline Thing Table(std::vector<Field> fields) {
  return [fields = std::move(fields)](std::string& out) {
    size_t count = 0;
    for (const Field& field : fields) count = std::max(count, static_cast<size_t>(field.number) + 1);
    const size_t vtable = out.size();
    out.resize(vtable + 4 + 2 * count);
    Put(out, vtable, static_cast<uint16_t>(4 + 2 * count));
    Put(out, vtable + 2, static_cast<uint16_t>(8 + 8 * fields.size()));
    Align(out, 8);
    const size_t table = out.size();
    out.resize(table + 8 + 8 * fields.size());
    Put(out, table, static_cast<int32_t>(table - vtable));
    for (size_t i = 0; i < fields.size(); ++i) {
      const size_t at = table + 8 + 8 * i;
      Put(out, vtable + 4 + 2 * static_cast<size_t>(fields[i].number), static_cast<uint16_t>(at - table));
      if (fields[i].thing) {
        Link(out, at, fields[i].thing);
      } else {
        out.replace(at, fields[i].scalar.size(), fields[i].scalar);
      }
    }
    return table;
  };
}

inline std::string File(std::string_view identifier, const Thing& root) {
  std::string out(8, '\0');
  out.replace(4, 4, identifier);
  Link(out, 0, root);
  return out;
}

}  // namespace kante::core::test::flat
