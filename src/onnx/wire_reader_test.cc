// SPDX-License-Identifier: MIT
#include "onnx/wire_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "onnx/wire_writer.h"

namespace kante::core {
namespace {

using namespace std::string_literals;

WireReader Reader(const std::string& bytes, int depth = 10) { return WireReader(AsBytes(bytes), "Test", depth); }

Status Walk(const std::string& bytes, int depth = 10) {
  WireReader r = Reader(bytes, depth);
  while (r.Next()) {
  }
  return r.Finish();
}

TEST(WireReader, ReadsWhatTheWriterWrites) {
  WireWriter inner;
  inner.Int(1, -5);
  inner.Float(2, 1.25f);
  WireWriter w;
  w.Message(3, inner);
  w.String(4, "text");
  w.PackedInts(5, std::vector<int64_t>{1, 300, -1});
  w.Int(5, 7);
  w.PackedFloats(6, std::vector<float>{0.5f, -0.5f});
  w.Float(6, 3);
  const std::string bytes = w.ToString();
  EXPECT_EQ(bytes.size(), w.size());
  WireReader r = Reader(bytes);
  std::vector<int64_t> ints;
  std::vector<float> floats;
  while (r.Next()) {
    if (r.field() == 3) {
      WireReader m = r.Message("Inner");
      ASSERT_TRUE(m.Next());
      EXPECT_EQ(m.Int(), -5);
      ASSERT_TRUE(m.Next());
      EXPECT_EQ(m.Float(), 1.25f);
      EXPECT_FALSE(m.Next());
      EXPECT_TRUE(m.Finish().ok());
    }
    if (r.field() == 4) {
      EXPECT_EQ(r.String(), "text");
    }
    if (r.field() == 5) r.AppendTo(ints);
    if (r.field() == 6) r.AppendTo(floats);
  }
  EXPECT_TRUE(r.Finish().ok());
  EXPECT_EQ(ints, (std::vector<int64_t>{1, 300, -1, 7}));
  EXPECT_EQ(floats, (std::vector<float>{0.5f, -0.5f, 3}));
}

TEST(WireReader, LargeContentsAreReferredTo) {
  const std::string large(5000, 'x');
  WireWriter inner;
  inner.Int(1, 1);
  inner.Reference(2, AsBytes(large));
  inner.Int(3, 3);
  WireWriter w;
  w.Message(1, std::move(inner));
  w.Int(2, 9);
  ASSERT_EQ(w.pieces().size(), 2u);
  EXPECT_EQ(w.pieces()[0].reference.data(), AsBytes(large).data());
  const std::string bytes = w.ToString();
  EXPECT_EQ(bytes.size(), w.size());
  EXPECT_TRUE(Walk(bytes).ok());
}

TEST(WireReader, RefusesBrokenVarints) {
  EXPECT_TRUE(Walk("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s).ok());   // 2^64 - 1
  EXPECT_FALSE(Walk("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s).ok());  // more than 64 bits
  EXPECT_FALSE(Walk("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"s).ok());
  EXPECT_FALSE(Walk("\x08"s).ok());
  EXPECT_FALSE(Walk("\x08\x80"s).ok());
  EXPECT_FALSE(Walk("\x80"s).ok());
}

TEST(WireReader, RefusesBrokenFields) {
  EXPECT_FALSE(Walk("\x00\x00"s).ok());          // field 0
  EXPECT_FALSE(Walk("\x0e\x00"s).ok());          // wire type 6
  EXPECT_FALSE(Walk("\x0c"s).ok());              // the end of a group that never began
  EXPECT_FALSE(Walk("\x0d\x00\x00\x00"s).ok());  // three of four bytes
  EXPECT_FALSE(Walk("\x09\x00\x00\x00\x00\x00"s).ok());
  EXPECT_FALSE(Walk("\x0a\x02x"s).ok());  // two bytes announced, one there
  EXPECT_FALSE(Walk("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"s).ok());
  EXPECT_FALSE(Walk("\xf8\xff\xff\xff\xff\x01\x00"s).ok());  // the number is too large
}

TEST(WireReader, SkipsGroupsOfOldProtobuf) {
  // Field 1: a group that holds a varint, a string and another group; then field 2.
  const std::string bytes = "\x0b\x08\x01\x12\x01x\x1b\x1c\x0c\x10\x2a"s;
  WireReader r = Reader(bytes);
  ASSERT_TRUE(r.Next());
  EXPECT_EQ(r.field(), 2u);
  EXPECT_EQ(r.Int(), 42);
  EXPECT_FALSE(r.Next());
  EXPECT_TRUE(r.Finish().ok());
  EXPECT_FALSE(Walk("\x0b\x08\x01"s).ok());            // no end
  EXPECT_FALSE(Walk(std::string(1000, '\x0b')).ok());  // too deep
  EXPECT_TRUE(Walk(std::string(3, '\x0b') + std::string(3, '\x0c')).ok());
}

TEST(WireReader, AWrongWireTypeIsAnError) {
  const std::string bytes = "\x08\x01"s;
  WireReader r = Reader(bytes);
  ASSERT_TRUE(r.Next());
  EXPECT_TRUE(r.Content().empty());
  EXPECT_FALSE(r.Next());
  const Status status = r.Finish();
  EXPECT_EQ(status.code(), StatusCode::kInvalidProtobuf);
  EXPECT_EQ(status.message(), "not a valid ONNX file: field 1 of Test has the wrong wire type");
}

TEST(WireReader, NestingIsLimited) {
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    WireWriter w;
    w.String(1, bytes);
    bytes = w.ToString();
  }
  const auto descend = [&](int depth) {
    WireReader r = Reader(bytes, depth);
    for (;;) {
      if (!r.Next()) return r.Finish().code();
      r = r.Message("Inner");
    }
  };
  EXPECT_EQ(descend(20), StatusCode::kOk);
  EXPECT_EQ(descend(19), StatusCode::kLimitExceeded);
}

TEST(WireReader, CountsWhatItWouldRead) {
  WireWriter w;
  w.PackedInts(1, std::vector<int64_t>{1, 1000000, -1});
  w.Int(1, 5);
  w.PackedFloats(2, std::vector<float>{1, 2, 3});
  const std::string bytes = w.ToString();
  WireReader r = Reader(bytes);
  int64_t ints = 0, floats = 0;
  while (r.Next()) {
    if (r.field() == 1) ints += r.CountVarints();
    if (r.field() == 2) floats += r.CountFixed(4);
  }
  EXPECT_EQ(ints, 4);
  EXPECT_EQ(floats, 3);
}

}  // namespace
}  // namespace kante::core
