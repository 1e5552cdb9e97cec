// SPDX-License-Identifier: MIT
// client MODELS: fails with an exception where something is not as it should be.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

static class Client {
  const int kFloat = 1, kInt32 = 6;
  const int kFail = 1, kInvalidArgument = 2, kNoSuchFile = 3, kInvalidProtobuf = 7;
  static string models;

  static void True(bool condition, string what) {
    if (!condition) throw new Exception(what);
  }

  static void Fails(int code, string text, Action act) {
    try {
      act();
    } catch (OrtException e) {
      True(e.Code == code && e.Message.Contains(text), "wanted " + code + " '" + text + "', got " + e.Code + " " + e.Message);
      return;
    }
    throw new Exception("no error, where " + text + " was expected");
  }

  static string Model(string name) { return Path.Combine(models, name); }

  static Dictionary<string, Value> Feeds(Value a, Value b) { return new Dictionary<string, Value> { { "a", a }, { "b", b } }; }

  static void Add(Session session, float scale = 1) {
    using (var a = Value.Over(new float[] { 1 * scale, 2, 3 }, kFloat, 1, 3))
    using (var b = Value.Over(new float[] { 4, 5, 6 }, kFloat, 1, 3)) {
      var outputs = session.Run(Feeds(a, b), new[] { "sum", "product" });
      True(outputs[0].Floats(3).SequenceEqual(new float[] { scale + 4, 7, 9 }), "sum");
      True(outputs[1].Floats(3).SequenceEqual(new float[] { 4 * scale, 10, 18 }), "product");
      foreach (var output in outputs) output.Dispose();
    }
  }

  static void Sessions() {
    True(Ort.Version.StartsWith("1."), Ort.Version);
    using (var session = new Session(Model("add.onnx"))) {
      Add(session);
      True(session.InputName(1) == "b", "the name of an input");
      True(session.Metadata("author") == "somebody" && session.Metadata("nobody") == null, "metadata");
    }
    using (var session = new Session(File.ReadAllBytes(Model("add.onnx")))) Add(session);
  }

  static void OrtFormat() {
    const string key = "session.load_model_format";
    using (var session = new Session(Model("add.ort"))) {
      Add(session);
      True(session.Metadata("author") == "somebody", "metadata of an .ort file");
    }
    using (var session = new Session(File.ReadAllBytes(Model("add.ort")), key, "ORT")) Add(session);
    Fails(kInvalidProtobuf, "not an .ort file", () => new Session(Model("add.onnx"), key, "ORT"));
  }

  static void Strings() {
    var words = new[] { "", "zwölf", "日本語", "d" };
    using (var session = new Session(Model("identity_string.ort")))
    using (var x = Value.Strings(words, 2, 2)) {
      var outputs = session.Run(new Dictionary<string, Value> { { "x", x } }, new[] { "y" });
      True(outputs[0].Texts(4).SequenceEqual(words), "texts");
      outputs[0].Dispose();
    }
  }

  static void Errors() {
    Fails(kNoSuchFile, "absent.onnx", () => new Session(Model("absent.onnx")));
    Fails(kInvalidProtobuf, "", () => new Session(new byte[] { 1, 2, 3 }));
    Fails(kInvalidArgument, "Config key is empty", () => Session.Options("", "1"));
    using (var session = new Session(Model("add.onnx")))
    using (var integers = Value.Over(new[] { 1, 2, 3 }, kInt32, 1, 3)) {
      Fails(kInvalidArgument, "Unexpected input data type", () => session.Run(Feeds(integers, integers), new[] { "sum" }));
    }
    IntPtr options;
    Ort.Check(Ort.Call<Ort.Made>(Slot.CreateRunOptions)(out options));
    Ort.Check(Ort.Call<Ort.P>(Slot.RunOptionsSetTerminate)(options));
    using (var session = new Session(Model("add.onnx")))
    using (var a = Value.Over(new float[3], kFloat, 1, 3)) {
      Fails(kFail, "terminate flag", () => session.Run(Feeds(a, a), new[] { "sum" }, options));
    }
    Ort.Call<Ort.P>(Slot.ReleaseRunOptions)(options);
  }

  static void Threads() {
    using (var session = new Session(Model("add.onnx"))) {
      int finished = 0;
      var threads = Enumerable.Range(1, 4).Select(i => new Thread(() => {
        for (int run = 0; run < 100; ++run) {
          Add(session, i);
          if (run % 25 == 0) GC.Collect();
        }
        Interlocked.Increment(ref finished);
      })).ToArray();
      foreach (var thread in threads) thread.Start();
      foreach (var thread in threads) thread.Join();
      True(finished == 4, "a thread did not finish");
    }
  }

  static int Main(string[] arguments) {
    models = arguments[0];
    var tests = new Action[] { Sessions, OrtFormat, Strings, Errors, Threads };
    foreach (var test in tests) test();
    Console.WriteLine("C#: " + tests.Length + " tests passed");
    return 0;
  }
}
