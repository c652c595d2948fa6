import type { Json } from '@metamask/snaps-sdk';
import {
  Banner,
  Box,
  Copyable,
  Heading,
  Row,
  Section,
  Text,
  type SnapComponent,
} from '@metamask/snaps-sdk/jsx';
import { fields, flag, list, text } from '../read';
import { Later } from './Later';
import { literal } from './literal';

type RecoveryKeySummary = {
  /** Who asks for it. */
  origin: string;
  /** The signing server that takes part. */
  server: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
  /** Whether the key was made just now. */
  firstTime: boolean;
  /** The public key of words that were made elsewhere, hex. */
  recoveryPublicKey: string;
};

export function readRecoveryKey(value: Json | undefined): RecoveryKeySummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
    firstTime: flag(summary['firstTime'], 'summary.firstTime'),
    recoveryPublicKey: text(summary['recoveryPublicKey'], 'summary.recoveryPublicKey'),
  };
}

export const RecoveryKey: SnapComponent<RecoveryKeySummary> = ({
  origin,
  server,
  accounts,
  firstTime,
  recoveryPublicKey,
}) => (
  <Box>
    <Heading size="md">Use recovery words made elsewhere?</Heading>
    <Text>Compare this public key with what the offline tool printed:</Text>
    <Copyable value={recoveryPublicKey} />
    <Banner title="Only your own key" severity="warning">
      <Text>
        Whoever has the words behind this key and your device, or your server, can take the accounts
        below. Nobody can see from here whether the words open what is made now: a drill, in which
        you type them, is the only check. Do not count on words that were never drilled.
      </Text>
    </Banner>
    {firstTime ? <Later /> : null}
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
      <Row label="Signing server">
        <Text>{literal(server)}</Text>
      </Row>
    </Section>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);
