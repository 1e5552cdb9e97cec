# SPDX-License-Identifier: MIT
"""Where memory lies: in the host, for everything that Kante makes."""
from __future__ import annotations

import dataclasses
import enum


class OrtDeviceVendorId(enum.IntEnum):
    """PCI vendors, as ONNX Runtime numbers them."""

    NONE = 0x0000
    AMD = 0x1002
    NVIDIA = 0x10DE
    ARM = 0x13B5
    MICROSOFT = 0x1414
    HUAWEI = 0x19E5
    QUALCOMM = 0x5143
    INTEL = 0x8086


class OrtAllocatorType(enum.Enum):
    INVALID = -1
    ORT_DEVICE_ALLOCATOR = 0
    ORT_ARENA_ALLOCATOR = 1


class OrtMemType(enum.Enum):
    CPU_INPUT = -2
    CPU_OUTPUT = -1
    CPU = CPU_OUTPUT
    DEFAULT = 0


def require_host(device_type: str) -> None:
    if device_type.lower() != "cpu":
        raise RuntimeError(f"Kante computes on the CPU only: there is no device '{device_type}'")


class OrtDevice:
    """The device of a value."""

    @staticmethod
    def make(ort_device_name: str, device_id: int, vendor_id: int = -1) -> OrtDevice:
        require_host(ort_device_name)
        return OrtDevice()

    @staticmethod
    def cpu() -> int:
        return 0

    @staticmethod
    def default_memory() -> int:
        return 0

    def device_id(self) -> int:
        return 0

    def device_type(self) -> int:
        return OrtDevice.cpu()

    def device_vendor_id(self) -> int:
        return OrtDeviceVendorId.NONE

    def device_mem_type(self) -> int:
        return OrtDevice.default_memory()


@dataclasses.dataclass(frozen=True)
class OrtMemoryInfo:
    """How memory is allocated, as inputs and outputs of a session tell it."""

    name: str = "Cpu"
    allocator_type: OrtAllocatorType = OrtAllocatorType.ORT_DEVICE_ALLOCATOR
    device_id: int = 0
    mem_type: OrtMemType = OrtMemType.DEFAULT
    device_vendor_id: int = 0


HOST_MEMORY = OrtMemoryInfo()
