/** Reads a family file and makes the strict entries that are signed and served. */
import { parseDocument } from 'yaml';
import { type ModelEntry, modelEntrySchema } from '../../shared/catalogue.ts';
import { modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { FAMILY_FILE_MAX_BYTES } from '../limits.ts';
import { type Family, familySchema } from './family.ts';

export type FamilyFailure = {
  readonly reason: 'family-file-invalid';
  readonly file: string;
  readonly why: string;
};

/** YAML 1.2 without aliases and without repeated keys. */
export function readFamily(text: string, file: string): Result<Family, FamilyFailure> {
  const refuse = (why: string) => err({ reason: 'family-file-invalid', file, why } as const);
  if (text.length > FAMILY_FILE_MAX_BYTES) return refuse(`larger than ${FAMILY_FILE_MAX_BYTES} bytes`);
  const document = parseDocument(text, { version: '1.2', strict: true, uniqueKeys: true });
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) return refuse(broken.message.split('\n')[0] ?? 'not YAML');
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return refuse('uses YAML aliases');
  }
  const family = familySchema.safeParse(content);
  if (family.success) return ok(family.data);
  const issue = family.error.issues[0];
  return refuse(`${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'invalid'}`);
}

/** The entries of a family, checked against the schema the device and the edge hold them to. */
export function entriesOf(family: Family, file: string): Result<readonly ModelEntry[], FamilyFailure> {
  const entries: ModelEntry[] = [];
  for (const model of family.models) {
    const id = modelOf(family.vendor, model);
    const entry = modelEntrySchema.safeParse({
      format: 'cistern-model/1',
      model: id,
      vendor: family.vendor,
      ...family.all,
      ...model,
      edges: [...family.all.edges, ...model.edges],
      knownIssues: [...family.all.knownIssues, ...model.knownIssues],
      sources: [...family.all.sources, ...model.sources],
    });
    if (!entry.success) {
      const issue = entry.error.issues[0];
      const why = `${model.hardware}: ${issue?.path.join('.')}: ${issue?.message}`;
      return err({ reason: 'family-file-invalid', file, why });
    }
    entries.push(entry.data);
  }
  return ok(entries);
}
