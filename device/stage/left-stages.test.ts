/** Stages in memory after their run: what the next one takes up, and what it removes. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProcessTable, systemProcesses } from '../process-table.ts';
import { STAGE_LEFT_MAX_MS } from './limits.ts';
import { nodePlatform } from './node-platform.ts';
import type { StagePlatform } from './platform.ts';
import { prepareStage } from './prepare-stage.ts';
import { removeStaleStages } from './remove-stale-stages.ts';
import type { Stage } from './stage.ts';
import { checkStageProof } from './stage-proof.ts';
import { stageSizeBytes } from './stage-wish.ts';
import { aDirectory, CAN_MOUNT, mountTmpfs, platformWith, unmount } from './test-places.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const NAME = 'EC25EUGAR08A03M4G_01.200.01.200-for-01234567';
/** As the machine sees a run that was killed: its process id is free, or another program's by now. */
const processes = (changes: Partial<ProcessTable>) =>
  platformWith({ processes: { ...systemProcesses, ...changes } });
const dead = processes({ ownPid: 999_999_999 });
const reused = processes({ ownPid: process.ppid, startTimeOf: () => '1' });
const beforeReboot = processes({ bootId: () => '00000000-0000-0000-0000-000000000000' });

let base: string;
let shared: string;
let stages: Stage[];
beforeEach(() => {
  base = aDirectory();
  shared = aDirectory();
  stages = [];
});
afterEach(async () => {
  for (const stage of stages) await stage.release();
  rmSync(base, { recursive: true, force: true });
  rmSync(shared, { recursive: true, force: true });
});

const here = (platform: StagePlatform) => ({ ...platform, memoryPlaces: { own: base, shared } });

async function stageBy(platform: StagePlatform, name: string | null = NAME, neededBytes = MIB) {
  const wish = { wanted: 'auto', neededBytes, platform: here(platform), ...(name === null ? {} : { name }) };
  const prepared = await prepareStage(wish, never);
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  stages.push(prepared.value);
  return prepared.value;
}

/** With one chunk of something. */
async function stagedBy(platform: StagePlatform, name: string | null = NAME) {
  const stage = await stageBy(platform, name);
  writeFileSync(join(stage.directory, 'chunk'), 'what came');
  return stage;
}

const clear = (search: Partial<Parameters<typeof removeStaleStages>[0]> = {}) =>
  removeStaleStages({
    keep: [],
    spares: () => true,
    ...search,
    platform: here(search.platform ?? nodePlatform),
  });

describe.runIf(CAN_MOUNT)('a stage that a run left in memory', () => {
  it.each([
    ['was killed', dead],
    ['was killed, and whose process id another program has', reused],
  ])('by a run that %s is taken up under its name, and is then held', async (_, platform) => {
    const left = await stagedBy(platform);
    const taken = await stageBy(nodePlatform);
    expect(taken.directory).toBe(left.directory);
    expect(taken.says).toContain('taken up from an earlier run');
    expect(readFileSync(join(taken.directory, 'chunk'), 'utf8')).toBe('what came');
    expect((await stageBy(dead)).directory).not.toBe(left.directory);
    expect(await clear({ spares: () => false })).toMatchObject({ removed: [stages.at(-1)?.directory] });
  });

  it('is taken up where its run left it and lives on', async () => {
    const left = await stagedBy(nodePlatform);
    await left.leave();
    expect((await stageBy(nodePlatform)).directory).toBe(left.directory);
  });

  it.each([
    ['a living run holds', nodePlatform, NAME],
    ['holds another package', dead, 'EC25EUGAR08A02M4G-for-01234567'],
    ['has no name', dead, null],
  ])('is not taken up where it %s', async (_, platform, name) => {
    const left = await stagedBy(platform, name);
    expect((await stageBy(nodePlatform)).directory).not.toBe(left.directory);
  });

  it('is not taken up where it is too small for the rest', async () => {
    const left = await stagedBy(dead);
    expect((await stageBy(nodePlatform, NAME, 8 * MIB)).directory).not.toBe(left.directory);
  });

  it.each(['after a day and more', 'after something was mounted over it', 'after it was unmounted'])(
    'is removed rather than taken up %s',
    async (when) => {
      const left = await stagedBy(dead);
      if (when.includes('over')) mountTmpfs(left.directory);
      if (when.includes('unmounted')) unmount(left.directory);
      const uptimeMs = nodePlatform.uptimeMs() + (when.includes('day') ? STAGE_LEFT_MAX_MS + 1 : 0);
      const platform = platformWith({ uptimeMs: () => uptimeMs });
      expect((await stageBy(platform)).directory).not.toBe(left.directory);
      expect(await clear({ platform })).toEqual({ removed: [left.directory], failed: [] });
      expect(existsSync(left.directory)).toBe(false);
    },
  );
});

describe.runIf(CAN_MOUNT)('memory that two living runs want', () => {
  const memoryText = async () => `MemAvailable: ${(56 * MIB) / 1024} kB\n`;
  const prepare = (name: string) => {
    const platform = here(platformWith({ memoryText }));
    return prepareStage({ wanted: 'auto', neededBytes: 4 * MIB, name, platform }, never);
  };

  it('is the first one’s, as far as that has not filled its stage', async () => {
    const first = await prepare('first');
    if (!first.ok) throw new Error(first.failure.reason);
    stages.push(first.value);
    const sizeBytes = stageSizeBytes(4 * MIB);
    expect(await prepare('second')).toMatchObject({
      failure: { reason: 'not-enough-memory', availableBytes: 56 * MIB, promisedBytes: sizeBytes },
    });
    writeFileSync(join(first.value.directory, 'chunks'), new Uint8Array(4 * MIB));
    const second = await prepare('second');
    if (!second.ok) throw new Error(second.failure.reason);
    stages.push(second.value);
  });
});

describe.runIf(CAN_MOUNT)('what runs that died left in memory', () => {
  it('goes, but for what a journal names, what lives, what is spared and what is not ours', async () => {
    const stale = [
      await stageBy(dead, null),
      await stageBy(beforeReboot, null),
      await stageBy(dead, 'other'),
    ];
    const kept = await stageBy(dead, null);
    const spared = await stageBy(dead);
    const alive = await stageBy(nodePlatform, null);
    mkdirSync(join(shared, 'cistern-stage-old'));
    mkdirSync(join(shared, 'somebody-elses'));
    writeFileSync(join(shared, 'cistern-stage-orphan.owner'), '999999999\n');
    writeFileSync(join(shared, 'cistern-stage-cut.owner.new'), '');
    const { removed, failed } = await clear({
      keep: [kept.directory],
      spares: (name) => name === NAME,
    });
    const shares = ['old', 'orphan', 'cut'].map((name) => join(shared, `cistern-stage-${name}`));
    expect(removed.toSorted()).toEqual([...stale.map(({ directory }) => directory), ...shares].toSorted());
    expect(failed).toEqual([]);
    expect(readdirSync(shared)).toEqual(['somebody-elses']);
    for (const { proof } of [kept, spared, alive])
      expect(await checkStageProof(proof, nodePlatform)).toEqual({ ok: true });
  });

  it('goes on going after one that cannot be removed', async () => {
    const [stuck, next] = ['cistern-stage-a', 'cistern-stage-b'].map((name) => join(shared, name));
    if (stuck === undefined || next === undefined) throw new Error('two directories');
    mkdirSync(join(stuck, 'inside'), { recursive: true });
    mkdirSync(next);
    mountTmpfs(join(stuck, 'inside'));
    try {
      const { removed, failed } = await clear();
      expect(removed).toEqual([next]);
      expect(failed).toMatchObject([{ directory: stuck, failure: { reason: 'unmount-refused' } }]);
    } finally {
      unmount(join(stuck, 'inside'));
    }
  });
});
