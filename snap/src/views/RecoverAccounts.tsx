import type { Json } from '@metamask/snaps-sdk';
import {
  Banner,
  Box,
  Copyable,
  Heading,
  Row,
  Text,
  type SnapComponent,
} from '@metamask/snaps-sdk/jsx';
import { fields, list, text } from '../read';
import { literal } from './literal';

type RecoverAccountsSummary = {
  /** The signing server that has the kits. */
  server: string;
  /** The first address of each key that the words open. */
  accounts: string[];
};

export function readRecoverAccounts(value: Json | undefined): RecoverAccountsSummary {
  const summary = fields(value, 'summary');
  return {
    server: text(summary['server'], 'summary.server'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
  };
}

export const RecoverAccounts: SnapComponent<RecoverAccountsSummary> = ({ server, accounts }) => (
  <Box>
    <Heading size="md">Are these your accounts?</Heading>
    <Text>Your words open what the server keeps for these. It takes a few seconds for each.</Text>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
    <Banner title="Only accounts that you know" severity="warning">
      <Text>
        If one of them is not yours, cancel: somebody left it there for you to trust it.
      </Text>
    </Banner>
    <Row label="Signing server">
      <Text>{literal(server)}</Text>
    </Row>
  </Box>
);
