/** Judges `contents.xml` and the patch files. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ModelEntry } from '../catalogue.ts';
import { errorAt, type Finding, warningAt } from './finding.ts';

export const CONTENTS = 'contents.xml';

const CHIP_IDS_MAX = 32;

/** The chip that the package says it is for must be the model's. */
export function judgeContents(text: string, entry: ModelEntry): readonly Finding[] {
  if (!isWellFormed(text)) return [errorAt('contents-malformed', { file: CONTENTS }, 'Not well-formed XML.')];
  const found = [...text.matchAll(/<chipid\b[^>]{0,200}>([^<]{1,64})<\/chipid>/gi)].slice(0, CHIP_IDS_MAX);
  const chips = found.map(([, chip]) => (chip ?? '').trim());
  if (chips.length === 0) return [warningAt('contents-missing', CONTENTS, 'Names no chip.')];
  if (chips.includes(entry.chip)) return [];
  const line = text.slice(0, found[0]?.index).split('\n').length;
  const sentence = `The package is for ${chips.join(', ')}; ${entry.name} has a ${entry.chip}.`;
  return [errorAt('chip-contradicts-model', { file: CONTENTS, line }, sentence)];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => name === 'patch',
});

/** Patches for files are the build host's business; one for the device (`DISK`) would have to be sent (edl 1c). */
export function judgePatch(text: string, file: string): readonly Finding[] {
  if (!isWellFormed(text)) return [errorAt('patch-malformed', { file }, 'Not well-formed XML.')];
  const root = (parser.parse(text) as { patches?: { patch?: { filename?: string }[] } | '' }).patches;
  const patches = (typeof root === 'object' ? root.patch : undefined) ?? [];
  const device = patches.filter(({ filename }) => filename?.toUpperCase() === 'DISK');
  if (device.length === 0) return [];
  const sentence = `${device.length} patches are for the device itself, which the programmers of this family cannot do.`;
  return [errorAt('patch-for-the-device', { file }, sentence)];
}

function isWellFormed(text: string): boolean {
  return !/<!(DOCTYPE|ENTITY)/i.test(text) && XMLValidator.validate(text) === true;
}
