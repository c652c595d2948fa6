/**
 * anvil, the development Ethereum node, from the npm package of this platform:
 * a real EVM that mines every transaction it is given, on loopback.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { until } from './deadline.mjs';
import { LOOPBACK, freePort } from './ports.mjs';
import { Service } from './process.mjs';

export const ANVIL_CHAIN_ID = 31337;

/** Node's names for machines, as the package names them. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** The anvil program in node_modules. */
export function anvilBinary() {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), 'bin', 'anvil');
  } catch (error) {
    throw new Error(`anvil for this machine is not installed: no package ${name} in node_modules (run npm ci)`, { cause: error });
  }
}

/**
 * Starts anvil and waits until it answers.
 *
 * @param {{ port?: number, chainId?: number, args?: string[], onLine?: (line: string) => void }} [options]
 */
export async function startAnvil({ port, chainId = ANVIL_CHAIN_ID, args = [], onLine } = {}) {
  const chosenPort = port ?? (await freePort());
  const service = new Service({
    name: 'anvil',
    command: anvilBinary(),
    args: ['--host', LOOPBACK, '--port', String(chosenPort), '--chain-id', String(chainId), ...args],
    onLine,
  });
  const anvil = new Anvil(service, chosenPort, chainId);
  await service.untilReady(async () => Number(await anvil.rpc('eth_chainId')) === chainId);
  return anvil;
}

class Anvil {
  #service;
  #nextId = 1;

  constructor(service, port, chainId) {
    this.#service = service;
    this.port = port;
    this.chainId = chainId;
    this.url = `http://${LOOPBACK}:${port}`;
  }

  /** One JSON-RPC call; a JSON-RPC error becomes an Error with its `code`. */
  async rpc(method, params = []) {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }),
    });
    const { result, error } = await response.json();
    if (error) {
      throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data });
    }
    return result;
  }

  /** Gives `address` this balance, out of nothing. */
  async setBalance(address, wei) {
    await this.rpc('anvil_setBalance', [address, `0x${wei.toString(16)}`]);
  }

  async balance(address) {
    return BigInt(await this.rpc('eth_getBalance', [address, 'latest']));
  }

  async nonce(address) {
    return Number(await this.rpc('eth_getTransactionCount', [address, 'latest']));
  }

  /** Sends a signed transaction and waits for the block that holds it. */
  async broadcast(raw) {
    const hash = await this.rpc('eth_sendRawTransaction', [raw]);
    return until(`transaction ${hash} is mined`, () => this.rpc('eth_getTransactionReceipt', [hash]));
  }

  /** Resolves when the process has ended. */
  get ended() {
    return this.#service.ended;
  }

  async stop() {
    await this.#service.stop();
  }
}
