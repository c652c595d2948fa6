/**
 * The signing server as a process: the built `tandem-server`, on loopback, with a
 * data directory that outlives the process. Tests kill it and start it again on
 * the same directory and port, as an operator's machine would.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { root } from '../paths.mjs';
import { LOOPBACK, freePort } from './ports.mjs';
import { Service } from './process.mjs';

/** How long one run of the command line (enrol) may take. */
const COMMAND_DEADLINE = 15_000;

export const SESSION_PATH = '/v1/session';

/** The program that `scripts/build.mjs` leaves behind. */
export function serverBinary() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  return join(target, 'release', `tandem-server${suffix}`);
}

/**
 * Starts a server on `dataDir` and waits until it reports ready.
 *
 * @param {object} options
 * @param {string} options.dataDir
 * @param {number} [options.port] - A free one unless given.
 * @param {string} [options.binary]
 * @param {Record<string, string>} [options.settings] - Further settings by the name of their flag.
 * @param {(line: string) => void} [options.onLine]
 */
export async function startServer({ dataDir, port, binary = serverBinary(), settings = {}, onLine }) {
  const server = new Server({ dataDir, port: port ?? (await freePort()), binary, settings, onLine });
  await server.start();
  return server;
}

class Server {
  #service;
  #options;

  constructor(options) {
    this.#options = options;
    this.port = options.port;
    this.httpUrl = `http://${LOOPBACK}:${options.port}`;
    this.sessionUrl = `ws://${LOOPBACK}:${options.port}${SESSION_PATH}`;
  }

  get pid() {
    return this.#service.pid;
  }

  /** Resolves when the current process has ended. */
  get ended() {
    return this.#service.ended;
  }

  /** Lines of the current process's log. */
  get lines() {
    return this.#service.lines;
  }

  async start() {
    const { binary, onLine } = this.#options;
    this.#service = new Service({ name: 'tandem-server', command: binary, args: this.#arguments('run'), onLine });
    await this.#service.untilReady(async () => (await fetch(`${this.httpUrl}/readyz`)).ok);
  }

  /** Prints and returns a new enrolment code: `<session url>#<token>`. */
  async enrol() {
    return this.command(['enrol']);
  }

  /** Runs one of the operator's commands beside the server; what it prints. */
  async command(words) {
    const { binary } = this.#options;
    const { stdout } = await promisify(execFile)(binary, this.#arguments(...words), { timeout: COMMAND_DEADLINE });
    return stdout.trim();
  }

  async stop() {
    await this.#service.stop();
  }

  /** A power cut: SIGKILL. */
  async kill() {
    await this.#service.kill();
  }

  #arguments(...command) {
    const { dataDir, settings } = this.#options;
    const further = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    return ['--data-dir', dataDir, '--listen', `${LOOPBACK}:${this.port}`, ...further, ...command];
  }
}

/** The command a person types for a new enrolment code. */
export function enrolCommand({ dataDir, port }) {
  return `${serverBinary()} --data-dir ${dataDir} --listen ${LOOPBACK}:${port} enrol`;
}
