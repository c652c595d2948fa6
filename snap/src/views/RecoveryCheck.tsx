import type { Json } from '@metamask/snaps-sdk';
import { Banner, Box, Heading, Text, type SnapComponent } from '@metamask/snaps-sdk/jsx';
import { fields, flag, integer, list } from '../read';

export const CHECK_PLACEHOLDER = 'the words, a space between them';

type CheckSummary = {
  /** The numbers of the words to repeat, in order. */
  positions: number[];
  /** Whether the last answer was wrong. */
  again: boolean;
};

export function readRecoveryCheck(value: Json | undefined): CheckSummary {
  const summary = fields(value, 'summary');
  return {
    positions: list(integer)(summary['positions'], 'summary.positions'),
    again: flag(summary['again'], 'summary.again'),
  };
}

export const RecoveryCheck: SnapComponent<CheckSummary> = ({ positions, again }) => (
  <Box>
    <Heading size="md">Check what you wrote down</Heading>
    {again ? (
      <Banner title="That was not right" severity="warning">
        <Text>Look at the numbers on your paper. Nothing has been set yet.</Text>
      </Banner>
    ) : null}
    <Text>{`Type the words with the numbers ${positions.join(', ')}, in this order.`}</Text>
  </Box>
);
