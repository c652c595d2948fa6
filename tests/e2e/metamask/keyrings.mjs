/**
 * MetaMask's vault: the real KeyringController with the real SnapKeyring, wired
 * as the extension wires it. Account creation asks no further question here; the
 * snap's own dialog has been answered by then.
 */
import { SnapKeyring } from '@metamask/eth-snap-keyring';
import { KeyringController, KeyringTypes } from '@metamask/keyring-controller';

import { encryptor } from './encryptor.mjs';

/**
 * @param {object} options
 * @param {ReturnType<import('./messengers.mjs').createMessengers>} options.messengers
 * @param {object} [options.state] - Persisted state of KeyringController.
 * @param {(address: string) => unknown} options.onAccountAdded - Called when the
 *   vault holds a new snap account, before the snap's own request has ended.
 */
export function createKeyrings({ messengers, state, onAccountAdded }) {
  const snapKeyringMessenger = messengers.for('SnapKeyring');

  const buildSnapKeyring = () =>
    new SnapKeyring({
      messenger: snapKeyringMessenger,
      callbacks: {
        saveState: () => keyringController.persistAllKeyrings(),
        addressExists: async (address) => (await keyringController.getAccounts()).includes(address.toLowerCase()),
        async addAccount(address, _snapId, handleUserInput, onceSaved) {
          await handleUserInput(true);
          // Not awaited, as in the extension: the snap's request does not wait for the vault.
          onceSaved.then(
            () => onAccountAdded(address),
            () => undefined,
          );
        },
        async removeAccount(address, _snapId, handleUserInput) {
          await keyringController.removeAccount(address);
          await handleUserInput(true);
        },
        redirectUser: async () => undefined,
      },
    });
  buildSnapKeyring.type = SnapKeyring.type;

  const keyringController = new KeyringController({
    messenger: messengers.for('KeyringController'),
    keyringBuilders: [buildSnapKeyring],
    encryptor,
    state,
  });

  return {
    keyringController,

    /** The one SnapKeyring of an unlocked vault, made when first needed. */
    async getSnapKeyring() {
      const [existing] = keyringController.getKeyringsByType(SnapKeyring.type);
      if (existing) {
        return existing;
      }
      await keyringController.addNewKeyring(SnapKeyring.type);
      return keyringController.getKeyringsByType(SnapKeyring.type)[0];
    },

    /** The seed that encrypts snap state; out of reach while locked. */
    async getMnemonicSeed() {
      const [primary] = keyringController.getKeyringsByType(KeyringTypes.hd);
      if (!primary?.seed) {
        throw new Error('the primary keyring is locked');
      }
      return primary.seed;
    },

    /** Resolves at once when unlocked, else when the user unlocks. */
    async getUnlockPromise() {
      if (keyringController.state.isUnlocked) {
        return;
      }
      await new Promise((resolve) => {
        const listener = () => {
          messengers.root.unsubscribe('KeyringController:unlock', listener);
          resolve();
        };
        messengers.root.subscribe('KeyringController:unlock', listener);
      });
    },
  };
}
