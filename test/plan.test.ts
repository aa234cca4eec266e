/** What people and programs are shown of a plan before the point of no return. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlanDocument, planDocument } from '../device/report/plan-document.ts';
import { planLines, planSummary } from '../device/report/plan-lines.ts';
import { findModel } from '../manifests/catalogue/find-model.ts';
import { lintPackage } from '../manifests/lint/lint-package.ts';
import { openPackage } from '../manifests/package/open-package.ts';
import { modelIdSchema } from '../shared/catalogue.ts';
import {
  DEMO_NEW_VERSION,
  DEMO_OLD_VERSION,
  SMALL_SIZE_BYTES,
  writeDemoPackage,
} from './firmware/demo-package.ts';
import { DEMO_MODEL, must } from './support/local-release.ts';

let directory = '';
let document: PlanDocument;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cistern-plan-'));
  await writeDemoPackage(directory, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
  const model = modelIdSchema.parse(DEMO_MODEL);
  const entry = must(await findModel(model));
  const source = must(await openPackage(directory));
  const report = must(await lintPackage(source, { entry, version: null }, new AbortController().signal));
  if (report.plan === null) throw new Error('no plan');
  document = planDocument(report.plan, report.partitions, {
    model,
    fromVersion: DEMO_OLD_VERSION,
    toVersion: DEMO_NEW_VERSION,
    programmer: report.flash?.programmer ?? '',
    vouchedBy: 'md5-list',
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the plan', () => {
  it('is shown in the order it is carried out: guard verbatim, boot erased first and programmed last', () => {
    const lines = planLines(document);
    expect(lines[0]).toBe(`plan for ${DEMO_MODEL}: ${DEMO_OLD_VERSION} -> ${DEMO_NEW_VERSION}`);
    expect(lines).toContain(
      '  guard      <erase a_rawdata_start_sector="12544" b_rawdata_num_sector="640" c_project_name="EC25EUGA_VH" d_project_type="STD" vendor="quectel"/>   first, word for word',
    );
    const steps = lines.map((line) => line.trim().split(/\s+/)[0]);
    expect(steps.indexOf('guard')).toBeLessThan(steps.indexOf('erase'));
    expect(steps.lastIndexOf('erase')).toBeLessThan(steps.indexOf('program'));
    const erases = lines.filter((line) => line.startsWith('  erase'));
    const programs = lines.filter((line) => line.startsWith('  program '));
    expect(erases[0]).toMatch(/SBL +page +0 +640 pages +1310720 B$/);
    expect(programs.at(-1)).toMatch(/SBL +update\/sbl1\.mbn +page +0 +\d+ pages +\d+ B$/);
    expect(lines.at(-1)).toBe(
      '  untouched  EFS2 1280+8704, sys_rev 9984+2560, RAWDATA 12544+640, cust_info 14528+1024',
    );
  });

  it('says what vouches for it', () => {
    expect(planLines(document).join('\n')).toContain('NOT signed by your repository');
    expect(planLines({ ...document, vouchedBy: 'signature' }).join('\n')).toContain(
      'verified from the pinned root',
    );
  });

  it('names each partition as the package does, and is one document for programs', () => {
    expect(document.programs.map(({ partition }) => partition)).not.toContain(null);
    expect(document.erases[0]).toEqual({
      partition: 'SBL',
      startSector: 0,
      sectorCount: 640,
      bytes: 1_310_720,
    });
    expect(document.guards[0]?.[0]).toEqual(['a_rawdata_start_sector', '12544']);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('is one line in a log', () => {
    expect(planSummary(document)).toMatch(
      /^plan: 1 guard, 11 erases, 11 programs \(\d\.\d MB\), start sector 0 last; untouched: EFS2, sys_rev, RAWDATA, cust_info$/,
    );
  });
});
