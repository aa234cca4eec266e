/** What a modem's answers say, in words that conditions can be written with. Unknown is null. */
import { isApplicationPending, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { Heard, Interview } from './ask-modem.ts';
import { CONTEXTS_MAX, RSRP_MIN_DBM } from './limits.ts';
import type { Topic } from './questions.ts';

export type SimState =
  | 'ready'
  | 'absent'
  | 'pin'
  | 'puk'
  | 'network-lock'
  | 'failed'
  | 'busy'
  | 'unreadable'
  | null;

export type Registration = 'home' | 'roaming' | 'searching' | 'denied' | 'emergency' | 'off' | null;

export type ModemFacts = {
  /** The full version; null where it was not said or cannot be read. */
  readonly version: string | null;
  readonly isApplicationPending: boolean;
  /** Of AT+CFUN: 1 full, 0 and 4 radio off, 5 factory test mode. */
  readonly functionality: number | null;
  readonly hasImei: boolean | null;
  readonly sim: SimState;
  /** The best of circuit, EPS and 5G. */
  readonly registration: Registration;
  /** 0 to 31; `none` where the modem cannot tell one (99): it receives nothing, or counts in another unit. */
  readonly signalCsq: number | 'none' | null;
  /** Of LTE or 5G. */
  readonly rsrpDbm: number | null;
  readonly isOperatorManual: boolean | null;
  readonly isAttached: boolean | null;
  readonly contexts: readonly { readonly cid: number; readonly type: string; readonly apn: string }[] | null;
  /** Numbers (`cid`) of the contexts that are active. */
  readonly activeContexts: readonly number[] | null;
  /** Of a context that is not for IMS or emergency. */
  readonly hasAddress: boolean | null;
  readonly roaming: 'off' | 'home-only' | 'on' | null;
  /** What it is restricted to; `any` where it is not. */
  readonly scan: string | null;
  readonly lteBandCount: number | null;
  readonly isMbnAutomatic: boolean | null;
  /** Empty where none is selected. */
  readonly mbnSelected: string | null;
  readonly usbNet: number | null;
  readonly silentAt: string | null;
};

export function readFacts({ heard, silentAt }: Interview): ModemFacts {
  const first = (topic: Topic) => heard.get(topic)?.lines[0] ?? null;
  const known = contexts(heard.get('contexts'));
  const version = parseFirmwareVersion((first('version') ?? '').replace(/^Revision:\s*/, ''));
  return {
    version: version.ok ? version.value.text : null,
    isApplicationPending: version.ok && isApplicationPending(version.value),
    functionality: numberIn(first('functionality'), /^(\d+)/),
    hasImei: hasImei(heard.get('imei')),
    sim: simState(heard.get('sim')),
    registration: registration(heard),
    signalCsq: signalCsq(first('signal')),
    rsrpDbm: rsrpDbm(first('quality')),
    isOperatorManual: flag(first('operator'), /^(\d)/, ['1', '4']),
    isAttached: flag(first('attached'), /^(\d)/, ['1']),
    contexts: known,
    activeContexts: activeContexts(heard.get('active-contexts')),
    hasAddress: hasAddress(heard.get('addresses'), known),
    roaming: roaming(first('roam-service'), first('roam-preference')),
    scan: scan(first('scan-mode'), first('mode-preference')),
    lteBandCount: lteBandCount(first('bands')),
    isMbnAutomatic: flag(first('mbn-auto-select'), /,\s*(\d)/, ['1']),
    mbnSelected: mbnSelected(heard.get('mbn-selected')),
    usbNet: numberIn(first('usb-net'), /,\s*(\d+)/),
    silentAt,
  };
}

function numberIn(text: string | null, pattern: RegExp): number | null {
  const digits = text === null ? undefined : pattern.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function flag(text: string | null, pattern: RegExp, meaningYes: readonly string[]): boolean | null {
  const digits = text === null ? undefined : pattern.exec(text)?.[1];
  return digits === undefined ? null : meaningYes.includes(digits);
}

/** That there is one, never which (P11). A modem that lost its calibration answers with nothing or an error. */
function hasImei(heard: Heard | undefined): boolean | null {
  if (heard === undefined) return null;
  return heard.lines.some((line) => /^\d{14,16}$/.test(line));
}

/** TS 27.007 section 9.2: CME errors of the SIM, as numbers and in words. */
const SIM_ERRORS: readonly (readonly [pattern: RegExp, state: SimState])[] = [
  [/: (?:10|SIM not inserted)$/i, 'absent'],
  [/: (?:11|SIM PIN required)$/i, 'pin'],
  [/: (?:12|SIM PUK required)$/i, 'puk'],
  [/: (?:13|15|SIM failure|SIM wrong)$/i, 'failed'],
  [/: (?:14|SIM busy)$/i, 'busy'],
];

function simState(heard: Heard | undefined): SimState {
  if (heard === undefined) return null;
  const said = heard.lines[0];
  if (said === undefined)
    return SIM_ERRORS.find(([pattern]) => pattern.test(heard.error ?? ''))?.[1] ?? 'unreadable';
  if (said === 'READY') return 'ready';
  if (/^SIM PIN/.test(said)) return 'pin';
  if (/^SIM PUK/.test(said)) return 'puk';
  return /^PH-/.test(said) ? 'network-lock' : 'unreadable';
}

/** TS 27.007 sections 7.2, 10.1.22: best first. */
const REGISTRATIONS: readonly (readonly [stats: readonly number[], Exclude<Registration, null>])[] = [
  [[1, 6, 9], 'home'],
  [[5, 7, 10], 'roaming'],
  [[3], 'denied'],
  [[8, 11], 'emergency'],
  [[2], 'searching'],
  [[0, 4], 'off'],
];

function registration(heard: Interview['heard']): Registration {
  const topics = ['registration-eps', 'registration-5g', 'registration-circuit'] as const;
  const stats = topics.flatMap((topic) =>
    // A line that came unasked begins with its state and has no number second.
    (heard.get(topic)?.lines ?? []).flatMap((line) => numberIn(line, /^\d,\s*(\d+)\s*(?:,|$)/) ?? []),
  );
  return REGISTRATIONS.find(([meant]) => meant.some((stat) => stats.includes(stat)))?.[1] ?? null;
}

function signalCsq(text: string | null): ModemFacts['signalCsq'] {
  const csq = numberIn(text, /^(\d+)/);
  return csq === null || csq <= 31 ? csq : 'none';
}

/** AT+QCSQ: of LTE the second number, of 5G the first. What is not measured is a number out of every range. */
function rsrpDbm(text: string | null): number | null {
  const dbm = numberIn(text, /^"[^"]*LTE[^"]*",-?\d+,(-\d+)/) ?? numberIn(text, /^"NR5G[^"]*",(-\d+)/);
  return dbm === null || dbm < RSRP_MIN_DBM ? null : dbm;
}

function contexts(heard: Heard | undefined): ModemFacts['contexts'] {
  if (heard === undefined || heard.error !== null) return null;
  return heard.lines.slice(0, CONTEXTS_MAX).flatMap((line) => {
    const match = /^(\d+),\s*"([^"]*)",\s*"([^"]*)"/.exec(line);
    return match === null ? [] : [{ cid: Number(match[1]), type: match[2] ?? '', apn: match[3] ?? '' }];
  });
}

/** Whether a context carries data: it is neither for IMS nor for emergency. */
export function isForData({ apn }: { readonly apn: string }): boolean {
  return !/^(?:ims|sos)$/i.test(apn);
}

/** Null where the question is not known to the modem. */
function activeContexts(heard: Heard | undefined): readonly number[] | null {
  if (heard === undefined || heard.error !== null) return null;
  return heard.lines.flatMap((line) => numberIn(line, /^(\d+),\s*1$/) ?? []);
}

/** That there is one, never which. */
function hasAddress(heard: Heard | undefined, known: ModemFacts['contexts']): boolean | null {
  if (heard === undefined || heard.error !== null) return null;
  const others = (known ?? []).filter((context) => !isForData(context)).map(({ cid }) => cid);
  const cids = heard.lines.flatMap(
    (line) => numberIn(line, /^(\d+),.*(?:[1-9]\d*\.|[1-9a-f][0-9a-f]*:)/i) ?? [],
  );
  return cids.some((cid) => !others.includes(cid));
}

/** 4G modules: 1 off, 2 on, 255 automatic. 5G modules: 1 home only, 3 affiliates, 255 any. */
function roaming(service: string | null, preference: string | null): ModemFacts['roaming'] {
  const of4g = numberIn(service, /,\s*(\d+)/);
  if (of4g !== null) return of4g === 1 ? 'off' : 'on';
  const of5g = numberIn(preference, /,\s*(\d+)/);
  if (of5g === null) return null;
  return of5g === 1 ? 'home-only' : 'on';
}

const SCAN_MODES: Readonly<Record<string, string>> = { 1: 'GSM', 2: 'WCDMA', 3: 'LTE' };

function scan(mode: string | null, preference: string | null): string | null {
  const of4g = numberIn(mode, /,\s*(\d+)/);
  if (of4g !== null) return of4g === 0 ? 'any' : (SCAN_MODES[of4g] ?? `mode ${of4g}`);
  const of5g = preference === null ? undefined : /,\s*([A-Z0-9:]{1,40})/i.exec(preference)?.[1];
  if (of5g === undefined) return null;
  return of5g.toUpperCase() === 'AUTO' ? 'any' : of5g;
}

/** Bits of the second mask: one for each LTE band. */
function lteBandCount(text: string | null): number | null {
  const mask = text === null ? undefined : /,\s*0x[0-9a-f]{1,16},\s*0x([0-9a-f]{1,32})/i.exec(text)?.[1];
  if (mask === undefined) return null;
  return [...BigInt(`0x${mask}`).toString(2)].filter((bit) => bit === '1').length;
}

function mbnSelected(heard: Heard | undefined): string | null {
  if (heard === undefined) return null;
  // With none selected modules answer with an error, or with an empty name.
  return heard.lines[0] === undefined ? '' : (/,\s*"([^"]*)"/.exec(heard.lines[0])?.[1] ?? '');
}
