/** One run of a tool, as far as its lines have been read: the picture that effects change. */
import type { Finding, ModemState, Tool } from './diagnosis.ts';
import type { Command, Effect, Signature, Stage } from './signature.ts';

export type Run = {
  /** With their version, where a line gives it. */
  readonly tools: Map<Tool, string | null>;
  /** Findings of signatures by id; traces count too, so that rows can ask for them. */
  readonly seen: Map<string, number>;
  readonly findings: Finding[];
  /** What to do about a finding, by its id. */
  readonly fixes: Map<string, string>;
  /** The first line of the tool is there. */
  hasBeginning: boolean;
  /** Somebody left lines out, or a forum ate them. */
  hasGap: boolean;
  stage: Stage;
  command: Command;
  /** It was in normal mode when the run began. */
  beganNormal: boolean;
  /** The modem was in EDL before this run asked for it. */
  beganInEdl: boolean;
  /** Where the modem was last, and whether a line shows that or the tool's doing lets it be concluded; null: not seen. */
  modem: ModemState | null;
  isModemShown: boolean;
  eraseSent: boolean;
  eraseAccepted: boolean;
  erasesRefused: number;
  dataSent: boolean;
  succeeded: boolean;
  /** What the tool itself says of the flash at its end. */
  said: 'untouched' | 'partly-written' | 'written' | null;
  /** It had last words, or was ended by somebody. */
  hasEnded: boolean;
};

export function newRun(): Run {
  return {
    tools: new Map(),
    seen: new Map(),
    findings: [],
    fixes: new Map(),
    hasBeginning: false,
    hasGap: false,
    stage: 'unknown',
    command: 'none',
    beganNormal: false,
    beganInEdl: false,
    modem: null,
    isModemShown: false,
    eraseSent: false,
    eraseAccepted: false,
    erasesRefused: 0,
    dataSent: false,
    succeeded: false,
    said: null,
    hasEnded: false,
  };
}

/** The order in which a run goes through its stages; it goes back only to erase after it has programmed. */
const ORDER: readonly Stage[] = [
  'unknown',
  'starting',
  'switching',
  'sahara',
  'programmer',
  'erasing',
  'programming',
  'resetting',
  'ended',
];

function reach(run: Run, stage: Stage): void {
  if (ORDER.indexOf(stage) > ORDER.indexOf(run.stage)) run.stage = stage;
}

function at(run: Run, modem: ModemState, isShown: boolean): void {
  run.modem = modem;
  run.isModemShown = isShown;
}

type Change = (run: Run) => void;

const CHANGES: Readonly<Record<Effect, Change>> = {
  begins: (run) => {
    run.hasBeginning = true;
    reach(run, 'starting');
  },
  'sees-normal': (run) => {
    if (run.stage === 'unknown' || run.stage === 'starting') run.beganNormal = true;
    at(run, 'normal', true);
  },
  'sees-edl': (run) => {
    if (run.stage === 'unknown' || run.stage === 'starting') run.beganInEdl = true;
    // A programmer keeps the id of EDL.
    if (run.modem !== 'programmer-running') at(run, 'edl', true);
  },
  'sees-ram-dump': (run) => at(run, 'ram-dump', true),
  'sees-fastboot': (run) => at(run, 'fastboot', true),
  'sees-nothing': (run) => at(run, 'absent', true),
  'asks-for-edl': (run) => reach(run, 'switching'),
  'enters-edl': (run) => {
    reach(run, 'switching');
    at(run, 'edl', false);
  },
  'speaks-sahara': (run) => {
    if (run.stage === 'unknown' || run.stage === 'starting') run.beganInEdl = true;
    reach(run, 'sahara');
    at(run, 'edl', true);
  },
  'programmer-runs': (run) => {
    reach(run, 'programmer');
    at(run, 'programmer-running', true);
  },
  configures: (run) => {
    run.command = 'configure';
    reach(run, 'programmer');
    at(run, 'programmer-running', true);
  },
  'asks-guard': (run) => {
    run.command = 'guard';
    reach(run, 'programmer');
    at(run, 'programmer-running', true);
  },
  'sends-erase': (run) => {
    run.command = 'erase';
    run.eraseSent = true;
    reach(run, 'erasing');
    at(run, 'programmer-running', true);
  },
  'sends-program': (run) => {
    run.command = 'program';
    reach(run, 'programming');
    at(run, 'programmer-running', true);
  },
  'sends-other': (run) => {
    run.command = 'other';
    reach(run, 'programmer');
  },
  'sends-data': (run) => {
    run.dataSent = true;
    reach(run, 'programming');
    at(run, 'programmer-running', true);
  },
  accepts: (run) => {
    if (run.command === 'erase') run.eraseAccepted = true;
  },
  'accepts-data': (run) => reach(run, 'programming'),
  refuses: (run) => {
    if (run.command === 'erase') run.erasesRefused += 1;
  },
  resets: (run) => {
    reach(run, 'resetting');
    at(run, 'unknown', false);
  },
  'loses-modem': (run) => at(run, run.eraseSent ? 'edl' : 'unknown', false),
  'leaves-edl': (run) => at(run, 'unknown', false),
  'misses-lines': (run) => {
    run.hasGap = true;
  },
  fails: end,
  succeeds: (run) => {
    run.succeeded = true;
    end(run);
    at(run, 'normal', run.tools.has('cistern'));
  },
  'says-untouched': (run) => {
    run.said ??= 'untouched';
  },
  'says-partly-written': (run) => {
    run.said = 'partly-written';
  },
  'says-written': (run) => {
    run.said = 'written';
  },
};

function end(run: Run): void {
  run.hasEnded = true;
  run.stage = 'ended';
  // A programmer outlives the tool, as far as the tool does not reset it.
  if (run.modem === 'programmer-running') run.isModemShown = false;
}

export function applyEffects(run: Run, effects: readonly Effect[]): void {
  for (const effect of effects) CHANGES[effect](run);
}

/** Effects that only a tool at work has: after its last words they belong to another run. */
const AT_WORK: ReadonlySet<Effect> = new Set<Effect>([
  'begins',
  'asks-for-edl',
  'speaks-sahara',
  'programmer-runs',
  'configures',
  'asks-guard',
  'sends-erase',
  'sends-program',
  'sends-data',
  'accepts-data',
  'resets',
]);

/** Whether a line of this signature is the first of another run. */
export function beginsAnother(run: Run, { id, effects = [], tool }: Signature): boolean {
  if (!effects.some((effect) => AT_WORK.has(effect))) return false;
  if (run.hasEnded) return true;
  if (!effects.includes('begins')) return false;
  switch (run.stage) {
    case 'unknown':
      return run.seen.size > 0;
    case 'starting':
      return run.seen.has(id);
    case 'switching':
      // A wrapper calls the flasher twice: to switch the modem, and to flash it.
      return !(tool === 'qfirehose' && run.tools.has('modem_updater'));
    default:
      return true;
  }
}
