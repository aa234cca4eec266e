/** Failures of a package that was given as a directory or a zip. None of them has touched the modem. */
import type { Finding } from '../../../shared/lint/finding.ts';
import type { RefusedEntry } from '../../../shared/package/source.ts';
import { type Explainers, megabytes } from './explanation.ts';

/** Findings that are told; the rest is counted. */
const FINDINGS_TOLD = 5;
const GET_IT_AGAIN = 'Get the package again from where it came from, and compare its size.';
const NAME_IT = 'Give the directory or zip of the vendor, with md5.txt and update/firehose in it.';

const REFUSED: Readonly<Record<RefusedEntry, string>> = {
  link: 'is a link',
  'not-a-regular-file': 'is not a plain file',
  'leaves-package': 'lies outside the package',
  'name-not-allowed': 'has a name that is not allowed',
  'same-name-in-other-case': 'differs from another file only in upper and lower case',
  'too-deep': 'lies too deep',
  encrypted: 'is encrypted',
  'unknown-compression': 'is compressed in an unknown way',
};

export const packageSentences = {
  'package-not-found': ({ path }) => ({
    exit: 'DATA',
    what: `There is nothing at ${path}.`,
    next: 'Check the path; where it is on a stick or a share, that it is mounted.',
  }),
  'package-unreadable': ({ path, why }) => ({
    exit: 'DATA',
    what: `${path} cannot be read: ${why}.`,
    next: GET_IT_AGAIN,
  }),
  'package-entry-refused': ({ path, why }) => ({
    exit: 'DATA',
    what: `The package is refused: ${path} ${REFUSED[why]}.`,
    next: NAME_IT,
  }),
  'package-too-many-files': ({ maxFiles }) => ({
    exit: 'DATA',
    what: `The package has more than ${maxFiles} files.`,
    next: NAME_IT,
  }),
  'package-too-large': ({ sizeBytes, maxBytes }) => ({
    exit: 'DATA',
    what: `The package unpacks to ${megabytes(sizeBytes)}, more than ${megabytes(maxBytes)}.`,
    next: NAME_IT,
  }),
  'package-empty': ({ path }) => ({
    exit: 'DATA',
    what: `The package ${path} is empty.`,
    next: 'Where it is on a stick or a share, check that it is mounted.',
  }),
  'model-not-in-catalogue': ({ model, known }) => ({
    exit: 'NOT_PERMITTED',
    what: `Nothing is known of ${model}: neither its flash nor where its calibration lies.`,
    next: `Known here: ${known.join(', ')}. Unknown means refuse.`,
  }),
  'model-incomplete': ({ model, missing }) => ({
    exit: 'NOT_PERMITTED',
    what: `Too little is known of ${model} to flash it: ${missing.join(' ')}`,
    next: 'Unknown means refuse. What is missing belongs into the catalogue, with its source.',
  }),
  'local-version-unreadable': ({ text }) => ({
    exit: 'USAGE',
    what: `"${text}" is not a whole firmware version.`,
    next: 'Write it with its custom part, like EC25EUGAR08A03M4G_01.200.01.200.',
  }),
  'local-version-unknown': ({ names }) => ({
    exit: 'USAGE',
    what: `The name of the package (${names.join(', ')}) does not show its whole version, and nothing inside does.`,
    next: 'Say it with --version, like EC25EUGAR08A03M4G_01.200.01.200: it is what the modem must show afterwards.',
  }),
  'local-model-unreadable': ({ text }) => ({
    exit: 'USAGE',
    what: `"${text}" is not a model.`,
    next: 'Write it like quectel/ec25euga-m4g.',
  }),
  'local-model-contradicts': ({ model, version }) => ({
    exit: 'NOT_PERMITTED',
    what: `${version} is not firmware of ${model}.`,
    next: "Check the label on the modem against the package's name: hardware and flash must be the same, letter by letter.",
  }),
  'local-package-refused': ({ findings }) => ({
    exit: 'DATA',
    what: `The package is refused: ${describeFindings(findings)}`,
    next: GET_IT_AGAIN,
  }),
  'local-package-changed': ({ path }) => ({
    exit: 'DATA',
    what: `${path} in the package is not any more what it was when it was judged.`,
    next: 'See that nobody writes to the package, then run the same command again.',
  }),
  'local-package-does-not-fit': ({ installed, version, verdict, because }) => ({
    exit: 'NOT_PERMITTED',
    what: `${version} on ${installed}: ${verdict}. ${because.map(({ sentence }) => sentence).join(' ')}`,
    next:
      verdict === 'not known'
        ? "If the vendor says that this step works, say who says so: --vouch 'release notes of the vendor, page 3'. It is kept in the journal."
        : 'Nothing overrides this: look for a package that is made for this modem.',
  }),
  'nobody-to-ask': ({ command }) => ({
    exit: 'USAGE',
    what: `cistern ${command} asks before it writes, and here is nobody to ask.`,
    next: `Run it at a terminal, or with --yes. What it would do is shown by cistern flash PATH --plan.`,
  }),
  'rescue-needs-firmware': ({ where }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem at ${where} does not start after a reset: its flash does not hold a whole firmware, and nobody has said which it is.`,
    next: 'Read the label on the modem, then: cistern rescue PATH with the vendor package, or cistern rescue --model quectel/ec25euga-m4g --version VERSION from the repository.',
  }),
  'rescue-contradicts-journal': ({ journal, wanted, because }) => ({
    exit: 'NOT_PERMITTED',
    what: `The journal says that this modem was on its way ${journal}; ${wanted} does not fit that: ${because}.`,
    next: 'Give the package of the journal again, or another that fits the version it had.',
  }),
  'rescue-firmware-half-named': ({ missing }) => ({
    exit: 'USAGE',
    what: `Which firmware is not said whole: ${missing} is missing.`,
    next: 'Give both --model and --version, or the PATH of a package.',
  }),
} satisfies Partial<Explainers>;

function describeFindings(findings: readonly Finding[]): string {
  const told = findings.slice(0, FINDINGS_TOLD).map(({ file, line, sentence }) => {
    const place = line === null ? file : `${file} line ${line}`;
    return place === null ? sentence : `${place}: ${sentence}`;
  });
  const more = findings.length - told.length;
  return more > 0 ? `${told.join(' ')} And ${more} more.` : told.join(' ');
}
