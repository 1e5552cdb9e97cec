// SPDX-License-Identifier: MIT
// The class OrtValue as Python sees it.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <string>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "errors.h"
#include "type_names.h"
#include "values.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kante::python {
namespace {

void RequireHost(const std::string& device) {
  if (device != "cpu") throw std::runtime_error("Kante computes on the CPU only: there is no device '" + device + "'");
}

OrtValue OfArray(nb::handle array, const std::string& device, int, int) {
  RequireHost(device);
  return {TensorOfArray(array)};
}

OrtValue OfArrayAs(nb::handle array, nb::handle type) { return {TensorOfArray(array, ElementTypeOfObject(type))}; }

OrtValue OfShapeAndType(const std::vector<int64_t>& shape, nb::handle type, const std::string& device, int, int,
                        nb::handle) {
  RequireHost(device);
  return {ValueOrThrow(Tensor::Allocate(ElementTypeOfObject(type), shape))};
}

// Memory that the caller keeps alive, as bind_input and bind_output are handed it.
OrtValue OfAddress(uintptr_t address, const std::vector<int64_t>& shape, nb::handle type) {
  const ElementType element = ElementTypeOfObject(type);
  size_t bits = static_cast<size_t>(BitsOf(element));
  for (const int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(bits, static_cast<size_t>(extent), &bits)) {
      ThrowInvalidArgument("the shape " + ShapeToString(shape) + " has no size");
    }
  }
  return {ValueOrThrow(Tensor::Wrap(element, shape, reinterpret_cast<void*>(address), (bits + 7) / 8))};
}

void Update(OrtValue& self, nb::handle data) {
  const Tensor from = nb::isinstance<OrtValue>(data) ? nb::cast<const OrtValue&>(data).tensor() : TensorOfArray(data);
  Tensor to = self.tensor();
  if (from.type() != to.type()) {
    ThrowInvalidArgument("the value holds " + TypeName(to.type()) + ", not " + TypeName(from.type()));
  }
  if (ShapeToString(from.shape()) != ShapeToString(to.shape())) {
    ThrowInvalidArgument("the value has the shape " + ShapeToString(to.shape()) + ", not " +
                         ShapeToString(from.shape()));
  }
  if (to.type() == ElementType::kString) {
    std::copy(from.strings().begin(), from.strings().end(), to.mutable_strings().begin());
  } else if (to.bytes() > 0) {
    std::memmove(to.mutable_data(), from.data(), to.bytes());
  }
}

std::vector<int64_t> ShapeOf(const OrtValue& self) {
  const auto shape = self.tensor().shape();
  return {shape.begin(), shape.end()};
}

bool IsTensorSequence(const OrtValue& self) {
  const auto& items = self.value.items();
  return self.value.kind() == Value::Kind::kSequence && (items.empty() || items[0].is_tensor());
}

// numpy's protocol: numpy.asarray(value) shares the memory, numpy.array(value) copies it.
nb::object Array(const OrtValue& self, nb::handle dtype, nb::handle copy) {
  const nb::object array = ArrayOfTensor(self.tensor());
  const nb::module_ numpy = nb::module_::import_("numpy");
  if (!copy.is_none()) return numpy.attr("array")(array, "dtype"_a = dtype, "copy"_a = copy);
  return numpy.attr("asarray")(array, "dtype"_a = dtype);
}

nb::object Dlpack(const OrtValue& self, const nb::kwargs& wishes) {
  return DlpackOfTensor(self.tensor()).attr("__dlpack__")(**wishes);
}

}  // namespace

void BindOrtValue(nb::module_& module) {
  nb::class_<OrtValue>(module, "OrtValue")
      .def_static("ortvalue_from_numpy", &OfArray, "numpy_obj"_a, "device_type"_a = "cpu", "device_id"_a = 0,
                  "vendor_id"_a = -1)
      .def_static("ortvalue_from_numpy_with_onnx_type", &OfArrayAs, "data"_a, "onnx_element_type"_a)
      .def_static("ortvalue_from_shape_and_type", &OfShapeAndType, "shape"_a, "element_type"_a, "device_type"_a = "cpu",
                  "device_id"_a = 0, "vendor_id"_a = -1, "memory_info"_a = nb::none())
      .def_static(
          "from_dlpack", [](nb::handle data) { return OrtValue{TensorOfDlpack(data)}; }, "data"_a)
      .def_static("_from_address", &OfAddress, "address"_a, "shape"_a, "element_type"_a)
      .def("data_ptr", [](const OrtValue& self) { return reinterpret_cast<uintptr_t>(self.tensor().data()); })
      .def("device_name", [](const OrtValue&) { return "cpu"; })
      .def("shape", &ShapeOf)
      .def("data_type", [](const OrtValue& self) { return TypeName(self.value); })
      .def("element_type", [](const OrtValue& self) { return static_cast<int>(self.tensor().type()); })
      .def("tensor_size_in_bytes", [](const OrtValue& self) { return self.tensor().bytes(); })
      .def("has_value", [](const OrtValue& self) { return self.value.kind() != Value::Kind::kNone; })
      .def("is_tensor", [](const OrtValue& self) { return self.value.is_tensor(); })
      .def("is_sparse_tensor", [](const OrtValue&) { return false; })
      .def("is_tensor_sequence", &IsTensorSequence)
      .def("numpy", [](const OrtValue& self) { return ArrayOfTensor(self.tensor()); })
      .def("to_object", [](const OrtValue& self) { return ObjectOfValue(self.value); })
      .def("update_inplace", &Update, "data"_a)
      .def("__array__", &Array, "dtype"_a = nb::none(), "copy"_a = nb::none())
      .def("__dlpack__", &Dlpack, "wishes"_a)
      .def("__dlpack_device__", [](const OrtValue&) { return nb::make_tuple(nb::device::cpu::value, 0); })
      // ONNX Runtime wraps a class of C++ in one of Python; here both are this.
      .def_prop_ro("_ortvalue", [](nb::handle self) { return nb::borrow(self); })
      .def("_get_c_value", [](nb::handle self) { return nb::borrow(self); });
}

}  // namespace kante::python
