/** A copy that breaks off in the middle: what becomes of the update, and of the next. */
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { FetchProgress } from '../../device/fetch/tally.ts';
import { CAN_MOUNT, mountTmpfs, unmount } from '../../device/stage/test-places.ts';
import type { UpdateResult } from '../../device/update/attempt.ts';
import { readAttempt } from '../../device/update/journal.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

const inMemory = { stage: 'auto' };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const fetchedBytes = (result: UpdateResult) =>
  result.kind === 'attempted' ? result.verdict.fetchedBytes : Number.NaN;
const filler = (disk: string) => join(disk, 'filler');

/** `breakIt` is called once, when the first chunk is on its way from the stage to the copy. */
async function copyingTo(disk: string, breakIt: (disk: string) => void): Promise<Scenario> {
  const scenario = await aScenario({ ports: { download: { mirrors: [], limits: {}, keepCopyIn: disk } } });
  let isFetched = false;
  let isBroken = false;
  Object.assign(scenario.ports.events, {
    onFetch: ({ fetchedBytes: fetched }: FetchProgress) => {
      isFetched ||= fetched > 0;
      if (isBroken || !isFetched || fetched > 0) return;
      isBroken = true;
      breakIt(disk);
    },
  });
  return scenario;
}

describe.runIf(CAN_MOUNT)('a copy that breaks off', () => {
  it.each<[string, (disk: string) => void, string, (disk: string) => void]>([
    [
      'its disk is full',
      (disk) => {
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(filler(disk), new Uint8Array(bavail * bsize));
      },
      'stage-full',
      (disk) => rmSync(filler(disk)),
    ],
    [
      'its disk is gone',
      (disk) => unmount(disk, ['-l']),
      'stage-unmounted',
      (disk) => mountTmpfs(disk, 'size=8m'),
    ],
  ])(
    'because %s ends the update before EDL; mended, the next one fetches nothing again',
    async (_, breakIt, reason, mend) => {
      const disk = mkdtempSync(join(inject('repository').directory, 'broken-copy-'));
      mountTmpfs(disk, 'size=8m');
      ends.push(
        () => rmdirSync(disk),
        () => unmount(disk, ['-l']),
      );
      const scenario = await copyingTo(disk, breakIt);
      ends.push(scenario.end);
      const broken = await scenario.run(inMemory);
      expect(endOf(broken)).toBe(`unchanged: ${reason}`);
      // What the copy cost was nothing; what the fetch before it cost is told all the same.
      expect(fetchedBytes(broken)).toBeGreaterThan(100_000);
      expect([scenario.modemStates, scenario.modem.state()]).toEqual([[], 'normal']);
      const { stateDir, door } = scenario.ports;
      const journal = await readAttempt(stateDir, door.key);
      expect(journal.ok && [journal.value?.step, journal.value?.copy]).toEqual(['reported', undefined]);

      mend(disk);
      const next = await scenario.run(inMemory);
      expect([endOf(next), fetchedBytes(next)]).toEqual(['updated', 0]);
      expect(readdirSync(disk)).toEqual([]);
    },
  );
});
