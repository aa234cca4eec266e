/**
 * Which AT commands put back what is worse than before an update (3GPP TS 27.007; the maker's QCFG, QMBNCFG and
 * QNWPREFCFG, field 2b). A value goes back as the modem itself had answered it, and only where it is in the form that
 * its command takes: anything else is left to a person. Pure.
 */
import { findWorse, type Snapshot } from './snapshot.ts';

export type Restoration = {
  readonly what: keyof Snapshot;
  /** In their order. */
  readonly commands: readonly string[];
  /** It holds only when the modem has started again. */
  readonly needsRestart: boolean;
};

/** What can be put back of `findWorse`, what needs a restart first. */
export function restorationsOf(before: Snapshot, after: Snapshot): readonly Restoration[] {
  const found = findWorse(before, after)
    .map(({ what }) => restorationOf(what, before, after))
    .filter((restoration) => restoration !== null);
  return [...found].sort((a, b) => Number(b.needsRestart) - Number(a.needsRestart));
}

/** Settings, as opposed to what follows from them, that a command can put back. */
export const RESTORABLE: ReadonlySet<keyof Snapshot> = new Set<keyof Snapshot>([
  'usbId',
  'interfaceCount',
  'usbNetMode',
  'functionality',
  'contexts',
  'attached',
  'mbnAutoSelect',
  'mbnSelected',
  'roamService',
  'roamPreference',
]);

const CONTEXT = /^\d{1,2},"[A-Z0-9]{2,12}","[\w.@-]{0,100}"$/;
const USB_NET = /^"usbnet",\d$/i;
const USB_CONFIGURATION = /^"usbcfg"(,0x[0-9A-F]{1,4}){2}(,[01]){4,10}$/i;
const MBN_AUTO_SELECT = /^"AutoSel",[01]$/i;
const MBN_SELECTED = /^"Select","[\w.-]{1,60}"$/i;
const ROAM_SERVICE = /^"roamservice",\d{1,3}$/i;
const ROAM_PREFERENCE = /^"roam_pref",\d{1,3}$/i;

function restorationOf(what: keyof Snapshot, before: Snapshot, after: Snapshot): Restoration | null {
  const at = (commands: readonly string[], { needsRestart }: { readonly needsRestart: boolean }) =>
    commands.length === 0 ? null : { what, commands, needsRestart };
  const back = (value: string | null, form: RegExp, command: string) =>
    value !== null && form.test(value) ? [`${command}=${value}`] : [];
  switch (what) {
    case 'usbId':
    case 'interfaceCount':
      return at(back(before.usbConfiguration, USB_CONFIGURATION, 'AT+QCFG'), { needsRestart: true });
    case 'usbNetMode':
      return at(back(before.usbNetMode, USB_NET, 'AT+QCFG'), { needsRestart: true });
    case 'mbnAutoSelect':
      return at(back(before.mbnAutoSelect, MBN_AUTO_SELECT, 'AT+QMBNCFG'), { needsRestart: true });
    case 'mbnSelected':
      return at(back(before.mbnSelected, MBN_SELECTED, 'AT+QMBNCFG'), { needsRestart: true });
    case 'contexts': {
      const lost = before.contexts.filter((context) => !after.contexts.includes(context));
      return at(
        lost.flatMap((context) => back(context, CONTEXT, 'AT+CGDCONT')),
        { needsRestart: false },
      );
    }
    case 'roamService':
      // The last parameter: at once, not after a restart.
      return at(
        back(before.roamService, ROAM_SERVICE, 'AT+QCFG').map((command) => `${command},1`),
        { needsRestart: false },
      );
    case 'roamPreference':
      return at(back(before.roamPreference, ROAM_PREFERENCE, 'AT+QNWPREFCFG'), { needsRestart: false });
    case 'functionality':
      // 5 is factory test mode: its calibration is lost, and no command brings that back (field 1b).
      return at(after.functionality === '0' || after.functionality === '4' ? ['AT+CFUN=1'] : [], {
        needsRestart: false,
      });
    case 'attached':
      return at(['AT+CGATT=1'], { needsRestart: false });
    default:
      return null;
  }
}
