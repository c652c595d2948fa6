/**
 * What the core may ask of MetaMask: one entry for each method of its host callback,
 * `{"method","params"}` in, `{"result"}` or `{"error":{"code","message"}}` out.
 *
 * Nothing here ever rejects: a rejected request of a snap that nobody catches ends
 * the snap in the middle of a ceremony, so a failure is an answer like any other.
 */
import { DialogType } from '@metamask/snaps-sdk';
import type { JSXElement } from '@metamask/snaps-sdk/jsx';
import { fields, integer, json, list, oneOf, parse, text, type Fields } from './read';
import { Backup, BackupWarning, readBackup, readBackupWarning } from './views/Backup';
import { CreateAccount, readCreateAccount } from './views/CreateAccount';
import { DeleteAccount, readDeleteAccount } from './views/DeleteAccount';
import { ENROL_PLACEHOLDER, Enrol } from './views/Enrol';
import {
  ExportedKey,
  ExportWarning,
  readExportedKey,
  readExportWarning,
} from './views/ExportKey';
import {
  IMPORT_PLACEHOLDER,
  ImportKey,
  ImportPermit,
  ImportWarning,
  readImportPermit,
  readImportWarning,
} from './views/ImportKey';
import { MoveWarning, readMoveWarning } from './views/MoveKey';
import { Permit, PERMIT_PLACEHOLDER, readPermit } from './views/Permit';
import { readRecoverAccounts, RecoverAccounts } from './views/RecoverAccounts';
import { CHECK_PLACEHOLDER, readRecoveryCheck, RecoveryCheck } from './views/RecoveryCheck';
import { readRecoveryKey, RecoveryKey } from './views/RecoveryKey';
import { readRecoveryWords, RecoveryWords } from './views/RecoveryWords';
import { readRefresh, Refresh } from './views/Refresh';
import { readSummary, Sign } from './views/Sign';
import {
  readRecover,
  readTypeWords,
  Recover,
  TypeWords,
  WORDS_PLACEHOLDER,
} from './views/TypeWords';

/** The dialogs that the core may ask for. */
const dialogView = oneOf(
  'enrol',
  'createAccount',
  'deleteAccount',
  'refresh',
  'recoveryWords',
  'recoveryCheck',
  'recoveryKey',
  'typeWords',
  'recover',
  'recoverAccounts',
  'permit',
  'importWarning',
  'importKey',
  'importPermit',
  'exportWarning',
  'exportedKey',
  'moveWarning',
  'backupWarning',
  'backup',
  'sign',
);

/** The core's whole state is one value under this key, in MetaMask's encrypted store. */
const STATE_KEY = 'tandem';

/** JSON-RPC's code for an internal error, when a failure carries none of its own. */
const INTERNAL_ERROR = -32603;

/** What the core may ask the Ethereum node: nothing about other accounts, and nothing of MetaMask itself. */
const nodeMethod = oneOf(
  'eth_chainId',
  'eth_getTransactionCount',
  'eth_estimateGas',
  'eth_getBlockByNumber',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_maxPriorityFeePerGas',
  'eth_blobBaseFee',
  'eth_sendRawTransaction',
  'eth_getTransactionReceipt',
  'eth_getTransactionByHash',
);

const methods: Readonly<Record<string, (params: Fields) => Promise<unknown>>> = {
  'state.get': () => snap.request({ method: 'snap_getState', params: { key: STATE_KEY } }),

  'state.set': async ({ value }) =>
    snap.request({
      method: 'snap_setState',
      params: { key: STATE_KEY, value: fields(value, 'value') },
    }),

  dialog: async ({ view, summary }) => {
    switch (dialogView(view, 'view')) {
      case 'enrol':
        return prompt(<Enrol />, ENROL_PLACEHOLDER);
      case 'createAccount':
        return confirm(<CreateAccount {...readCreateAccount(summary)} />);
      case 'deleteAccount':
        return confirm(<DeleteAccount {...readDeleteAccount(summary)} />);
      case 'refresh':
        return confirm(<Refresh {...readRefresh(summary)} />);
      case 'recoveryWords':
        return confirm(<RecoveryWords {...readRecoveryWords(summary)} />);
      case 'recoveryCheck':
        return prompt(<RecoveryCheck {...readRecoveryCheck(summary)} />, CHECK_PLACEHOLDER);
      case 'recoveryKey':
        return confirm(<RecoveryKey {...readRecoveryKey(summary)} />);
      case 'typeWords':
        return prompt(<TypeWords {...readTypeWords(summary)} />, WORDS_PLACEHOLDER);
      case 'recover':
        return prompt(<Recover {...readRecover(summary)} />, WORDS_PLACEHOLDER);
      case 'recoverAccounts':
        return confirm(<RecoverAccounts {...readRecoverAccounts(summary)} />);
      case 'permit':
        return prompt(<Permit {...readPermit(summary)} />, PERMIT_PLACEHOLDER);
      case 'importWarning':
        return confirm(<ImportWarning {...readImportWarning(summary)} />);
      case 'importKey':
        return prompt(<ImportKey />, IMPORT_PLACEHOLDER);
      case 'importPermit':
        return prompt(<ImportPermit {...readImportPermit(summary)} />, PERMIT_PLACEHOLDER);
      case 'exportWarning':
        return confirm(<ExportWarning {...readExportWarning(summary)} />);
      case 'exportedKey':
        return alert(<ExportedKey {...readExportedKey(summary)} />);
      case 'moveWarning':
        return confirm(<MoveWarning {...readMoveWarning(summary)} />);
      case 'backupWarning':
        return confirm(<BackupWarning {...readBackupWarning(summary)} />);
      case 'backup':
        return alert(<Backup {...readBackup(summary)} />);
      case 'sign':
        return confirm(<Sign {...readSummary(summary)} />);
    }
  },

  'socket.open': async ({ url, protocols }) => {
    const id = await snap.request({
      method: 'snap_openWebSocket',
      params: { url: text(url, 'url'), protocols: list(text)(protocols, 'protocols') },
    });
    return { id };
  },

  'socket.list': () => snap.request({ method: 'snap_getWebSockets' }),

  'socket.send': async ({ id, message }) =>
    snap.request({
      method: 'snap_sendWebSocketMessage',
      params: { id: text(id, 'id'), message: list(integer)(message, 'message') },
    }),

  'socket.close': async ({ id }) =>
    snap.request({ method: 'snap_closeWebSocket', params: { id: text(id, 'id') } }),

  'clock.now': async () => Date.now(),

  'clock.sleep': async ({ ms }) => {
    const time = integer(ms, 'ms');
    await new Promise((resolve) => setTimeout(resolve, time));
    return null;
  },

  'keyring.emit': async ({ event, params }) =>
    snap.request({
      method: 'snap_manageAccounts',
      params: { method: text(event, 'event'), params: fields(params, 'params') },
    }),

  'ethereum.request': async ({ method, params }) =>
    ethereum.request({
      method: nodeMethod(method, 'method'),
      params: list(json)(params, 'params'),
    }),
};

/** The host callback itself. */
export async function answer(request: string): Promise<string> {
  try {
    const { method, params } = parse(request, 'request');
    return JSON.stringify({ result: await call(text(method, 'method'), fields(params, 'params')) });
  } catch (failure) {
    return JSON.stringify({ error: describe(failure) });
  }
}

async function call(name: string, params: Fields): Promise<unknown> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw new Error(`the host has no method called ${name}`);
  return (await method(params)) ?? null;
}

/** MetaMask's prompt dialog adds the field and the buttons; null when the user cancels. */
async function prompt(content: JSXElement, placeholder: string): Promise<unknown> {
  return snap.request({
    method: 'snap_dialog',
    params: { type: DialogType.Prompt, content, placeholder },
  });
}

/** Something to read; there is nothing to decide. */
async function alert(content: JSXElement): Promise<null> {
  await snap.request({ method: 'snap_dialog', params: { type: DialogType.Alert, content } });
  return null;
}

async function confirm(content: JSXElement): Promise<boolean> {
  const answered = await snap.request({
    method: 'snap_dialog',
    params: { type: DialogType.Confirmation, content },
  });
  // Anything but an explicit yes is a no.
  return answered === true;
}

/**
 * MetaMask hands on an Ethereum node's error as it is, or inside the `data` of one of its own, in
 * some versions as its `cause`; then the node's is the one that says something.
 */
function describe(failure: unknown): { code: number; message: string; data?: string } {
  const inner = member(failure, 'data');
  const error =
    [member(inner, 'cause'), inner].find((level) => typeof member(level, 'message') === 'string') ??
    failure;
  const code = member(error, 'code');
  const message = member(error, 'message');
  const data = member(error, 'data');
  return {
    code: typeof code === 'number' && Number.isSafeInteger(code) ? code : INTERNAL_ERROR,
    message: typeof message === 'string' ? message : 'MetaMask gave no reason',
    ...(typeof data === 'string' ? { data } : {}),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
