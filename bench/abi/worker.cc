// SPDX-License-Identifier: MIT
// A client of ONNX Runtime's C ABI that times whichever library it is given, for bench/abi: it loads it by its path and
// knows nothing else of it. Commands come as lines on standard input and are answered by lines of JSON, as those of
// bench/worker.cc are: load, first, run N, save FOLDER, memory.
//   kante_abi_worker LIBRARY MODEL FOLDER THREADS run|bind
// FOLDER holds input_N.tensor: a line "TYPE RANK DIMENSION...", then the elements' bytes; save writes output_N.tensor.
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "api/c/ort_api.h"
#include "bench/protocol.h"

namespace {

using Clock = std::chrono::steady_clock;

const OrtApi* ort = nullptr;
OrtAllocator* allocator = nullptr;

struct Input {
  int type = 0;
  std::vector<int64_t> shape;
  std::string bytes;
};

struct Worker {
  std::string model, folder;
  int threads = 1;
  bool bind = false;
  OrtEnv* env = nullptr;
  OrtSession* session = nullptr;
  OrtIoBinding* binding = nullptr;
  std::vector<Input> data;
  std::vector<std::string> names;  // of the inputs, then of the outputs
  std::vector<const char*> input_names, output_names;
  std::vector<OrtValue*> inputs, outputs;
};

// What went wrong; empty for success.
using Error = std::string;

Error ErrorOf(OrtStatus* status) {
  if (!status) return "";
  Error message = ort->GetErrorMessage(status);
  ort->ReleaseStatus(status);
  return message.empty() ? "failed" : message;
}

#define TRY(call) \
  if (Error error_ = ErrorOf(call); !error_.empty()) return error_

double MillisSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Error Open(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (!base) return "the library has no OrtGetApiBase";
  for (uint32_t version = 30; version >= 17 && !ort; --version) ort = base()->GetApi(version);
  if (!ort) return "the library has none of the versions 17 to 30 of the API";
  TRY(ort->GetAllocatorWithDefaultOptions(&allocator));
  return "";
}

Error ReadInput(const std::string& path, Input& input) {
  std::ifstream file(path, std::ios::binary);
  size_t rank = 0;
  if (!(file >> input.type >> rank)) return "cannot read " + path;
  input.shape.resize(rank);
  for (int64_t& d : input.shape) file >> d;
  file.get();
  input.bytes.assign(std::istreambuf_iterator<char>(file), {});
  return "";
}

Error NameValues(Worker& w) {
  size_t inputs = 0, outputs = 0;
  TRY(ort->SessionGetInputCount(w.session, &inputs));
  TRY(ort->SessionGetOutputCount(w.session, &outputs));
  for (size_t i = 0; i < inputs + outputs; ++i) {
    char* name = nullptr;
    TRY(i < inputs ? ort->SessionGetInputName(w.session, i, allocator, &name)
                   : ort->SessionGetOutputName(w.session, i - inputs, allocator, &name));
    w.names.emplace_back(name);
    allocator->Free(allocator, name);
  }
  for (size_t i = 0; i < inputs + outputs; ++i) {
    (i < inputs ? w.input_names : w.output_names).push_back(w.names[i].c_str());
  }
  return "";
}

Error MakeInputs(Worker& w, const OrtMemoryInfo* host) {
  w.data.resize(w.input_names.size());
  for (size_t i = 0; i < w.data.size(); ++i) {
    Input& input = w.data[i];
    if (Error e = ReadInput(w.folder + "/input_" + std::to_string(i) + ".tensor", input); !e.empty()) return e;
    OrtValue* value = nullptr;
    TRY(ort->CreateTensorWithDataAsOrtValue(host, input.bytes.data(), input.bytes.size(), input.shape.data(),
                                            input.shape.size(), static_cast<ONNXTensorElementDataType>(input.type),
                                            &value));
    w.inputs.push_back(value);
  }
  return "";
}

Error Load(Worker& w, std::string& answer) {
  const auto begin = Clock::now();
  OrtSessionOptions* options = nullptr;
  TRY(ort->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &w.env));
  TRY(ort->CreateSessionOptions(&options));
  TRY(ort->SetIntraOpNumThreads(options, w.threads));
  TRY(ort->CreateSession(w.env, w.model.c_str(), options, &w.session));
  answer = "\"load_ms\": " + std::to_string(MillisSince(begin));
  ort->ReleaseSessionOptions(options);
  OrtMemoryInfo* host = nullptr;
  TRY(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &host));
  Error error = NameValues(w);
  if (error.empty()) error = MakeInputs(w, host);
  if (error.empty() && w.bind) {
    TRY(ort->CreateIoBinding(w.session, &w.binding));
    for (size_t i = 0; i < w.inputs.size(); ++i) TRY(ort->BindInput(w.binding, w.input_names[i], w.inputs[i]));
    for (const char* name : w.output_names) TRY(ort->BindOutputToDevice(w.binding, name, host));
  }
  ort->ReleaseMemoryInfo(host);
  return error;
}

// A plain run makes its outputs anew, as most callers do, and their release is part of it.
OrtStatus* RunOnce(Worker& w) {
  if (w.bind) return ort->RunWithBinding(w.session, nullptr, w.binding);
  for (OrtValue*& output : w.outputs) {
    ort->ReleaseValue(output);
    output = nullptr;
  }
  return ort->Run(w.session, nullptr, w.input_names.data(), w.inputs.data(), w.inputs.size(), w.output_names.data(),
                  w.output_names.size(), w.outputs.data());
}

Error Run(Worker& w, int times, std::string& answer) {
  if (!w.session) return "nothing is loaded";
  w.outputs.resize(w.output_names.size());
  std::vector<double> ms(static_cast<size_t>(times));
  const double cpu = kante::bench::CpuMillis();
  for (double& one : ms) {
    const auto begin = Clock::now();
    TRY(RunOnce(w));
    one = MillisSince(begin);
  }
  const double used = kante::bench::CpuMillis() - cpu;
  answer = "\"ms\": [";
  for (const double one : ms) answer += (answer.back() == '[' ? "" : ", ") + std::to_string(one);
  answer += "], \"cpu_ms\": " + std::to_string(used / times);
  return "";
}

Error SaveTensor(const OrtValue* value, const std::string& path) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  ONNXTensorElementDataType type = {};
  size_t rank = 0, bytes = 0;
  void* data = nullptr;
  TRY(ort->GetTensorTypeAndShape(value, &info));
  TRY(ort->GetTensorElementType(info, &type));
  TRY(ort->GetDimensionsCount(info, &rank));
  std::vector<int64_t> shape(rank);
  TRY(ort->GetDimensions(info, shape.data(), rank));
  ort->ReleaseTensorTypeAndShapeInfo(info);
  TRY(ort->GetTensorSizeInBytes(value, &bytes));
  TRY(ort->GetTensorMutableData(const_cast<OrtValue*>(value), &data));
  std::ofstream file(path, std::ios::binary);
  file << type << ' ' << rank;
  for (const int64_t d : shape) file << ' ' << d;
  file << '\n';
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  return file ? "" : "cannot write " + path;
}

Error Save(Worker& w, const std::string& to) {
  OrtValue** values = w.outputs.data();
  size_t count = w.outputs.size();
  if (w.bind) TRY(ort->GetBoundOutputValues(w.binding, allocator, &values, &count));
  Error error;
  for (size_t i = 0; i < count && error.empty(); ++i) {
    error = SaveTensor(values[i], to + "/output_" + std::to_string(i) + ".tensor");
  }
  if (w.bind) {
    for (size_t i = 0; i < count; ++i) ort->ReleaseValue(values[i]);
    allocator->Free(allocator, values);
  }
  return error;
}

Error Answer(Worker& w, std::istringstream line, std::string& answer) {
  std::string command, folder;
  int times = 1;
  line >> command;
  if (command == "load") return Load(w, answer);
  if (command == "first") return Run(w, 1, answer);
  if (command == "run" && line >> times && times > 0) return Run(w, times, answer);
  if (command == "save" && line >> folder) return Save(w, folder);
  if (command == "memory") {
    answer = kante::bench::MemoryAnswer();
    return "";
  }
  return "unknown command";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s LIBRARY MODEL FOLDER THREADS run|bind\n", argv[0]);
    return 2;
  }
  Worker worker;
  worker.model = argv[2];
  worker.folder = argv[3];
  worker.threads = std::atoi(argv[4]);
  worker.bind = std::string(argv[5]) == "bind";
  const Error opened = Open(argv[1]);
  for (std::string line; std::getline(std::cin, line);) {
    std::string answer;
    Error error = opened.empty() ? Answer(worker, std::istringstream(line), answer) : opened;
    kante::bench::Print(error, answer);
  }
  std::fflush(stdout);
  std::_Exit(0);  // what is still loaded goes with the process
}
