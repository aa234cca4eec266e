/**
 * P5 Calibration is sacred: protected ranges are refused when a package is published, when it is staged, and in
 * the flash driver itself; an erase always carries its start and its length.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { FirehoseLink } from '../../device/firehose/link.ts';
import { programFile } from '../../device/firehose/program.ts';
import { rangeAttributes } from '../../device/firehose/range-attributes.ts';
import { eraseSectors } from '../../device/firehose/write.ts';
import { verifyStage } from '../../device/stage/staged-package.ts';
import type { Pipe } from '../../device/transport/pipe.ts';
import { planOf } from '../../device/update/staged-plan.ts';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { parseModelId } from '../../shared/model.ts';
import { err, ok } from '../../shared/result.ts';
import { overlaps } from '../../shared/sector-range.ts';
import { totalSectorsOf } from '../../shared/storage.ts';
import { DEFECTS } from '../firmware/defects.ts';
import { DEMO_NEW_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { DEMO_MODEL, filledStage, localRelease, must } from '../support/local-release.ts';
import { runNode } from '../support/processes.ts';
import { CISTERN_REPO, publishArguments } from '../support/repository.ts';
import { endOf } from '../support/scenario.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';

const never = new AbortController().signal;
const EXIT_DATA_OR_REFUSED = [65, 77];

const SPOILT = [
  ['programs into EFS2', DEFECTS.programsIntoEfs2, 'plan-refused'],
  ['erases EFS2', DEFECTS.erasesEfs2, 'plan-refused'],
  ['erases without a length', DEFECTS.erasesWithoutLength, 'erase-without-range'],
] as const;
const MOVED = [
  'has EFS2 elsewhere by its own table',
  DEFECTS.movesCalibration,
  'partition-table-contradicts-model',
] as const;

describe('P5 calibration is sacred', () => {
  it.each(SPOILT)('is refused when published, by name and line, when the package %s', async (_, defect) => {
    const repository = inject('repository');
    const directory = join(await mkdtemp(join(repository.directory, 'spoilt-')), DEMO_NEW_VERSION);
    await writeDemoPackage(directory, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
    await defect.apply(directory);
    const linted = await runNode([CISTERN_REPO, 'lint', directory, '--model', DEMO_MODEL]);
    expect(EXIT_DATA_OR_REFUSED).toContain(linted.code);
    expect(linted.stdout + linted.stderr).toMatch(/rawprogram_nand_p2K_b128K_update\.xml.*\b\d+\b/);
    const order = { packageDirectory: directory, version: DEMO_NEW_VERSION, from: 'R06' };
    const published = await runNode(
      publishArguments({ ...repository, worker: { url: '', port: 0, stop: async () => {} } }, order),
    );
    expect(published.code).toBe(linted.code);
  });

  it.each([...SPOILT, MOVED])('is refused when staged, when the package %s', async (_, defect, reason) => {
    const directory = await mkdtemp(join(inject('repository').directory, 'staged-'));
    const release = await localRelease(directory, defect.apply);
    const stage = await filledStage(release, directory);
    const staged = must(await verifyStage({ stage, ...release.documents }, never));
    const plan = await planOf(staged, release.documents.entry);
    expect(plan).toMatchObject({ ok: false, failure: { reason } });
  });

  it('is refused by the flash driver itself, which sends nothing', async () => {
    const model = parseModelId(DEMO_MODEL);
    if (model === null) throw new Error(DEMO_MODEL);
    const { protectedRanges, storage } = must(await findModel(model));
    const flash: Pick<FlashPlan, 'storage' | 'protectedRanges'> = { protectedRanges, storage };
    const sector = fc.integer({ min: 0, max: totalSectorsOf(storage) - 1 });
    await fc.assert(
      fc.asyncProperty(sector, fc.integer({ min: 1, max: 4000 }), async (startSector, sectorCount) => {
        const { link, sent } = deafLink();
        const window = { line: 1, startSector, sectorCount };
        const program = { ...window, path: 'x', sizeBytes: 1, window };
        const options = { flash, payloadBytes: 8192, onProgress: () => {} };
        const erased = await eraseSectors(link, window, flash);
        const programmed = await programFile(link, program, async () => ok(new Uint8Array(1)), options);
        const touches = protectedRanges.some((range) => overlaps(window, range));
        const reasons = [erased, programmed].map((end) => (end.ok ? 'ok' : reasonOf(end.failure)));
        expect(reasons).toEqual(Array(2).fill(touches ? 'protected-range' : 'firehose-silent'));
        expect(sent()).toBe(touches ? 0 : 2);
      }),
      { numRuns: 300 },
    );
  });

  it('has no way to write an erase without its start and its length', () => {
    const storage = { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131072 } as const;
    const names = rangeAttributes({ startSector: 0, sectorCount: 640 }, storage).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['start_sector', 'num_partition_sectors']));
  });

  it('is as it was after a whole update, byte for byte', async () => {
    const scenario = await aScenario();
    const before = scenario.modem.calibrationDigest();
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.modem.calibrationDigest()).toBe(before);
    expect(scenario.modem.bootOutcome).toMatchObject({ calibration: { kind: 'intact' } });
    await scenario.end();
  });
});

function reasonOf(failure: unknown): unknown {
  return (failure as { readonly reason?: unknown }).reason;
}

/** A link that counts commands and never hears an answer. */
function deafLink(): { readonly link: FirehoseLink; readonly sent: () => number } {
  let sent = 0;
  const pipe: Pipe = {
    transferIn: async (_, { timeoutMs }) => err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs }),
    transferOut: async () => {
      sent += 1;
      return ok();
    },
    close: async () => {},
  };
  return { link: new FirehoseLink(pipe, SHORT_TIMINGS.firehose), sent: () => sent };
}
