// SPDX-License-Identifier: MIT
// conformance [--core] [--skips FILE] [--list] SOURCE=ROOT:COUNT...
// Runs the cases of ONNX's backend suite at optimisation levels none and all; a case passes if it does at both.
// Fails for a case that does not pass and is not listed, for one that passes and is listed as not there yet, for
// lines that name no case, and for a source with fewer than COUNT cases.
#include <unistd.h>

#include <csignal>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>

#include "cli/commands/commands.h"
#include "tests/conformance/listed.h"
#include "tests/conformance/suite.h"

namespace kante::conformance {
namespace {

struct Options {
  std::vector<std::string> sources;
  std::string skips;
  bool core = false;
  bool list = false;
};

struct Counts {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  int expected = 0;
  int wrong = 0;  // complaints that are no case
};

char current_case[256];

void OnCrash(int signal) {
  // Only what a signal handler may do.
  (void)!write(STDERR_FILENO, "crash in case ", 14);
  (void)!write(STDERR_FILENO, current_case, std::strlen(current_case));
  (void)!write(STDERR_FILENO, "\n", 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string RunLevels(const TestCase& test, bool core) {
  for (const bool optimised : {false, true}) {
    cli::ModelOptions whole;
    whole.level = optimised ? "all" : "none";
    whole.threads = optimised ? 2 : 1;
    LoadOptions alone;
    alone.optimization = optimised ? OptimizationLevel::kAll : OptimizationLevel::kNone;
    const std::string failure = RunCase(test, core ? alone : whole.load(), whole.session());
    if (!failure.empty()) return "level " + whole.level + ": " + failure;
  }
  return {};
}

void Judge(const TestCase& test, Listed listed, std::string_view source, const Options& options, Counts& counts) {
  if (listed == Listed::kSkip) {
    ++counts.skipped;
    return;
  }
  std::snprintf(current_case, sizeof current_case, "%s", test.name.c_str());
  const std::string failure = RunLevels(test, options.core);
  if (options.list && !failure.empty()) {
    std::printf("%s\t%s\tnot there yet: %s\n", test.name.c_str(), std::string(source).c_str(), failure.c_str());
  }
  if (listed == Listed::kExpected) {
    if (!failure.empty()) {
      ++counts.expected;
    } else {
      ++counts.failed;
      std::printf("FAIL  %s: passes, but skips.tsv lists it as not there yet: remove that line\n", test.name.c_str());
    }
  } else if (failure.empty()) {
    ++counts.passed;
  } else {
    ++counts.failed;
    if (!options.list) std::printf("FAIL  %s: %s\n", test.name.c_str(), failure.c_str());
  }
}

void RunSource(const std::string& argument, SkipList& skips, const Options& options, Counts& counts) {
  const size_t equals = argument.find('=');
  const size_t colon = argument.rfind(':');
  const std::string source = argument.substr(0, equals);
  const std::string root = argument.substr(equals + 1, colon - equals - 1);
  const int known = std::atoi(argument.c_str() + colon + 1);
  auto cases = FindCases(root);
  const int found = cases.ok() ? static_cast<int>(cases->size()) : 0;
  if (found == 0 || found < known) {
    ++counts.wrong;
    std::printf("FAIL  ONNX %s: %d cases in '%s', expected %d\n", source.c_str(), found, root.c_str(), known);
    return;
  }
  const Counts before = counts;
  for (const TestCase& test : *cases) Judge(test, skips.Find(test.name, source, options.core), source, options, counts);
  if (auto unused = skips.Unused(source)) {
    ++counts.wrong;
    std::printf("FAIL  skips.tsv names '%s' of ONNX %s, which does not exist\n", unused->c_str(), source.c_str());
  }
  std::printf("ONNX %s, %s: %d of %d cases pass", source.c_str(), options.core ? "core alone" : "whole program",
              counts.passed - before.passed, found);
  if (int n = counts.skipped - before.skipped) std::printf(", %d skipped", n);
  if (int n = counts.expected - before.expected) std::printf(", %d not there yet", n);
  std::printf("\n");
}

int Main(const Options& options) {
  SkipList skips;
  if (!options.skips.empty()) {
    auto read = SkipList::Read(options.skips);
    if (!read.ok()) return cli::Complain(read.status());
    skips = std::move(*read);
  }
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, OnCrash);
  Counts counts;
  for (const std::string& source : options.sources) RunSource(source, skips, options, counts);
  std::printf("%d passed, %d failed, %d skipped\n", counts.passed, counts.failed, counts.skipped);
  return counts.failed == 0 && counts.wrong == 0 && counts.passed > 0 ? 0 : cli::kFailed;
}

}  // namespace
}  // namespace kante::conformance

int main(int argc, char** argv) {
  CLI::App app{"Runs ONNX's backend suite.", "conformance"};
  kante::conformance::Options options;
  app.add_option("SOURCE=ROOT:COUNT", options.sources, "ONNX version, folder and least number of cases")
      ->required()
      ->check([](const std::string& s) {
        const size_t equals = s.find('='), colon = s.rfind(':');
        const bool good = equals != std::string::npos && colon != std::string::npos && equals < colon;
        return std::string(good ? "" : "not SOURCE=ROOT:COUNT");
      });
  app.add_option("--skips", options.skips, "The list of cases that are not expected to pass");
  app.add_flag("--core", options.core, "Without the media library");
  app.add_flag("--list", options.list, "Print failing cases as lines for skips.tsv");
  CLI11_PARSE(app, argc, argv);
  return kante::conformance::Main(options);
}
