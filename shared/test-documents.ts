/** Documents that tests begin with: a model entry, a release, a rollout, a report, all valid and about one modem. */
import type { ModelEntry } from './catalogue.ts';
import { type FirmwareVersion, parseFirmwareVersion } from './firmware-version.ts';
import type { ModelId } from './model.ts';
import type { ReleaseManifest } from './release.ts';
import type { Rollout, RolloutEntry } from './rollout.ts';
import type { Report } from './telemetry.ts';

export const OLD = 'EC25EUGAR06A05M4G_01.003.01.003';
export const NEW = 'EC25EUGAR08A03M4G_01.200.01.200';
export const MODEL = 'quectel/ec25euga-m4g' as ModelId;

const HASH = 'ab'.repeat(32);

/** A version that must parse; a test that misspells one fails here. */
export function version(text: string): FirmwareVersion {
  const parsed = parseFirmwareVersion(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.failure.reason}`);
  return parsed.value;
}

export function modelEntry(changes: Partial<ModelEntry> = {}): ModelEntry {
  return {
    format: 'cistern-model/1',
    model: MODEL,
    vendor: 'quectel',
    name: 'EC25-EU',
    hardware: 'EC25EUGA',
    flash: 'M4G',
    chip: 'MDM9607',
    flashMethod: 'firehose-nand',
    storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 },
    usb: { normal: ['2c7c:0125'], edl: ['05c6:9008'], diagInterface: 0, atInterface: 2 },
    programmerImageId: 13,
    protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
    edges: [],
    knownIssues: [],
    routers: ['RUT955'],
    sources: ['edl 1d'],
    ...changes,
  };
}

export function releaseManifest(changes: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    format: 'cistern-release/1',
    model: MODEL,
    version: NEW,
    releasedOn: '2026-01-31',
    flash: {
      method: 'firehose-nand',
      storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 },
      programmer: 'update/firehose/prog_nand_firehose_9x07.mbn',
      rawprogram: 'update/firehose/rawprogram_nand_p2K_b128K_update.xml',
      patches: ['update/firehose/patch_p2K_b128K.xml'],
    },
    protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
    installableFrom: [],
    files: [{ path: 'update/tz.mbn', offsetBytes: 512, sizeBytes: 526_844, sha256: HASH }],
    package: {
      index: `${MODEL}/${NEW}.caibx`,
      sizeBytes: 1_048_576,
      sha256: HASH,
      chunkCount: 4,
      storedBytes: 900_000,
    },
    notes: '',
    fixes: [],
    knownIssues: [],
    ...changes,
  };
}

export function rolloutEntry(changes: Partial<RolloutEntry> = {}): RolloutEntry {
  return {
    version: NEW,
    channel: 'stable',
    percentage: 100,
    startsAt: '2026-02-01T00:00:00Z',
    state: 'running',
    why: '',
    ...changes,
  };
}

export function rollout(...releases: readonly RolloutEntry[]): Rollout {
  return { format: 'cistern-rollout/1', model: MODEL, releases: [...releases] };
}

export function report(changes: Partial<Report> = {}): Report {
  return {
    format: 'cistern-report/1',
    id: '3f2c8a52-6a0e-4b36-9d5e-2d1f2d7c9a11',
    deviceId: HASH,
    deviceKey: `${'A'.repeat(43)}=`,
    model: MODEL,
    fromVersion: OLD,
    toVersion: NEW,
    outcome: 'updated',
    lastStep: 'confirming',
    reason: null,
    modemState: 'normal',
    startedAt: '2026-02-02T03:04:05.678Z',
    endedAt: '2026-02-02T03:09:05Z',
    fetchedBytes: 60_000_000,
    programmedBytes: 80_000_000,
    flashAttempts: 1,
    updaterVersion: '0.1.0',
    ...changes,
  };
}

/** The document with one unknown field more, once for every object in it; `at` says where. */
export function withUnknownFields(document: object): readonly { at: string; document: unknown }[] {
  const places: string[][] = [];
  const walk = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) places.push(path);
    for (const [key, child] of Object.entries(value)) walk(child, [...path, key]);
  };
  walk(document, []);
  return places.map((path) => {
    const copy = structuredClone(document) as Record<string, unknown>;
    const place = path.reduce((object, key) => object[key] as Record<string, unknown>, copy);
    place.surprise = 1;
    return { at: path.join('.') || '(top)', document: copy };
  });
}
