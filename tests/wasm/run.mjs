// SPDX-License-Identifier: MIT
// Runs a WASI program with the files of this machine: node tests/wasm/run.mjs PROGRAM.wasm [ARGUMENT]...
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [program, ...rest] = process.argv.slice(2);
const env = { ...process.env, PWD: process.cwd() };
const wasi = new WASI({ version: 'preview1', args: [program, ...rest], env, preopens: { '/': '/' } });
const instance = await WebAssembly.instantiate(
  new WebAssembly.Module(readFileSync(program)), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
