/**
 * The proof that what has just been started works: a MetaMask without a screen
 * installs the snap from its server, enrols with a code the signing server printed,
 * creates an account and sends a real transaction with it. ethers, which has no part
 * in making the signature, says who signed.
 *
 * Imports npm packages, so `start.mjs` imports it only after the setup.
 */
import { formatEther, formatUnits } from 'ethers';

import { MetaMask } from '../../tests/e2e/metamask/client.mjs';
import { signAndJudgeTransaction } from '../../tests/e2e/judges.mjs';
import { ETHER, RECIPIENT, transfer } from '../../tests/e2e/transactions.mjs';
import { line, step } from './terminal.mjs';

/** The one page that the snap obeys, whatever port the page is served on. */
const COMPANION = 'http://localhost:8000';

const FUNDS = 10n * ETHER;
const VALUE = ETHER / 2n;

/**
 * @param {object} services
 * @param {Awaited<ReturnType<typeof import('./server.mjs').startServer>>} services.server
 * @param {Awaited<ReturnType<typeof import('./anvil.mjs').startAnvil>>} services.anvil
 * @param {string} services.snapId
 */
export async function prove({ server, anvil, snapId }) {
  const metamask = await MetaMask.start();
  try {
    await step('snap installed', () => metamask.installSnap(COMPANION, snapId), ({ id, version }) => `${id} ${version}`);

    await step(
      'device enrolled',
      async () => {
        metamask.user.enrolmentCode = await server.enrol();
        return metamask.rpc(COMPANION, 'tandem_enrol');
      },
      ({ device }) => device,
    );

    const { address } = await step(
      'account created',
      () => metamask.keyringRpc(COMPANION, 'keyring_createAccount', { options: {} }),
      (account) => account.address,
    );

    await step('account funded', () => anvil.setBalance(address, FUNDS), () => `${formatEther(FUNDS)} ETH`);

    const { raw, hash, parsed } = await step(
      'transaction signed',
      async () => {
        const nonce = await anvil.nonce(address);
        return signAndJudgeTransaction(metamask, address, transfer({ nonce, value: VALUE, to: RECIPIENT }));
      },
      (signed) => `${formatEther(VALUE)} ETH to ${signed.parsed.to}`,
    );
    line('signer', parsed.from, 'recovered by ethers and by ethereumjs');
    line('hash', hash);

    const receipt = await step(
      'transaction mined',
      () => anvil.broadcast(raw),
      ({ status, blockNumber, gasUsed, effectiveGasPrice }) =>
        `status ${Number(status)}, block ${Number(blockNumber)}, gas ${Number(gasUsed)} at ${formatUnits(effectiveGasPrice, 'gwei')} gwei`,
    );
    judge(receipt, { hash, address });
  } finally {
    await metamask.close();
  }
}

/** What the chain says must be what was signed. */
function judge(receipt, { hash, address }) {
  if (receipt.transactionHash !== hash || receipt.from !== address.toLowerCase()) {
    throw new Error(`the chain mined ${receipt.transactionHash} from ${receipt.from}, and not ${hash} from ${address}`);
  }
  if (Number(receipt.status) !== 1) {
    throw new Error(`the transaction ${hash} was mined, but failed (status ${receipt.status})`);
  }
}
