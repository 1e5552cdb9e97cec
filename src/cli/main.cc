// SPDX-License-Identifier: MIT
// kante: runs, tests, compares, inspects, benchmarks and optimises ONNX models.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Runs ONNX models at the edge.", "kante"};
  app.set_version_flag("--version", std::string("kante ") + KANTE_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 success, 1 the model or a test failed, 2 wrong usage or unreadable files.");
  int exit_code = 0;
  kante::cli::AddRun(app, exit_code);
  kante::cli::AddTest(app, exit_code);
  kante::cli::AddCompare(app, exit_code);
  kante::cli::AddInspect(app, exit_code);
  kante::cli::AddBench(app, exit_code);
  kante::cli::AddExplain(app, exit_code);
  kante::cli::AddOptimize(app, exit_code);
  kante::cli::AddConvert(app, exit_code);
  kante::cli::AddOps(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : kante::cli::kUsage;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {  // a full disk must not look like success
    std::fprintf(stderr, "kante: cannot write to standard output\n");
    return kante::cli::kUsage;
  }
  return exit_code;
}
