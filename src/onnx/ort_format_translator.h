// SPDX-License-Identifier: MIT
// What the files of the translation of .ort files share.
#pragma once

#include <string>
#include <string_view>

#include "base/limits.h"
#include "onnx/flat_buffer.h"
#include "onnx/wire_reader.h"
#include "onnx/wire_writer.h"

namespace kante::core {

// Writes each table as the message that it stands for. The first error is kept and ends every loop. Tables and vectors
// may be referred to again and again, so what is written is held against a limit.
class OrtTranslator {
 public:
  OrtTranslator(Bytes file, const Limits& limits)
      : file_(file),
        buffer_(file),
        limits_(limits),
        left_(limits.max_inlined_bytes),
        weights_left_(4 * int64_t(file.size())) {}

  Result<std::string> Translate();

 private:
  // ort_format.cc
  WireWriter Model(const FlatTable& model);
  WireWriter Opset(const FlatTable& opset);
  WireWriter Entry(const FlatTable& entry);

  // ort_format_graph.cc
  WireWriter Graph(const FlatTable& graph, int nesting);
  WireWriter Node(const FlatTable& node, int nesting);
  WireWriter Attribute(const FlatTable& attribute, int nesting);

  // ort_format_values.cc
  WireWriter Tensor(const FlatTable& tensor);
  WireWriter SparseTensor(const FlatTable& sparse);
  WireWriter ValueInfo(const FlatTable& value);
  WireWriter Type(const FlatTable& type, int depth);
  WireWriter TensorType(const FlatTable& type);
  WireWriter Dimension(const FlatTable& dimension);

  bool going() const { return status_.ok() && !buffer_.broken(); }
  void Fail(Status status) {
    if (going()) status_ = std::move(status);
  }
  // Takes the cost of one message or element, with `bytes` of text or numbers, from what is left.
  bool Charge(size_t bytes = 0);
  // Writes the text of a field if it is there.
  void Text(const FlatTable& from, int field, uint32_t to, WireWriter& w);
  // Writes every text of a vector, empty ones too.
  void Texts(const FlatTable& from, int field, uint32_t to, WireWriter& w);
  // Writes a vector of int64, packed.
  void Numbers(const FlatTable& from, int field, uint32_t to, WireWriter& w);
  // Writes every table of a vector as the message that `make` (a member, given the table and `more`) makes of it.
  template <typename Make, typename... More>
  void Messages(const FlatTable& from, int field, uint32_t to, WireWriter& w, Make make, More... more) {
    const FlatVector tables = from.Tables(field);
    for (size_t i = 0; i < tables.size() && Charge(); ++i) w.Message(to, (this->*make)(tables.Table(i), more...));
  }

  const Bytes file_;
  FlatBuffer buffer_;
  const Limits& limits_;
  int64_t left_;
  int64_t weights_left_;  // tensors that all share the same bytes would make little files large models
  Status status_;
};

}  // namespace kante::core
