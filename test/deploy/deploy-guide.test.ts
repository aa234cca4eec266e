/** docs/deploy.md as its reader follows it: every block run, in order, and what it prints compared. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { type Block, expectedLine, readBlocks, substitute, withoutLocalEquivalent } from './read-guide.ts';
import { runGuide } from './run-guide.ts';

const read = (path: string) => readFile(join(REPOSITORY_ROOT, path), 'utf8');
const blocks = readBlocks(await read('docs/deploy.md'));

it('takes a reader from nothing to an updated device and an operator, without an account', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const ports = await Promise.all(
    ['8787', '9108', '9107'].map(async (written) => [written, await freePort()] as const),
  );
  const runnable = blocks.filter(({ kind }) => kind === 'sh' || kind === 'local');
  const scratch = await mkdtemp(join(tmpdir(), 'cistern-deploy-'));
  try {
    const commandOf = ({ text }: Block) => substitute(text, { scripts, ports });
    const { code, ran } = await runGuide(runnable, { scratch, commandOf });
    const last = ran.at(-1);
    expect(code, `docs/deploy.md:${last?.block.line}\n${last?.output}`).toBe(0);
    expect(ran.map(({ block }) => block)).toEqual(runnable);
    for (const { block, output } of ran) {
      for (const line of expectedAfter(block))
        expect(output, `docs/deploy.md:${block.line}`).toMatch(expectedLine(line));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}, 320_000);

/** What the guide says that this block prints. */
function expectedAfter(block: Block): readonly string[] {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.kind === 'text' ? next.text.split('\n') : [];
}

it('has a local equivalent of each step that needs an account or a modem', () => {
  expect(withoutLocalEquivalent(blocks)).toEqual([]);
});

it('makes the buckets, queues and the database that production is configured with, and no others', async () => {
  const written = blocks.filter(({ kind }) => kind === 'real').map(({ text }) => text);
  const made = [...written.join('\n').matchAll(/wrangler (r2 bucket|queues|d1) create ([\w-]+)/g)].map(
    ([, what, name]) => `${what} ${name}`,
  );
  const [, production = ''] = (await read('wrangler.toml')).split('[env.production]');
  const named = (field: string, what: string) =>
    [...production.matchAll(new RegExp(`^${field} = "([^"]+)"`, 'gm'))].map(([, name]) => `${what} ${name}`);
  const configured = [
    ...named('bucket_name', 'r2 bucket'),
    ...named('queue', 'queues'),
    ...named('dead_letter_queue', 'queues'),
    ...named('database_name', 'd1'),
  ];
  expect(made.sort()).toEqual([...new Set(configured)].sort());
});
