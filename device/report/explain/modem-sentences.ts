/** Failures of reaching, asking and moving a modem. */
import type { Explainers } from './explanation.ts';

export const modemSentences = {
  'transfer-timed-out': ({ direction, timeoutMs }) => ({
    exit: 'IO',
    what: `The modem ${direction === 'in' ? 'sent nothing' : 'took nothing'} for ${timeoutMs / 1000} s.`,
    next: 'Check cable and power, then run cistern update again.',
  }),
  'modem-disconnected': () => ({
    exit: 'IO',
    what: 'The modem left the bus in the middle of a transfer.',
    next: 'Check cable and power, then run cistern update again.',
  }),
  'link-broken': ({ why }) => ({
    exit: 'IO',
    what: `The link to the modem broke: ${why}.`,
    next: 'Check that the relay runs and that nobody else uses it, then run cistern update again.',
  }),
  interrupted: () => ({
    exit: 'INTERRUPTED',
    what: 'It was interrupted.',
    next: 'Run cistern update again when you are ready.',
  }),
  'modem-absent': ({ where }) => ({
    exit: 'UNAVAILABLE',
    what: `There is no modem at ${where}.`,
    next: 'Check that the modem has power and that the relay runs; cistern devices shows what is in sight.',
  }),
  'modem-did-not-return': ({ where, waitedMs }) => ({
    exit: 'UNAVAILABLE',
    what: `The modem did not come back at ${where} within ${Math.round(waitedMs / 1000)} s.`,
    next: 'Power-cycle the modem (not only the router), then run cistern update: it goes on from where it stopped.',
  }),
  'modem-stays-in-edl': ({ where }) => ({
    exit: 'IO',
    what: `The modem at ${where} stays in emergency download mode after several resets.`,
    next: 'Power-cycle the modem; its flash was not touched, so it starts as before.',
  }),
  'modem-refuses-edl': ({ attempts }) => ({
    exit: 'PROTOCOL',
    what: `The modem did not enter emergency download mode in ${attempts} tries.`,
    next: 'Stop programs that use its DIAG port, then run cistern update again.',
  }),
  'modem-left-edl': () => ({
    exit: 'IO',
    what: 'The modem went back to normal mode before the first erase: its power was cut, or somebody reset it.',
    next: 'See that its power is stable, then run cistern update again.',
  }),
  'broken-off-before-erase': ({ step }) => ({
    exit: 'TEMPORARY',
    what: `An earlier run was broken off at step ${step}, before the first erase.`,
    next: 'Run cistern update again.',
  }),
  'diag-no-answer': ({ request }) => ({
    exit: 'PROTOCOL',
    what: `The modem's DIAG port did not answer (${request}).`,
    next: 'Stop programs that use the DIAG port (ModemManager, QXDM), then try again.',
  }),
  'at-no-answer': ({ command }) => ({
    exit: 'PROTOCOL',
    what: `The modem did not answer ${command}.`,
    next: 'Stop programs that use the AT port (ModemManager, gsmd), then try again.',
  }),
  'at-answer-too-long': ({ command, maxBytes }) => ({
    exit: 'PROTOCOL',
    what: `The answer to ${command} is longer than ${maxBytes} bytes.`,
    next: 'Check that the AT port is an AT port.',
  }),
  'modem-not-in-normal-mode': ({ state, usbId }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem is not in normal mode (${state}, ${usbId}), so it cannot say what it is.`,
    next:
      state === 'edl'
        ? 'Power-cycle it, or run cistern update if a journal speaks of it.'
        : 'It is not a modem that cistern can update.',
  }),
  'edl-without-journal': ({ where }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem at ${where} is in emergency download mode, and no journal here says why.`,
    next: 'Power-cycle it: a modem whose flash is whole starts normally. It is not written to unasked.',
  }),
  'vendor-not-supported': ({ vendor }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem's maker is "${vendor}", which the catalogue does not know.`,
    next: 'Nothing to do here: cistern updates Quectel modules with Qualcomm chips.',
  }),
  'modem-version-unreadable': ({ answer }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem's version "${answer}" cannot be read as one.`,
    next: 'Report this version string, so that the grammar can learn it. Unknown means refuse.',
  }),
  'modem-not-ready': ({ answer }) => ({
    exit: 'TEMPORARY',
    what: `The modem's application side has not started (it shows "${answer}").`,
    next: 'Wait a minute and try again.',
  }),
  'at-and-diag-disagree': ({ at, diag }) => ({
    exit: 'NOT_PERMITTED',
    what: `AT says ${at}, DIAG says ${diag}: these are not the same modem.`,
    next: 'Check that the AT and DIAG ports belong to one modem.',
  }),
  'modem-changed-meanwhile': ({ before, after }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem showed ${before} first and ${after} later.`,
    next: 'Check that nobody else updates or exchanges the modem, then try again.',
  }),
  'locator-unreadable': ({ locator, why }) => ({
    exit: 'USAGE',
    what: `"${locator}" does not name a modem: ${why}.`,
    next: 'Write it like tcp://127.0.0.1:9008?at=9007.',
  }),
  'not-wanted-by-user': () => ({
    exit: 'OK',
    what: 'You chose not to flash.',
    next: 'Run cistern update again when you want to.',
  }),
  'modem-not-confirmed': ({ last, waitedMs }) => ({
    exit: 'FAILURE',
    what: `The modem did not say its version within ${Math.round(waitedMs / 1000)} s (${last?.reason ?? 'no answer'}).`,
    next: 'Power-cycle it and look with cistern devices; then run cistern update again.',
  }),
  'modem-in-edl-after-flashing': () => ({
    exit: 'TEMPORARY',
    what: 'The modem came back in emergency download mode although everything was read back.',
    next: 'Run cistern update again; if it stays so, its flash is worn out.',
  }),
  'wrong-version-after-flashing': ({ wanted, found }) => ({
    exit: 'FAILURE',
    what: `The modem shows ${found} instead of ${wanted}.`,
    next: 'Report this release: it does not contain what it says.',
  }),
  'worse-than-before': ({ differences }) => ({
    exit: 'FAILURE',
    what: `Something is worse than before: ${differences.map(({ what, before, after }) => `${what} was "${before}", is "${after}"`).join('; ')}.`,
    next: 'The modem runs; look at SIM, APN and MBN selection, then report this release.',
  }),
} satisfies Partial<Explainers>;
