// SPDX-License-Identifier: MIT
#include "arrays.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "errors.h"

namespace nb = nanobind;

namespace kante::python {
namespace {

nb::object Helper(const char* name) { return nb::module_::import_("kante.arrays").attr(name); }

// Keeps `object` until the memory's last user is gone, on whatever thread that is; `drop` then lets go of it.
template <typename T, typename Drop>
std::function<void()> Keep(T* object, Drop drop) {
  const std::shared_ptr<T> held(object, [drop](T* last) {
    if (!Py_IsInitialized()) return;  // the process ends: its memory goes anyway
    const nb::gil_scoped_acquire gil;
    drop(last);
    delete last;
  });
  return [held] {};
}

// The type of a buffer's element in the machine's own order and size; kUndefined for everything else.
ElementType TypeOfFormat(const Py_buffer& view) {
  const std::string_view format = view.format ? view.format : "B";
  if (format == "Zf") return ElementType::kComplex64;
  if (format == "Zd") return ElementType::kComplex128;
  if (format.size() != 1) return ElementType::kUndefined;
  const bool eight = view.itemsize == 8;
  switch (format[0]) {
    case '?':
      return ElementType::kBool;
    case 'e':
      return ElementType::kFloat16;
    case 'f':
      return ElementType::kFloat32;
    case 'd':
      return ElementType::kFloat64;
    case 'b':
      return ElementType::kInt8;
    case 'B':
      return ElementType::kUint8;
    case 'h':
      return ElementType::kInt16;
    case 'H':
      return ElementType::kUint16;
    case 'i':
    case 'l':
    case 'q':
      return eight ? ElementType::kInt64 : ElementType::kInt32;
    case 'I':
    case 'L':
    case 'Q':
      return eight ? ElementType::kUint64 : ElementType::kUint32;
    default:
      return ElementType::kUndefined;
  }
}

bool IsAligned(const Py_buffer& view) {
  return view.itemsize == 0 || reinterpret_cast<uintptr_t>(view.buf) % static_cast<uintptr_t>(view.itemsize) == 0;
}

// The tensor in a dense array's memory; none if the array is of another kind.
bool Borrow(nb::handle array, ElementType type, Tensor* out) {
  auto view = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(array.ptr(), view.get(), PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) != 0) {
    PyErr_Clear();
    return false;
  }
  const ElementType own = TypeOfFormat(*view);
  if (own == ElementType::kUndefined || !IsAligned(*view)) {
    PyBuffer_Release(view.get());
    return false;
  }
  if (type == ElementType::kUndefined) type = own;
  if (BitsOf(type) != 8 * view->itemsize) {
    PyBuffer_Release(view.get());
    ThrowInvalidArgument("elements of " + std::string(NameOf(own)) + " cannot be read as " + std::string(NameOf(type)));
  }
  const std::vector<int64_t> shape(view->shape, view->shape + view->ndim);
  void* const data = view->buf;
  const auto bytes = static_cast<size_t>(view->len);
  *out = ValueOrThrow(Tensor::Wrap(type, shape, data, bytes, Keep(view.release(), PyBuffer_Release)));
  return true;
}

Tensor StringsOf(nb::handle array) {
  const auto shape = nb::cast<std::vector<int64_t>>(array.attr("shape"));
  const auto strings = nb::cast<std::vector<std::string>>(Helper("strings_of")(array));
  return ValueOrThrow(Tensor::OfStrings(shape, strings));
}

nb::dlpack::dtype DlpackType(ElementType type) {
  using Code = nb::dlpack::dtype_code;
  const auto code = [&] {
    switch (type) {
      case ElementType::kFloat16:
      case ElementType::kFloat32:
      case ElementType::kFloat64:
        return Code::Float;
      case ElementType::kBfloat16:
        return Code::Bfloat;
      case ElementType::kComplex64:
      case ElementType::kComplex128:
        return Code::Complex;
      case ElementType::kBool:
        return Code::Bool;
      case ElementType::kInt8:
      case ElementType::kInt16:
      case ElementType::kInt32:
      case ElementType::kInt64:
        return Code::Int;
      default:
        return Code::UInt;
    }
  }();
  return {static_cast<uint8_t>(code), static_cast<uint8_t>(BitsOf(type)), 1};
}

ElementType TypeOfDlpack(nb::dlpack::dtype type) {
  for (int i = 1; i <= static_cast<int>(ElementType::kInt2); ++i) {
    const auto candidate = static_cast<ElementType>(i);
    if (candidate != ElementType::kString && BitsOf(candidate) >= 8 && DlpackType(candidate) == type) return candidate;
  }
  ThrowInvalidArgument("tensors of this DLPack type are not supported (code " + std::to_string(type.code) + ", " +
                       std::to_string(type.bits) + " bits)");
}

// The tensor's memory as nanobind's array of a framework; it keeps the tensor.
template <typename Framework>
nb::object Share(const Tensor& tensor, nb::dlpack::dtype type, std::span<const int64_t> shape) {
  auto* kept = new Tensor(tensor);
  const nb::capsule owner(kept, [](void* t) noexcept { delete static_cast<Tensor*>(t); });
  const std::vector<size_t> dims(shape.begin(), shape.end());
  return nb::cast(nb::ndarray<Framework>(kept->mutable_data(), dims.size(), dims.data(), owner, nullptr, type));
}

}  // namespace

Tensor TensorOfArray(nb::handle array, ElementType type) {
  Tensor tensor;
  if (Borrow(array, type, &tensor)) return tensor;
  const auto [plain, number] = nb::cast<std::pair<nb::object, int>>(Helper("plain_of")(array, static_cast<int>(type)));
  const auto known = static_cast<ElementType>(number);
  if (known == ElementType::kString) return StringsOf(plain);
  if (BitsOf(known) < 8) {  // `plain` holds packed bytes
    const auto shape = nb::cast<std::vector<int64_t>>(array.attr("shape"));
    const auto packed = nb::cast<nb::bytes>(plain);
    return ValueOrThrow(Tensor::CopyOf(known, shape, packed.c_str(), packed.size()));
  }
  if (!Borrow(plain, known, &tensor)) throw nb::type_error("an array cannot be read as a tensor");
  return tensor;
}

nb::object ArrayOfTensor(const Tensor& tensor) {
  const ElementType type = tensor.type();
  const std::vector<int64_t> shape(tensor.shape().begin(), tensor.shape().end());
  if (type == ElementType::kString) {
    const std::vector<std::string> strings(tensor.strings().begin(), tensor.strings().end());
    return Helper("array_of_strings")(strings, shape);
  }
  const bool numpy_has_it = type <= ElementType::kComplex128;
  if (numpy_has_it) return Share<nb::numpy>(tensor, DlpackType(type), shape);
  const int bits = BitsOf(type);
  if (bits < 8) {
    const auto count = static_cast<int64_t>(tensor.bytes());
    const nb::object packed = Share<nb::numpy>(tensor, DlpackType(ElementType::kUint8), {&count, 1});
    return Helper("unpacked")(packed, static_cast<int>(type), shape);
  }
  const auto raw = bits == 8 ? ElementType::kUint8 : ElementType::kUint16;
  return Helper("named")(Share<nb::numpy>(tensor, DlpackType(raw), shape), static_cast<int>(type));
}

Tensor TensorOfDlpack(nb::handle object) {
  auto array = nb::cast<nb::ndarray<nb::ro>>(object);
  if (array.device_type() != nb::device::cpu::value) ThrowInvalidArgument("the tensor is not in host memory");
  std::vector<int64_t> shape;
  int64_t dense = 1;
  for (size_t i = array.ndim(); i-- > 0;) {
    const auto extent = static_cast<int64_t>(array.shape(i));
    const bool matters = extent > 1 && array.size() > 0;
    if (matters && array.stride(i) != dense) ThrowInvalidArgument("the tensor is not contiguous");
    dense *= extent;
    shape.insert(shape.begin(), extent);
  }
  const ElementType type = TypeOfDlpack(array.dtype());
  return ValueOrThrow(Tensor::Wrap(type, shape, const_cast<void*>(array.data()), array.nbytes(),
                                   Keep(new nb::ndarray<nb::ro>(array), [](auto*) {})));
}

nb::object DlpackOfTensor(const Tensor& tensor) {
  if (tensor.type() == ElementType::kString || BitsOf(tensor.type()) < 8 || tensor.type() > ElementType::kBfloat16) {
    ThrowInvalidArgument("tensors of " + std::string(NameOf(tensor.type())) + " have no form in DLPack");
  }
  return Share<nb::array_api>(tensor, DlpackType(tensor.type()), tensor.shape());
}

ElementType ElementTypeOfObject(nb::handle object) {
  return static_cast<ElementType>(nb::cast<int>(Helper("element_type_of")(object)));
}

}  // namespace kante::python
