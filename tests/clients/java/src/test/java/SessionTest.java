// SPDX-License-Identifier: MIT
// ONNX Runtime's Java package on libkante.so.
import static org.junit.jupiter.api.Assertions.*;

import ai.onnxruntime.*;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final OrtEnvironment ENV = OrtEnvironment.getEnvironment("client");

  static String model(String name) {
    return Path.of(System.getProperty("kante.models"), name + ".onnx").toString();
  }

  private static OnnxTensor floats(float[] values, long... shape) throws OrtException {
    return OnnxTensor.createTensor(ENV, FloatBuffer.wrap(values), shape);
  }

  @Test
  void theLibraryUnderTestIsTheOneThatRuns() throws Exception {
    String maps = Files.readString(Path.of("/proc/self/maps"));
    assertTrue(maps.contains(System.getProperty("kante.library")));
    assertEquals(EnumSet.of(OrtProvider.CPU), OrtEnvironment.getAvailableProviders());
  }

  @Test
  void numbersOfEveryType() throws Exception {
    Map<String, Object> cases = new LinkedHashMap<>();
    cases.put("float", new float[][] {{1.5f, -2}, {0, Float.MAX_VALUE}});
    cases.put("double", new double[][] {{1.5, -2}, {0, Double.MAX_VALUE}});
    cases.put("int8", new byte[][] {{-128, 127}, {0, 1}});
    cases.put("int16", new short[][] {{-32768, 32767}, {0, 1}});
    cases.put("int32", new int[][] {{Integer.MIN_VALUE, Integer.MAX_VALUE}, {0, 1}});
    cases.put("int64", new long[][] {{Long.MIN_VALUE, Long.MAX_VALUE}, {0, 1}});
    cases.put("bool", new boolean[][] {{true, false}, {false, true}});
    cases.put("string", new String[][] {{"", "a"}, {"zwölf", "日本語"}});
    for (Map.Entry<String, Object> entry : cases.entrySet()) {
      try (OrtSession session = ENV.createSession(model("identity_" + entry.getKey()));
          OnnxTensor x = OnnxTensor.createTensor(ENV, entry.getValue());
          OrtSession.Result result = session.run(Map.of("x", x))) {
        assertTrue(Arrays.deepEquals((Object[]) entry.getValue(), (Object[]) result.get(0).getValue()), entry.getKey());
      }
    }
  }

  @Test
  void ortFiles() throws Exception {
    Path file = Path.of(System.getProperty("kante.models"), "add.ort");
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.addConfigEntry("session.load_model_format", "ORT");
    try (OrtSession fromFile = ENV.createSession(file.toString());
        OrtSession fromBytes = ENV.createSession(Files.readAllBytes(file), options);
        OnnxTensor a = floats(new float[] {1, 2, 3}, 1, 3)) {
      for (OrtSession session : List.of(fromFile, fromBytes)) {
        assertEquals("somebody", session.getMetadata().getCustomMetadata().get("author"));
        try (OrtSession.Result result = session.run(Map.of("a", a, "b", a), Set.of("product"))) {
          assertArrayEquals(new float[][] {{1, 4, 9}}, (float[][]) result.get(0).getValue());
        }
      }
    }
    assertThrows(OrtException.class, () -> ENV.createSession(model("add"), options));
  }

  @Test
  void namesTypesAndMetadata() throws Exception {
    try (OrtSession session = ENV.createSession(model("add"))) {
      assertEquals(List.of("a", "b"), List.copyOf(session.getInputNames()));
      assertEquals(List.of("sum", "product"), List.copyOf(session.getOutputNames()));
      TensorInfo info = (TensorInfo) session.getInputInfo().get("a").getInfo();
      assertEquals(OnnxJavaType.FLOAT, info.type);
      assertArrayEquals(new long[] {-1, 3}, info.getShape());
      assertArrayEquals(new String[] {"batch", ""}, info.getDimensionNames());
      OnnxModelMetadata metadata = session.getMetadata();
      assertEquals("kante", metadata.getProducerName());
      assertEquals("add", metadata.getGraphName());
      assertEquals("org.example", metadata.getDomain());
      assertEquals("adds and multiplies", metadata.getDescription());
      assertEquals("two nodes", metadata.getGraphDescription());
      assertEquals(7, metadata.getVersion());
      assertEquals(Map.of("author", "somebody", "empty", ""), metadata.getCustomMetadata());
    }
  }

  @Test
  void someOutputsAndMemoryOfTheCaller() throws Exception {
    try (OrtSession session = ENV.createSession(Files.readAllBytes(Path.of(model("add"))));
        OnnxTensor a = floats(new float[] {1, 2, 3}, 1, 3);
        OnnxTensor b = floats(new float[] {4, 5, 6}, 1, 3);
        OnnxTensor mine = floats(new float[3], 1, 3)) {
      Map<String, OnnxTensor> feeds = Map.of("a", a, "b", b);
      try (OrtSession.Result result = session.run(feeds, Set.of("product"))) {
        assertEquals(1, result.size());
        assertArrayEquals(new float[] {4, 10, 18}, ((float[][]) result.get(0).getValue())[0]);
      }
      try (OrtSession.Result result = session.run(feeds, Map.of("sum", mine))) {
        assertArrayEquals(new float[] {5, 7, 9}, ((float[][]) mine.getValue())[0]);
      }
    }
  }

  @Test
  void sequencesAndMaps() throws Exception {
    try (OrtSession session = ENV.createSession(model("zip_map"));
        OnnxTensor x = floats(new float[] {0.5f, 0.25f, 0.125f, 1, 2, 3}, 2, 3);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      List<? extends OnnxValue> maps = ((OnnxSequence) result.get(0)).getValue();
      assertEquals(2, maps.size());
      assertEquals(Map.of(10L, 1f, 20L, 2f, 30L, 3f), ((OnnxMap) maps.get(1)).getValue());
    }
    try (OrtSession session = ENV.createSession(model("sequence"));
        OnnxTensor a = OnnxTensor.createTensor(ENV, new long[] {1, 2});
        OnnxTensor b = OnnxTensor.createTensor(ENV, new long[] {3});
        OrtSession.Result result = session.run(Map.of("a", a, "b", b))) {
      List<? extends OnnxValue> items = ((OnnxSequence) result.get(0)).getValue();
      assertArrayEquals(new long[] {3}, (long[]) ((OnnxTensor) items.get(1)).getValue());
    }
  }

  @Test
  void optionsOfSessionsAndRuns() throws Exception {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
      options.setIntraOpNumThreads(2);
      options.setInterOpNumThreads(1);
      options.setMemoryPatternOptimization(false);
      options.setCPUArenaAllocator(false);
      options.setLoggerId("client");
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setSessionLogVerbosityLevel(0);
      options.addConfigEntry("session.set_denormal_as_zero", "1");
      options.addCPU(true);
      assertThrows(OrtException.class, () -> options.addConfigEntry("", "x"));
      try (OrtSession session = ENV.createSession(model("add"), options);
          OrtSession.RunOptions run = new OrtSession.RunOptions();
          OnnxTensor a = floats(new float[] {1, 2, 3}, 1, 3)) {
        run.setRunTag("tag");
        assertEquals("tag", run.getRunTag());
        run.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        run.setTerminate(true);
        OrtException stopped = assertThrows(OrtException.class, () -> session.run(Map.of("a", a, "b", a), run));
        assertTrue(stopped.getMessage().contains("Exiting due to terminate flag being set to true."));
        run.setTerminate(false);
        session.run(Map.of("a", a, "b", a), run).close();
      }
    }
  }

  @Test
  void errorsNameWhatIsWrong() throws Exception {
    OrtException absent = assertThrows(OrtException.class, () -> ENV.createSession(model("absent")));
    assertEquals(OrtException.OrtErrorCode.ORT_NO_SUCHFILE, absent.getCode());
    OrtException garbage = assertThrows(OrtException.class, () -> ENV.createSession(new byte[] {1, 2, 3}));
    assertEquals(OrtException.OrtErrorCode.ORT_INVALID_PROTOBUF, garbage.getCode());
    try (OrtSession session = ENV.createSession(model("add"));
        OnnxTensor a = floats(new float[] {1, 2, 3}, 1, 3);
        OnnxTensor two = floats(new float[] {1, 2}, 1, 2);
        OnnxTensor flat = floats(new float[] {1, 2, 3}, 3);
        OnnxTensor integers = OnnxTensor.createTensor(ENV, new int[][] {{1, 2, 3}})) {
      fails(session, Map.of("a", a, "b", two), "Got invalid dimensions for input");
      fails(session, Map.of("a", a, "b", flat), "Invalid rank for input");
      fails(session, Map.of("a", a, "b", integers), "Unexpected input data type");
      fails(session, Map.of("a", a, "c", a), "Unknown input name c");
    }
  }

  private static void fails(OrtSession session, Map<String, OnnxTensor> feeds, String text) {
    OrtException e = assertThrows(OrtException.class, () -> session.run(feeds));
    assertTrue(e.getMessage().contains(text), e.getMessage());
  }

  @Test
  void profiles() throws Exception {
    Path folder = Files.createTempDirectory("profile");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.enableProfiling(folder.resolve("run").toString());
      try (OrtSession session = ENV.createSession(model("add"), options);
          OnnxTensor a = floats(new float[] {1, 2, 3}, 1, 3)) {
        session.run(Map.of("a", a, "b", a)).close();
        assertTrue(session.getProfilingStartTimeInNs() > 0);
        String trace = Files.readString(Path.of(session.endProfiling()));
        assertTrue(trace.contains("traceEvents"));
      }
    }
  }
}
