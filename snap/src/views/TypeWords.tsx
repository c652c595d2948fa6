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

export const WORDS_PLACEHOLDER = 'all 24 words, a space between them';

type TypeWordsSummary = {
  /** Who asks for it. */
  origin: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
};

export function readTypeWords(value: Json | undefined): TypeWordsSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
  };
}

type RecoverSummary = {
  /** Who asks for it. */
  origin: string;
  /** The signing server that holds the other share. */
  server: string;
};

export function readRecover(value: Json | undefined): RecoverSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
  };
}

/** A device that has no share yet. */
export const Recover: SnapComponent<RecoverSummary> = ({ origin, server }) => (
  <Box>
    <Heading size="md">Recover your accounts</Heading>
    <Text>
      Type all 24 recovery words from your paper. With them and your signing server this device gets
      new shares of your accounts; the device that had them signs nothing any more.
    </Text>
    <Banner title="Only here, and only if you wanted this" severity="warning">
      <Text>
        Never type your words into a web page. If you did not start this yourself, cancel it.
      </Text>
    </Banner>
    <Row label="Asked by">
      <Text>{literal(origin)}</Text>
    </Row>
    <Row label="Signing server">
      <Text>{literal(server)}</Text>
    </Row>
  </Box>
);

/** A drill. */
export const TypeWords: SnapComponent<TypeWordsSummary> = ({ origin, accounts }) => (
  <Box>
    <Heading size="md">Check your recovery words</Heading>
    <Text>
      Type all 24 words from your paper. This device sees whether they would restore the accounts
      below, renews what they open, and forgets them again.
    </Text>
    <Banner title="Only if you wanted this" severity="warning">
      <Text>
        Nobody needs your words but you. If you did not start this check yourself, cancel it.
      </Text>
    </Banner>
    <Row label="Asked by">
      <Text>{literal(origin)}</Text>
    </Row>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);
