// One Chromium and one file server for the tests of the companion page.

import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../scripts/browser.mjs';
import { serveFolders } from '../../scripts/services/static.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const SNAP = 'local:http://localhost:8080';
export const FLASK = { rdns: 'io.metamask.flask', name: 'MetaMask Flask' };
export const METAMASK = { rdns: 'io.metamask', name: 'MetaMask' };
export const OTHER = { rdns: 'example.wallet', name: 'Another Wallet' };

/** What MetaMask and the snap answer when all is well, one state after the other. */
export const ADDRESS = '0x52908400098527886E0F7030069857D2E4169EE7';
export const status = (change) => ({
  result: { version: { release: '0.1.0' }, enrolled: false, server: null, accounts: [], keys: [], ...change },
});
export const INSTALLED = { result: { [SNAP]: { id: SNAP, version: '0.1.0', enabled: true, blocked: false } } };
export const ENROLLED = { enrolled: true, server: 'ws://127.0.0.1:8549/v1/session' };
export const WITH_ACCOUNT = {
  ...ENROLLED,
  accounts: [{ id: 'a3bb189e-8bf9-4888-9912-ace4e6543002', address: ADDRESS, index: 0 }],
  keys: [{ keyId: 'b1946ac92492d234', state: 'active' }],
};

export const READY = { wallet_getSnaps: INSTALLED, tandem_status: status(WITH_ACCOUNT), eth_chainId: { result: '0x7a69' } };

// No sandbox, because tests may run as root; the rest keeps Chromium from calling home.
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export async function startBrowser() {
  const [site, browser] = await Promise.all([
    serveFolders({ folders: { '/': here('../../site') } }),
    chromium.launch({
      executablePath: ensureBrowser().chromium,
      args: FLAGS,
    }),
  ]);
  return {
    url: site.url,
    /** A page with these wallets in it and these answers; `errors` collects what the page logs. */
    async open({ wallets = [FLASK], answers = {}, held = {}, query = '', context = {} } = {}) {
      const opened = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...context });
      const page = await opened.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.addInitScript({ path: here('wallet-double.js') });
      await page.addInitScript((set) => Object.assign(window.double, set), { wallets, answers, held });
      await page.goto(`${site.url}/${query}`);
      return Object.assign(page, { errors });
    },
    async stop() {
      await browser.close();
      await site.stop();
    },
  };
}
