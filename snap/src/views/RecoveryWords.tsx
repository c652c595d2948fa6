import type { Json } from '@metamask/snaps-sdk';
import {
  Banner,
  Bold,
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

type WordsSummary = {
  /** Who asks for it. */
  origin: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
  /** Whether the key was made just now. */
  firstTime: boolean;
  /** All words, in order. Shown once and kept nowhere. */
  words: string[];
};

export function readRecoveryWords(value: Json | undefined): WordsSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
    firstTime: flag(summary['firstTime'], 'summary.firstTime'),
    words: list(text)(summary['words'], 'summary.words'),
  };
}

/** The words are not copyable: what is copied can be read by other programs. */
export const RecoveryWords: SnapComponent<WordsSummary> = ({
  origin,
  accounts,
  firstTime,
  words,
}) => (
  <Box>
    <Heading size="md">Write down your recovery words</Heading>
    <Text>
      If this device is lost, these words and your signing server restore the accounts below. Write
      them on paper, with their numbers. They are shown only now, and three of them are asked for
      next.
    </Text>
    <Section>
      {words.map((word, at) => (
        <Row label={`${at + 1}`}>
          <Text>
            <Bold>{word}</Bold>
          </Text>
        </Row>
      ))}
    </Section>
    <Banner title="Nobody will ever ask you for them" severity="warning">
      <Text>
        Type them only into a dialog of this snap or the offline tool, never into a web page. They
        are not a wallet phrase: other wallets can do nothing with them. With your device or your
        server they are the key to your accounts. Tandem has not been audited.
      </Text>
    </Banner>
    {firstTime ? <Later /> : null}
    <Row label="Asked by">
      <Text>{literal(origin)}</Text>
    </Row>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);
