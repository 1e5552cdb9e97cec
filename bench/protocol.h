// SPDX-License-Identifier: MIT
// What the workers of the comparisons share: the cost of their process, and how they answer.
#pragma once

#include <time.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace kante::bench {

// "VmHWM" or "VmRSS" in KiB.
inline long MemoryKb(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kb = 0;
    if (word == key + ":" && status >> kb) return kb;
  }
  return 0;
}

inline std::string MemoryAnswer() {
  return "\"peak_kb\": " + std::to_string(MemoryKb("VmHWM")) + ", \"rss_kb\": " + std::to_string(MemoryKb("VmRSS"));
}

// Of all threads.
inline double CpuMillis() {
  struct timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// One line of JSON: the answer, or the error where there is one.
inline void Print(std::string error, const std::string& answer) {
  for (char& c : error) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') c = '\'';
  }
  std::printf("{%s}\n", error.empty() ? answer.c_str() : ("\"error\": \"" + error + "\"").c_str());
  std::fflush(stdout);
}

}  // namespace kante::bench
