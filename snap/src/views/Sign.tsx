import type { Json } from '@metamask/snaps-sdk';
import {
  Address,
  Banner,
  Box,
  Copyable,
  Heading,
  Italic,
  Row,
  Section,
  Text,
  type SnapComponent,
} from '@metamask/snaps-sdk/jsx';
import { fields, list, oneOf, text } from '../read';
import { literal } from './literal';

/**
 * What the core says about a request, decoded and made safe to show. Its `rows` are
 * complete and in reading order, with network and account among them.
 */
type Summary = {
  title: string;
  /** Who asks: `metamask` for everything that MetaMask passes on from a page. */
  origin: string;
  rows: SummaryRow[];
  warnings: string[];
  /** The exact bytes that are signed. */
  raw: string;
};

type SummaryRow = {
  label: string;
  value: string;
  tone: 'address' | 'amount' | 'text' | 'data' | 'warning';
};

const tone = oneOf('address', 'amount', 'text', 'data', 'warning');

export function readSummary(value: Json | undefined): Summary {
  const summary = fields(value, 'summary');
  return {
    title: text(summary['title'], 'summary.title'),
    origin: text(summary['origin'], 'summary.origin'),
    rows: list(readRow)(summary['rows'], 'summary.rows'),
    warnings: list(text)(summary['warnings'], 'summary.warnings'),
    raw: text(summary['raw'], 'summary.raw'),
  };
}

function readRow(value: Json | undefined, name: string): SummaryRow {
  const row = fields(value, name);
  return {
    label: text(row['label'], `${name}.label`),
    value: text(row['value'], `${name}.value`),
    tone: tone(row['tone'], `${name}.tone`),
  };
}

export const Sign: SnapComponent<Summary> = ({ title, origin, rows, warnings, raw }) => (
  <Box>
    <Heading size="md">{title}</Heading>
    {warnings.length === 0 ? null : (
      <Banner title={warnings.length === 1 ? 'Warning' : 'Warnings'} severity="warning">
        {warnings.map((warning) => (
          <Text>{literal(warning)}</Text>
        ))}
      </Banner>
    )}
    <Section>
      <Entry label="Asked by" value={origin} tone="text" />
      {rows.map((row) => (
        <Entry {...row} />
      ))}
    </Section>
    <Text color="alternative" size="sm">
      Exactly what is signed:
    </Text>
    <Copyable value={raw} />
  </Box>
);

/** Long values go below their label, where they have the whole width and nothing is cut off. */
const BESIDE_THE_LABEL = 32;

const Entry: SnapComponent<SummaryRow> = ({ label, value, tone }) =>
  tone !== 'data' && value.length <= BESIDE_THE_LABEL ? (
    <Row label={label} variant={tone === 'warning' ? 'warning' : 'default'}>
      <Value value={value} tone={tone} />
    </Row>
  ) : (
    <Box>
      <Text color={tone === 'warning' ? 'warning' : 'alternative'} size="sm">
        {literal(label)}
      </Text>
      <Value value={value} tone={tone} />
    </Box>
  );

const Value: SnapComponent<Omit<SummaryRow, 'label'>> = ({ value, tone }) => {
  if (value === '') {
    return (
      <Text>
        <Italic>empty</Italic>
      </Text>
    );
  }
  switch (tone) {
    case 'address':
      return isAddress(value) ? (
        <Address address={value} truncate={false} />
      ) : (
        <Text>{literal(value)}</Text>
      );
    case 'data':
      return <Copyable value={value} />;
    case 'amount':
      return <Text fontWeight="medium">{literal(value)}</Text>;
    case 'warning':
      return <Text color="warning">{literal(value)}</Text>;
    case 'text':
      return <Text>{literal(value)}</Text>;
  }
};

/** The form that MetaMask's `Address` accepts; it refuses the whole dialog otherwise. */
function isAddress(value: string): value is `0x${string}` {
  return /^0x[0-9a-fA-F]{40}$/u.test(value);
}
