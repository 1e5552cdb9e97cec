// SPDX-License-Identifier: MIT
// Visibility of the public API. Nothing else is exported from libkante.so.
#pragma once

#if defined(_WIN32)
#define KANTE_API
#else
#define KANTE_API __attribute__((visibility("default")))
#endif
