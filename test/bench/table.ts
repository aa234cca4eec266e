/** The comparisons as a Markdown table: both figures and their ratio side by side. */
import { type Comparison, type Figure, goalText, ratioOf, verdictOf } from './comparison.ts';

const HEADINGS = ['bench', 'what', 'ours', 'peer', 'peer is', 'ratio', 'goal', ''] as const;

export function markdownTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => {
    const { bench, what, unit, ours, peer, goal } = comparison;
    const theirs = peer === null ? '' : figureText(peer.figure, unit);
    return [
      bench,
      what,
      figureText(ours, unit),
      theirs,
      peer?.name ?? '',
      ratioText(ratioOf(comparison)),
      goalText(goal, unit),
      verdictOf(comparison),
    ].map((cell) => cell.replaceAll('|', '\\|'));
  });
  const widths = HEADINGS.map((heading, i) =>
    Math.max(3, heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(HEADINGS), rule, ...rows.map(line), ''].join('\n');
}

/** The notes, one an item, in the order of the table. */
export function notesList(comparisons: readonly Comparison[]): string {
  const noted = comparisons.filter(({ note }) => note !== undefined);
  return noted.map(({ bench, what, note }) => `- ${bench}, ${what}: ${note}\n`).join('');
}

/** Four digits that mean something, whatever the magnitude. */
export function figureText(figure: Figure, unit: string): string {
  if (typeof figure !== 'number') return `none: ${figure.missing}`;
  return `${digitsText(figure)} ${unit}`.trim();
}

export function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : `${digitsText(ratio)} ×`;
}

function digitsText(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 3));
}
