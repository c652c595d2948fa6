// The npm packages, exactly as a package-lock.json says and without install scripts.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` in a folder whose node_modules is missing or older than its lock file. */
export function ensureNodeModules(folder = root) {
  // npm writes this file last, so a broken installation does not have it.
  const installed = join(folder, 'node_modules', '.package-lock.json');
  const wanted = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
}
