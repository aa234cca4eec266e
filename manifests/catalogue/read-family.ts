/** Reads a family file and makes the strict entries that are signed and served. */
import { LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { type ModelEntry, modelEntrySchema } from '../../shared/catalogue.ts';
import { modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { FAMILY_FILE_MAX_BYTES } from '../limits.ts';
import { type Family, familySchema } from './family.ts';
import { type FamilyLines, linesOf } from './family-lines.ts';

/** What is wrong with a family file, and where. */
export type FamilyProblem = { readonly file: string; readonly line: number; readonly why: string };

export type FamilyFailure = FamilyProblem & {
  readonly reason: 'family-file-invalid';
  /** Everything that was found, the first of it above; at least one. */
  readonly problems: readonly FamilyProblem[];
};

export type FamilyText = { readonly family: Family; readonly lines: FamilyLines };

/** YAML 1.2 without aliases and without repeated keys. */
export function readFamily(text: string, file: string): Result<Family, FamilyFailure> {
  const read = readFamilyText(text, file);
  return read.ok ? ok(read.value.family) : read;
}

/** The same, with the lines its statements stand in. */
export function readFamilyText(text: string, file: string): Result<FamilyText, FamilyFailure> {
  if (text.length > FAMILY_FILE_MAX_BYTES) {
    return refuse([{ file, line: 1, why: `larger than ${FAMILY_FILE_MAX_BYTES} bytes` }]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: '1.2', strict: true, uniqueKeys: true, lineCounter });
  const lineAt = (offset: number) => Math.max(1, lineCounter.linePos(offset).line);
  const broken = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    file,
    line: lineAt(pos[0]),
    why: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML',
  }));
  if (broken.length > 0) return refuse(broken);
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return refuse([{ file, line: 1, why: 'uses YAML aliases' }]);
  }
  const lines = linesOf(document, lineAt);
  const family = familySchema.safeParse(content);
  if (family.success) return ok({ family: family.data, lines });
  return refuse(
    family.error.issues.flatMap((issue) =>
      placesOf(issue).map((place) => ({
        file,
        line: lines.of(place),
        why: `${issue.path.join('.') || 'file'}: ${issue.message}`,
      })),
    ),
  );
}

/** An unknown field is named by its own line, not by that of what holds it. */
function placesOf(issue: z.core.$ZodIssue): readonly (readonly PropertyKey[])[] {
  if (issue.code !== 'unrecognized_keys') return [issue.path];
  return issue.keys.map((key) => [...issue.path, key]);
}

function refuse(problems: readonly FamilyProblem[]): Result<never, FamilyFailure> {
  const [first] = problems;
  if (first === undefined) throw new Error('a file is refused for a reason');
  return err({ reason: 'family-file-invalid', ...first, problems });
}

/** The entries of a family, checked against the schema the device and the edge hold them to. */
export function entriesOf(
  { family, lines }: FamilyText,
  file: string,
): Result<readonly ModelEntry[], FamilyFailure> {
  const entries: ModelEntry[] = [];
  const problems: FamilyProblem[] = [];
  for (const [i, model] of family.models.entries()) {
    const entry = modelEntrySchema.safeParse(entryOf(family, model));
    if (entry.success) entries.push(entry.data);
    else {
      for (const { path, message } of entry.error.issues) {
        const why = `${model.hardware}: ${path.join('.')}: ${message}`;
        problems.push({ file, line: lines.of(['models', i]), why });
      }
    }
  }
  return problems.length === 0 ? ok(entries) : refuse(problems);
}

/** What the family says and what the model says, together; a list that nobody filled is left out. */
function entryOf({ vendor, all }: Family, model: Family['models'][number]): object {
  const { normal, edl, fastboot, crashDump, diagInterface, atInterface } = all.usb;
  const { floors: own = [], ...rest } = model;
  const floors = [...(all.floors ?? []), ...own];
  return {
    format: 'cistern-model/1',
    model: modelOf(vendor, model),
    vendor,
    chip: all.chip,
    flashMethod: all.flashMethod,
    usb: {
      normal,
      edl,
      diagInterface,
      atInterface,
      ...(fastboot === undefined ? {} : { fastboot }),
      ...(crashDump === undefined ? {} : { crashDump }),
    },
    programmerImageId: all.programmerImageId,
    ...(all.edlHardware === undefined ? {} : { edlHardware: all.edlHardware }),
    ...rest,
    ...(floors.length === 0 ? {} : { floors }),
    edges: [...all.edges, ...model.edges],
    knownIssues: [...all.knownIssues, ...model.knownIssues],
    routers: [...(all.routers ?? []), ...model.routers],
    sources: [...all.sources, ...model.sources],
  };
}
