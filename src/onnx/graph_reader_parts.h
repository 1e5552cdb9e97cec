// SPDX-License-Identifier: MIT
// What the files of GraphReader share.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/graph_reader.h"

namespace kante::core {

struct GraphReader::GraphParts {
  std::string_view name, doc_string;
  MessageList nodes{"NodeProto"};
  MessageList initializers{"TensorProto"};
  MessageList sparse_initializers{"SparseTensorProto"};
  MessageList inputs{"ValueInfoProto"};
  MessageList outputs{"ValueInfoProto"};
  MessageList value_infos{"ValueInfoProto"};
};

struct GraphReader::NodeParts {
  std::string_view name, op_type, domain, overload, origin;
  std::vector<std::string_view> inputs, outputs;
  MessageList attributes{"AttributeProto"};

  std::string DisplayName() const { return std::string(name.empty() ? op_type : name); }
};

// The key of a node's metadata under which its origin is saved, one name a line.
inline constexpr std::string_view kOriginKey = "kante.origin";

inline std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace kante::core
