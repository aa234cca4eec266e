import { describe, expect, it } from 'vitest';
import type { RolloutEntry } from '../../shared/rollout.ts';
import { MODEL, NEW, OLD, rollout, rolloutEntry } from '../../shared/test-documents.ts';
import { rolloutDeeds } from './rollout-deeds.ts';

const RUNNING = rolloutEntry({ version: NEW, percentage: 5 });
const HALTED = rolloutEntry({ version: NEW, percentage: 5, state: 'halted', why: 'no SIM' });
const RECALLED = rolloutEntry({ version: NEW, state: 'recalled', why: 'bricks' });
const STARTED = '5 % of stable from 2026-02-01T00:00:00Z';

describe('what a rollout changes of another', () => {
  it.each<[string, RolloutEntry[], RolloutEntry[], [string, string][]]>([
    ['nothing', [RUNNING], [RUNNING], []],
    ['a release that begins', [], [RUNNING], [['rollout.started', STARTED]]],
    ['a release that is there halted', [], [HALTED], [['rollout.halted', 'no SIM']]],
    ['a halt', [RUNNING], [HALTED], [['rollout.halted', 'no SIM']]],
    ['a resumption', [HALTED], [RUNNING], [['rollout.resumed', STARTED]]],
    ['a recall', [HALTED], [RECALLED], [['rollout.recalled', 'bricks']]],
    ['another share', [rolloutEntry({ version: NEW })], [RUNNING], [['rollout.changed', STARTED]]],
    ['another reason', [HALTED], [{ ...HALTED, why: 'no data' }], [['rollout.changed', 'no data']]],
    ['a release that is left out', [RUNNING], [], [['rollout.withdrawn', '']]],
  ])('is told: %s', (_, before, after, said) => {
    const deeds = rolloutDeeds(rollout(...before), rollout(...after));
    expect(deeds.map(({ action, detail }) => [action, detail])).toEqual(said);
    for (const { target } of deeds) expect(target).toBe(`${MODEL} ${NEW}`);
  });

  it('is told release by release', () => {
    const other = rolloutEntry({ version: OLD });
    const deeds = rolloutDeeds(rollout(RUNNING, other), rollout(HALTED, { ...other, percentage: 1 }));
    expect(deeds.map(({ action, target }) => `${action} ${target}`)).toEqual([
      `rollout.halted ${MODEL} ${NEW}`,
      `rollout.changed ${MODEL} ${OLD}`,
    ]);
  });
});
