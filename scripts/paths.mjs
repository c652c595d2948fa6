// Where things are, so that no other script spells out a path twice.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

export const cargoLock = at('Cargo.lock');
export const packageLock = at('package-lock.json');
export const peers = at('bench', 'peers');
export const pkg = at('pkg');
export const snap = at('snap');
export const webpackConfig = at('webpack.config.js');

const bindgen = at('tools', 'wasm-bindgen');
const bindgenTarget = join(bindgen, 'target');
/** wasm-bindgen's tool and test runner, built by setup.mjs from a pinned crate. */
export const wasmBindgen = {
  crate: bindgen,
  target: bindgenTarget,
  tool: join(bindgenTarget, 'debug', 'wasm-bindgen'),
  testRunner: join(bindgenTarget, 'debug', 'wasm-bindgen-test-runner'),
};

export const wasmOpt = at('node_modules', 'binaryen', 'bin', 'wasm-opt');
export const webpack = at('node_modules', 'webpack', 'bin', 'webpack.js');
