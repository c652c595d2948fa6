// Finds Chromium and its driver, which only the tests need, and on Debian-like
// machines installs them when that can be done without asking for a password.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, ScriptError, succeeds } from './run.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const DRIVERS = ['chromedriver', 'chromium.chromedriver'];
// Where packages put them that do not put them on PATH.
const PLACES = ['/usr/bin', '/usr/lib/chromium', '/usr/lib/chromium-browser', '/snap/bin', '/opt/homebrew/bin'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** `{ chromium, chromedriver }`: the paths, each undefined when not found. */
export function findBrowser() {
  return {
    chromium: named('CHROMIUM') ?? find(BROWSERS) ?? (executable(MAC) ? MAC : undefined),
    chromedriver: named('CHROMEDRIVER') ?? find(DRIVERS),
  };
}

/** As `findBrowser`, but both are there on return, or a ScriptError says what to do. */
export function ensureBrowser() {
  let found = findBrowser();
  if (found.chromium && found.chromedriver) return found;
  const asRoot = rootCommand();
  if (asRoot && existsSync('/usr/bin/apt-get')) {
    const apt = (...args) => {
      const [program, ...rest] = [...asRoot, 'apt-get', ...args];
      run(program, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    };
    apt('update', '--quiet');
    apt('install', '--yes', '--quiet', '--no-install-recommends', 'chromium', 'chromium-driver');
    found = findBrowser();
    if (found.chromium && found.chromedriver) return found;
  }
  const missing = [
    ...(found.chromium ? [] : ['Chromium (or its path in CHROMIUM)']),
    ...(found.chromedriver ? [] : ['chromedriver (or its path in CHROMEDRIVER)']),
  ];
  throw new ScriptError(`the tests need ${missing.join(' and ')}, and it cannot be installed from here`);
}

/** The words to put before a command to run it as root, or undefined when that needs a password. */
function rootCommand() {
  if (process.getuid?.() === 0) return [];
  return succeeds('sudo', ['--non-interactive', 'true']) ? ['sudo', '--non-interactive'] : undefined;
}

/** A path given in the environment: a wrong one is an error, not a reason to look elsewhere. */
function named(variable) {
  const path = process.env[variable];
  if (!path) return undefined;
  if (!executable(path)) throw new ScriptError(`${variable} is ${path}, which is not a program`);
  return path;
}

function find(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...PLACES];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(executable);
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
