/** What the schema cannot see in one family file: statements that contradict each other or their place. */
import { isFlashedByUs } from '../../shared/catalogue-index.ts';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { totalSectorsOf } from '../../shared/storage.ts';
import { type CatalogueFinding, TO_FILL_IN } from './catalogue-finding.ts';
import type { Family } from './family.ts';
import type { FamilyFile } from './find-model.ts';

type Path = readonly (string | number)[];
type Say = (severity: CatalogueFinding['severity'], path: Path, sentence: string) => void;
type Model = Family['models'][number] | Family['incomplete'][number];

export function judgeFamily({ family, lines, file }: FamilyFile): readonly CatalogueFinding[] {
  const findings: CatalogueFinding[] = [];
  const say: Say = (severity, path, sentence) =>
    findings.push({ file, line: lines.of(path), severity, sentence });
  judgePlace(family, file, say);
  judgeStatements(family.all, ['all'], say);
  for (const list of ['models', 'incomplete'] as const) {
    for (const [i, model] of family[list].entries()) {
      judgeVersions(family, model, [list, i], say);
      judgeStatements(model, [list, i], say);
    }
  }
  for (const [i, model] of family.models.entries()) judgeRanges(model, ['models', i], say);
  sayWhatIsMissing(family, say);
  return findings;
}

function judgePlace({ vendor, family }: Family, file: string, say: Say): void {
  const [directory, name] = file.split('/');
  if (directory !== vendor)
    say('error', ['vendor'], `The vendor is ${vendor}, and the directory ${directory}.`);
  const expected = `${family.toLowerCase()}.yaml`;
  if (name !== expected) say('error', ['family'], `The family ${family} would be looked for in ${expected}.`);
}

/** Versions that stand in a model must be of its hardware and flash; both decide what is flashed onto it. */
function judgeVersions(family: Family, model: Model, path: Path, say: Say): void {
  const { hardware, flash } = model;
  if (!family.all.hardwarePrefixes.some((prefix) => hardware.startsWith(prefix))) {
    const prefixes = family.all.hardwarePrefixes.join(', ');
    say(
      'error',
      [...path, 'hardware'],
      `${hardware} begins with none of the family's prefixes (${prefixes}).`,
    );
  }
  const named = [
    ...(model.seenVersions ?? []).map(({ version }, i) => [version, ['seenVersions', i, 'version']] as const),
    ...(model.floors ?? []).map(({ lowest }, i) => [lowest, ['floors', i, 'lowest']] as const),
  ];
  for (const [text, place] of named) {
    const version = parseFirmwareVersion(text);
    if (!version.ok) continue;
    const isOther =
      version.value.hardware !== hardware || (flash ?? version.value.flash) !== version.value.flash;
    if (isOther)
      say(
        'error',
        [...path, ...place],
        `${text} is not firmware of ${hardware} ${flash ?? ''}`.trim().concat('.'),
      );
    else if (flash === undefined) {
      say(
        'warning',
        [...path, ...place],
        `${text} shows the flash size of ${hardware}: ${version.value.flash}.`,
      );
    }
  }
}

function judgeStatements({ edges, sources }: Pick<Model, 'edges' | 'sources'>, path: Path, say: Say): void {
  for (const [i, edge] of edges.entries()) {
    const key = JSON.stringify([edge.from, edge.to]);
    const first = edges.findIndex(({ from, to }) => JSON.stringify([from, to]) === key);
    if (first !== i) {
      const contradicts = edges[first]?.verdict !== edge.verdict;
      const what = contradicts
        ? 'contradicts an edge above: the same step is'
        : 'repeats an edge above, which is';
      say(contradicts ? 'error' : 'warning', [...path, 'edges', i], `It ${what} ${edges[first]?.verdict}.`);
    }
  }
  for (const [i, source] of sources.entries()) {
    if (/[\d/]/.test(source) || source.startsWith(TO_FILL_IN)) continue;
    const sentence = `"${source}" names no document, thread or measurement that could be looked up.`;
    say('warning', [...path, 'sources', i], sentence);
  }
}

/** Without EFS2 among its protected ranges a model could lose its calibration (P5). */
function judgeRanges(
  { hardware, protectedRanges, storage }: Family['models'][number],
  path: Path,
  say: Say,
): void {
  if (!protectedRanges.some(({ name }) => name === 'EFS2')) {
    say('error', [...path, 'protectedRanges'], `${hardware} protects no EFS2, which holds its calibration.`);
  }
  const sorted = [...protectedRanges.entries()].sort(([, a], [, b]) => a.startSector - b.startSector);
  let end = 0;
  let before = '';
  for (const [i, range] of sorted) {
    const place = [...path, 'protectedRanges', i];
    if (range.startSector < end) say('error', place, `${range.name} begins inside ${before}.`);
    end = Math.max(end, range.startSector + range.sectorCount);
    before = range.name;
    if (range.startSector + range.sectorCount > totalSectorsOf(storage)) {
      say('error', place, `${range.name} ends behind the last page or sector, ${totalSectorsOf(storage)}.`);
    }
  }
}

function sayWhatIsMissing({ all, incomplete }: Family, say: Say): void {
  if (all.chip === undefined) say('missing', ['all'], 'The chip of this family.');
  if (all.flashMethod === 'not-known') say('missing', ['all', 'flashMethod'], 'How this family is flashed.');
  for (const field of ['normal', 'edl'] as const) {
    const state = field === 'normal' ? 'in normal mode' : 'in EDL, or what it has in its place';
    if (all.usb[field] === undefined) say('missing', ['all', 'usb'], `The USB ids ${state}.`);
  }
  if (isFlashedByUs(all)) {
    for (const field of ['diagInterface', 'atInterface'] as const) {
      if (all.usb[field] === undefined) say('missing', ['all', 'usb'], `The number of the ${field}.`);
    }
    if (all.programmerImageId === undefined)
      say('missing', ['all'], 'The Sahara image id of the programmer.');
  }
  for (const [i, { hardware, missing }] of incomplete.entries()) {
    for (const [j, what] of missing.entries()) {
      say('missing', ['incomplete', i, 'missing', j], `${hardware}: ${what}`);
    }
  }
}
