#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every check of tools/ passes on a clean tree and catches a break that is planted in it."""
import contextlib
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
import check_file_length  # noqa: E402
import check_layers  # noqa: E402
import check_schemas  # noqa: E402
import check_size  # noqa: E402
import check_symbols  # noqa: E402
import check_text  # noqa: E402
import check_upgrades  # noqa: E402
import peers  # noqa: E402

SPDX = "// SPDX-License-Identifier: MIT\n"


class Tree(unittest.TestCase):
    """A small repository in a temporary folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("include/kante/session.h", "#include <memory>\n")
        self.write("src/base/status.h", "#include <string>\n")
        self.write("src/tensor/tensor.h", '#include "base/status.h"\n')
        self.write("src/kernels/gemm.cc", '#include "kernels/gemm.h"\n#include <hwy/highway.h>\n')
        self.write("src/graph/graph.cc", '#include "tensor/tensor.h"\nconst char* k = "axis";\n')
        self.write("src/ops/ops.inc", "KANTE_OP(Softmax)\n")
        self.write("src/onnx/reader.cc", '#include "ops/registry.h"\n')
        self.write("src/cli/main.cc", '#include "kante/session.h"\n#include "cli/args.h"\n')

    def write(self, name, text, head=SPDX):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + text)

    def findings(self, check, *args):
        with contextlib.redirect_stdout(io.StringIO()):
            return check(*args)

    def expect(self, check, fragment):
        found = self.findings(check, self.root)
        self.assertEqual(1, len(found), found)
        self.assertIn(fragment, found[0])


class Layers(Tree):
    def test_clean(self):
        self.assertEqual([], self.findings(check_layers.check, self.root))

    def plant(self, name, line, fragment):
        self.write(name, line + "\n")
        self.expect(check_layers.check, fragment)

    def test_upward_arrow(self):
        self.plant("src/base/bad.h", '#include "tensor/tensor.h"', "base may not include tensor/tensor.h")

    def test_kernels_see_no_tensor(self):
        self.plant("src/kernels/bad.cc", '#include "tensor/shape.h"', "kernels may not include")

    def test_highway_outside_kernels(self):
        self.plant("src/ops/bad.cc", "#include <hwy/highway.h>", "ops may not include hwy")

    def test_intrinsics_outside_kernels(self):
        self.plant("src/compute/bad.cc", "#include <immintrin.h>", "<immintrin.h> is for kernels")

    def test_heap_in_kernels(self):
        self.plant("src/kernels/bad.cc", "#include <vector>", "neither heap nor locks")

    def test_threads_outside_base(self):
        self.plant("src/runtime/bad.cc", "#include <thread>", "<thread> is for base")

    def test_printing(self):
        self.plant("src/runtime/bad.cc", "#include <iostream>", "<iostream> is for no layer")

    def test_onnx_may_take_the_registry_only(self):
        self.plant("src/onnx/bad.cc", '#include "ops/softmax.h"', "onnx may not include ops/softmax.h")

    def test_operator_name_in_graph(self):
        self.plant("src/graph/bad.cc", 'bool F() { return type == "Softmax"; }', 'names the operator "Softmax"')

    def test_program_behind_the_public_api(self):
        self.plant("src/cli/bad.cc", '#include "runtime/model.h"', "cli may not include")

    def test_example_behind_the_public_api(self):
        self.plant("examples/x/bad.cc", '#include "runtime/model.h"', "sees include/kante only")

    def test_public_header_behind_the_public_api(self):
        self.plant("include/kante/bad.h", '#include "base/status.h"', "sees include/kante only")

    def test_providers_do_not_see_each_other(self):
        self.plant("src/providers/cpu/bad.cc", '#include "providers/cuda/stream.h"', "provider cpu may not")

    def test_training_sees_no_provider(self):
        self.plant("src/training/bad.cc", '#include "providers/provider.h"', "training may not include")

    def test_unknown_folder(self):
        self.plant("src/misc/bad.cc", "", "not in the table")


class FileLength(Tree):
    def test_clean(self):
        self.write("src/base/long.cc", "\n" * 599)
        self.assertEqual([], self.findings(check_file_length.check, self.root))

    def test_too_long(self):
        self.write("src/base/long.cc", "\n" * 600)
        self.expect(check_file_length.check, "601 lines")

    def test_excuse_needs_a_reason(self):
        self.write("src/base/long.cc", "\n" * 700)
        self.write("tools/file_length_allow.txt", "src/base/long.cc: a table\n", head="")
        self.assertEqual([], self.findings(check_file_length.check, self.root))
        self.write("tools/file_length_allow.txt", "src/base/long.cc:\n", head="")
        self.expect(check_file_length.check, "701 lines")

    def test_stale_excuse(self):
        self.write("tools/file_length_allow.txt", "src/base/status.h: a table\n", head="")
        self.expect(check_file_length.check, "needs no excuse")


class Text(Tree):
    def test_clean(self):
        self.assertEqual([], self.findings(check_text.check, self.root))

    def plant(self, text, fragment, head=SPDX):
        self.write("src/base/bad.cc", text, head)
        self.expect(check_text.check, fragment)

    def test_no_licence(self):
        self.plant("int x;\n", "SPDX", head="")

    def test_tab(self):
        self.plant("\tint x;\n", "tab")

    def test_trailing_space(self):
        self.plant("int x; \n", "space at the end")

    def test_carriage_return(self):
        (self.root / "src/base/bad.cc").write_bytes(SPDX.encode() + b"// a\rb\n")
        self.expect(check_text.check, "carriage return")

    def test_broken_link(self):
        self.write("docs/a.md", "[b](b.md) [c](https://example.com) [d](#d)\n", head="")
        self.expect(check_text.check, "links to b.md")
        self.write("docs/b.md", "[a](a.md#top)\n", head="")
        self.assertEqual([], self.findings(check_text.check, self.root))

    def test_folder_of_a_machine(self):
        self.plant('const char* kPath = "/' + 'work/main";\n', "a folder of one machine")

    def test_host_of_a_registry(self):
        self.plant("// pypi" + ".org\n", "registry's host")


@unittest.skipUnless(shutil.which("g++") and shutil.which("readelf"), "needs g++ and binutils")
class Library(Tree):
    GOOD = '''namespace kante {
      __attribute__((visibility("default"))) int Version() { return 1; }
    }\n'''

    def build(self, code, *flags):
        source, library = self.root / "x.cc", self.root / "libx.so"
        source.write_text(code)
        subprocess.run(["g++", "-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-soname,libkante.so.0",
                        str(source), "-o", str(library), *flags], check=True)
        return str(library)

    def expect_symbols(self, fragment, code, *flags):
        found = self.findings(check_symbols.check, self.build(code, *flags))
        self.assertEqual(1, len(found), found)
        self.assertIn(fragment, found[0])

    def test_clean(self):
        library = self.build(self.GOOD)
        self.assertEqual([], self.findings(check_symbols.check, library))
        self.assertEqual([], self.findings(check_size.check, library))

    def test_leaked_c_symbol(self):
        self.expect_symbols("exports leak", self.GOOD +
                            'extern "C" __attribute__((visibility("default"))) void leak() {}\n')

    def test_leaked_internal(self):
        self.expect_symbols("exports kante::core::Inner", self.GOOD +
                            'namespace kante::core { __attribute__((visibility("default"))) void Inner() {} }\n')

    def test_needs_another_library(self):
        self.expect_symbols("needs libz.so", self.GOOD + 'extern "C" unsigned long zlibCompileFlags();\n'
                            "unsigned long F() { return zlibCompileFlags(); }\n", "-Wl,--no-as-needed", "-lz")

    def test_static_constructor(self):
        self.expect_symbols("static constructors", self.GOOD + "int F(); int g = F(); int F() { return 3; }\n"
                            "__attribute__((constructor)) static void C() { g = 4; }\n", "-O0")

    def test_static_destructor(self):
        self.expect_symbols("static destructors", self.GOOD + "struct S { ~S(); }; int n; S::~S() { ++n; }\n"
                            "S& F() { static S s; return s; } int G() { return F(), n; }\n")

    def test_too_large(self):
        library = self.build(self.GOOD + "extern const char kTable[]; "
                             f"const char kTable[{check_size.LIMIT}] = {{1}};\n"
                             '__attribute__((visibility("default"))) char At(int i) { return kTable[i]; }\n')
        self.assertIn("the limit is", self.findings(check_size.check, library)[0])


@unittest.skipUnless(shutil.which("clang-format-14") and shutil.which("git"), "needs clang-format-14 and git")
class Format(Tree):
    def test_both(self):
        def exit_status():
            return subprocess.run([str(TOOLS / "check_format.sh")], env={"PATH": "/usr/bin:/bin", "KANTE_ROOT": str(self.root)},
                                  capture_output=True).returncode

        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        shutil.copy(TOOLS.parent / ".clang-format", self.root)
        self.assertEqual(0, exit_status())
        self.write("src/base/bad.cc", "int   x  =1;\n")
        self.assertEqual(1, exit_status())


class Schemas(unittest.TestCase):
    WANT = {"Abs": ({"1", "13"}, {"float32", "int8"}), "Shape": ({"1"}, None)}
    HAVE = {"Abs": ({"1", "13"}, {"float32", "int8", "bool"}), "Shape": ({"1"}, None)}

    def expect(self, fragment, have=None, not_yet=(), narrower=None):
        found = check_schemas.check(self.WANT, {**self.HAVE, **(have or {})}, dict.fromkeys(not_yet), narrower or {})
        self.assertEqual(1 if fragment else 0, len(found), found)
        self.assertIn(fragment, "".join(found))

    def test_all(self):
        self.expect("")
        self.assertEqual([], check_schemas.check(self.WANT, {"Shape": self.HAVE["Shape"]}, {"Abs": ""}, {}))
        self.assertGreater(len(check_schemas.wanted()), 200)

    def test_missing(self):
        self.assertEqual(["Abs is not known"], check_schemas.check(self.WANT, {"Shape": self.HAVE["Shape"]}, {}, {}))
        self.expect("Abs has versions 1 13, not 1", {"Abs": ({"1"}, None)})
        self.expect("Abs takes int8 too", {"Abs": ({"1", "13"}, {"float32"})})

    def test_excuses(self):
        self.expect("", {"Abs": ({"1", "13"}, {"float32"})}, narrower={"Abs": ("int8", "why")})
        self.expect("needs no excuse for int8", narrower={"Abs": ("int8", "why")})
        self.expect("Abs is excused but known", not_yet=["Abs"])


class Upgrades(unittest.TestCase):
    SCHEMAS = {"Abs": ({"1", "6", "13"}, None)}
    ROWS = {("Abs", 1): (6, {"consumed_inputs"}, set(), "-consumed_inputs"),
            ("Abs", 6): (13, set(), set(), check_upgrades.SAME)}

    def found(self, rows=None, cases=(("Abs", 5, {"consumed_inputs"}),), schemas=None):
        return check_upgrades.check({**self.ROWS, **(rows or {})},
                                    [(name, opset, sets.__contains__) for name, opset, sets in cases],
                                    schemas or self.SCHEMAS)

    def test_all(self):
        self.assertEqual([], self.found())
        self.assertGreater(len(check_upgrades.read_table()), 400)
        self.assertGreater(len(list(check_upgrades.stored_cases())), 300)
        self.assertGreater(len(list(check_upgrades.written_cases())), 300)

    def test_forms_without_cases(self):
        self.assertEqual(["no case of Abs-1; what version 6 has otherwise: -consumed_inputs"], self.found(cases=()))
        self.assertEqual(1, len(self.found(cases=[("Abs", 6, {"consumed_inputs"}), ("Ceil", 5, {"consumed_inputs"})])))
        self.assertEqual(["no case of Abs-1 sets consumed_inputs, which version 6 lacks"],
                         self.found(cases=[("Abs", 5, set())]))
        defaults = {("Abs", 6): (13, set(), {"axis"}, "axis: default 1, then 2")}
        both = [("Abs", 5, {"consumed_inputs"}), ("Abs", 12, {"axis"})]
        self.assertEqual(["no case of Abs-6 leaves out axis, whose default version 13 changes"],
                         self.found(defaults, both))
        self.assertEqual([], self.found(defaults, [*both, ("Abs", 12, set())]))

    def test_unknown_versions(self):
        self.assertEqual(["changes.tsv does not say how Abs-13 and Abs-22 differ"],
                         self.found(schemas={"Abs": ({"1", "6", "13", "22"}, None)}))


class Peers(unittest.TestCase):
    PAGE = "| domain | operator |\n|---|---|\n| ai.onnx | Abs |\n| com.microsoft | Abs |\n\n2 operators.\n"

    def test_join(self):
        page = peers.join(self.PAGE, {("ai.onnx", "Abs"): "1 of 2"}, {("slim", "1.0"): {("ai.onnx", "Abs")}})
        self.assertIn("| ai.onnx | Abs | 1 of 2 | yes |", page)
        self.assertIn("| com.microsoft | Abs |  | |", page)
        self.assertIn("What slim 1.0 (1) register", page)
        self.assertTrue(page.endswith("\n\n2 operators."))

    def test_facts(self):
        known = {name for domain, name in peers.facts() if domain == "ai.onnx"}
        self.assertGreater(len(known), 150)
        names = {name for name in check_schemas.wanted() if "." not in name}
        for (runtime, _), registered in peers.runtimes().items():
            of_onnx = {name for domain, name in registered if domain == "ai.onnx"}
            self.assertGreater(len(of_onnx & names), 140, runtime)

    def test_read_rten(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "src/op_registry")
            source.mkdir(parents=True)
            (source / "onnx_registry.rs").write_text(
                'register_op!(Abs);\nregister_op!(DFT, feature = "fft");\nregister_op!("com.microsoft", "Gelu", '
                'GeluMicrosoft, feature = "contrib");\nregister_op!(\n "com.microsoft",\n FastGelu,\n feature = "x"\n);')
            self.assertEqual({("ai.onnx", "Abs"), ("ai.onnx", "DFT"), ("ai.onnx", "Constant"), ("com.microsoft", "Gelu"),
                              ("com.microsoft", "FastGelu")}, set(peers.read_rten(folder)))


if __name__ == "__main__":
    unittest.main()
