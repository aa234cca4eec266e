/**
 * Sahara and Firehose against every module that the simulated modem knows, in every way in which it may talk and from
 * every state in which it may be found: the two were written from the same facts, and from nothing of each other.
 */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BadBlocks } from '../device/firehose/bad-blocks.ts';
import { sendDiskPatches, setBootableStorageDrive } from '../device/firehose/block-storage.ts';
import { DEFAULT_FIREHOSE_TIMINGS } from '../device/firehose/limits.ts';
import { FirehoseLink } from '../device/firehose/link.ts';
import { programFile } from '../device/firehose/program.ts';
import { Prover } from '../device/firehose/prove.ts';
import { startSession } from '../device/firehose/start.ts';
import type { FirehoseStorage } from '../device/firehose/storage.ts';
import { eraseSectors, resetProgrammer } from '../device/firehose/write.ts';
import { askHardware } from '../device/sahara/command-mode.ts';
import { loadProgrammer } from '../device/sahara/driver.ts';
import { findContradiction } from '../device/sahara/hardware.ts';
import type { Pipe } from '../device/transport/pipe.ts';
import { reachProgrammer } from '../device/update/reach-programmer.ts';
import type { PlannedErase, PlannedProgram } from '../shared/flash-plan.ts';
import { ok } from '../shared/result.ts';
import { deterministicBytes } from './modem/deterministic-bytes.ts';
import { LATE_LOG } from './modem/firehose-session.ts';
import { DOCUMENT_FRAMINGS } from './modem/firehose-voice.ts';
import { buildImage } from './modem/image-format.ts';
import { SimulatedModem } from './modem/modem.ts';
import type { SimulatedModemOptions } from './modem/modem-options.ts';
import { buildProgrammer } from './modem/programmer-format.ts';
import type { StartState } from './modem/start-state.ts';
import { inProcessDoor } from './support/in-process-door.ts';
import { must } from './support/local-release.ts';
import { SHORT_TIMINGS } from './support/short-timings.ts';

const IMAGE_BYTES = 30_000;
/** Later than the engine drains before it writes again. */
const LATE_MS = 20 * SHORT_TIMINGS.firehose.quietMs;
const MODULES = {
  'MDM9607, 2 KiB pages': ['EC25EUGAR06A05M4G_01.003.01.003', 'EC25EUGAR08A03M4G_01.200.01.200'],
  'SDX55, 4 KiB pages': ['RM500QGLAAR11A03M4G_01.001.01.001', 'RM500QGLAAR13A02M4G_01.001.01.001'],
  'SDX7X, eMMC': ['RG650VEUAAR01A01M4G_01.001.01.001', 'RG650VEUAAR01A02M4G_01.001.01.001'],
} as const;
type ModuleName = keyof typeof MODULES;

let modem: SimulatedModem;
afterEach(() => {
  modem.close();
  vi.useRealTimers();
});

const sha256 = () => {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
};

function storageOf({ model }: SimulatedModem): FirehoseStorage {
  const { pageBytes, pagesPerBlock, blockCount } = model.geometry;
  if (model.isRewritable) return { type: 'emmc', sectorBytes: 512, totalSectors: blockCount };
  if (pageBytes !== 2048 && pageBytes !== 4096) throw new Error(`${pageBytes} B pages`);
  if (pagesPerBlock !== 64) throw new Error(`${pagesPerBlock} pages a block`);
  return { type: 'nand', pageBytes, pagesPerBlock, totalPages: pagesPerBlock * blockCount };
}

function make(name: ModuleName, options: Partial<SimulatedModemOptions> = {}): void {
  modem = new SimulatedModem({
    firmware: MODULES[name][0],
    startIn: 'edl',
    timing: { departureMs: 1, secondMs: 1 },
    ...options,
  });
}

/** From whatever state it is in to a programmer; a stale session costs a restart. */
async function reach(
  flashTouched = false,
): Promise<{ readonly pipe: Pipe; readonly heard: Uint8Array<ArrayBuffer> }> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { pipe } = must(await inProcessDoor(modem).open());
    const reached = await reachProgrammer(pipe, { timings: SHORT_TIMINGS, flashTouched });
    if (reached.ok && reached.value.found === 'programmer') return { pipe, heard: reached.value.heard };
    if (reached.ok && reached.value.found === 'hello') {
      const { hardware, opening } = must(await askHardware(pipe, reached.value.hello, SHORT_TIMINGS.sahara));
      const expected = {
        msmIds: [modem.model.hardwareId.slice(0, 8)],
        oemKeyHashes: [modem.model.rootKeyHash],
      };
      expect(hardware).toMatchObject({ msmId: expected.msmIds[0], oemKeyHash: expected.oemKeyHashes[0] });
      expect(findContradiction(hardware, expected)).toBeNull();
      const programmer = { imageId: 13, bytes: buildProgrammer({ chip: modem.model.chip }) };
      must(await loadProgrammer(pipe, opening, programmer, SHORT_TIMINGS.sahara));
      return { pipe, heard: new Uint8Array() };
    }
    expect(reached).toMatchObject({ failure: { reason: 'sahara-stale-session' } });
    await pipe.close();
    modem.shortTestPoint();
    await modem.whenState(['edl-sahara'], { timeoutMs: 2000 });
  }
  throw new Error('the modem was never reached');
}

type Written = {
  readonly erases: readonly PlannedErase[];
  readonly programs: readonly (PlannedProgram & { image: Uint8Array })[];
};

/** The boot partition last, as in a plan. */
function planned(name: ModuleName): Written {
  const firmware = MODULES[name][1];
  const sectorBytes = modem.model.geometry.pageBytes;
  const partitions = modem.partitions.filter(({ role }) => role === 'firmware').toReversed();
  const programs = partitions.map(({ name: partition, startSector, sectorCount }) => {
    const payload = deterministicBytes(`${firmware} ${partition}`, IMAGE_BYTES);
    const image = buildImage({ partition, firmware, chip: modem.model.chip, payload });
    const window = { line: 1, startSector, sectorCount };
    return {
      ...window,
      path: partition,
      sizeBytes: image.length,
      window,
      image,
      sectorCount: Math.ceil(image.length / sectorBytes),
    };
  });
  return { programs, erases: programs.map(({ window }) => window) };
}

async function flash(
  name: ModuleName,
  { pipe, heard }: Awaited<ReturnType<typeof reach>>,
  timings = SHORT_TIMINGS.firehose,
) {
  const storage = storageOf(modem);
  const badBlocks = new BadBlocks();
  const logs: string[] = [];
  const onLog = (log: string) => {
    logs.push(log);
    badBlocks.hear(log);
  };
  const link = new FirehoseLink(pipe, timings, { heard, onLog });
  const programmer = must(await startSession(link, storage, { flashTouched: false }));
  const protectedRanges = modem.partitions.filter(({ role }) => role === 'protected');
  const limits = { storage, protectedRanges };
  const { erases, programs } = planned(name);
  for (const erase of erases) must(await eraseSectors(link, erase, limits));
  const prover = new Prover(link, programmer, sha256);
  for (const program of programs) {
    const source = async (offset: number, length: number) =>
      ok(program.image.subarray(offset, offset + length));
    const { payloadBytes } = programmer;
    must(await programFile(link, program, source, { flash: limits, payloadBytes, onProgress: () => {} }));
    must(await prover.prove(program, source, { storage, onProgress: () => {} }));
  }
  return { link, programmer, badBlocks, logs, storage, limits };
}

async function bootsAnew(name: ModuleName, calibration: string): Promise<void> {
  await modem.whenState(['normal'], { timeoutMs: 2000 });
  expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: MODULES[name][1] });
  expect(modem.calibrationDigest()).toBe(calibration);
}

const names = Object.keys(MODULES) as ModuleName[];
const ways = names.flatMap((name) => DOCUMENT_FRAMINGS.map((framing) => [name, framing] as const));

describe('the flash engine', () => {
  it.each(ways)('updates a module with %s, its documents %s', async (name, framing) => {
    make(name, { framing });
    const calibration = modem.calibrationDigest();
    const { link, programmer } = await flash(name, await reach());
    expect(programmer.payloadBytes).toBe(name.startsWith('MDM') ? 8192 : 1024 * 1024);
    must(await resetProgrammer(link));
    await bootsAnew(name, calibration);
  });

  const states: readonly StartState[] = [
    'edl',
    'edl-hello-taken',
    'edl-mid-image',
    'programmer',
    'programmer-unread',
    'programmer-mid-image',
  ];
  it.each(names.flatMap((name) => states.map((state) => [name, state] as const)))(
    'updates a module with %s that is found in %s',
    async (name, startIn) => {
      make(name, { startIn });
      const calibration = modem.calibrationDigest();
      const { link } = await flash(name, await reach(startIn === 'programmer-mid-image'));
      must(await resetProgrammer(link));
      await bootsAnew(name, calibration);
    },
  );

  it.each([
    ...names.map((name) => [name, 'has answered', false] as const),
    ['MDM9607, 2 KiB pages', 'has asked for raw data', true] as const,
  ])('updates a module with %s that says more long after it %s', async (name, _, inRawData) => {
    make(name, { faults: [{ kind: 'late-log', delayMs: LATE_MS, inRawData }] });
    const calibration = modem.calibrationDigest();
    const { link, logs } = await flash(name, await reach());
    must(await resetProgrammer(link));
    await bootsAnew(name, calibration);
    expect(logs.filter((log) => log === LATE_LOG).length).toBeGreaterThan(15);
  });

  it.each([
    ['goes through', 60_000, 150_000, true],
    ['is given up', 60_000, 310_000, false],
    ['is given up', 310_000, 150_000, false],
  ] as const)(
    '%s where an erase takes %i ms and a program %i ms, by the waits of the updater itself',
    async (_, eraseMs, programMs, goesThrough) => {
      vi.useFakeTimers();
      const name = 'MDM9607, 2 KiB pages';
      make(name, {
        faults: [
          { kind: 'slow-erase', delayMs: eraseMs },
          { kind: 'slow-program', delayMs: programMs },
        ],
      });
      const flashed = reach()
        .then((reached) => flash(name, reached, DEFAULT_FIREHOSE_TIMINGS))
        .then(
          () => 'done',
          (error: unknown) => String(error),
        );
      await vi.runAllTimersAsync();
      expect(await flashed).toMatch(goesThrough ? /^done$/ : /firehose-silent/);
    },
  );

  it('passes over bad blocks of NAND and tells which', async () => {
    const name = 'MDM9607, 2 KiB pages';
    make(name, { badBlocks: [206, 300] });
    const calibration = modem.calibrationDigest();
    const { link, badBlocks } = await flash(name, await reach());
    must(await resetProgrammer(link));
    await bootsAnew(name, calibration);
    expect(badBlocks.blocks).toEqual(expect.arrayContaining([206]));
  });

  it('sends no more of a large file once it was refused, and then may send it again', async () => {
    const name = 'MDM9607, 2 KiB pages';
    make(name, { faults: [{ kind: 'nak', command: 'program', occurrence: 1, phase: 'middle' }] });
    const { pipe, heard } = await reach();
    const storage = storageOf(modem);
    const link = new FirehoseLink(pipe, SHORT_TIMINGS.firehose, { heard });
    const { payloadBytes } = must(await startSession(link, storage, { flashTouched: false }));
    const largest = must(ok(modem.partitions.toSorted((a, b) => b.sectorCount - a.sectorCount)[0]));
    const window = { line: 1, startSector: largest?.startSector ?? 0, sectorCount: 2048 };
    const sizeBytes = window.sectorCount * 2048;
    const source = async (_: number, length: number) => ok(new Uint8Array(length));
    const flash = { storage, protectedRanges: [] };
    let sentBytes = 0;
    const send = async () => {
      must(await eraseSectors(link, window, flash));
      sentBytes = 0;
      const onProgress = (bytes: number) => {
        sentBytes += bytes;
      };
      const program = { ...window, path: 'large', sizeBytes, window };
      return programFile(link, program, source, { flash, payloadBytes, onProgress });
    };
    expect(await send()).toMatchObject({
      failure: {
        reason: 'programmer-refused',
        logs: expect.arrayContaining([expect.stringContaining('flash write')]),
      },
    });
    expect(sentBytes).toBeLessThan(sizeBytes * 0.6);
    expect(await send()).toEqual(ok());
    expect(sentBytes).toBe(sizeBytes);
  });

  it.each([
    ['at once', []],
    ['with a log long after it', [{ kind: 'late-log', delayMs: LATE_MS } as const]],
  ])('patches a disk and tells it which drive to boot from, answered %s', async (_, faults) => {
    const name = 'SDX7X, eMMC';
    make(name, { faults });
    const { link, programmer, storage, limits } = await flash(name, await reach());
    if (storage.type === 'nand') throw new Error('not a disk');
    const patch = (filename: string): (readonly [string, string])[] => [
      ['SECTOR_SIZE_IN_BYTES', '512'],
      ['byte_offset', '16'],
      ['filename', filename],
      ['physical_partition_number', '0'],
      ['size_in_bytes', '4'],
      ['start_sector', '1'],
      ['value', '7'],
    ];
    const patches = [patch('DISK'), patch('gpt_main0.bin')];
    expect(await sendDiskPatches(link, patches, programmer, { ...limits, storage })).toEqual(ok(1));
    must(await setBootableStorageDrive(link, storage, 0));
  });
});
