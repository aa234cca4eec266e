import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFlashPlan } from '../../shared/flash-plan.ts';
import { parseRawprogram } from '../../shared/rawprogram.ts';
import { parseImageHeader } from '../modem/image-format.ts';
import { ec25Partitions } from '../modem/partitions.ts';
import { DEFECTS, RAWPROGRAM } from './defects.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from './demo-package.ts';
import { imageSizes } from './layout.ts';
import { imagePayload } from './payload.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'demo-package-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

async function planOf(directory: string) {
  const commands = parseRawprogram(await readFile(join(directory, RAWPROGRAM), 'utf8'));
  if (!commands.ok) return commands;
  const sizes = new Map<string, number>();
  for (const file of await filesOf(directory)) sizes.set(file, (await stat(join(directory, file))).size);
  return buildFlashPlan({
    commands: commands.value,
    storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131072 },
    protectedRanges: [
      { name: 'EFS2', startSector: 1280, sectorCount: 8704 },
      { name: 'sys_rev', startSector: 9984, sectorCount: 2560 },
      { name: 'RAWDATA', startSector: 12544, sectorCount: 640 },
      { name: 'cust_info', startSector: 14528, sectorCount: 1024 },
    ],
    directory: 'update/firehose',
    fileSizeBytes: (path) => sizes.get(path),
  });
}

const small = (directory: string, version = DEMO_NEW_VERSION) =>
  writeDemoPackage(join(scratch, directory), { version, sizeBytes: SMALL_SIZE_BYTES });

describe('the demonstration package', () => {
  it('is laid out as the vendor lays out its own', async () => {
    const { directory, sizeBytes } = await small('layout');
    expect(await filesOf(directory)).toEqual([
      'contents.xml',
      'md5.txt',
      'update/ENPRG9x07.mbn',
      'update/NON-HLOS.ubi',
      'update/NPRG9x07.mbn',
      'update/appsboot.mbn',
      'update/firehose/partition_complete_p2K_b128K.mbn',
      'update/firehose/patch_p2K_b128K.xml',
      'update/firehose/prog_nand_firehose_9x07.mbn',
      'update/firehose/rawprogram_nand_p2K_b128K_update.xml',
      'update/mdm9607-boot.img',
      'update/mdm9607-recovery.img',
      'update/mdm9607-recovery.ubi',
      'update/mdm9607-sysfs.ubi',
      'update/partition.mbn',
      'update/partition_nand.xml',
      'update/rpm.mbn',
      'update/sbl1.mbn',
      'update/tz.mbn',
      'update/usrdata.ubi',
    ]);
    expect(sizeBytes).toBeGreaterThan(550_000);
    expect(sizeBytes).toBeLessThan(700_000);
    expect((await stat(join(directory, 'update/partition.mbn'))).size).toBe(492);
  });

  it('programs every partition the boot requires, with an image of that partition and version', async () => {
    const { directory } = await small('images');
    const plan = await planOf(directory);
    if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
    const programmed = new Map(plan.value.programs.map((program) => [program.startSector, program.path]));
    const required = ec25Partitions({ pageBytes: 2048, pagesPerBlock: 64, blockCount: 2048 }).filter(
      ({ role }) => role === 'firmware',
    );
    expect([...programmed.keys()].sort((a, b) => a - b)).toEqual(
      required.map(({ startSector }) => startSector),
    );
    for (const { name, startSector } of required) {
      const header = parseImageHeader(
        await readFile(join(directory, programmed.get(startSector) ?? 'no program')),
      );
      expect(header).toMatchObject({
        ok: true,
        value: { partition: name, firmware: DEMO_NEW_VERSION, chip: 'MDM9607' },
      });
    }
  });

  it('orders its commands as the vendor does, which is not an order to execute', async () => {
    const { directory } = await small('order');
    const commands = parseRawprogram(await readFile(join(directory, RAWPROGRAM), 'utf8'));
    const order = commands.ok
      ? commands.value.map((c) => (c.kind === 'guard' ? 'guard' : `${c.kind} ${c.startSector}`))
      : [];
    expect(order.slice(0, 4)).toEqual(['program 0', 'program 640', 'program 13184', 'erase 13952']);
    expect(order.slice(-4)).toEqual(['erase 13184', 'erase 640', 'erase 0', 'guard']);
  });

  it('is the same on every run, and another with another seed', async () => {
    const digest = async (name: string, seed: number) => {
      const { directory } = await writeDemoPackage(join(scratch, name), {
        version: DEMO_NEW_VERSION,
        sizeBytes: SMALL_SIZE_BYTES,
        seed,
      });
      const hash = createHash('sha256');
      for (const file of await filesOf(directory)) hash.update(await readFile(join(directory, file)));
      return hash.digest('hex');
    };
    const first = await digest('same-1', 1);
    expect(await digest('same-2', 1)).toBe(first);
    expect(await digest('other', 2)).not.toBe(first);
  });

  it.each([65_000_000, 200_000_000])('fits the partitions at %i bytes', (sizeBytes) => {
    const total = [...imageSizes(sizeBytes).values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(Math.abs(total - sizeBytes) / sizeBytes).toBeLessThan(0.01);
  });

  it('compresses as real images do and shares most content between versions', () => {
    const payload = (version: string) =>
      imagePayload({ seed: 1, name: 'update/NON-HLOS.ubi', version, lengthBytes: 20_000_000 });
    const [before, after] = [payload(DEMO_OLD_VERSION), payload(DEMO_NEW_VERSION)];
    const ratio = zstdCompressSync(after).length / after.length;
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(0.85);
    let same = 0;
    for (let at = 0; at < after.length; at += 4096) same += Number(before[at] === after[at]);
    expect(same / (after.length / 4096)).toBeGreaterThan(0.6);
    expect(same / (after.length / 4096)).toBeLessThan(0.98);
  });

  it.each(Object.values(DEFECTS))('can be made so that it $name', async ({ name, apply }) => {
    const { directory } = await small(name);
    const before = await snapshot(directory);
    await apply(directory);
    expect(await snapshot(directory)).not.toEqual(before);
  });
});

async function snapshot(directory: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const file of await filesOf(directory)) {
    seen[file] = createHash('sha256')
      .update(await readFile(join(directory, file)))
      .digest('hex');
  }
  return seen;
}
