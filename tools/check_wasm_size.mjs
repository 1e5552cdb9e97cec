// SPDX-License-Identifier: MIT
// Checks the size of a WebAssembly program: node tools/check_wasm_size.mjs PROGRAM.wasm [LIMIT [LIMIT_BY_BROTLI]]
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LIMIT = 2_650_000;
const LIMIT_BY_BROTLI = 660_000;

const [program, limit = LIMIT, limitByBrotli = LIMIT_BY_BROTLI] = process.argv.slice(2);
const raw = readFileSync(program);
const gzip = gzipSync(raw, { level: 9 }).length;
const brotli = brotliCompressSync(raw, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24,
            [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
}).length;
const text = (bytes) => bytes.toLocaleString('en-US');
console.log(`size: ${text(raw.length)} of ${text(Number(limit))} bytes, gzip ${text(gzip)}, ` +
            `brotli ${text(brotli)} of ${text(Number(limitByBrotli))}`);
if (raw.length > limit || brotli > limitByBrotli) {
  console.log(`${program} is too large`);
  process.exitCode = 1;
} else {
  console.log('size: ok');
}
