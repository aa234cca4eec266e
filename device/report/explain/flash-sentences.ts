/** Failures of Sahara, Firehose, the flash plan and the journal. */
import type { PlanFailure } from '../../../shared/flash-plan.ts';
import { programmerWords } from '../../../shared/lint/sentences.ts';
import type { Explainers } from './explanation.ts';

const REPORT_RELEASE = 'Report this release to who published it; run cistern check to see others.';
const TRY_AGAIN = 'Run the same command again.';

export const flashSentences = {
  'sahara-packet-unknown': ({ command, bytes }) => ({
    exit: 'PROTOCOL',
    what: `The modem sent a Sahara packet that is not known (command 0x${command.toString(16)}, ${bytes} bytes).`,
    next: TRY_AGAIN,
  }),
  'sahara-no-hello': () => ({
    exit: 'PROTOCOL',
    what: 'The modem is in emergency download mode but says nothing.',
    next: 'Power-cycle the modem, then run the same command again.',
  }),
  'sahara-stale-session': () => ({
    exit: 'PROTOCOL',
    what: 'Somebody else had begun to talk to the modem in emergency download mode.',
    next: 'Stop ModemManager and other programs that open the port, then run the same command again.',
  }),
  'sahara-unexpected-packet': ({ wanted, got }) => ({
    exit: 'PROTOCOL',
    what: `The modem sent ${got} where ${wanted} was due.`,
    next: TRY_AGAIN,
  }),
  'sahara-read-out-of-bounds': ({ offsetBytes, lengthBytes, programmerBytes }) => ({
    exit: 'PROTOCOL',
    what: `The modem asked for ${lengthBytes} bytes at ${offsetBytes} of a programmer of ${programmerBytes} bytes.`,
    next: REPORT_RELEASE,
  }),
  'sahara-too-many-reads': () => ({
    exit: 'PROTOCOL',
    what: 'The modem asked for the programmer again and again.',
    next: 'Power-cycle the modem, then run the same command again.',
  }),
  'programmer-rejected': ({ meaning }) => ({
    exit: 'DATA',
    what: `The modem rejected the programmer: ${meaning}.`,
    next: REPORT_RELEASE,
  }),
  'sahara-error': ({ meaning }) => ({
    exit: 'PROTOCOL',
    what: `The modem broke the loading of the programmer off: ${meaning}.`,
    next: TRY_AGAIN,
  }),
  'wrong-hardware': ({ what, wanted, found }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem's ${what} is not the one of its model: wanted ${wanted}, found ${found}.`,
    next: 'This modem needs another package; report its label and version.',
  }),
  'programmer-not-ours': () => ({
    exit: 'PROTOCOL',
    what: 'A programmer that this run did not load runs on the modem and takes no restart; one that does not know the anti-misburn command of this package would erase the calibration, so it was not sent.',
    next: 'Power-cycle the modem, then run the same command again.',
  }),
  'programmer-too-large': ({ bytes }) => ({
    exit: 'DATA',
    what: `The programmer of this release has ${bytes} bytes, which no programmer has.`,
    next: REPORT_RELEASE,
  }),
  'firehose-document-invalid': ({ why }) => ({
    exit: 'PROTOCOL',
    what: `The programmer sent something that is not Firehose: ${why}.`,
    next: TRY_AGAIN,
  }),
  'firehose-silent': ({ command, timeoutMs }) => ({
    exit: 'IO',
    what: `The programmer did not answer ${command} for ${timeoutMs / 1000} s.`,
    next: 'Power-cycle the modem, then run the same command again.',
  }),
  'firehose-too-talkative': ({ command }) => ({
    exit: 'PROTOCOL',
    what: `The programmer sent logs without end during ${command}.`,
    next: 'Power-cycle the modem, then run the same command again.',
  }),
  'programmer-refused': ({ command, logs }) => ({
    exit: 'PROTOCOL',
    what: `The programmer refused ${command}${logs.length === 0 ? '' : `: ${logs.slice(-3).join(' / ')}`}.`,
    next: REPORT_RELEASE,
  }),
  'programmer-answer-unexpected': ({ command, why }) => ({
    exit: 'PROTOCOL',
    what: `The programmer answered ${command} with ${why}.`,
    next: TRY_AGAIN,
  }),
  'programmer-needs-signed-digests': () => ({
    exit: 'NOT_PERMITTED',
    what: 'The programmer wants signed digest tables (VIP), which this release does not have.',
    next: REPORT_RELEASE,
  }),
  'programmer-lacks-function': ({ needed }) => ({
    exit: 'NOT_PERMITTED',
    what: `The programmer cannot ${needed}, without which nothing can be flashed and proved.`,
    next: REPORT_RELEASE,
  }),
  'wrong-geometry': ({ wanted, found }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem's flash is not the one this release was made for: wanted ${wanted}, found ${found}.`,
    next: 'This modem needs another package; report its label and version.',
  }),
  'storage-size-unknown': ({ wanted }) => ({
    exit: 'NOT_PERMITTED',
    what: `The programmer does not say how large the modem's flash is, so nobody knows that it is ${wanted}; nothing was erased.`,
    next: 'Flash it with a package whose programmer answers getstorageinfo; report the label and version of this modem.',
  }),
  'protected-range': ({ range, startSector }) => ({
    exit: 'NOT_PERMITTED',
    what: `The flash driver refused to touch ${range} (page ${startSector}): calibration is sacred.`,
    next: REPORT_RELEASE,
  }),
  'read-back-differs': ({ sector, badBlocks = [] }) => ({
    exit: 'IO',
    what: `What was read back from page ${sector} is not what was written, three times.${badBlocks.length === 0 ? '' : ` The programmer told of bad blocks: ${badBlocks.join(', ')}.`}`,
    next: 'Run the same command again; if it stays so, the flash is worn out.',
  }),
  'rawprogram-too-large': ({ bytes, maxBytes }) =>
    brokenPackage(`its rawprogram file has ${bytes} bytes, more than ${maxBytes}`),
  'rawprogram-malformed': ({ line, why }) =>
    brokenPackage(`its rawprogram file is not XML at line ${line} (${why})`),
  'rawprogram-too-many-commands': ({ maxCommands }) =>
    brokenPackage(`its rawprogram file has more than ${maxCommands} commands`),
  'rawprogram-empty': () => brokenPackage('its rawprogram file has no commands'),
  'rawprogram-unknown-element': ({ line, element }) =>
    brokenPackage(`line ${line} of its rawprogram file has an unknown <${element}>`),
  'rawprogram-unknown-attribute': ({ line, attribute }) =>
    brokenPackage(`line ${line} of its rawprogram file has an unknown ${attribute}`),
  'rawprogram-attribute-missing': ({ line, attribute }) =>
    brokenPackage(`line ${line} of its rawprogram file lacks ${attribute}`),
  'rawprogram-attribute-not-a-number': ({ line, attribute }) =>
    brokenPackage(`${attribute} in line ${line} of its rawprogram file is not a number`),
  'erase-without-range': ({ line }) =>
    brokenPackage(
      `line ${line} of its rawprogram file erases without saying what, which erases the whole chip`,
    ),
  'patch-file-invalid': ({ file, line, why }) => brokenPackage(`line ${line} of ${file}: ${why}`),
  'modem-partitions-differ': ({ partition, wantedSector, foundSector }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem has its partition ${partition} at sector ${foundSector}, the catalogue has it at ${wantedSector}: nothing may be written where nobody knows what lies.`,
    next: 'Say so where the catalogue is kept, with the model and version of this modem.',
  }),
  'modem-table-not-found': () => ({
    exit: 'NOT_PERMITTED',
    what: 'The modem shows no partition table where modems of its kind have one, so nobody knows where its calibration lies; nothing was erased.',
    next: 'Say so where the catalogue is kept, with the model and version of this modem.',
  }),
  'partition-table-not-intact': () => ({
    exit: 'PROTOCOL',
    what: 'The partition table was written and patched, and its checksums do not hold; the boot partition was not written.',
    next: `${TRY_AGAIN} Where it stays so, report this release to who published it.`,
  }),
  'plan-refused': ({ failures }) => brokenPackage(failures.map(describePlanFailure).join('; ')),
  'release-contradicts-model': ({ what }) => brokenPackage(`its ${what} is not the model's`),
  'programmer-not-an-image': ({ path, defect }) =>
    brokenPackage(`its programmer ${path} ${programmerWords(defect)}`),
  'partition-table-contradicts-model': ({ partition, wantedSector, foundSector }) =>
    brokenPackage(
      `its partition table puts ${partition} at page ${foundSector}, where this model has it at page ${wantedSector}: it is for another module`,
    ),
  'journal-unreadable': ({ path, why }) => ({
    exit: 'CONFIG',
    what: `The journal ${path} cannot be read: ${why}.`,
    next: 'Look at the modem with cistern devices; if it is in normal mode, move the journal away and try again.',
  }),
  'journal-not-written': ({ path, why }) => ({
    exit: 'CANTCREAT',
    what: `${path} cannot be written (${why}), and without it nothing is begun.`,
    next: 'Make room or give another place with --state, then try again.',
  }),
  'attempt-documents-lost': ({ directory }) => ({
    exit: 'DATA',
    what: `What belongs to the unfinished attempt in ${directory} is missing or changed.`,
    next: 'Keep the modem powered; bring the files back or ask for help with cistern status.',
  }),
  'another-updater-runs': ({ pid }) => ({
    exit: 'TEMPORARY',
    what: `Another updater (process ${pid}) works on this modem.`,
    next: 'Wait for it to end.',
  }),
  'lock-not-written': ({ path, why }) => ({
    exit: 'CANTCREAT',
    what: `The lock ${path} cannot be written (${why}).`,
    next: 'Make room or give another place with --state, then try again.',
  }),
  'device-key-unreadable': ({ path }) => ({
    exit: 'CONFIG',
    what: `The device's key ${path} cannot be read.`,
    next: 'Move it away: a new one is made, under which the device reports as a new one.',
  }),
} satisfies Partial<Explainers>;

function brokenPackage(why: string) {
  return {
    exit: 'NOT_PERMITTED',
    what: `The package of this release is refused: ${why}.`,
    next: REPORT_RELEASE,
  } as const;
}

function describePlanFailure(failure: PlanFailure): string {
  const { line, reason, ...details } = failure;
  const facts = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  return `line ${line} of its rawprogram file: ${reason.replaceAll('-', ' ')}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}
