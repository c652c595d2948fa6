// Runs other programs for the scripts in this folder: `run` shows their output,
// `capture` returns it. A failure becomes one readable sentence, not a stack trace.

import { spawnSync } from 'node:child_process';

/** A failure whose message is meant for the person at the terminal. */
export class ScriptError extends Error {}

/** Run a program with its output on the terminal; fail when it fails. */
export function run(program, args, { cwd, env } = {}) {
  finish(program, args, spawnSync(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' }));
}

/** Run a program and return what it prints to standard output, trimmed. */
export function capture(program, args, { cwd, env } = {}) {
  const child = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  finish(program, args, child);
  return child.stdout.trim();
}

/** Whether the program can be started and says yes (exit code 0). */
export function succeeds(program, args, { cwd } = {}) {
  return spawnSync(program, args, { cwd, stdio: 'ignore' }).status === 0;
}

/** Run a script's main function; a ScriptError ends the process with its sentence. */
export async function main(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

function finish(program, args, child) {
  if (child.error) {
    const reason = child.error.code === 'ENOENT' ? 'it is not installed or not on PATH' : child.error.message;
    throw new ScriptError(`cannot start ${program}: ${reason}`);
  }
  if (child.status !== 0) {
    const said = child.stderr ? `:\n${child.stderr.trim()}` : '';
    const how = child.signal ? `was ended by ${child.signal}` : `failed with exit code ${child.status}`;
    throw new ScriptError(`${[program, ...args].join(' ')} ${how}${said}`);
  }
}
