/** What no single family file shows: two files that speak of the same thing. */
import type { CatalogueFinding } from './catalogue-finding.ts';
import type { FamilyFile } from './find-model.ts';

export function compareAcrossFiles(files: readonly FamilyFile[]): readonly CatalogueFinding[] {
  const findings: CatalogueFinding[] = [];
  const models = new Map<string, string>();
  const prefixes = new Map<string, string>();
  for (const { family, lines, file } of files) {
    const claim = (
      claims: Map<string, string>,
      key: string,
      path: readonly (string | number)[],
      sentence: (where: string) => string,
    ) => {
      const line = lines.of(path);
      const former = claims.get(key);
      if (former === undefined) claims.set(key, `${file}:${line}`);
      else findings.push({ file, line, severity: 'error', sentence: sentence(former) });
    };
    for (const list of ['models', 'incomplete'] as const) {
      for (const [i, { hardware, flash = 'flash of unknown size' }] of family[list].entries()) {
        const path = [list, i, 'hardware'];
        const what = `${hardware} with ${flash}`;
        claim(models, `${family.vendor} ${what}`, path, (where) => `${what} stands in ${where} already.`);
      }
    }
    for (const [i, prefix] of family.all.hardwarePrefixes.entries()) {
      const path = ['all', 'hardwarePrefixes', i];
      claim(prefixes, prefix, path, (where) => `The prefix ${prefix} belongs to ${where} already.`);
    }
  }
  return findings;
}
