import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { stageName } from '../../device/stage/stage-name.ts';
import { fetchAhead } from '../../device/update/fetch-ahead.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

const never = new AbortController().signal;
let scenario: Scenario;
afterEach(() => scenario.end());

function aDisk(): string {
  return mkdtempSync(join(inject('repository').directory, 'ahead-'));
}

const fetchOnto = (stage: string, signal = never) =>
  fetchAhead(
    { wanted: undefined, channel: 'stable', stage, metered: 'ask', askCost: null },
    scenario.ports,
    signal,
  );

describe('a release fetched ahead', () => {
  it('lies on the disk, verified, in the place of older ones, and is flashed later without fetching a byte', async () => {
    scenario = await aScenario();
    const stage = aDisk();
    mkdirSync(join(stage, `cistern-stage-${DEMO_OLD_VERSION}`));
    const fetched = await fetchOnto(stage);
    if (!fetched.ok || fetched.value.kind !== 'fetched') throw new Error('not fetched');
    expect(fetched.value).toMatchObject({
      version: DEMO_NEW_VERSION,
      fetchedBytes: fetched.value.storedBytes,
    });
    const name = `cistern-stage-${stageName(DEMO_NEW_VERSION, scenario.ports.door.key)}`;
    expect(fetched.value.directory).toBe(join(stage, name));
    expect(readdirSync(stage)).toEqual([name]);
    expect(scenario.modemStates).toEqual([]);
    expect(scenario.notes).toContainEqual(
      expect.stringMatching(/the package is .+; fetching it may cost .+ at most/),
    );
    expect(await fetchOnto(stage)).toMatchObject({ ok: true, value: { fetchedBytes: 0 } });
    const updated = await scenario.run({ stage });
    expect(updated).toMatchObject({ verdict: { outcome: 'updated', fetchedBytes: 0 } });
  });

  it('goes on where it was interrupted', async () => {
    const stopping = new AbortController();
    scenario = await aScenario();
    const stage = aDisk();
    Object.assign(scenario.ports.events, {
      onFetch: ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) => {
        if (doneBytes > totalBytes / 3) stopping.abort();
      },
    });
    expect(await fetchOnto(stage, stopping.signal)).toMatchObject({ failure: { reason: 'interrupted' } });
    Object.assign(scenario.ports.events, { onFetch: () => {} });
    const again = await fetchOnto(stage);
    if (!again.ok || again.value.kind !== 'fetched') throw new Error('not fetched');
    expect(again.value.fetchedBytes).toBeLessThan(again.value.storedBytes);
  });

  it('costs its budget once, not in each run, and a device that is updated begins at nothing', async () => {
    scenario = await aScenario({
      ports: { download: { mirrors: [], limits: { budgetBytes: 50_000 }, keepCopyIn: null } },
    });
    const first = await fetchOnto(aDisk());
    if (first.ok || first.failure.reason !== 'byte-budget-spent') throw new Error('not over budget');
    expect(first.failure.fetchedBytes).toBeGreaterThan(50_000);
    expect(await fetchOnto(aDisk())).toEqual(first);

    const spent = join(scenario.ports.stateDir, 'spent');
    expect(readdirSync(spent)).toHaveLength(1);
    Object.assign(scenario.ports.download, { limits: {} });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(readdirSync(spent)).toEqual([]);
  });

  it('has cost what it has cost in the verdict as well, where an update ends over its budget', async () => {
    scenario = await aScenario({
      ports: { download: { mirrors: [], limits: { budgetBytes: 50_000 }, keepCopyIn: null } },
    });
    const end = await scenario.run();
    expect(end).toMatchObject({ verdict: { reason: 'byte-budget-spent', outcome: 'unchanged' } });
    if (!('verdict' in end)) throw new Error('no verdict');
    expect(end.verdict.fetchedBytes).toBeGreaterThan(50_000);
  });

  it('is none where nothing newer fits', async () => {
    scenario = await aScenario({ modem: { firmware: DEMO_NEW_VERSION } });
    expect(await fetchOnto(aDisk())).toMatchObject({ ok: true, value: { kind: 'up-to-date' } });
    expect(endOf(await scenario.run())).toBe('up-to-date');
  });
});
