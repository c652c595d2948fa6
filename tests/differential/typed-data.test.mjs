/**
 * The built core against `@metamask/eth-sig-util` 9 on thousands of generated requests, good and
 * bad: either both give the same digest, or the core refuses with a code. Never a third digest, and
 * never a refusal of what is well-formed.
 *
 * A failure prints the seed; `TANDEM_SEED=<seed>` repeats the run, `TANDEM_CASES` sets its length.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SigningKey, computeAddress, keccak256 } from 'ethers';
import {
  SignTypedDataVersion,
  TypedDataUtils,
  recoverTypedSignature,
  signTypedData,
  typedSignatureHash,
} from 'eth-sig-util-9';

import { openCore } from './core.mjs';
import { limits } from './limits.mjs';
import { waysToSpoil } from './malformed.mjs';
import { createRandom, seedOfRun } from '../random.mjs';
import { refusals, relaxed } from './refusals.mjs';
import { legacy, structured } from './well-formed.mjs';

const seed = seedOfRun();
const cases = Number(process.env.TANDEM_CASES ?? 12_000);
const versions = ['V1', 'V3', 'V4'];
const key = new SigningKey(`0x${'46'.repeat(32)}`);
const address = computeAddress(key.publicKey).toLowerCase();
const explanations = refusals();
/** How often each code refused, and in how many of those cases MetaMask's library would have signed. */
const counts = new Map();
const core = await openCore();

test('well-formed requests are signed to the digest of MetaMask, and answered as MetaMask answers', () => {
  const random = createRandom(seed);
  for (let at = 0; at < cases / 3; at += 1) {
    const version = versions[at % 3];
    const request = wellFormed(random, version);
    const context = describe(version, request, 'well-formed');
    const ours = core.prepare(request);
    assert.ok(ours.result, `${JSON.stringify(ours.error)}\n${context}`);
    assert.equal(ours.result.digest, theirDigest(version, request), context);
    assert.equal(keccak256(ours.result.payload), ours.result.digest, context);
    assert.equal(ours.result.summary.kind, 'typedData');
    if (at < 300) {
      const data = request.params[1];
      const signature = finish(request, ours.result.digest);
      assert.equal(signature, signTypedData({ privateKey: Buffer.from('46'.repeat(32), 'hex'), data, version }), context);
      assert.equal(recoverTypedSignature({ data, signature, version }), address, context);
    }
  }
});

test('spoilt requests are refused with a code, or signed to the digest of MetaMask', () => {
  const random = createRandom(seed + 1);
  for (let at = 0; at < (cases * 2) / 3; at += 1) {
    const version = versions[at % 3];
    const ways = waysToSpoil(version);
    // Values come in the most forms, so they get the most tries.
    const way = random.chance(0.4) ? 'a value that is not of its type' : random.pick(Object.keys(ways));
    const request = wellFormed(random, version);
    const code = ways[way](random, request);
    judge(version, request, way, code);
  }
});

test('every way to spoil a request has its code', () => {
  const random = createRandom(seed + 2);
  for (const version of versions) {
    for (const [way, spoil] of Object.entries(waysToSpoil(version))) {
      let tries = 0;
      let code;
      let request;
      do {
        assert.ok((tries += 1) < 1_000, `${way} never fits ${version}`);
        request = wellFormed(random, version);
        code = spoil(random, request);
      } while (code === undefined);
      judge(version, request, way, code);
    }
  }
});

test('limits are exact', () => {
  for (const [name, data, code] of limits) {
    const request = { method: 'eth_signTypedData_v4', params: [address, data], scope: '' };
    const ours = core.prepare(request);
    if (code === undefined) assert.equal(ours.result?.digest, theirDigest('V4', request), `${name}: ${ours.error?.message}`);
    else judge('V4', request, name, code);
  }
});

test('every code that exists has refused something', (t) => {
  const rows = [...counts].sort(([one], [other]) => one.localeCompare(other));
  for (const [code, { refused, signedByMetaMask }] of rows) {
    t.diagnostic(`${code}: ${refused} refused, of which MetaMask signs ${signedByMetaMask}. ${explanations.get(code)}`);
  }
  const silent = [...explanations.keys()].filter((code) => !counts.has(code));
  assert.deepEqual(silent, relaxed());
});

function wellFormed(random, version) {
  const data = version === 'V1' ? legacy(random) : structured(random, version);
  const chainId = data.domain?.chainId;
  const request = {
    method: `eth_signTypedData_${version.toLowerCase()}`,
    params: [random.chance(0.5) ? address : computeAddress(key.publicKey), data],
    // As MetaMask's keyring makes it.
    scope: chainId === undefined ? '' : `eip155:${chainId}`,
  };
  if (random.chance(0.5)) request.account = address;
  return request;
}

/** Asserts that a spoilt request is refused, with `code` among the reasons, or rightly signed. */
function judge(version, request, way, code) {
  const context = describe(version, request, way);
  const ours = core.prepare(request);
  if (ours.result) {
    assert.ok(code === null || code === undefined, `signed, but should be refused as ${code}\n${context}`);
    assert.equal(ours.result.digest, theirDigest(version, request), context);
    return;
  }
  const { problems } = ours.error.data;
  assert.equal(ours.error.code, -32602, context);
  assert.ok(['InvalidTypedData', 'InvalidRequest'].includes(ours.error.name), context);
  assert.ok(problems.length > 0, context);
  const codes = new Set(problems.map((problem) => problem.code));
  for (const found of codes) {
    assert.ok(explanations.has(found), `a refusal without a known code: ${JSON.stringify(problems)}\n${context}`);
    const count = counts.get(found) ?? { refused: 0, signedByMetaMask: 0 };
    count.refused += 1;
    if (theirDigest(version, request) !== null) count.signedByMetaMask += 1;
    counts.set(found, count);
  }
  assert.ok(code !== undefined, `refused, but nothing was spoilt: ${JSON.stringify(problems)}\n${context}`);
  if (code !== null) assert.ok(codes.has(code), `refused as ${[...codes]}, not as ${code}\n${context}`);
}

/** The digest that MetaMask's library would sign, or `null` if it throws. */
function theirDigest(version, request) {
  // As the keyring passes it on: JSON and nothing else.
  const data = JSON.parse(JSON.stringify(request)).params[1];
  try {
    return version === 'V1'
      ? typedSignatureHash(data)
      : `0x${TypedDataUtils.eip712Hash(data, SignTypedDataVersion[version]).toString('hex')}`;
  } catch {
    return null;
  }
}

function finish(request, digest) {
  const { r, s, yParity } = key.sign(digest);
  const signature = { r, s, yParity };
  const answer = core.finish({ ...request, signature });
  assert.equal(answer.error, undefined);
  return answer.result;
}

function describe(version, request, way) {
  return `${way}, ${version}, seed ${seed}: ${JSON.stringify(request)}`;
}
