// The page as a function of the state in app.js. All text goes in as text, never as
// markup: addresses and error messages come from outside.

export const byId = (id) => document.getElementById(id);

export function show(state) {
  const { wallet, version, status, busy } = state;
  const accounts = status?.accounts ?? [];
  const steps = [
    { id: 'step-wallet', done: wallet !== undefined },
    { id: 'step-install', done: version !== undefined },
    { id: 'step-enrol', done: status?.enrolled === true },
    { id: 'step-create', done: accounts.length > 0 },
  ];
  const next = steps.findIndex(({ done }) => !done);
  steps.forEach(({ id, done }, index) => {
    byId(id).dataset.state = done ? 'done' : index === next ? 'next' : 'later';
    if (index === next) byId(id).setAttribute('aria-current', 'step');
    else byId(id).removeAttribute('aria-current');
  });
  if (wallet && !wallet.flask) byId('step-wallet').dataset.state = 'doubtful';
  text('progress', next === -1 ? 'Ready' : `Step ${next + 1} of ${steps.length}`);
  byId('progress').dataset.tone = next === -1 ? 'good' : 'plain';

  showWallet(wallet);
  showInstall(version, wallet);
  showEnrol(status);
  showCreate(accounts);
  button('install', 'Install in MetaMask', { busy, enabled: wallet !== undefined, visible: version === undefined });
  button('enrol', 'Connect a signing server', { busy, enabled: status !== undefined, visible: !status?.enrolled });
  button('create', accounts.length === 0 ? 'Create an account' : 'Create another account', {
    busy,
    enabled: status?.enrolled === true,
  });
  button('recover', 'Recover a lost account', {
    busy,
    enabled: status?.enrolled === true,
    visible: accounts.length === 0,
  });
  button('import', 'Import a private key', { busy, enabled: status?.enrolled === true });
  button('refresh', 'Refresh', { busy, enabled: status !== undefined });

  showAccounts(accounts);
  for (const control of byId('accounts').querySelectorAll('[data-action="export"]')) {
    control.disabled = busy !== undefined;
    control.setAttribute('aria-busy', String(busy === `export ${control.closest('li').dataset.account}`));
  }
  showForm(state, accounts);
  showSent(state.sent, busy);
  showKeys(status?.keys ?? [], busy);
  showFrozen(status?.keys ?? []);
  showError(state.error);
  text('snap-id', state.snapId);
  text('release', status?.version?.release ? `, release ${status.version.release}` : '');
}

function showWallet(wallet) {
  if (wallet) text('wallet-note', `${wallet.name} is here.`);
  else text('wallet-note', 'No MetaMask was found. Install MetaMask Flask, then reload this page.');
  byId('wallet-hint').hidden = !wallet || wallet.flask;
}

function showInstall(version, wallet) {
  if (version !== undefined) text('install-note', `Version ${version} is installed.`);
  else if (wallet) text('install-note', 'MetaMask shows what the snap may do before you agree.');
  else text('install-note', 'It runs inside MetaMask, closed off from this page.');
}

function showEnrol(status) {
  if (status?.enrolled) text('enrol-note', 'Connected to');
  else text('enrol-note', 'It holds the other share of your key and takes part in every signature.');
  text('server', status?.enrolled ? status.server : '');
  byId('enrol-hint').hidden = status?.enrolled === true;
}

function showCreate({ length }) {
  if (length === 0) text('create-note', 'The snap and the server make the key together, and MetaMask shows you recovery words to write down.');
  else text('create-note', `You have ${length === 1 ? 'one account' : `${length} accounts`}.`);
  byId('create').classList.toggle('quiet', length > 0);
}

function showAccounts(accounts) {
  byId('accounts-card').hidden = accounts.length === 0;
  const template = byId('account-template').content.firstElementChild;
  const shown = [...byId('accounts').querySelectorAll('.account-address')].map((element) => element.textContent);
  // Left alone when nothing changed, so that a focused button keeps its focus.
  if (shown.join() === accounts.map(({ address }) => address).join()) return;
  byId('accounts').replaceChildren(
    ...accounts.map(({ id, address }, place) => {
      const item = template.cloneNode(true);
      item.dataset.account = id;
      item.querySelector('.account-name').textContent = `Account ${place + 1}`;
      item.querySelector('.account-address').textContent = address;
      for (const [action, label] of [['copy', 'Copy the address'], ['export', 'Show the private key']]) {
        item.querySelector(`[data-action="${action}"]`).setAttribute('aria-label', `${label} of account ${place + 1}`);
      }
      return item;
    }),
  );
}

const NETWORKS = { '0x1': 'Ethereum Mainnet', '0xaa36a7': 'Sepolia', '0x7a69': 'Local network' };

function showForm({ chainId, problems, busy }, accounts) {
  byId('send-card').hidden = accounts.length === 0;
  text('send-network', chainId === undefined ? '' : (NETWORKS[chainId] ?? `Chain ${BigInt(chainId)}`));
  const from = byId('send-from');
  const shown = [...from.options].map(({ value }) => value);
  if (shown.join() !== accounts.map(({ address }) => address).join()) {
    from.replaceChildren(...accounts.map(({ address }, place) => new Option(`Account ${place + 1}: ${short(address)}`, address)));
  }
  for (const name of ['to', 'amount', 'data']) {
    byId(`send-${name}-problem`).hidden = !problems[name];
    text(`send-${name}-problem`, problems[name] ?? '');
    byId(`send-${name}`).setAttribute('aria-invalid', String(Boolean(problems[name])));
  }
  button('send', 'Send', { busy, enabled: chainId !== undefined });
}

const short = (address) => `${address.slice(0, 8)}…${address.slice(-6)}`;

const STATES = {
  pending: { label: 'Pending', tone: 'plain' },
  mined: { label: 'Mined', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  replaced: { label: 'Replaced', tone: 'quiet' },
  dropped: { label: 'Not on the network', tone: 'doubt' },
};

/** One item for each transaction; items are kept, so that a focused button keeps its focus. */
function showSent(sent, busy) {
  const list = byId('sent');
  const items = new Map([...list.children].map((item) => [item.dataset.hash, item]));
  const template = byId('sent-template').content.firstElementChild;
  sent.forEach((transaction, place) => {
    const item = items.get(transaction.hash) ?? template.cloneNode(true);
    item.dataset.hash = transaction.hash;
    showOneSent(item, transaction, busy);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
}

function showOneSent(item, { hash, what, to, state, note }, busy) {
  const { label, tone } = STATES[state];
  const set = (name, content) => {
    const part = item.querySelector(`.sent-${name} code`) ?? item.querySelector(`.sent-${name}`);
    if (part.textContent !== content) part.textContent = content;
    return part;
  };
  set('what', what);
  set('state', label).dataset.tone = tone;
  set('to', to);
  set('hash', hash);
  set('note', note ?? '').hidden = !note;
  item.querySelector('.sent-actions').hidden = state !== 'pending' && state !== 'dropped';
  for (const control of item.querySelectorAll('button')) {
    control.disabled = busy !== undefined;
    control.setAttribute('aria-busy', String(busy === `${control.dataset.action} ${hash}`));
  }
}

/** One item for each key; items are kept, so that a focused button keeps its focus. */
function showKeys(keys, busy) {
  const list = byId('keys');
  const items = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const template = byId('key-template').content.firstElementChild;
  for (const key of keys) {
    const item = items.get(key.keyId) ?? list.appendChild(template.cloneNode(true));
    item.dataset.key = key.keyId;
    item.querySelector('.key-name').textContent = `Key ${short(key.keyId)}`;
    item.querySelector('.key-note').textContent = keyNote(key);
    item.querySelector('.key-words').textContent = wordsNote(key);
    item.querySelector('[data-action="words"]').textContent = key.recovery ? 'Set new words' : 'Set recovery words';
    for (const name of ['drill', 'kit', 'move']) item.querySelector(`[data-action="${name}"]`).hidden = !key.recovery;
    const urgent = { renew: key.refreshDue || key.state === 'frozen', words: !key.recovery, drill: key.recovery?.drillNeeded };
    for (const control of item.querySelectorAll('button')) {
      const { action } = control.dataset;
      control.disabled = busy !== undefined;
      control.setAttribute('aria-label', `${control.textContent}: key ${short(key.keyId)}`);
      control.setAttribute('aria-busy', String(busy === `${action} ${key.keyId}`));
      control.classList.toggle('quiet', !urgent[action]);
    }
  }
}

function wordsNote({ recovery }) {
  if (!recovery) return 'No recovery words: if this device is lost, so are its accounts';
  if (recovery.drillNeeded) return 'Recovery words restore nothing before they are checked';
  const day = (time) => new Date(time).toLocaleDateString();
  const checked = recovery.openedAt ? `, last checked ${day(recovery.openedAt)}` : ', never checked';
  return `Recovery words of ${day(recovery.setAt)}${checked}`;
}

function keyNote({ state, createdAt, refreshedAt, refreshDue }) {
  if (state === 'frozen') return 'Frozen: it signs again with new shares';
  const since = refreshedAt ?? createdAt;
  const made = since ? `Shares of ${new Date(since).toLocaleDateString()}` : 'Shares of an unknown day';
  return refreshDue ? `${made}: time to renew them` : made;
}

function showFrozen(keys) {
  const frozen = keys.filter(({ state }) => state === 'frozen');
  byId('frozen').hidden = frozen.length === 0;
  byId('frozen-keys').replaceChildren(...frozen.map(({ keyId }) => element('li', element('code', keyId))));
}

function showError(error) {
  const section = byId('error');
  section.hidden = !error;
  if (!error) return;
  section.dataset.tone = error.refused ? 'plain' : 'bad';
  text('error-title', error.what);
  text('error-message', error.message);
  byId('error-problems').hidden = error.problems.length === 0;
  byId('error-problems').replaceChildren(
    ...error.problems.map(({ field, reason }) => element('li', element('code', field), ` ${reason}`)),
  );
}

/** Copies the address beside the button. */
export async function copyAddress(copy) {
  const address = copy.closest('li').querySelector('.account-address').textContent;
  copy.textContent = await navigator.clipboard.writeText(address).then(
    () => 'Copied',
    () => 'Not copied',
  );
  setTimeout(() => (copy.textContent = 'Copy'), 2000);
}

const WAITING = {
  install: 'Waiting for MetaMask…',
  enrol: 'Waiting for MetaMask…',
  create: 'Waiting for MetaMask…',
  recover: 'Waiting for MetaMask…',
  import: 'Waiting for MetaMask…',
  refresh: 'Asking…',
  send: 'Waiting for MetaMask…',
};

/** `busy` is the id of the button whose work is going on; all are off meanwhile. */
function button(id, label, { busy, enabled, visible = true }) {
  const control = byId(id);
  control.hidden = !visible;
  control.disabled = !enabled || busy !== undefined;
  control.setAttribute('aria-busy', String(busy === id));
  text(id, busy === id ? WAITING[id] : label);
}

function text(id, content) {
  // Unchanged text is not set again: screen readers would read it again.
  if (byId(id).textContent !== content) byId(id).textContent = content;
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
