/**
 * A child process with a beginning and an end: started with its output kept by
 * line, watched for readiness, stopped by its process id and nothing wider.
 *
 * Whatever is still running when node exits is killed, so that a failing test or
 * a thrown error never leaves a service behind.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { until, within } from './deadline.mjs';

/** How many of the newest output lines are kept for error messages. */
const KEPT_LINES = 200;

const running = new Set();

process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

export class Service {
  /** The newest lines of standard output and standard error, oldest first. */
  lines = [];
  #child;
  #name;
  #exit;
  #ended;

  /**
   * @param {object} options
   * @param {string} options.name - Used in errors.
   * @param {string} options.command
   * @param {string[]} [options.args]
   * @param {string} [options.cwd]
   * @param {Record<string, string>} [options.env] - Added to this process's own.
   * @param {(line: string) => void} [options.onLine]
   */
  constructor({ name, command, args = [], cwd, env, onLine }) {
    this.#name = name;
    this.#child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.lines.splice(0, this.lines.length - KEPT_LINES);
        onLine?.(line);
      });
    }
    this.#ended = new Promise((resolve) => {
      const end = (exit) => {
        this.#exit ??= exit;
        running.delete(this.#child);
        resolve(this.#exit);
      };
      this.#child.once('error', (error) => end({ error }));
      this.#child.once('exit', (code, signal) => end({ code, signal }));
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get isRunning() {
    return this.#exit === undefined;
  }

  /** Resolves when the process has ended, however it ended. */
  get ended() {
    return this.#ended;
  }

  /**
   * Polls `isReady` until it says yes; fails at once when the process ends first.
   *
   * @param {() => unknown} isReady
   * @param {number} [deadline] - ms
   */
  async untilReady(isReady, deadline = 20_000) {
    try {
      await until(`${this.#name} becomes ready`, isReady, {
        within: deadline,
        giveUp: () => (this.isRunning ? undefined : this.#describeExit()),
      });
    } catch (error) {
      await this.kill();
      throw new Error(`${error.message}${this.#describeOutput()}`, { cause: error });
    }
  }

  /** Asks the process to stop (SIGTERM); kills it when it has not after `grace` ms. */
  async stop(grace = 5_000) {
    if (!this.isRunning) {
      return;
    }
    this.#child.kill('SIGTERM');
    try {
      await within(grace, `${this.#name} stops`, this.#ended);
    } catch {
      await this.kill();
    }
  }

  /** Ends the process as a power cut would: SIGKILL, no goodbye. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #describeExit() {
    const { error, code, signal } = this.#exit;
    if (error) {
      return `could not be started: ${error.message}`;
    }
    return signal ? `ended by ${signal}` : `ended with exit code ${code}`;
  }

  #describeOutput() {
    const newest = this.lines.slice(-20);
    return newest.length === 0 ? '' : `\n--- output of ${this.#name} ---\n${newest.join('\n')}`;
  }
}
