/** What the module answers to each AT command (field 2b), as a table; the line discipline is in `at-port.ts`. */
import type { Calibration } from './calibration.ts';
import type { ModemSettings } from './settings.ts';

/** What the commands see and change. */
export type AtState = {
  readonly vendor: string;
  readonly modelName: string;
  /** The full version, and without its custom part, e.g. `EC25EUGAR08A03M4G`. */
  readonly firmware: { readonly full: string; readonly withoutCustom: string };
  readonly calibration: Calibration;
  /** As they are now. */
  settings(): ModemSettings;
  changeSettings(change: Partial<ModemSettings>): void;
  functionality: number;
  isEchoOn: boolean;
  /** AT+CMEE: 0 plain ERROR, 1 numbers, 2 words. */
  errorFormat: number;
  applicationPendingAnswers: number;
};

export type AtAnswer = {
  readonly lines: readonly string[];
  readonly result: 'OK' | 'ERROR' | { readonly cmeError: number; readonly words: string };
  readonly effect?: 'reset' | 'power-off';
};

const SIM_NOT_INSERTED = { cmeError: 10, words: 'SIM not inserted' } as const;
const REGISTRATION = { off: 0, home: 1, searching: 2, denied: 3, roaming: 5 } as const;
const ANY_ADDRESS = Array.from({ length: 16 }, () => '0').join('.');

const answer = (...lines: string[]): AtAnswer => ({ lines, result: 'OK' });
const error: AtAnswer = { lines: [], result: 'ERROR' };

type Row = readonly [pattern: RegExp, answer: (state: AtState, match: RegExpExecArray) => AtAnswer];

const COMMANDS: readonly Row[] = [
  [/^$/, () => answer()],
  [/^E([01])$/, (s, [, on]) => change(() => (s.isEchoOn = on === '1'))],
  [/^\+CMEE=([012])$/, (s, [, format]) => change(() => (s.errorFormat = Number(format)))],
  [/^I$/, (s) => named(s, (name) => [s.vendor, name, `Revision: ${s.firmware.withoutCustom}`])],
  [/^\+CGMI$/, (s) => answer(s.vendor)],
  [/^\+CGMM$/, (s) => named(s, (name) => [name])],
  [/^\+CGMR$/, (s) => answer(s.firmware.withoutCustom)],
  [/^\+QGMR\??$/, fullVersion],
  [/^\+CGSN$/, (s) => answer(s.calibration.kind === 'intact' ? s.calibration.imei : '')],
  [/^\+CPIN\?$/, simState],
  [/^\+QCCID$/, (s) => (s.settings().sim === 'absent' ? noSim : answer(`+QCCID: ${s.settings().iccid}`))],
  [/^\+CFUN\?$/, (s) => answer(`+CFUN: ${functionality(s)}`)],
  [/^\+CFUN=1,1$/, () => ({ lines: [], result: 'OK', effect: 'reset' })],
  [/^\+CFUN=([014])(?:,0)?$/, (s, [, level]) => change(() => (s.functionality = Number(level)))],
  [/^\+QPOWD(?:=[01])?$/, () => ({ lines: [], result: 'OK', effect: 'power-off' })],
  [/^\+CGDCONT\?$/, contexts],
  [/^\+CREG\?$/, (s) => answer(`+CREG: 0,${registration(s)}`)],
  [/^\+CGREG\?$/, (s) => answer(`+CGREG: 0,${registration(s)}`)],
  [/^\+CEREG\?$/, (s) => answer(`+CEREG: 0,${registration(s)}`)],
  [/^\+CGATT\?$/, (s) => answer(`+CGATT: ${isRegistered(s) && s.settings().isAttached ? 1 : 0}`)],
  [/^\+COPS\?$/, (s) => answer(isRegistered(s) ? `+COPS: 0,0,"${s.settings().operator}",7` : '+COPS: 0')],
  [/^\+CSQ$/, (s) => answer(`+CSQ: ${isRadioOn(s) ? s.settings().signalQuality : 99},99`)],
  [/^\+QCFG="usbnet"$/i, (s) => answer(`+QCFG: "usbnet",${s.settings().usbNet}`)],
  [/^\+QCFG="usbnet",([0-3])$/i, (s, [, mode]) => change(() => s.changeSettings({ usbNet: Number(mode) }))],
  [/^\+QCFG="roamservice"$/i, (s) => answer(`+QCFG: "roamservice",${s.settings().roamService}`)],
  [
    /^\+QCFG="roamservice",(1|2|255)(?:,[01])?$/i,
    (s, [, level]) => change(() => s.changeSettings({ roamService: Number(level) })),
  ],
  [/^\+CGDCONT=(\d{1,2}),"(\w+)","([^"]*)"$/, setContext],
  [/^\+QMBNCFG="List"$/i, mbnList],
  [/^\+QMBNCFG="AutoSel"$/i, (s) => answer(`+QMBNCFG: "AutoSel",${s.settings().mbn.autoSelect ? 1 : 0}`)],
  [/^\+QMBNCFG="Select"$/i, mbnSelected],
  [
    /^\+QMBNCFG="AutoSel",([01])$/i,
    (s, [, on]) => change(() => s.changeSettings({ mbn: { ...s.settings().mbn, autoSelect: on === '1' } })),
  ],
  [/^\+QMBNCFG="Select","([^"]+)"$/i, selectMbn],
];

/** Answers one command line without its `AT`; what the module does not know is ERROR. */
export function answerAtCommand(command: string, state: AtState): AtAnswer {
  for (const [pattern, respond] of COMMANDS) {
    const match = pattern.exec(command);
    if (match !== null) return respond(state, match);
  }
  return error;
}

function change(apply: () => void): AtAnswer {
  apply();
  return answer();
}

function named(state: AtState, lines: (name: string) => readonly string[]): AtAnswer {
  const name = state.settings().productName ?? state.modelName;
  return name === '' ? error : answer(...lines(name));
}

const noSim: AtAnswer = { lines: [], result: SIM_NOT_INSERTED };

/** Soon after boot the custom part is a placeholder: the application side is not up yet. */
function fullVersion(state: AtState): AtAnswer {
  if (state.applicationPendingAnswers <= 0) return answer(state.firmware.full);
  state.applicationPendingAnswers -= 1;
  return answer(`${state.firmware.withoutCustom}_01.016.00.000`);
}

function simState(state: AtState): AtAnswer {
  const { sim } = state.settings();
  if (sim === 'absent') return noSim;
  return answer(sim === 'ready' ? '+CPIN: READY' : '+CPIN: SIM PIN');
}

function contexts(state: AtState): AtAnswer {
  return answer(
    ...state
      .settings()
      .contexts.map(({ cid, type, apn }) => `+CGDCONT: ${cid},"${type}","${apn}","${ANY_ADDRESS}",0,0,0,0`),
  );
}

function setContext(state: AtState, [, cid, type = '', apn = '']: RegExpExecArray): AtAnswer {
  const own = { cid: Number(cid), type, apn };
  const others = state.settings().contexts.filter((context) => context.cid !== own.cid);
  const contexts = [...others, own].sort((a, b) => a.cid - b.cid);
  return change(() => state.changeSettings({ contexts }));
}

/** Only one that is in flash. */
function selectMbn(state: AtState, [, name = '']: RegExpExecArray): AtAnswer {
  const { mbn } = state.settings();
  if (!mbn.list.includes(name)) return error;
  return change(() => state.changeSettings({ mbn: { ...mbn, selected: name } }));
}

function mbnList(state: AtState): AtAnswer {
  const { mbn } = state.settings();
  return answer(
    ...mbn.list.map((name, index) => {
      const isSelected = name === mbn.selected ? 1 : 0;
      return `+QMBNCFG: "List",${index},${isSelected},${isSelected},"${name}",0x05010824,201806201`;
    }),
  );
}

function mbnSelected(state: AtState): AtAnswer {
  const { mbn } = state.settings();
  return mbn.selected === '' ? error : answer(`+QMBNCFG: "Select","${mbn.selected}"`);
}

/** Without calibration the module is in factory test mode, whatever it was told (field 1b, report 9). */
function functionality(state: AtState): number {
  return state.calibration.kind === 'intact' ? state.functionality : 5;
}

function isRadioOn(state: AtState): boolean {
  return functionality(state) === 1;
}

function registration(state: AtState): number {
  return isRadioOn(state) && state.settings().sim === 'ready'
    ? REGISTRATION[state.settings().registration]
    : 0;
}

function isRegistered(state: AtState): boolean {
  return [REGISTRATION.home, REGISTRATION.roaming].some((code) => code === registration(state));
}
