/** Reads every family file and says what is wrong with it, where, and what is still missing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../shared/result.ts';
import { type CatalogueFinding, TO_FILL_IN } from './catalogue-finding.ts';
import { compareAcrossFiles } from './compare-families.ts';
import {
  type CatalogueFailure,
  type FamilyFile,
  familyFilesOf,
  readFamilyFile,
  vendorsOf,
} from './find-model.ts';
import { judgeFamily } from './judge-family.ts';

export type CatalogueReport = {
  readonly findings: readonly CatalogueFinding[];
  /** Every family file, below the catalogue directory. */
  readonly files: readonly string[];
  /** Models that can be published, and those that cannot yet. */
  readonly modelCount: number;
  readonly incompleteCount: number;
};

export async function checkCatalogue(directory: string): Promise<Result<CatalogueReport, CatalogueFailure>> {
  const vendors = await vendorsOf(directory);
  if (!vendors.ok) return vendors;
  const findings: CatalogueFinding[] = [];
  const readable: FamilyFile[] = [];
  const looked: string[] = [];
  for (const vendor of vendors.value) {
    const files = await familyFilesOf(vendor, directory);
    if (!files.ok) return files;
    looked.push(...files.value);
    for (const file of files.value) {
      const family = await readFamilyFile(file, directory);
      if (family.ok) {
        readable.push(family.value);
        findings.push(...judgeFamily(family.value));
      } else if (family.failure.reason === 'family-file-invalid') {
        findings.push(...family.failure.problems.map(problemFinding));
      } else return family;
      findings.push(...(await leftToFillIn(file, directory)));
    }
  }
  findings.push(...compareAcrossFiles(readable));
  const count = (of: 'models' | 'incomplete') =>
    readable.reduce((sum, { family }) => sum + family[of].length, 0);
  return ok({
    findings: findings.sort(byPlace),
    files: looked,
    modelCount: count('models'),
    incompleteCount: count('incomplete'),
  });
}

function problemFinding(problem: { file: string; line: number; why: string }): CatalogueFinding {
  return { file: problem.file, line: problem.line, severity: 'error', sentence: `${problem.why}.` };
}

async function leftToFillIn(file: string, directory: string): Promise<readonly CatalogueFinding[]> {
  const lines = (await readFile(join(directory, file), 'utf8')).split('\n');
  return lines.flatMap((text, i) => {
    const at = text.indexOf(TO_FILL_IN);
    if (at === -1) return [];
    const asked = text.slice(at).replace(/["']?\s*$/, '');
    return [{ file, line: i + 1, severity: 'error', sentence: `${asked}.` } as const];
  });
}

function byPlace(a: CatalogueFinding, b: CatalogueFinding): number {
  return a.file === b.file ? a.line - b.line : Number(a.file > b.file) - Number(a.file < b.file);
}
