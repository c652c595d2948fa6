// Remembers what a build step was made from and what it made, so that an unchanged
// step is skipped. The digest covers the contents of every input and output (another
// tool may have written over one); times do not count.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pkg, root } from './paths.mjs';

const record = join(pkg, '.inputs');

/**
 * Run `make` unless `outputs` exist and were made from the same `files` (files or
 * folders) and `settings`. Says whether it ran.
 */
export async function unlessUnchanged({ step, files, settings = '', outputs }, make) {
  const digest = () => digestOf([...files, ...outputs], settings);
  const known = read();
  if (outputs.every((path) => existsSync(path)) && known[step] === digest()) return false;
  // Forgotten first: a step that fails half-way is never taken for done.
  write({ ...known, [step]: undefined });
  await make();
  write({ ...read(), [step]: digest() });
  return true;
}

function digestOf(files, settings) {
  const hash = createHash('sha256').update(settings);
  for (const path of files.flatMap(list)) {
    const content = readFileSync(path);
    hash.update(`\0${relative(root, path)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function list(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => list(join(path, name)));
}

function read() {
  try {
    return JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return {}; // missing, or cut short by an interrupted build: every step runs again
  }
}

function write(steps) {
  mkdirSync(pkg, { recursive: true });
  writeFileSync(record, `${JSON.stringify(steps, null, 2)}\n`);
}
