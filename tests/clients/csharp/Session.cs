// SPDX-License-Identifier: MIT
// The least of a managed layer: tensors over pinned arrays, sessions, strings.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

sealed class Value : IDisposable {
  public IntPtr Handle;
  GCHandle pin;

  public Value(IntPtr handle) { Handle = handle; }

  // Over the managed array itself, which stays where it is until Dispose.
  public static Value Over<T>(T[] data, int elementType, params long[] shape) {
    IntPtr info, value;
    Ort.Check(Ort.Call<Ort.Memory>(Slot.CreateCpuMemoryInfo)(1, 0, out info));
    var pin = GCHandle.Alloc(data, GCHandleType.Pinned);
    var bytes = Ort.N(data.Length * Marshal.SizeOf(typeof(T)));
    var status = Ort.Call<Ort.OverData>(Slot.CreateTensorWithDataAsOrtValue)(
        info, pin.AddrOfPinnedObject(), bytes, shape, Ort.N(shape.Length), elementType, out value);
    Ort.Call<Ort.P>(Slot.ReleaseMemoryInfo)(info);
    if (status != IntPtr.Zero) pin.Free();
    Ort.Check(status);
    return new Value(value) { pin = pin };
  }

  public static Value Strings(string[] texts, params long[] shape) {
    IntPtr allocator, value;
    Ort.Check(Ort.Call<Ort.Made>(Slot.GetAllocatorWithDefaultOptions)(out allocator));
    Ort.Check(Ort.Call<Ort.OfAllocator>(Slot.CreateTensorAsOrtValue)(allocator, shape, Ort.N(shape.Length), 8, out value));
    var pins = texts.Select(t => GCHandle.Alloc(Ort.Utf8(t), GCHandleType.Pinned)).ToArray();
    var pointers = pins.Select(p => p.AddrOfPinnedObject()).ToArray();
    Ort.Check(Ort.Call<Ort.Fill>(Slot.FillStringTensor)(value, pointers, Ort.N(texts.Length)));
    foreach (var p in pins) p.Free();
    return new Value(value);
  }

  public float[] Floats(int count) {
    IntPtr data;
    Ort.Check(Ort.Call<Ort.Get>(Slot.GetTensorMutableData)(Handle, out data));
    var floats = new float[count];
    Marshal.Copy(data, floats, 0, count);
    return floats;
  }

  public string[] Texts(int count) {
    IntPtr length;
    Ort.Check(Ort.Call<Ort.Get>(Slot.GetStringTensorDataLength)(Handle, out length));
    var bytes = new byte[(int)length];
    var offsets = new UIntPtr[count];
    Ort.Check(Ort.Call<Ort.Content>(Slot.GetStringTensorContent)(Handle, bytes, Ort.N(bytes.Length), offsets, Ort.N(count)));
    var texts = new string[count];
    for (int i = 0; i < count; ++i) {
      int begin = (int)offsets[i], end = i + 1 < count ? (int)offsets[i + 1] : bytes.Length;
      texts[i] = System.Text.Encoding.UTF8.GetString(bytes, begin, end - begin);
    }
    return texts;
  }

  public void Dispose() {
    Ort.Call<Ort.P>(Slot.ReleaseValue)(Handle);
    if (pin.IsAllocated) pin.Free();
  }
}

sealed class Session : IDisposable {
  static readonly IntPtr env = MakeEnv();
  readonly IntPtr handle, allocator;

  static IntPtr MakeEnv() {
    IntPtr made;
    Ort.Check(Ort.Call<Ort.Env>(Slot.CreateEnv)(2, Ort.Utf8("CSharpOnnxRuntime"), out made));
    Ort.Check(Ort.Call<Ort.Projection>(Slot.SetLanguageProjection)(made, 2));
    return made;
  }

  public static IntPtr Options(params string[] entries) {
    IntPtr options;
    Ort.Check(Ort.Call<Ort.Made>(Slot.CreateSessionOptions)(out options));
    for (int i = 0; i < entries.Length; i += 2) {
      Ort.Check(Ort.Call<Ort.Entry>(Slot.AddSessionConfigEntry)(options, Ort.Utf8(entries[i]), Ort.Utf8(entries[i + 1])));
    }
    return options;
  }

  Session(Func<IntPtr, IntPtr> create, string[] entries) {
    var options = Options(entries);
    Ort.AppendCpu(options);
    try {
      handle = create(options);
    } finally {
      Ort.Call<Ort.P>(Slot.ReleaseSessionOptions)(options);
    }
    Ort.Check(Ort.Call<Ort.Made>(Slot.GetAllocatorWithDefaultOptions)(out allocator));
  }
  public Session(string path, params string[] entries) : this(options => {
    IntPtr made;
    Ort.Check(Ort.Call<Ort.FromFile>(Slot.CreateSession)(env, Ort.Utf8(path), options, out made));
    return made;
  }, entries) {}
  public Session(byte[] model, params string[] entries) : this(options => {
    IntPtr made;
    Ort.Check(Ort.Call<Ort.Bytes>(Slot.CreateSessionFromArray)(env, model, Ort.N(model.Length), options, out made));
    return made;
  }, entries) {}

  public string InputName(int i) {
    IntPtr name;
    Ort.Check(Ort.Call<Ort.NameFn>(Slot.SessionGetInputName)(handle, Ort.N(i), allocator, out name));
    string text = Ort.Text(name);
    Ort.Check(Ort.Call<Ort.PP>(Slot.AllocatorFree)(allocator, name));
    return text;
  }

  public string Metadata(string key) {
    IntPtr metadata, value;
    Ort.Check(Ort.Call<Ort.Get>(Slot.SessionGetModelMetadata)(handle, out metadata));
    Ort.Check(Ort.Call<Ort.Lookup>(Slot.ModelMetadataLookupCustomMetadataMap)(metadata, allocator, Ort.Utf8(key), out value));
    string text = Ort.Text(value);
    if (value != IntPtr.Zero) Ort.Check(Ort.Call<Ort.PP>(Slot.AllocatorFree)(allocator, value));
    Ort.Call<Ort.P>(Slot.ReleaseModelMetadata)(metadata);
    return text;
  }

  public Value[] Run(Dictionary<string, Value> feeds, string[] outputs, IntPtr options = default(IntPtr)) {
    var pins = feeds.Keys.Concat(outputs).Select(n => GCHandle.Alloc(Ort.Utf8(n), GCHandleType.Pinned)).ToArray();
    var names = pins.Select(p => p.AddrOfPinnedObject()).ToArray();
    var results = new IntPtr[outputs.Length];
    try {
      Ort.Check(Ort.Call<Ort.RunFn>(Slot.Run)(handle, options, names.Take(feeds.Count).ToArray(),
          feeds.Values.Select(v => v.Handle).ToArray(), Ort.N(feeds.Count), names.Skip(feeds.Count).ToArray(),
          Ort.N(outputs.Length), results));
    } finally {
      foreach (var p in pins) p.Free();
    }
    return results.Select(r => new Value(r)).ToArray();
  }

  public void Dispose() { Ort.Call<Ort.P>(Slot.ReleaseSession)(handle); }
}
