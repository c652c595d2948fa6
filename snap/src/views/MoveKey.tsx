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

type MoveSummary = {
  /** Who asks for it. */
  origin: string;
  /** The signing server that the key leaves. */
  server: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
};

export function readMoveWarning(value: Json | undefined): MoveSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
  };
}

export const MoveWarning: SnapComponent<MoveSummary> = ({ origin, server, accounts }) => (
  <Box>
    <Heading size="md">Move to another signing server?</Heading>
    <Text>
      The accounts below keep their addresses. You need your recovery words, and an enrolment code
      and a permit of the new server.
    </Text>
    <Banner title="The old server keeps its share" severity="warning">
      <Text>
        It is worth nothing alone, or with this device from now on. With an older copy of this
        device's share, or with your recovery words, it is the key. If you leave that server because
        you do not trust it, move what the accounts hold instead.
      </Text>
    </Banner>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
      <Row label="Signing server until now">
        <Text>{literal(server)}</Text>
      </Row>
    </Section>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);
