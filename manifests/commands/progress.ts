/** Progress on stderr: a bar where a person watches, a line every tenth elsewhere. */
import type { RepoContext } from '../context.ts';

const BAR_CHARS = 30;

export type ShowProgress = (what: string, done: number, total: number) => void;

export function progressOn(
  context: Pick<RepoContext, 'process' | 'isInteractive'>,
  options: { readonly json: boolean },
): ShowProgress {
  if (options.json) return () => {};
  const { stderr } = context.process;
  let shown = '';
  return (what, done, total) => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const percent = Math.floor(share * 100);
    const worthShowing = context.isInteractive ? percent : percent - (percent % 10);
    const step = `${what}: ${worthShowing} %`;
    if (step === shown) return;
    shown = step;
    if (!context.isInteractive) {
      stderr.write(`${step}\n`);
      return;
    }
    const filled = Math.round(share * BAR_CHARS);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_CHARS - filled);
    stderr.write(
      `\r\u001b[K${what.padEnd(12)} ${bar} ${String(percent).padStart(3)} %${share === 1 ? '\n' : ''}`,
    );
  };
}
