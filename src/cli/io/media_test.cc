// SPDX-License-Identifier: MIT
// Pictures and recordings as tensors.
#include <gtest/gtest.h>
#include <png.h>
#include <sndfile.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cli/io/audio.h"
#include "cli/io/files.h"
#include "cli/io/image.h"

namespace kante::cli {
namespace {

ValueDescription Input(std::vector<int64_t> dims, ElementType type = ElementType::kFloat32) {
  ValueDescription d;
  d.name = "x";
  d.element_type = type;
  d.has_shape = true;
  for (int64_t v : dims) d.dimensions.push_back({v, ""});
  return d;
}

std::vector<float> Values(const Tensor& t) { return {t.values<float>().begin(), t.values<float>().end()}; }
std::vector<int64_t> Shape(const Tensor& t) { return {t.shape().begin(), t.shape().end()}; }

class Media : public ::testing::Test {
 protected:
  Media() {
    path_ = (std::filesystem::temp_directory_path() / "kante-media-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ~Media() override {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  // Two pixels in a row: (255, 0, 51) and (0, 102, 255).
  std::string Png() {
    const uint8_t pixels[] = {255, 0, 51, 0, 102, 255};
    png_image png;
    std::memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    png.width = 2;
    png.height = 1;
    png.format = PNG_FORMAT_RGB;
    const std::string path = path_ + "/p.png";
    EXPECT_TRUE(png_image_write_to_file(&png, path.c_str(), 0, pixels, 0, nullptr));
    return path;
  }
  std::string Wav(int channels, int rate, const std::vector<float>& samples,
                  int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) {
    const std::string path = path_ + "/a.wav";
    SF_INFO info{};
    info.channels = channels;
    info.samplerate = rate;
    info.format = format;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    EXPECT_NE(file, nullptr);
    sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    sf_close(file);
    return path;
  }
  std::string path_;
};

TEST_F(Media, PictureLayouts) {
  auto t = ImageTensor(Png(), Input({1, 3, -1, -1}), {});
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{1, 3, 1, 2}));
  const std::vector<float> planes = {1, 0, 0, 0.4f, 0.2f, 1};
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(Values(*t)[i], planes[i], 1e-6);
  t = ImageTensor(Png(), Input({1, -1, -1, 3}), {});
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{1, 1, 2, 3}));
  EXPECT_NEAR(Values(*t)[2], 0.2f, 1e-6);
  t = ImageTensor(Png(), Input({3, -1, -1}), {.layout = "NCHW"});
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{3, 1, 2}));
  t = ImageTensor(Png(), Input({1, 1, 2, 3}, ElementType::kUint8), {.layout = "NHWC"});
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(t->values<uint8_t>()[5], 255);
}

TEST_F(Media, PictureOptions) {
  ImageOptions options;
  options.mean = {0.5f, 0, 0};
  options.std = {0.25f, 1, 1};
  auto t = ImageTensor(Png(), Input({1, 3, 1, 2}), options);
  ASSERT_TRUE(t.ok());
  EXPECT_NEAR(Values(*t)[0], 2, 1e-6);
  EXPECT_NEAR(Values(*t)[1], -2, 1e-6);
  ImageOptions bgr;
  bgr.bgr = true;
  bgr.scale = 1;
  t = ImageTensor(Png(), Input({1, 3, 1, 2}), bgr);
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Values(*t), (std::vector<float>{51, 255, 0, 102, 255, 0}));
  t = ImageTensor(Png(), Input({1, 1, 1, 2}), {});  // grey
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->elements(), 2);
  t = ImageTensor(Png(), Input({1, 3, 4, 8}), {});  // resized
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{1, 3, 4, 8}));
  EXPECT_NEAR(Values(*t)[0], 1, 1e-6);
  EXPECT_NEAR(Values(*t)[7], 0, 1e-6);
}

TEST_F(Media, PicturesThatDoNotFit) {
  EXPECT_FALSE(ImageTensor(Png(), Input({1, 3}), {}).ok());
  EXPECT_FALSE(ImageTensor(Png(), Input({1, 3, 2, 2}, ElementType::kInt64), {}).ok());
  EXPECT_FALSE(ImageTensor(Png(), Input({1, 7, 2, 2}), {}).ok());
  EXPECT_FALSE(ImageTensor(Png(), Input({1, 3, int64_t{1} << 40, 2}), {}).ok());
  const Status missing = ImageTensor(path_ + "/none.png", Input({1, 3, 2, 2}), {}).status();
  EXPECT_EQ(missing.code(), StatusCode::kNoSuchFile);
  auto bytes = ReadFile(Png());
  ASSERT_TRUE(bytes.ok());
  for (size_t size = 0; size + 13 < bytes->size(); ++size) {  // the last chunk is only an end mark
    ASSERT_TRUE(WriteFile(path_ + "/cut.png", bytes->substr(0, size)).ok());
    EXPECT_FALSE(ReadImage(path_ + "/cut.png", 3).ok()) << size;
  }
  ASSERT_TRUE(WriteFile(path_ + "/fake.jpg", std::string("\xff\xd8\xff\xe0 nothing", 12)).ok());
  EXPECT_FALSE(ReadImage(path_ + "/fake.jpg", 3).ok());
}

TEST_F(Media, Recordings) {
  auto t = AudioTensor(Wav(1, 16000, {0.5f, -0.5f, 0.25f}), Input({1, -1}), 16000);
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(Values(*t), (std::vector<float>{0.5f, -0.5f, 0.25f}));
  t = AudioTensor(Wav(2, 16000, {0.5f, 0.25f, -1, 1}), Input({-1}), 0);  // averaged
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Values(*t), (std::vector<float>{0.375f, 0}));
  t = AudioTensor(Wav(1, 16000, {0.5f, -0.5f, 0.25f}), Input({1, 1, 5}), 0);  // silence after it
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Shape(*t), (std::vector<int64_t>{1, 1, 5}));
  EXPECT_EQ(Values(*t), (std::vector<float>{0.5f, -0.5f, 0.25f, 0, 0}));
  t = AudioTensor(Wav(1, 16000, {0.5f, -0.5f, 0.25f}), Input({1, 2}), 0);  // cut
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(Values(*t), (std::vector<float>{0.5f, -0.5f}));
  t = AudioTensor(Wav(1, 16000, {0.5f, -0.5f}, SF_FORMAT_FLAC | SF_FORMAT_PCM_16), Input({1, -1}), 16000);
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_NEAR(Values(*t)[1], -0.5f, 1e-4);
}

TEST_F(Media, RecordingsThatDoNotFit) {
  const Status rate = AudioTensor(Wav(1, 8000, {0}), Input({1, -1}), 16000).status();
  EXPECT_NE(rate.message().find("8000"), std::string::npos) << rate.message();
  EXPECT_NE(rate.message().find("16000"), std::string::npos) << rate.message();
  EXPECT_FALSE(AudioTensor(Wav(1, 16000, {0}), Input({}), 0).ok());
  EXPECT_FALSE(AudioTensor(Wav(1, 16000, {0}), Input({1, -1}, ElementType::kInt64), 0).ok());
  EXPECT_FALSE(AudioTensor(path_ + "/none.wav", Input({1, -1}), 0).ok());
  ASSERT_TRUE(WriteFile(path_ + "/fake.wav", "RIFF").ok());
  EXPECT_FALSE(AudioTensor(path_ + "/fake.wav", Input({1, -1}), 0).ok());
}

}  // namespace
}  // namespace kante::cli
