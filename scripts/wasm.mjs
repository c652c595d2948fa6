// pkg/: the Rust core as WebAssembly, with the JavaScript and the types around it.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unlessUnchanged } from './inputs.mjs';
import { pkg, root, wasmBindgen, wasmOpt } from './paths.mjs';
import { capture, run, ScriptError } from './run.mjs';
import { WASM_TARGET } from './rust.mjs';

/** `-O3` for speed or `-Oz` for size: what wasm-opt aims at. */
const OPTIMISE_FOR = '-O3';

const CRATE = 'tandem-keyring';
const NAME = 'tandem_keyring';

const outputs = {
  module: join(pkg, `${NAME}_bg.wasm`),
  glue: join(pkg, `${NAME}.js`),
  types: join(pkg, `${NAME}.d.ts`),
  package: join(pkg, 'package.json'),
};

/** The files of pkg/ that the snap bundle is made from. */
export const wasmOutputs = Object.values(outputs);
export const wasmModule = outputs.module;

/** cargo -> wasm-bindgen -> wasm-opt. cargo decides by itself what to compile again. */
export async function buildWasm() {
  const compiled = buildForWasm(CRATE);
  const version = metadataOf(CRATE).version;
  const make = () => {
    bindgen(compiled, pkg, NAME);
    optimise(outputs.module);
    writeFileSync(outputs.package, `${JSON.stringify(packageJson(version), null, 2)}\n`);
  };
  const files = [compiled, wasmBindgen.tool, join(root, 'node_modules', 'binaryen', 'package.json')];
  await unlessUnchanged({ step: 'wasm', files, settings: `${OPTIMISE_FOR} ${version}`, outputs: wasmOutputs }, make);
}

/** Compiles one of our crates for release; returns the path of the module. */
export function buildForWasm(crate) {
  run('cargo', ['build', '--release', '--locked', '--target', WASM_TARGET, '--package', crate, '--lib'], { cwd: root });
  const { targetDirectory } = metadataOf(crate);
  return join(targetDirectory, WASM_TARGET, 'release', `${crate.replaceAll('-', '_')}.wasm`);
}

/** The JavaScript and the types around a module, into a folder. */
export function bindgen(compiled, folder, name) {
  run(wasmBindgen.tool, [
    ...['--target', 'web', '--omit-default-module-path'],
    ...['--out-dir', folder, '--out-name', name, compiled],
  ]);
}

/**
 * wasm-opt in place. It takes the features it may use from the module's own
 * `target_features` section, which rustc writes, so it cannot introduce one that the
 * compiler did not use; without that section it would guess.
 */
export function optimise(module) {
  const sections = (file) =>
    WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(file)), 'target_features');
  if (sections(module).length !== 1) {
    throw new ScriptError(`${module} has no target_features section: is "strip" set too high in Cargo.toml?`);
  }
  const optimised = `${module}.optimised`;
  run(process.execPath, [wasmOpt, OPTIMISE_FOR, module, '-o', optimised]);
  if (!WebAssembly.validate(readFileSync(optimised))) {
    rmSync(optimised);
    throw new ScriptError('Node does not accept the optimised module: wasm-opt used a feature it does not have');
  }
  renameSync(optimised, module);
}

function metadataOf(crate) {
  const metadata = JSON.parse(
    capture('cargo', ['metadata', '--format-version', '1', '--no-deps', '--locked'], { cwd: root }),
  );
  const { version } = metadata.packages.find(({ name }) => name === crate);
  return { version, targetDirectory: metadata.target_directory };
}

function packageJson(version) {
  return {
    name: CRATE,
    version,
    type: 'module',
    private: true,
    main: `${NAME}.js`,
    types: `${NAME}.d.ts`,
    files: [`${NAME}_bg.wasm`, `${NAME}.js`, `${NAME}.d.ts`],
  };
}
