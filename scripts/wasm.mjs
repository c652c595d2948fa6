// pkg/: the Rust core as WebAssembly, with the JavaScript and the types around it.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { unlessUnchanged } from './inputs.mjs';
import { pkg, root, wasmBindgen, wasmOpt } from './paths.mjs';
import { capture, run, ScriptError } from './run.mjs';
import { WASM_TARGET } from './rust.mjs';

/** The cargo profile of Cargo.toml that the module is compiled with. */
const PROFILE = 'wasm';
/**
 * For size, and once more after what never happens is known and gone (`--gufa`).
 *
 * `--low-memory-unused` turns `load(x + c)` with a constant c below 1024 into `load offset=c (x)`.
 * The two differ only where the 32-bit sum wraps, and so only for the addresses below 1024.
 * There is nothing but the far end of the stack: rustc has the linker lay the stack out first,
 * from 1 MiB down to 0, and the data and the heap after it (optimise() checks that no data is
 * there). What is on the stack is addressed by adding to the stack pointer, and that sum wraps
 * only once the stack has overflowed. Any other sum that wraps into its last kilobyte would
 * trap, never reach other memory.
 */
const OPTIMISE = [
  ...['-Oz', '--gufa', '-Oz', '--low-memory-unused'],
  // Notes for tools, which no engine reads.
  ...['--strip-producers', '--strip-target-features'],
];
/** What `--low-memory-unused` takes for unused, in bytes. */
const LOW_MEMORY = 1024;

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
  const make = async () => {
    bindgen(compiled, pkg, NAME);
    await optimise(outputs.module);
    writeFileSync(outputs.package, `${JSON.stringify(packageJson(version), null, 2)}\n`);
  };
  const files = [compiled, wasmBindgen.tool, join(root, 'node_modules', 'binaryen', 'package.json')];
  await unlessUnchanged({ step: 'wasm', files, settings: `${OPTIMISE.join(' ')} ${version}`, outputs: wasmOutputs }, make);
}

/** Compiles one of our crates as it ships; returns the path of the module. */
export function buildForWasm(crate) {
  const { targetDirectory, registries } = metadataOf(crate);
  run(
    'cargo',
    [
      ...['build', '--profile', PROFILE, '--locked', '--target', WASM_TARGET, '--package', crate, '--lib'],
      ...['--config', withoutPaths(registries)],
    ],
    { cwd: root },
  );
  return join(targetDirectory, WASM_TARGET, PROFILE, `${crate.replaceAll('-', '_')}.wasm`);
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
export async function optimise(module) {
  const sections = (file) =>
    WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(file)), 'target_features');
  if (sections(module).length !== 1) {
    throw new ScriptError(`${module} has no target_features section: is "strip" set too high in Cargo.toml?`);
  }
  if ((await lowestData(module)) < LOW_MEMORY) {
    throw new ScriptError(`${module} has data below ${LOW_MEMORY}, which wasm-opt would take for unused`);
  }
  const optimised = `${module}.optimised`;
  run(process.execPath, [wasmOpt, ...OPTIMISE, module, '-o', optimised]);
  if (!WebAssembly.validate(readFileSync(optimised))) {
    rmSync(optimised);
    throw new ScriptError('Node does not accept the optimised module: wasm-opt used a feature it does not have');
  }
  renameSync(optimised, module);
}

/** The lowest address that the module initialises. */
async function lowestData(file) {
  // Not at the top: this file is read before node_modules exists.
  const { default: binaryen } = await import('binaryen');
  const module = binaryen.readBinary(readFileSync(file));
  const segments = Array.from({ length: module.getNumDataSegments() }, (_, index) =>
    module.getDataSegmentInfo(module.getDataSegmentByIndex(index)),
  );
  module.dispose();
  return Math.min(...segments.map(({ offset }) => offset));
}

/**
 * Cuts the folder of downloaded crates off the file names in panic messages: shorter, and
 * the module does not depend on where this machine keeps them. cargo joins this list with
 * the one in .cargo/config.toml, which the RUSTFLAGS variables would replace.
 */
function withoutPaths(registries) {
  const flags = registries.map((folder) => `--remap-path-prefix=${folder}${sep}=`);
  return `target.${WASM_TARGET}.rustflags=${JSON.stringify(flags)}`;
}

function metadataOf(crate) {
  const metadata = JSON.parse(
    capture('cargo', ['metadata', '--format-version', '1', '--locked'], { cwd: root }),
  );
  const { version } = metadata.packages.find(({ name }) => name === crate);
  const downloaded = metadata.packages.filter(({ source }) => source !== null);
  return {
    version,
    targetDirectory: metadata.target_directory,
    registries: [...new Set(downloaded.map(({ manifest_path }) => dirname(dirname(manifest_path))))],
  };
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
