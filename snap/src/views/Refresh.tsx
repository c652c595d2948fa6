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
import { fields, flag, list, optional, text } from '../read';
import { literal } from './literal';

type RefreshSummary = {
  /** Who asks for it; nobody if the signing server does. */
  origin: string | null;
  /** The signing server that holds the other share. */
  server: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
  /** Whether the key signs nothing until it is done. */
  frozen: boolean;
};

export function readRefresh(value: Json | undefined): RefreshSummary {
  const summary = fields(value, 'summary');
  return {
    origin: optional(text)(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
    frozen: flag(summary['frozen'], 'summary.frozen'),
  };
}

export const Refresh: SnapComponent<RefreshSummary> = ({ origin, server, accounts, frozen }) => (
  <Box>
    <Heading size="md">Renew the shares of this key?</Heading>
    {frozen ? (
      <Banner title="This key is frozen" severity="warning">
        <Text>
          A check failed while signing. With new shares the key signs again. If you did not expect
          that, ask who runs the signing server first.
        </Text>
      </Banner>
    ) : null}
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin ?? 'your signing server')}</Text>
      </Row>
      <Row label="Signing server">
        <Text>{literal(server)}</Text>
      </Row>
    </Section>
    <Text>
      This device and the server replace both shares of the key. Your addresses stay the same, and a
      copy of an old share becomes worthless. It takes a few seconds.
    </Text>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);
