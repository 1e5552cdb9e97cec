// SPDX-License-Identifier: MIT
// Binds ONNX Runtime's C ABI as Microsoft.ML.OnnxRuntime does: version 14 is asked for, and every slot up to the last one
// that it knows is read and made a delegate when the class is first used; a null there would make each call fail.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

public class OrtException : Exception {
  public readonly int Code;
  public OrtException(int code, string message) : base(message) { Code = code; }
}

static class Ort {
  const int kVersion = 14, kSlots = 390, kCompileSlots = 14;

  [StructLayout(LayoutKind.Sequential)]
  struct ApiBase {
    public IntPtr GetApi, GetVersionString;
  }

  [DllImport("onnxruntime", CharSet = CharSet.Ansi)]
  static extern IntPtr OrtGetApiBase();
  [DllImport("onnxruntime")]
  static extern IntPtr OrtSessionOptionsAppendExecutionProvider_CPU(IntPtr options, int useArena);

  delegate IntPtr GetApiFn(uint version);
  delegate IntPtr TextFn();
  public delegate IntPtr P(IntPtr a);
  public delegate IntPtr PP(IntPtr a, IntPtr b);
  public delegate IntPtr PPP(IntPtr a, IntPtr b, IntPtr c);
  public delegate IntPtr PPPP(IntPtr a, IntPtr b, IntPtr c, IntPtr d);
  public delegate IntPtr PPPPP(IntPtr a, IntPtr b, IntPtr c, IntPtr d, IntPtr e);
  public delegate IntPtr Bytes(IntPtr env, byte[] bytes, UIntPtr count, IntPtr options, out IntPtr session);
  public delegate IntPtr Env(int level, byte[] name, out IntPtr env);
  public delegate IntPtr Projection(IntPtr env, int projection);
  public delegate IntPtr Made(out IntPtr value);
  public delegate IntPtr FromFile(IntPtr env, byte[] path, IntPtr options, out IntPtr session);
  public delegate IntPtr Memory(int allocator, int type, out IntPtr info);
  public delegate IntPtr OverData(IntPtr info, IntPtr data, UIntPtr bytes, long[] shape, UIntPtr rank, int type, out IntPtr value);
  public delegate IntPtr OfAllocator(IntPtr allocator, long[] shape, UIntPtr rank, int type, out IntPtr value);
  public delegate IntPtr RunFn(IntPtr session, IntPtr options, IntPtr[] names, IntPtr[] values, UIntPtr count, IntPtr[] outputs,
                             UIntPtr outputCount, IntPtr[] results);
  public delegate IntPtr Get(IntPtr from, out IntPtr value);
  public delegate IntPtr NameFn(IntPtr session, UIntPtr index, IntPtr allocator, out IntPtr name);
  public delegate IntPtr Entry(IntPtr options, byte[] key, byte[] value);
  public delegate IntPtr Lookup(IntPtr metadata, IntPtr allocator, byte[] key, out IntPtr value);
  public delegate IntPtr Fill(IntPtr value, IntPtr[] texts, UIntPtr count);
  public delegate IntPtr Content(IntPtr value, byte[] text, UIntPtr size, UIntPtr[] offsets, UIntPtr count);
  delegate int CodeFn(IntPtr status);

  static readonly IntPtr[] slots = new IntPtr[kSlots];
  static readonly Dictionary<Slot, Delegate> bound = new Dictionary<Slot, Delegate>();
  public static readonly string Version;

  static Ort() {
    var api = (ApiBase)Marshal.PtrToStructure(OrtGetApiBase(), typeof(ApiBase));
    Version = Text(Delegate<TextFn>(api.GetVersionString)());
    IntPtr table = Delegate<GetApiFn>(api.GetApi)(kVersion);
    if (table == IntPtr.Zero) throw new Exception("version 14 is refused");
    Marshal.Copy(table, slots, 0, kSlots);
    for (int i = 0; i < kSlots; ++i) {
      if (slots[i] == IntPtr.Zero) throw new Exception("slot " + (Slot)i + " is null");
      Marshal.GetDelegateForFunctionPointer(slots[i], typeof(P));
    }
    IntPtr compile = Delegate<TextFn>(slots[(int)Slot.GetCompileApi])();
    if (compile == IntPtr.Zero) throw new Exception("there is no table for compiling");
    var functions = new IntPtr[kCompileSlots];
    Marshal.Copy(compile, functions, 0, kCompileSlots);
    if (Array.IndexOf(functions, IntPtr.Zero) >= 0) throw new Exception("the table for compiling has a null");
  }

  static T Delegate<T>(IntPtr function) { return (T)(object)Marshal.GetDelegateForFunctionPointer(function, typeof(T)); }

  // The function of a slot.
  public static T Call<T>(Slot slot) {
    lock (bound) {
      Delegate have;
      if (!bound.TryGetValue(slot, out have)) bound[slot] = have = (Delegate)(object)Delegate<T>(slots[(int)slot]);
      return (T)(object)have;
    }
  }

  public static void Check(IntPtr status) {
    if (status == IntPtr.Zero) return;
    int code = Call<CodeFn>(Slot.GetErrorCode)(status);
    string message = Text(Call<P>(Slot.GetErrorMessage)(status));
    Call<P>(Slot.ReleaseStatus)(status);
    throw new OrtException(code, message);
  }

  public static void AppendCpu(IntPtr options) { Check(OrtSessionOptionsAppendExecutionProvider_CPU(options, 1)); }

  public static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }
  public static string Text(IntPtr utf8) {
    if (utf8 == IntPtr.Zero) return null;
    int length = 0;
    while (Marshal.ReadByte(utf8, length) != 0) ++length;
    var bytes = new byte[length];
    Marshal.Copy(utf8, bytes, 0, length);
    return Encoding.UTF8.GetString(bytes);
  }
  public static UIntPtr N(int count) { return new UIntPtr((uint)count); }
}
