// The npm packages, exactly as package-lock.json says and without install scripts.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules, packageLock, root } from './paths.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` when node_modules is missing or older than the lock file. */
export function ensureNodeModules() {
  // npm writes this file last, so a broken installation does not have it.
  const installed = join(nodeModules, '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(packageLock).mtimeMs) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root });
}
