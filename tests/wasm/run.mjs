// SPDX-License-Identifier: MIT
// Runs a WASI program with the files of this machine: node tests/wasm/run.mjs PROGRAM.wasm [ARGUMENT]...
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';

const [program, ...rest] = process.argv.slice(2);
const env = { ...process.env, PWD: process.cwd() };
const bytes = readFileSync(program);
// Node before 22 has relaxed SIMD, but behind a flag.
if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
const wasi = new WASI({ version: 'preview1', args: [program, ...rest], env, preopens: { '/': '/' } });
const instance = await WebAssembly.instantiate(
  new WebAssembly.Module(bytes), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
