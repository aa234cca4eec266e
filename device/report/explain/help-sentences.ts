/** Failures of the commands that help people: reading what they hand over, writing what they take along. */
import { type Explainers, megabytes } from './explanation.ts';

export const helpSentences = {
  'input-unreadable': ({ path, why }) => ({
    exit: 'USAGE',
    what: `${named(path)} cannot be read: ${why}.`,
    next: 'Give a file that holds the log, or - and paste it (end with Ctrl-D).',
  }),
  'input-too-large': ({ path, maxBytes }) => ({
    exit: 'USAGE',
    what: `${named(path)} is larger than ${megabytes(maxBytes)}, which no log of a flasher is.`,
    next: 'Give the part that begins with the call of the flasher, for example: tail -n 20000 FILE | cistern diagnose -',
  }),
  'bundle-not-written': ({ path, why }) => ({
    exit: 'CANTCREAT',
    what: `The support archive ${path} cannot be written: ${why}.`,
    next: 'Give another file with --bundle, one that does not exist yet.',
  }),
} satisfies Partial<Explainers>;

function named(path: string): string {
  return path === '-' ? 'Standard input' : path;
}
