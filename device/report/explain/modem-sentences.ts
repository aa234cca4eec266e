/** Failures of reaching, asking and moving a modem. */
import { RESTORABLE } from '../../modem/restorations.ts';
import { notQualcommName } from '../../transport/bus/modem-ids.ts';
import type { ModemState } from '../../transport/door.ts';
import { UDEV_RULES } from '../../transport/usb/udev-rules.ts';
import type { Explainers } from './explanation.ts';

export const modemSentences = {
  'transfer-timed-out': ({ direction, timeoutMs }) => ({
    exit: 'IO',
    what:
      direction === 'in'
        ? `The modem sent nothing for ${timeoutMs / 1000} s.`
        : `The modem did not take a transfer within ${timeoutMs / 1000} s; how much of it arrived is not known.`,
    next: 'Check cable and power, then run the same command again.',
  }),
  'modem-disconnected': () => ({
    exit: 'IO',
    what: 'The modem left the bus in the middle of a transfer.',
    next: 'Check cable and power, then run the same command again.',
  }),
  'link-broken': ({ why }) => ({
    exit: 'IO',
    what: `The link to the modem broke: ${why}.`,
    next: 'Check that the relay runs and that nobody else uses it, then run the same command again.',
  }),
  interrupted: () => ({
    exit: 'INTERRUPTED',
    what: 'It was interrupted.',
    next: 'Run the same command again when you are ready.',
  }),
  'modem-absent': ({ where }) => ({
    exit: 'UNAVAILABLE',
    what: `There is no modem at ${where}.`,
    next: 'Check that the modem has power and that the relay runs; cistern devices shows what is in sight.',
  }),
  'modems-indistinguishable': ({ where, choices }) => ({
    exit: 'USAGE',
    what: `Several modems could be meant by ${where}: ${choices.join(', ')}.`,
    next: `Name one: --modem ${choices[0] ?? 'usb:1-1'}.`,
  }),
  'transport-not-installed': ({ npmPackage, why }) => ({
    exit: 'UNAVAILABLE',
    what: `The npm package "${npmPackage}", which reaches this modem, cannot be loaded (${why}).`,
    next: `Install it beside cistern (npm install ${npmPackage}), or reach the modem through a relay: tcp://HOST:9008?at=PORT.`,
  }),
  'usb-bus-missing': ({ path }) => ({
    exit: 'UNAVAILABLE',
    what: `This system shows no USB bus (${path} is missing).`,
    next: 'Run cistern on the machine that the modem is plugged into, with /sys mounted; in a container pass /dev/bus/usb in.',
  }),
  'device-not-permitted': ({ node, kind }) => ({
    exit: 'NOT_PERMITTED',
    what: `This user may not open ${node}.`,
    next:
      kind === 'tty'
        ? `Run as root, or join the group that owns ${node} (often dialout).`
        : `Run as root, or allow the group dialout with a file /etc/udev/rules.d/60-cistern.rules:\n${UDEV_RULES.map((rule) => `    ${rule}`).join('\n')}\n  then run: udevadm control --reload && udevadm trigger`,
  }),
  'device-busy': ({ what }) => ({
    exit: 'TEMPORARY',
    what: `Another program holds ${what}.`,
    next: 'Stop it (ModemManager, gsmd, qfirehose, a terminal), then run the same command again.',
  }),
  'interface-not-found': ({ role, usbId, where }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem ${usbId} at ${where} has no interface that is known to be its ${role} port.`,
    next:
      role === 'EDL'
        ? 'Unplug it and plug it in again; if it stays so, report its USB descriptors (lsusb -v).'
        : 'Report its USB descriptors (lsusb -v), so that the table can learn it. It was not touched.',
  }),
  'at-port-not-named': ({ where }) => ({
    exit: 'USAGE',
    what: `The modem at ${where} is in normal mode and DIAG answers, but no AT port is named: nothing tells whether it works.`,
    next: atPortAdvice(where),
  }),
  'tty-missing': ({ usbId, where }) => ({
    exit: 'UNAVAILABLE',
    what: `The modem ${usbId} at ${where} is there, but no driver offers a tty for it.`,
    next: 'Load the drivers (modprobe option qcserial), or reach it with --modem usb:PATH; cistern devices shows the path.',
  }),
  'modem-did-not-return': ({ where, waitedMs }) => ({
    exit: 'UNAVAILABLE',
    what: `The modem did not come back at ${where} within ${Math.round(waitedMs / 1000)} s.`,
    next: 'Power-cycle the modem (not only the router), then run cistern rescue, or let cistern update run: it goes on from where it stopped.',
  }),
  'modem-keeps-crashing': ({ where }) => ({
    exit: 'UNAVAILABLE',
    what: `The modem at ${where} starts, crashes and offers its memory, again after each reset.`,
    next: 'Power-cycle it and run cistern rescue. If it crashes again, it must be started in emergency download mode from outside: join the contacts that its hardware manual calls USB_BOOT while it gets its power, then run cistern rescue.',
  }),
  'modem-stays-in-edl': ({ where }) => ({
    exit: 'IO',
    what: `The modem at ${where} stays in emergency download mode after several resets.`,
    next: 'Power-cycle the modem; its flash was not touched, so it starts as before.',
  }),
  'modem-cannot-be-reset': ({ where, state, usbId }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem at ${where} is in no state that a reset ends (${inWords(state, usbId)}).`,
    next: adviceFor(state),
  }),
  'modem-does-not-start': ({ where }) => ({
    exit: 'IO',
    what: `The modem at ${where} was reset and comes back in emergency download mode: nothing in its flash starts.`,
    next: 'Bring it back with cistern rescue, which needs to be told which firmware: cistern rescue --help.',
  }),
  'modem-back-but-silent': ({ where, because }) => ({
    exit: 'PROTOCOL',
    what: `The modem at ${where} is in normal mode again, but did not say its version (${because}).`,
    next:
      because === 'at-port-not-named'
        ? atPortAdvice(where)
        : 'Stop programs that use its ports (ModemManager, gsmd), wait a minute, then look with cistern devices.',
  }),
  'attempt-half-written': ({ where, toVersion }) => ({
    exit: 'UNFINISHED',
    what: `The modem at ${where} holds a part of ${toVersion}, so a reset would not start it.`,
    next: 'Run cistern rescue (or cistern update): it goes on from the stage and finishes the update.',
  }),
  'modem-silent-in-edl': ({ where }) => ({
    exit: 'IO',
    what: `The modem at ${where} is in emergency download mode and says nothing to any question: a programmer may wait there for the rest of an image.`,
    next: 'Power-cycle the modem, which ends that (cistern reset --power, where the board has a switch), then look with cistern devices. Where it does not start: cistern rescue.',
  }),
  'modem-refuses-edl': ({ attempts }) => ({
    exit: 'PROTOCOL',
    what: `The modem did not enter emergency download mode in ${attempts} tries.`,
    next: 'Stop programs that use its DIAG port, then run the same command again.',
  }),
  'modem-left-edl': () => ({
    exit: 'IO',
    what: 'The modem went back to normal mode before the first erase: its power was cut, or somebody reset it.',
    next: 'See that its power is stable, then run the same command again.',
  }),
  'broken-off-before-erase': ({ step }) => ({
    exit: 'TEMPORARY',
    what: `An earlier run was broken off at step ${step}, before the first erase.`,
    next: 'Run the same command again.',
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
    what: `The modem is not in normal mode (${inWords(state, usbId)}), so it cannot say what it is.`,
    next: adviceFor(state),
  }),
  'nothing-to-finish': ({ where }) => ({
    exit: 'OK',
    what: `No update was broken off on the modem at ${where}, and none is begun here.`,
    next: 'Nothing to do; cistern update looks for an update.',
  }),
  'edl-without-journal': ({ where }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem at ${where} is in emergency download mode, and no journal here says why.`,
    next: 'Run cistern reset: a modem whose flash is whole starts normally. It is not written to unasked; cistern rescue is for one that does not start.',
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
  'diag-names-no-version': ({ at }) => ({
    exit: 'NOT_PERMITTED',
    what: `AT says ${at}, but the modem's DIAG port names no version, so nothing bears it out.`,
    next: 'Restart the modem and try again. It was not touched; where it stays so, report it.',
  }),
  'product-name-contradicts-version': ({ command, productName, version }) => ({
    exit: 'NOT_PERMITTED',
    what: `${command} calls the modem ${productName}, but its version is ${version}, which is of another product.`,
    next: 'It was not touched. Read the name on its label: a module that runs the firmware of another one needs its own back first (cistern rescue --help). Where label and version agree, report both lines.',
  }),
  'modem-changed-meanwhile': ({ before, after }) => ({
    exit: 'NOT_PERMITTED',
    what: `The modem showed ${before} first and ${after} later.`,
    next: 'Check that nobody else updates or exchanges the modem, then try again.',
  }),
  'locator-unreadable': ({ locator, why }) => ({
    exit: 'USAGE',
    what: `"${locator}" does not name a modem: ${why}.`,
    next: 'Write it like usb:1-1.4, auto, serial:/dev/ttyUSB0 or tcp://127.0.0.1:9008?at=9007; cistern devices shows what is in sight.',
  }),
  'not-wanted-by-user': () => ({
    exit: 'OK',
    what: 'You said no, so nothing was done.',
    next: 'Run the same command again when you want to.',
  }),
  'modem-not-confirmed': ({ last, waitedMs }) =>
    last?.reason === 'at-port-not-named'
      ? {
          exit: 'FAILURE',
          what: 'The modem is back in normal mode and DIAG answers, but no AT port is named: nothing tells whether it works.',
          next: atPortAdvice(last.where),
        }
      : {
          exit: 'FAILURE',
          what: `The modem did not say its version within ${Math.round(waitedMs / 1000)} s (${last?.reason ?? 'no answer'}).`,
          next: 'Power-cycle it and look with cistern devices; then run the same command again.',
        },
  'modem-in-edl-after-flashing': () => ({
    exit: 'UNFINISHED',
    what: 'The modem came back in emergency download mode although everything was read back.',
    next: 'Run the same command again; if it stays so, its flash is worn out.',
  }),
  'wrong-version-after-flashing': ({ wanted, found }) => ({
    exit: 'FAILURE',
    what: `The modem shows ${found} instead of ${wanted}.`,
    next: 'Report this release: it does not contain what it says.',
  }),
  'worse-than-before': ({ differences }) => ({
    exit: 'FAILURE',
    what: `Something is worse than before: ${differences.map(({ what, before, after }) => `${what} was "${before}", is "${after}"`).join('; ')}.`,
    next: differences.some(({ what }) => RESTORABLE.has(what))
      ? 'The modem runs. Put its settings back, as far as AT commands can: cistern rescue --restore-settings. Then report this release.'
      : 'The modem runs; look at SIM, APN and MBN selection, then report this release.',
  }),
} satisfies Partial<Explainers>;

export type OtherState = Exclude<ModemState, 'normal'>;

function inWords(state: OtherState, usbId: string): string {
  if (state === 'not-qualcomm') return `${usbId}: ${notQualcommName(usbId) ?? 'not a Qualcomm chip'}`;
  const words: Readonly<Record<Exclude<OtherState, 'not-qualcomm'>, string>> = {
    edl: 'edl',
    'ram-dump': 'it has crashed and offers its memory',
    fastboot: 'fastboot',
    unsupported: 'unsupported',
  };
  return `${words[state]}, ${usbId}`;
}

/** What to do about a modem that is not in normal mode. */
export function adviceFor(state: OtherState): string {
  const advice: Readonly<Record<OtherState, string>> = {
    edl: 'Run cistern reset: a modem whose flash is whole starts normally. Where an update is unfinished: cistern update.',
    'ram-dump': 'Run cistern reset, or power-cycle it: a crash dump does not end by itself.',
    fastboot: 'Restart it (fastboot reboot, or a power cycle), then look with cistern devices.',
    'not-qualcomm': "It has no emergency download mode: it needs its own maker's tool, never this one.",
    unsupported: 'It is not a modem that cistern can update.',
  };
  return advice[state];
}

/** A relay such as QFirehose -p carries the USB interface alone. */
function atPortAdvice(where: string): string {
  return `Serve the AT tty on the router beside the relay: socat TCP-LISTEN:9007,reuseaddr,fork FILE:/dev/ttyUSB2,raw,echo=0 and name it: --modem "${where}?at=9007". A modem in EDL needs none for cistern reset and rescue.`;
}
