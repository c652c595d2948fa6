/**
 * The snaps platform of MetaMask Flask: permissions, dialogs, sockets, execution
 * and SnapController, all MetaMask's own, with Flask's feature flags.
 */
import { ApprovalController } from '@metamask/approval-controller';
import { PermissionController, SubjectMetadataController } from '@metamask/permission-controller';
import { SnapController, SnapInterfaceController, WebSocketService } from '@metamask/snaps-controllers';
import {
  buildSnapEndowmentSpecifications,
  buildSnapRestrictedMethodSpecifications,
  caveatSpecifications,
  endowmentCaveatSpecifications,
  endowmentPermissionBuilders,
} from '@metamask/snaps-rpc-methods';

import { encryptor } from './encryptor.mjs';
import { ThreadExecutionService } from './execution.mjs';

/** How long a snap may take over its own teardown, in ms; after a crash nobody answers. */
const TERMINATION_TIMEOUT = 250;

/** What MetaMask lets every page and snap ask of the Ethereum node, as far as this snap asks it. */
const UNRESTRICTED_METHODS = [
  'eth_blobBaseFee',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBlockByNumber',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
];

/**
 * @param {object} options
 * @param {ReturnType<import('./messengers.mjs').createMessengers>} options.messengers
 * @param {ReturnType<import('./keyrings.mjs').createKeyrings>} options.keyrings
 * @param {Record<string, object>} [options.state] - Persisted state by controller name.
 * @param {(snapId: string, rpcStream: object) => void} options.setupSnapProvider -
 *   Connects a starting snap to its `snap_*` methods.
 */
export function createSnaps({ messengers, keyrings, state, setupSnapProvider }) {
  const { root } = messengers;

  const approvalController = new ApprovalController({
    messenger: messengers.for('ApprovalController'),
    showApprovalRequest: () => undefined,
  });
  const permissionController = new PermissionController({
    messenger: messengers.for('PermissionController'),
    caveatSpecifications: { ...caveatSpecifications, ...endowmentCaveatSpecifications },
    permissionSpecifications: {
      ...buildSnapEndowmentSpecifications([]),
      ...buildSnapRestrictedMethodSpecifications([], restrictedMethodHooks({ root, keyrings })),
    },
    unrestrictedMethods: UNRESTRICTED_METHODS,
    state: state?.PermissionController,
  });
  // After PermissionController, which it asks about the subjects it finds in its state.
  const subjectMetadataController = new SubjectMetadataController({
    messenger: messengers.for('SubjectMetadataController'),
    subjectCacheLimit: 100,
    state: state?.SubjectMetadataController,
  });
  const interfaceController = new SnapInterfaceController({ messenger: messengers.for('SnapInterfaceController') });
  const executionService = new ThreadExecutionService({
    messenger: messengers.for('ExecutionService'),
    setupSnapProvider,
    terminationTimeout: TERMINATION_TIMEOUT,
  });
  const snapController = new SnapController({
    messenger: messengers.for('SnapController'),
    state: state?.SnapController,
    environmentEndowmentPermissions: Object.keys(endowmentPermissionBuilders),
    excludedPermissions: {},
    // Flask: local snaps allowed, no allowlist.
    featureFlags: { allowLocalSnaps: true, requireAllowlist: false, rejectInvalidPlatformVersion: false },
    encryptor,
    getMnemonicSeed: keyrings.getMnemonicSeed,
    clientCryptography: {},
    trackEvent: () => undefined,
    ensureOnboardingComplete: async () => undefined,
    closeAllConnections: () => undefined,
  });
  // Registers its actions with the messenger; nobody calls the object itself.
  new WebSocketService({ messenger: messengers.for('WebSocketService') });

  return {
    approvalController,
    subjectMetadataController,
    permissionController,
    interfaceController,
    executionService,
    snapController,
  };
}

/** What the permitted `snap_*` methods need from the client. */
function restrictedMethodHooks({ root, keyrings }) {
  return {
    clearSnapState: (...args) => root.call('SnapController:clearSnapState', ...args),
    createInterface: (...args) => root.call('SnapInterfaceController:createInterface', ...args),
    getClientCryptography: () => ({}),
    getInterface: (...args) => root.call('SnapInterfaceController:getInterface', ...args),
    getMnemonicSeed: keyrings.getMnemonicSeed,
    getPreferences: () => ({ locale: 'en' }),
    getSnap: (id) => root.call('SnapController:get', id),
    getSnapKeyring: keyrings.getSnapKeyring,
    getSnapState: (...args) => root.call('SnapController:getSnapState', ...args),
    getUnlockPromise: keyrings.getUnlockPromise,
    handleSnapRpcRequest: (request) => root.call('SnapController:handleRequest', request),
    isOnPhishingList: () => false,
    maybeUpdatePhishingList: async () => undefined,
    requestUserApproval: (request) => root.call('ApprovalController:addRequest', request, true),
    showInAppNotification: async () => null,
    showNativeNotification: async () => null,
    updateSnapState: (...args) => root.call('SnapController:updateSnapState', ...args),
  };
}
