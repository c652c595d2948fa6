// Reading, showing and hashing a request, natively and in WebAssembly, and beside it what
// ethers and MetaMask's own library take to hash the same, in one run. Ours also checks every
// rule and makes the summary; theirs only hash.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SignTypedDataVersion, TypedDataUtils } from 'eth-sig-util-9';
import { Transaction, TypedDataEncoder } from 'ethers';
import { openCore } from '../../tests/differential/core.mjs';
import { root } from '../paths.mjs';
import { run, ScriptError } from '../run.mjs';
import { median, verdict } from './verdict.mjs';

const RUNS = { transaction: 4_000, typedData: 101 };

/** Microseconds. */
const TARGETS = { transactionNative: 50, transactionWasm: 300, typedDataWasm: 20_000 };

export async function benchPrepare() {
  const core = await openCore();
  const transaction = transactionRequest();
  const typedData = typedDataRequest();
  const typedDataText = JSON.stringify(typedData);
  const { domain, types, primaryType, message } = typedData.params[1];
  const { EIP712Domain: _domain, ...withoutDomain } = types;

  const times = {
    transaction: {
      native: native(transaction, RUNS.transaction),
      wasm: time(RUNS.transaction, () => succeed(core.prepare(transaction))),
      ethers: time(RUNS.transaction, () => readWithEthers(transaction.params[0])),
    },
    typedData: {
      native: native(typedData, RUNS.typedData),
      wasm: time(RUNS.typedData, () => succeed(core.prepare(typedData))),
      ethers: time(RUNS.typedData, () => TypedDataEncoder.hash(domain, withoutDomain, message)),
      'eth-sig-util': time(RUNS.typedData, () =>
        TypedDataUtils.eip712Hash({ domain, types, primaryType, message }, SignTypedDataVersion.V4),
      ),
    },
  };
  console.log('prepare, microseconds: median (ratio to ours in WebAssembly)');
  show('EIP-1559 transfer', times.transaction);
  show(`typed data, ${typedDataText.length} bytes`, times.typedData);
  return [
    verdict('EIP-1559 transaction, native, us', times.transaction.native, TARGETS.transactionNative),
    verdict('EIP-1559 transaction, wasm, us', times.transaction.wasm, TARGETS.transactionWasm),
    verdict('100 KB of typed data, wasm, us', times.typedData.wasm, TARGETS.typedDataWasm),
  ];
}

function show(what, times) {
  const columns = Object.entries(times).map(
    ([who, taken]) => `${who} ${taken} (${(taken / times.wasm).toFixed(2)})`,
  );
  console.log(`${what.padEnd(26)} ${columns.join('  ')}`);
}

function succeed({ error }) {
  if (error) throw new ScriptError(error.message);
}

function time(runs, work) {
  for (let warm = 0; warm < runs / 4; warm += 1) work();
  const taken = Array.from({ length: runs }, () => {
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  return Math.round(median(taken) * 10) / 10;
}

function native(request, runs) {
  const program = 'tandem-bench';
  run('cargo', ['build', '--release', '--locked', '--quiet', '--package', program], { cwd: root });
  const binary = join(root, 'target', 'release', program);
  const child = spawnSync(binary, ['prepare', `${runs}`], { input: JSON.stringify(request), encoding: 'utf8' });
  if (child.status !== 0) throw new ScriptError(`${program} failed: ${child.stderr}`);
  return JSON.parse(child.stdout).microsecondsMedian;
}

function readWithEthers(fields) {
  const { from: _from, ...rest } = fields;
  return Transaction.from({ ...rest, type: Number(rest.type) }).unsignedHash;
}

/** A transfer as MetaMask hands it over. */
function transactionRequest() {
  const transaction = {
    type: '0x2',
    chainId: '0x1',
    nonce: '0x9',
    gasLimit: '0x5208',
    maxFeePerGas: '0x4a817c800',
    maxPriorityFeePerGas: '0x3b9aca00',
    to: '0x3535353535353535353535353535353535353535',
    value: '0xde0b6b3a7640000',
    data: '0x',
    accessList: [],
    from: '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f',
  };
  return { method: 'eth_signTransaction', params: [transaction], scope: 'eip155:1' };
}

/** About 100 KB: a list of orders with texts, numbers and addresses. */
function typedDataRequest() {
  const line = (index) => ({
    seller: `0x${(index + 1).toString(16).padStart(40, '0')}`,
    item: `article ${index}, ${'with a description '.repeat(4)}`,
    price: `${10n ** 18n + BigInt(index)}`,
    hash: `0x${index.toString(16).padStart(64, '0')}`,
    urgent: index % 2 === 0,
  });
  const lines = [];
  while (JSON.stringify(lines).length < 99_000) lines.push(line(lines.length));
  const data = {
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      Line: [
        { name: 'seller', type: 'address' },
        { name: 'item', type: 'string' },
        { name: 'price', type: 'uint256' },
        { name: 'hash', type: 'bytes32' },
        { name: 'urgent', type: 'bool' },
      ],
      Basket: [
        { name: 'buyer', type: 'address' },
        { name: 'lines', type: 'Line[]' },
      ],
    },
    primaryType: 'Basket',
    domain: { name: 'Shop', chainId: 1, verifyingContract: '0x3535353535353535353535353535353535353535' },
    message: { buyer: '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f', lines },
  };
  return {
    method: 'eth_signTypedData_v4',
    params: ['0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f', data],
    scope: 'eip155:1',
  };
}
