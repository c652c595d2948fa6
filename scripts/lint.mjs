// Formatting and lints of the Rust code; warnings are errors.

import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';
import { main, run } from './run.mjs';
import { WASM_TARGET } from './rust.mjs';
import { setup } from './setup.mjs';

export function lint() {
  setup();
  const cargo = (...args) => run('cargo', args, { cwd: root });
  cargo('fmt', '--all', '--check');
  cargo('clippy', '--locked', '--workspace', '--all-targets', '--', '--deny', 'warnings');
  cargo('clippy', '--locked', '--package', 'tandem-keyring', '--target', WASM_TARGET, '--lib', '--test', 'wasm', '--', '--deny', 'warnings');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(lint);
