/**
 * MetaMask's own encryptor with fewer PBKDF2 rounds.
 *
 * The vault and the snap's state are really encrypted and really decrypted; only
 * the cost of guessing the password, which tests do not measure, is lowered from
 * 900,000 rounds through the library's own option.
 */
import * as passworder from '@metamask/browser-passworder';

const FEW_ROUNDS = { algorithm: 'PBKDF2', params: { iterations: 1_000 } };

export const encryptor = {
  ...passworder,
  encrypt: (password, data, key, salt) => passworder.encrypt(password, data, key, salt, FEW_ROUNDS),
  encryptWithDetail: (password, data, salt) => passworder.encryptWithDetail(password, data, salt, FEW_ROUNDS),
  keyFromPassword: (password, salt, exportable, options = FEW_ROUNDS) =>
    passworder.keyFromPassword(password, salt, exportable, options),
  isVaultUpdated: (vault) => passworder.isVaultUpdated(vault, FEW_ROUNDS),
};
