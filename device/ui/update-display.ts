/** What an update shows while it goes on: for people on stderr, or one JSON event a line on stdout. */
import type { UpdateStep } from '../../shared/telemetry.ts';
import type { Context } from '../context.ts';
import { planLines, planSummary } from '../report/plan-lines.ts';
import type { UpdateEvents } from '../update/attempt.ts';
import { type ProgressBar, progressBar } from './progress.ts';

export type Display = { readonly events: UpdateEvents; readonly end: () => void };

const STEP_WORDS: Readonly<Record<UpdateStep, string>> = {
  identified: 'modem identified',
  resolved: 'release chosen',
  fetching: 'fetching the package',
  staged: 'everything is staged',
  ready: 'gate 1 passed: package verified in its stage, modem asked again, snapshot taken',
  'entering-edl': 'entering emergency download mode',
  'loading-programmer': 'loading the programmer (Sahara)',
  probing: 'gate 2: asking the programmer about the flash',
  erasing: 'gate 2 passed; erasing',
  programming: 'programming',
  'reading-back': 'reading back',
  resetting: 'restarting the modem',
  confirming: 'waiting for the modem to say its new version',
  reported: 'verdict written',
};

export type DisplayMode = 'text' | 'json' | 'quiet';

export function displayMode({
  json,
  quiet,
}: {
  readonly json: boolean;
  readonly quiet: boolean;
}): DisplayMode {
  if (json) return 'json';
  return quiet ? 'quiet' : 'text';
}

/**
 * A plan is shown whole at a terminal, and where somebody asked for this very flashing; else in one line. Who `asks` for
 * consent has shown what to, quiet or not.
 */
export function updateDisplay(
  context: Context,
  mode: DisplayMode,
  { plan = 'brief', asks = false }: { readonly plan?: 'whole' | 'brief'; readonly asks?: boolean } = {},
): Display {
  if (mode === 'json') return jsonDisplay(context);
  if (mode === 'quiet')
    return {
      events: {
        onStep: () => {},
        onNote: () => {},
        onPlan: (shown) => {
          if (asks) for (const line of planLines(shown)) context.stderr.write(`${line}\n`);
        },
        onFetch: () => {},
        onFlash: () => {},
      },
      end: () => {},
    };
  return textDisplay(context, { showsWholePlan: plan === 'whole' || context.stderr.isTTY === true });
}

function textDisplay(
  { stderr, clock, environment }: Context,
  { showsWholePlan }: { readonly showsWholePlan: boolean },
): Display {
  const animated = stderr.isTTY === true && environment.CI === undefined && environment.TERM !== 'dumb';
  let current: { label: string; bar: ProgressBar } | null = null;
  const end = () => {
    current?.bar.end();
    current = null;
  };
  const barFor = (label: string) => {
    if (current?.label !== label) {
      end();
      current = { label, bar: progressBar(label, stderr, clock, { animated }) };
    }
    return current.bar;
  };
  return {
    end,
    events: {
      onStep: (step) => {
        end();
        stderr.write(`- ${STEP_WORDS[step]}\n`);
      },
      onNote: (note) => {
        end();
        stderr.write(`  ${note}\n`);
      },
      onPlan: (plan) => {
        end();
        const lines = showsWholePlan ? planLines(plan) : [`  ${planSummary(plan)}`];
        for (const line of lines) stderr.write(`${line}\n`);
      },
      onFetch: ({ doneBytes, totalBytes }) => barFor('fetching').show(doneBytes, totalBytes),
      onFlash: ({ phase, doneBytes, totalBytes }) => barFor(phase).show(doneBytes, totalBytes),
    },
  };
}

const EVENT_INTERVAL_MS = 500;

/** NDJSON; progress at most twice a second, and always the last one of a phase. */
function jsonDisplay({ stdout, clock }: Context): Display {
  let lastMs = 0;
  const say = (event: object) => stdout.write(`${JSON.stringify(event)}\n`);
  const progress = (phase: string, doneBytes: number, totalBytes: number) => {
    const nowMs = clock.nowMs();
    if (doneBytes < totalBytes && nowMs - lastMs < EVENT_INTERVAL_MS) return;
    lastMs = nowMs;
    say({ event: 'progress', phase, doneBytes, totalBytes });
  };
  return {
    end: () => {},
    events: {
      onStep: (step) => say({ event: 'step', step }),
      onNote: (note) => say({ event: 'note', note }),
      onPlan: (plan) => say({ event: 'plan', plan }),
      onFetch: ({ doneBytes, totalBytes }) => progress('fetching', doneBytes, totalBytes),
      onFlash: ({ phase, doneBytes, totalBytes }) => progress(phase, doneBytes, totalBytes),
    },
  };
}
