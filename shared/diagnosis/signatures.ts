/** All that is known of lines, in the order in which it is tried: the first row that fits a line explains it. */
import type { Signature } from './signature.ts';
import { cisternSignatures } from './signatures/cistern.ts';
import { findingSignatures } from './signatures/finding-the-modem.ts';
import { commandSignatures } from './signatures/firehose-commands.ts';
import { failureSignatures } from './signatures/firehose-failures.ts';
import { packageSignatures } from './signatures/package.ts';
import { peopleSignatures } from './signatures/people.ts';
import { saharaSignatures } from './signatures/sahara.ts';
import { unknownSignatures, verdictSignatures } from './signatures/verdicts.ts';
import { wrapperSignatures } from './signatures/wrapper.ts';

export const SIGNATURES = tableOf([
  ...verdictSignatures,
  ...wrapperSignatures,
  ...packageSignatures,
  ...failureSignatures,
  ...commandSignatures,
  ...saharaSignatures,
  ...findingSignatures,
  ...cisternSignatures,
]);

/** Tried where none of the others fits, also not with the lines that may belong to it. */
export const LAST_SIGNATURES = tableOf([...unknownSignatures, ...peopleSignatures]);

/** Rows in their order. Most lines of a log hold no hint at all, and are done with one look. */
export type SignatureTable = {
  readonly rows: readonly Signature[];
  readonly rowsWithoutHint: readonly Signature[];
  /** Matches lower-case text that holds the hint of any row. */
  readonly anyHint: RegExp;
};

function tableOf(rows: readonly Signature[]): SignatureTable {
  const hints = [...new Set(rows.map(({ hint }) => hint))].filter((hint) => hint !== '');
  const literally = hints.map((hint) => hint.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return {
    rows,
    rowsWithoutHint: rows.filter(({ hint }) => hint === ''),
    anyHint: new RegExp(literally.join('|')),
  };
}
