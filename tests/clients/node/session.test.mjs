// SPDX-License-Identifier: MIT
// onnxruntime-node on libkante.so: types, strings, options, errors, sessions from bytes, outputs of the caller's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ort from 'onnxruntime-node';

const model = (name) => path.join(process.env.KANTE_MODELS, `${name}.onnx`);
const float32 = (values, dims) => new ort.Tensor('float32', Float32Array.from(values), dims);

test('the library under test is the one that runs', () => {
  const mapped = readFileSync('/proc/self/maps', 'utf8');
  assert.ok(mapped.includes(process.env.KANTE_LIBRARY), 'libkante.so is not loaded');
  assert.ok(!mapped.includes('onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime'), "the package's own library is loaded");
});

const types = {
  float: ['float32', Float32Array.from([1.5, -2, 0, 3e38])],
  double: ['float64', Float64Array.from([1.5, -2, 0, 1e300])],
  int8: ['int8', Int8Array.from([-128, 127, 0, 1])],
  uint8: ['uint8', Uint8Array.from([0, 255, 1, 2])],
  int16: ['int16', Int16Array.from([-32768, 32767, 0, 1])],
  uint16: ['uint16', Uint16Array.from([0, 65535, 1, 2])],
  int32: ['int32', Int32Array.from([-2147483648, 2147483647, 0, 1])],
  uint32: ['uint32', Uint32Array.from([0, 4294967295, 1, 2])],
  int64: ['int64', BigInt64Array.from([-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n])],
  uint64: ['uint64', BigUint64Array.from([0n, 2n ** 64n - 1n, 1n, 2n])],
  bool: ['bool', Uint8Array.from([0, 1, 1, 0])],
  float16: ['float16', Uint16Array.from([0x3c00, 0xc000, 0x0000, 0x7bff])],
  string: ['string', ['', 'a', 'zwölf Boxkämpfer', '日本語']],
};
for (const [name, [type, values]] of Object.entries(types)) {
  test(`type ${type}`, async () => {
    const session = await ort.InferenceSession.create(model(`identity_${name}`));
    const { y } = await session.run({ x: new ort.Tensor(type, values, [2, 2]) });
    assert.equal(y.type, type);
    assert.deepEqual(y.dims, [2, 2]);
    assert.deepEqual([...y.data], [...values]);
    await session.release();
  });
}

test('names and metadata of inputs and outputs', async () => {
  const session = await ort.InferenceSession.create(model('add'));
  assert.deepEqual(session.inputNames, ['a', 'b']);
  assert.deepEqual(session.outputNames, ['sum', 'product']);
  assert.deepEqual(session.inputMetadata[0], { name: 'a', isTensor: true, type: 'float32', shape: ['batch', 3] });
});

test('a chosen output, from bytes, and zero rows', async () => {
  const session = await ort.InferenceSession.create(readFileSync(model('add')));
  const feeds = { a: float32([1, 2, 3], [1, 3]), b: float32([4, 5, 6], [1, 3]) };
  const some = await session.run(feeds, ['product']);
  assert.deepEqual(Object.keys(some), ['product']);
  assert.deepEqual([...some.product.data], [4, 10, 18]);
  const none = await session.run({ a: float32([], [0, 3]), b: float32([], [0, 3]) });
  assert.deepEqual(none.sum.dims, [0, 3]);
});

test('outputs into memory of the caller', async () => {
  const session = await ort.InferenceSession.create(model('add'));
  const mine = float32([0, 0, 0], [1, 3]);
  const feeds = { a: float32([1, 2, 3], [1, 3]), b: float32([4, 5, 6], [1, 3]) };
  await session.run(feeds, { sum: mine });
  assert.deepEqual([...mine.data], [5, 7, 9]);
});

test('every option of a session and a run', async () => {
  const session = await ort.InferenceSession.create(model('add'), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'basic',
    enableCpuMemArena: false,
    enableMemPattern: false,
    executionMode: 'parallel',
    logId: 'kante',
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1' } },
  });
  const feeds = { a: float32([1, 2, 3], [1, 3]), b: float32([4, 5, 6], [1, 3]) };
  const { sum } = await session.run(feeds, { tag: 'tag', logSeverityLevel: 3, terminate: false });
  assert.deepEqual([...sum.data], [5, 7, 9]);
});

test('errors name what is wrong', async () => {
  const create = (what, options) => ort.InferenceSession.create(what, options);
  await assert.rejects(create(model('absent')), /absent\.onnx/);
  await assert.rejects(create(Buffer.from('this is no model')), /ONNX|protobuf/i);
  await assert.rejects(create(model('add'), { executionProviders: ['cuda'] }), /cuda|provider/i);
  const session = await create(model('add'));
  const a = float32([1, 2, 3], [1, 3]);
  await assert.rejects(session.run({ a }), /'b'/);
  await assert.rejects(session.run({ a, b: float32([1, 2], [1, 2]) }), /Got invalid dimensions for input: b/);
  await assert.rejects(session.run({ a, b: float32([1, 2, 3], [3]) }), /Invalid rank for input: b/);
  const wrong = new ort.Tensor('int32', Int32Array.from([1, 2, 3]), [1, 3]);
  await assert.rejects(session.run({ a, b: wrong }), /Unexpected input data type/);
});

test('an overridable initializer', async () => {
  const session = await ort.InferenceSession.create(model('overridable'));
  assert.deepEqual(session.inputNames, ['x']);
  const { y } = await session.run({ x: float32([1, 2], [2]) });
  assert.deepEqual([...y.data], [3, 6]);
});

test('many sessions at once', async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, () => ort.InferenceSession.create(model('add'))));
  const sums = await Promise.all(sessions.map((session, i) => {
    const value = float32([i, i, i], [1, 3]);
    return session.run({ a: value, b: value });
  }));
  sums.forEach(({ sum }, i) => assert.deepEqual([...sum.data], [2 * i, 2 * i, 2 * i]));
});

test('.ort files', async () => {
  const file = path.join(process.env.KANTE_MODELS, 'add.ort');
  for (const from of [file, readFileSync(file)]) {
    const session = await ort.InferenceSession.create(from);
    const a = float32([1, 2, 3], [1, 3]);
    const { product } = await session.run({ a, b: a });
    assert.deepEqual([...product.data], [1, 4, 9]);
    await session.release();
  }
  await assert.rejects(ort.InferenceSession.create(readFileSync(file).subarray(0, 1000)), /leads outside the file/);
});
