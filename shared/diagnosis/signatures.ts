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

export const SIGNATURES: readonly Signature[] = [
  ...verdictSignatures,
  ...wrapperSignatures,
  ...packageSignatures,
  ...failureSignatures,
  ...commandSignatures,
  ...saharaSignatures,
  ...findingSignatures,
  ...cisternSignatures,
];

/** Tried where none of the others fits, also not with the lines that may belong to it. */
export const LAST_SIGNATURES: readonly Signature[] = [...unknownSignatures, ...peopleSignatures];
