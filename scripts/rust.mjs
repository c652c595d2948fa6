// The Rust side of setting up: the wasm32 target and the pinned wasm-bindgen tool.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cargoLock, root, wasmBindgen } from './paths.mjs';
import { capture, run, ScriptError, succeeds } from './run.mjs';

export const WASM_TARGET = 'wasm32-unknown-unknown';

/** The standard library for wasm32, for the toolchain that is active in this folder. */
export function ensureWasmTarget() {
  const sysroot = capture('rustc', ['--print', 'sysroot'], { cwd: root });
  if (existsSync(join(sysroot, 'lib', 'rustlib', WASM_TARGET, 'lib'))) return;
  if (!succeeds('rustup', ['--version'])) {
    throw new ScriptError(
      `the Rust toolchain at ${sysroot} lacks the ${WASM_TARGET} target, and there is no rustup to add it with`,
    );
  }
  run('rustup', ['target', 'add', WASM_TARGET], { cwd: root });
}

/** wasm-bindgen and its test runner, at the version the keyring is compiled against. */
export function ensureWasmBindgen() {
  const wanted = lockedVersion('wasm-bindgen');
  if (builtVersion() === wanted) return;
  console.log(`building wasm-bindgen ${wanted} (a few minutes, once)`);
  run('cargo', ['build', '--locked'], {
    cwd: wasmBindgen.crate,
    env: { CARGO_TARGET_DIR: wasmBindgen.target },
  });
  const built = builtVersion();
  if (built !== wanted) {
    throw new ScriptError(
      `tools/wasm-bindgen builds version ${built}, but Cargo.lock has wasm-bindgen ${wanted}: make them the same`,
    );
  }
}

function builtVersion() {
  if (!existsSync(wasmBindgen.tool) || !existsSync(wasmBindgen.testRunner)) return undefined;
  return capture(wasmBindgen.tool, ['--version']).split(' ').at(-1);
}

function lockedVersion(name) {
  const version = readFileSync(cargoLock, 'utf8').match(
    new RegExp(`^name = "${name}"\\nversion = "([^"]+)"`, 'm'),
  )?.[1];
  if (!version) throw new ScriptError(`Cargo.lock has no package called ${name}`);
  return version;
}
