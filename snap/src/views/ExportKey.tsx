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
import { fields, list, text } from '../read';
import { literal } from './literal';

type WarningSummary = {
  /** Who asks for it. */
  origin: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
};

type ExportedSummary = {
  /** The address of the account. */
  address: string;
  /** Its private key. */
  privateKey: string;
};

export function readExportWarning(value: Json | undefined): WarningSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
  };
}

export function readExportedKey(value: Json | undefined): ExportedSummary {
  const summary = fields(value, 'summary');
  return {
    address: text(summary['address'], 'summary.address'),
    privateKey: text(summary['privateKey'], 'summary.privateKey'),
  };
}

export const ExportWarning: SnapComponent<WarningSummary> = ({ origin, accounts }) => (
  <Box>
    <Heading size="md">Show the private key?</Heading>
    <Banner title="Whoever sees it owns the account" severity="danger">
      <Text>
        From then on the key exists in one place. Who has it, and a recovery kit, owns all accounts
        below. Renewing shares does not undo it: only moving what they hold to a new account does.
        Nobody else has a reason to ask you for it.
      </Text>
    </Banner>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
    </Section>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);

export const ExportedKey: SnapComponent<ExportedSummary> = ({ address, privateKey }) => (
  <Box>
    <Heading size="md">The private key</Heading>
    <Copyable value={privateKey} sensitive />
    <Text>
      What you copy can be read by every program on this computer: clear the clipboard. This account
      goes on signing as before.
    </Text>
    <Text>Of the account:</Text>
    <Copyable value={address} />
  </Box>
);
