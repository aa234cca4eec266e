/** Progress with bytes, rate and time left: a bar that redraws on a terminal, a line each tenth elsewhere. */
import type { Clock } from '../clock.ts';
import type { Stream } from '../context.ts';

export type ProgressBar = {
  readonly show: (doneBytes: number, totalBytes: number) => void;
  readonly end: () => void;
};

const REDRAW_MS = 100;
const BAR_CHARS = 24;

export function progressBar(
  label: string,
  stream: Stream,
  clock: Clock,
  options: { readonly animated: boolean },
): ProgressBar {
  const startedMs = clock.nowMs();
  let lastMs = 0;
  let lastTenth = -1;
  let drawn = '';
  let complete = false;
  return {
    show: (doneBytes, totalBytes) => {
      const nowMs = clock.nowMs();
      const line = describe(label, doneBytes, totalBytes, nowMs - startedMs, options.animated);
      complete = doneBytes >= totalBytes;
      if (options.animated) {
        if (!complete && nowMs - lastMs < REDRAW_MS) return;
        lastMs = nowMs;
        stream.write(`\r${line.padEnd(drawn.length)}`);
        drawn = line;
        return;
      }
      const tenth = totalBytes === 0 ? 10 : Math.floor((doneBytes / totalBytes) * 10);
      if (tenth === lastTenth || (tenth % 5 !== 0 && !complete)) return;
      lastTenth = tenth;
      stream.write(`${line}\n`);
    },
    end: () => {
      if (options.animated && drawn !== '') stream.write('\n');
    },
  };
}

/** `  programming  [#####-----]  12.3/67.1 MB  4.1 MB/s  13 s left` */
export function describe(
  label: string,
  doneBytes: number,
  totalBytes: number,
  elapsedMs: number,
  withBar: boolean,
): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * BAR_CHARS);
  const bar = withBar ? `[${'#'.repeat(filled)}${'-'.repeat(BAR_CHARS - filled)}]  ` : '';
  const rate = elapsedMs > 0 ? (doneBytes / elapsedMs) * 1000 : 0;
  const left = rate > 0 && share < 1 ? `  ${Math.ceil((totalBytes - doneBytes) / rate)} s left` : '';
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `  ${label.padEnd(13)} ${bar}${percent}  ${mega(doneBytes)}/${mega(totalBytes)} MB  ${mega(rate)} MB/s${left}`;
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
