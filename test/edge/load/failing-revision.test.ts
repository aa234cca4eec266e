/** What a halt saves: rows of the table in docs/capacity.md, played again. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import capacity from '../../../docs/capacity.md?raw';
import { anEdge, edgeOn } from '../an-edge.ts';
import { published } from '../publish.ts';
import { START_MS } from '../start.ts';
import { aFleet, rollOutTo } from './failing-revision.ts';

const DEVICES = 1000;

it.each([
  { revision: 100, below: 90 },
  { revision: 25, below: 90 },
  { revision: 10, below: 97 },
])(
  'a release that fails on $revision % of a fleet and is halted below $below % hurts as many as the table says',
  async ({ revision, below }) => {
    await published(await anEdge());
    const vars = { HALT_SUCCESS_BELOW_PERCENT: String(below) };
    const edge = await edgeOn(env.FIRMWARE, { clock: { nowMs: START_MS }, vars });
    const { triedCount, hurtCount, haltedAtPercent } = await rollOutTo(await aFleet(DEVICES, revision), edge);
    const halted = haltedAtPercent === null ? 'no' : `at the stage of ${haltedAtPercent} %`;
    const withoutHalt = (DEVICES * revision) / 100;
    const row = `| ${revision} % | ${below} % | ${halted} | ${triedCount} | ${hurtCount} | ${withoutHalt} |`;
    expect(capacity.split('\n')).toContain(row);
  },
  60_000,
);
