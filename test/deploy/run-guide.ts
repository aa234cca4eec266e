/** Runs the blocks of a guide in one shell, as a reader does, and says what each printed. */

import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import type { Block } from './read-guide.ts';

export type RanBlock = { readonly block: Block; readonly output: string };

export type GuideRun = {
  /** Of the shell; it stops at the first command that fails. */
  readonly code: number | null;
  /** The blocks that were begun, the failed one last. */
  readonly ran: readonly RanBlock[];
};

/** A busy machine takes several times what a quiet one does. */
const GUIDE_TIMEOUT_MS = 300_000;
const BEGINS = '@@ block ';

/** `scratch`: where the guide's `mktemp` makes its directory. Ends everything that was started. */
export function runGuide(
  blocks: readonly Block[],
  { scratch, commandOf }: { readonly scratch: string; readonly commandOf: (block: Block) => string },
): Promise<GuideRun> {
  const script = blocks.map((block, i) => `echo; echo '${BEGINS}${i}'\n${commandOf(block)}\n`).join('\n');
  const child = spawn('bash', ['-c', `exec 2>&1; set -euo pipefail\n${script}`], {
    cwd: REPOSITORY_ROOT,
    // The guide starts the same programs a dozen times: compiled once, each takes half as long.
    env: { ...environment(), TMPDIR: scratch, NODE_COMPILE_CACHE: join(scratch, 'compiled') },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endAll = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // ESRCH: all of it has ended already.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const timer = setTimeout(endAll, GUIDE_TIMEOUT_MS);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      endAll();
      child.stdout.destroy();
      resolve({ code, ran: outputsOf(output, blocks) });
    });
  });
}

function environment(): Readonly<Record<string, string | undefined>> {
  const path = [
    join(REPOSITORY_ROOT, 'node_modules/.bin'),
    dirname(process.execPath),
    process.env.PATH ?? '',
  ];
  return {
    ...process.env,
    PATH: path.join(delimiter),
    ...{ CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
  };
}

function outputsOf(output: string, blocks: readonly Block[]): readonly RanBlock[] {
  const parts = output.split(`\n${BEGINS}`).slice(1);
  return parts.flatMap((part) => {
    const end = part.indexOf('\n');
    const block = blocks[Number(part.slice(0, end))];
    return block === undefined ? [] : [{ block, output: part.slice(end + 1) }];
  });
}
