/**
 * eMMC from a package on a disk to a modem that boots it: the vendor's rawprogram and patches, the plan, the gates, the
 * order, the proof, and power cuts all the way. The catalogue entry is the test's own; no module with eMMC is catalogued.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../device/clock.ts';
import { type LocalPackage, openLocalPackage } from '../device/package/open-local-package.ts';
import { systemProcesses } from '../device/process-table.ts';
import { loadDeviceIdentity } from '../device/report/device-key.ts';
import { planDocument } from '../device/report/plan-document.ts';
import { planLines } from '../device/report/plan-lines.ts';
import { nodePlatform } from '../device/stage/node-platform.ts';
import type { ModemDoor } from '../device/transport/door.ts';
import type { FlashPorts, UpdateEvents } from '../device/update/attempt.ts';
import { flashLocal } from '../device/update/flash-local.ts';
import { rescue } from '../device/update/rescue.ts';
import { localFirmware } from '../device/update/rescue-firmware.ts';
import { withoutUplink } from '../device/update/uplink.ts';
import type { ModelEntry } from '../shared/catalogue.ts';
import { modelEntry } from '../shared/test-documents.ts';
import {
  EMMC_NEW_VERSION,
  EMMC_OLD_VERSION,
  EMMC_PATCH,
  EMMC_RAWPROGRAM,
  emmcEntry,
  writeEmmcPackage,
} from './firmware/emmc-package.ts';
import { buildGpt } from './modem/gpt.ts';
import { rg650v } from './modem/models.ts';
import { SimulatedModem } from './modem/modem.ts';
import type { SimulatedModemOptions } from './modem/modem-options.ts';
import { bareSurroundings } from './support/bare-machine.ts';
import { sideBySide } from './support/cut-run.ts';
import { flashFingerprint } from './support/flash-fingerprint.ts';
import { inProcessDoor } from './support/in-process-door.ts';
import { endOfRescue } from './support/local-flashing.ts';
import { must } from './support/local-release.ts';
import { endOf } from './support/scenario.ts';
import { SHORT_TIMINGS } from './support/short-timings.ts';

const never = new AbortController().signal;
const CUTS = 16;

let directory = '';
let packageDirectory = '';
const opened: SimulatedModem[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cistern-emmc-'));
  packageDirectory = join(directory, EMMC_NEW_VERSION);
  await writeEmmcPackage(packageDirectory);
});
afterEach(() => {
  for (const modem of opened.splice(0)) modem.close();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const open = (path = packageDirectory, entry: ModelEntry = emmcEntry()) =>
  openLocalPackage(
    { path, catalogue: { format: 'cistern-catalogue/1', models: [entry], incomplete: [] } },
    never,
  );

function aModem(options: Partial<SimulatedModemOptions> = {}): SimulatedModem {
  const modem = new SimulatedModem({
    firmware: EMMC_OLD_VERSION,
    model: rg650v,
    timing: { rebootMs: 0, departureMs: 1, secondMs: 1 },
    ...options,
  });
  opened.push(modem);
  return modem;
}

type Bench = { readonly ports: FlashPorts; readonly notes: string[]; readonly sent: string[] };

async function benchOf(modem: SimulatedModem): Promise<Bench> {
  const stateDir = await mkdtemp(join(directory, 'router-'));
  const notes: string[] = [];
  const sent: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  const door = listening(inProcessDoor(modem), sent);
  const events: UpdateEvents = {
    onStep: () => {},
    onNote,
    onPlan: () => {},
    onFetch: () => {},
    onFlash: () => {},
  };
  const ports = {
    door,
    clock: systemClock,
    newId: randomUUID,
    stagePlatform: nodePlatform,
    processes: systemProcesses,
    timings: SHORT_TIMINGS,
    identity: must(await loadDeviceIdentity(stateDir)),
    surroundings: bareSurroundings(door, { stateDir, repositoryUrl: null, onNote }),
    stateDir,
    events,
  };
  return {
    ports: withoutUplink(ports, { reason: 'package-not-found', path: packageDirectory }),
    notes,
    sent,
  };
}

/** Commands to the programmer, `tag start_sector`, as they go by. */
function listening(door: ModemDoor, sent: string[]): ModemDoor {
  return {
    ...door,
    open: async (signal) => {
      const found = await door.open(signal);
      if (!found.ok) return found;
      const { pipe } = found.value;
      const heard: typeof pipe = {
        transferIn: (...order) => pipe.transferIn(...order),
        transferOut: (bytes, options) => {
          const text = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
          const [, tag, attributes = ''] = /^<\?xml[^>]*>\n<data>\n<(\w+) ([^>]*)\/>/.exec(text) ?? [];
          const place = /start_sector="([^"]*)"/.exec(attributes)?.[1];
          if (tag !== undefined) sent.push(place === undefined ? tag : `${tag} ${place}`);
          return pipe.transferOut(bytes, options);
        },
        close: () => pipe.close(),
      };
      return { ok: true, value: { ...found.value, pipe: heard } };
    },
  };
}

async function flash(local: LocalPackage, { ports }: Bench): Promise<string> {
  const stage = await mkdtemp(join(directory, 'stage-'));
  return endOf(
    await flashLocal(
      local,
      { stage, ask: null, accepted: [], restoreSettings: false, voucher: null },
      ports,
      never,
    ),
  );
}

async function rescueWith(local: LocalPackage, { ports }: Bench): Promise<string> {
  const stage = await mkdtemp(join(directory, 'stage-'));
  return endOfRescue(
    await rescue(
      localFirmware(local),
      { stage, ask: null, accepted: [], restoreSettings: false },
      ports,
      never,
    ),
  );
}

/** What becomes of a modem to which this happens at one transfer, and how many transfers there were. */
function runsWith(kind: 'cut-power' | 'disconnect') {
  const factory = aModem();
  const before = { flash: flashFingerprint(factory), calibration: factory.calibrationDigest() };
  return async (atTransfer: number | null): Promise<readonly [string, number]> => {
    const faults = atTransfer === null ? [] : [{ kind, atTransfer } as const];
    const modem = aModem({ faults });
    const bench = await benchOf(modem);
    const local = must(await open());
    let end = await flash(local, bench);
    for (let again = 0; again < 3 && /^unfinished/.test(end); again++) end = await rescueWith(local, bench);
    await local.close();
    await modem.whenState(['normal'], { timeoutMs: 2_000 });
    const outcome = modem.bootOutcome;
    const isWhole = outcome?.kind === 'normal' && modem.calibrationDigest() === before.calibration;
    const isNew = isWhole && end === 'updated' && outcome.firmware === EMMC_NEW_VERSION;
    const isOld =
      isWhole &&
      /^(unchanged|refused)/.test(end) &&
      outcome.firmware === EMMC_OLD_VERSION &&
      flashFingerprint(modem) === before.flash;
    return [isNew ? 'new' : isOld ? 'old' : `LOST after ${end}`, modem.transferCount];
  };
}

describe('a modem with eMMC', () => {
  it('is flashed: cleared, written, patched, proved, the boot partition last, told where to boot from', async () => {
    const modem = aModem();
    const calibration = modem.calibrationDigest();
    const bench = await benchOf(modem);
    const local = must(await open());
    expect(await flash(local, bench)).toBe('updated');
    await local.close();
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: EMMC_NEW_VERSION });
    expect(modem.calibrationDigest()).toBe(calibration);

    const boot = 'program 64';
    const { sent } = bench;
    expect(sent.find((command) => command.startsWith('program'))).toBe(boot);
    expect(sent.findLast((command) => command.startsWith('program'))).toBe(boot);
    expect(sent.filter((command) => command === boot)).toHaveLength(2);
    const lastPatch = sent.lastIndexOf('patch 1');
    expect(sent.filter((command) => command === 'patch 1')).toHaveLength(5);
    expect(lastPatch).toBeGreaterThan(sent.indexOf('program 0'));
    expect(lastPatch).toBeLessThan(sent.lastIndexOf(boot));
    expect(sent.slice(-2)).toEqual(['setbootablestoragedrive', 'power']);
    expect(sent.filter((command) => command.startsWith('erase'))).toEqual([]);
  });

  it(`ends with new firmware or old firmware untouched, whichever of ${CUTS} transfers power is cut at`, {
    timeout: 120_000,
  }, async () => {
    const run = runsWith('cut-power');
    const [end, total] = await run(null);
    expect(end).toBe('new');
    const cuts = Array.from({ length: CUTS }, (_, i) => 1 + Math.floor(((total - 1) * i) / (CUTS - 1)));
    const ends = (await sideBySide(cuts, 4, run)).map(([each]) => each);
    expect(ends.filter((each) => each !== 'new' && each !== 'old')).toEqual([]);
    expect(new Set(ends)).toEqual(new Set(['new', 'old']));
  });

  it('is finished when the cable is pulled, with the programmer still waiting for bytes', async () => {
    const run = runsWith('disconnect');
    const [, total] = await run(null);
    const pulls = [0.6, 0.75, 0.9].map((share) => Math.floor(total * share));
    expect((await sideBySide(pulls, 4, run)).map(([end]) => end)).toEqual(pulls.map(() => 'new'));
  });

  it('is not flashed when its own table has calibration elsewhere than the catalogue', async () => {
    const modem = aModem();
    const moved = modem.partitions.map((partition) =>
      partition.name === 'modemst1' ? { ...partition, startSector: partition.startSector + 64 } : partition,
    );
    const table = buildGpt(moved, { totalSectors: modem.nand.pageCount, as: 'whole' });
    for (let sector = 0; sector * 512 < table.length; sector++)
      modem.nand.program(sector, table.subarray(sector * 512, (sector + 1) * 512));
    const before = flashFingerprint(modem);
    const local = must(await open());
    expect(await flash(local, await benchOf(modem))).toBe('unchanged: modem-partitions-differ');
    await local.close();
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it.each([
    ['its disk is of another size', { storage: 'larger' }, 'unchanged: wrong-geometry'],
    ['its chip is another', { edlHardware: { msmIds: ['000480e1'] } }, 'unchanged: wrong-hardware'],
  ] as const)('is not flashed when %s', async (_, change, end) => {
    const modem = aModem();
    const before = flashFingerprint(modem);
    const { storage } = emmcEntry();
    if (storage.type !== 'emmc') throw new Error('not a disk');
    const larger = { ...storage, totalSectors: storage.totalSectors * 2 };
    const entry =
      'storage' in change
        ? emmcEntry({ storage: larger })
        : emmcEntry({ edlHardware: { msmIds: ['000480e1'] } });
    const local = must(await open(packageDirectory, entry));
    expect(await flash(local, await benchOf(modem))).toBe(end);
    await local.close();
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('is not made bootable by a table whose checksums do not hold', async () => {
    const path = join(await mkdtemp(join(directory, 'unpatched-')), EMMC_NEW_VERSION);
    await writeEmmcPackage(path, { editPatches: (xml) => xml.replace('CRC32(1,92)', '7') });
    const modem = aModem();
    const local = must(await open(path));
    expect(await flash(local, await benchOf(modem))).toBe('unfinished: partition-table-not-intact');
    await local.close();
    expect(modem.state()).toMatch(/^edl/);
  });
});

describe('a package for eMMC', () => {
  const without = (pattern: RegExp) => (xml: string) => xml.replace(pattern, '');
  const set = (label: string, attribute: string, value: string) => (xml: string) =>
    xml.replace(new RegExp(`<program [^>]*label="${label}"[^>]*>`), (element) =>
      element.replace(new RegExp(`${attribute}="[^"]*"`), `${attribute}="${value}"`),
    );
  const moved = (label: string, startSector: number) => (xml: string) =>
    set(
      label,
      'start_byte_hex',
      `0x${(startSector * 512).toString(16)}`,
    )(set(label, 'start_sector', String(startSector))(xml));

  it.each([
    [
      'writes a file into modemst1',
      { edit: set('modemst1', 'filename', '..\\\\tz.mbn') },
      'touches-protected-range',
    ],
    ['writes what is labelled fsg', { edit: set('modem', 'label', 'fsg') }, 'touches-calibration'],
    [
      'reaches into its neighbour',
      { edit: set('TZ', 'num_partition_sectors', '9000') },
      'touches-protected-range',
    ],
    ['has modemst2 elsewhere', { edit: moved('modemst2', 21_000) }, 'label-contradicts-model'],
    ['says two places', { edit: set('modem', 'start_sector', '60000') }, 'rawprogram-malformed'],
    ['overlaps itself', { edit: moved('modem', 60_000) }, 'overlap'],
    ['ends behind the disk', { edit: set('system', 'num_partition_sectors', '600000') }, 'beyond-storage'],
    [
      'is for sectors of 4096 bytes',
      {
        edit: (xml: string) =>
          xml.replaceAll('IN_BYTES="512"', 'IN_BYTES="4096"').replaceAll(/ start_byte_hex="[^"]*"/g, ''),
      },
      'geometry-contradicts-model',
    ],
    [
      'is for NAND',
      { edit: (xml: string) => xml.replaceAll('<program ', '<program PAGES_PER_BLOCK="64" ') },
      'geometry-contradicts-model',
    ],
    ['writes a boot area', { edit: set('TZ', 'physical_partition_number', '1') }, 'wrong-physical-partition'],
    ['brings no boot partition', { edit: set('SBL', 'filename', '') }, 'boot-partition-missing'],
    ['is sparse', { edit: set('system', 'sparse', 'true') }, 'rawprogram-malformed'],
    [
      'begins a file in its middle',
      { edit: set('system', 'file_sector_offset', '8') },
      'rawprogram-malformed',
    ],
    [
      'counts from the end of the disk and misses it',
      { edit: set('system', 'start_sector', 'NUM_DISK_SECTORS-999999.') },
      'rawprogram-attribute-not-a-number',
    ],
    [
      'patches what it does not write',
      { edit: without(/ <program [^>]*PrimaryGPT[^>]*>\n/) },
      'patch-outside-programs',
    ],
    [
      'patches the boot partition',
      { editPatches: (xml: string) => xml.replace('start_sector="1"', 'start_sector="64"') },
      'patch-outside-programs',
    ],
    [
      'patches by a sum nobody knows',
      { editPatches: (xml: string) => xml.replace('CRC32(2,16384)', 'CRC32(2,16384)+1') },
      'patch-file-invalid',
    ],
    [
      'patches another geometry',
      { editPatches: (xml: string) => xml.replaceAll('IN_BYTES="512"', 'IN_BYTES="4096"') },
      'patch-of-another-geometry',
    ],
    [
      'has hostile patches',
      { editPatches: () => '<!DOCTYPE x [<!ENTITY y "z">]><patches/>' },
      'patch-file-invalid',
    ],
  ])('is refused where it %s, by name, file and line', async (_, options, reason) => {
    const path = join(await mkdtemp(join(directory, 'spoilt-')), EMMC_NEW_VERSION);
    await writeEmmcPackage(path, options);
    const refused = await open(path);
    if (refused.ok || refused.failure.reason !== 'local-package-refused') throw new Error('not refused');
    const { findings } = refused.failure;
    expect(findings.map((finding) => finding.reason)).toContain(reason);
    const found = findings.find((finding) => finding.reason === reason);
    expect([EMMC_RAWPROGRAM, EMMC_PATCH]).toContain(found?.file);
    expect(found?.line).toBeGreaterThan(0);
    expect(found?.sentence).toMatch(/\.$/);
  });

  it('is refused for a model with NAND, in words that say so', async () => {
    const { storage, flashMethod, protectedRanges } = modelEntry();
    const refused = await open(packageDirectory, emmcEntry({ storage, flashMethod, protectedRanges }));
    const findings = refused.ok || !('findings' in refused.failure) ? [] : refused.failure.findings;
    expect(findings.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        'name-contradicts-geometry',
        'rawprogram-attribute-missing',
        'patch-for-the-device',
      ]),
    );
    expect(findings.map(({ sentence }) => sentence).join()).toContain('A programmer for EMMC');
  });

  it('is judged again as it lies in the stage, before the modem leaves normal mode', async () => {
    const modem = aModem();
    const states: string[] = [];
    modem.onStateChange((state) => states.push(state));
    const local = must(await open());
    const entry = emmcEntry();
    const protectedRanges = [
      ...entry.protectedRanges,
      ...modem.partitions.filter(({ name }) => name === 'system'),
    ].map(({ name, startSector, sectorCount }) => ({ name, startSector, sectorCount }));
    const stricter = { ...local, entry: { ...entry, protectedRanges } };
    expect(await flash(stricter, await benchOf(modem))).toBe('unchanged: plan-refused');
    await local.close();
    expect(states).toEqual([]);
  });

  it('is refused where its own table moves calibration', async () => {
    const path = join(await mkdtemp(join(directory, 'moved-')), EMMC_NEW_VERSION);
    const table = rg650v
      .partitions(rg650v.geometry)
      .map((partition) => (partition.name === 'fsg' ? { ...partition, startSector: 31_000 } : partition));
    await writeEmmcPackage(path, { table });
    expect(await open(path)).toMatchObject({
      failure: { findings: [{ reason: 'partition-table-contradicts-model' }] },
    });
  });

  it('shows its plan in the order in which it is carried out', async () => {
    const local = must(await open());
    const lines = planLines(
      planDocument(local.plan, local.partitions, {
        model: local.entry.model,
        fromVersion: EMMC_OLD_VERSION,
        toVersion: EMMC_NEW_VERSION,
        programmer: local.flash.programmer,
        vouchedBy: 'md5-list',
      }),
    );
    await local.close();
    const shown = lines.map((line) => line.trim().replace(/ +/g, ' '));
    expect(shown).toContain('flash emmc, 512 B a sector, 524288 sectors, boots from 64');
    const order = shown.flatMap(
      (line) => /^(clear|program|patch) (\S+)/.exec(line)?.slice(1, 3).join(' ') ?? [],
    );
    expect(order).toEqual([
      'clear SBL',
      'program -',
      'program TZ',
      'program boot',
      'program modem',
      'program system',
      'patch sector',
      'patch sector',
      'patch sector',
      'patch sector',
      'patch sector',
      'program SBL',
    ]);
    expect(shown.at(-1)).toMatch(/^untouched modemst1 12352\+8192/);
  });
});
