/** `/v1/compatibility`: does this firmware fit this modem? The shared rules, asked with the published catalogue. */
import * as z from 'zod';
import {
  type Compatibility,
  judgeCompatibility,
  judgeStep,
  versionsThatFit,
} from '../../shared/compatibility.ts';
import { type FirmwareVersion, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { COMPATIBILITY_BATCH_MAX } from '../../shared/limits.ts';
import { type ModelId, modelOf, productOf } from '../../shared/model.ts';
import { PASTED_VERSION_MAX_CHARS } from '../limits.ts';
import type { ModelRow } from '../store/model-rows.ts';

/** People paste versions, with the white space around them. */
const pastedVersion = z.string().max(PASTED_VERSION_MAX_CHARS).trim().pipe(versionTextSchema);

export const questionSchema = z.strictObject({
  /** What the modem reports (AT+QGMR). */
  installed: pastedVersion,
  /** Left out: the newest release that fits. */
  wanted: pastedVersion.optional(),
  vendor: z
    .string()
    .regex(/^[a-z0-9]{2,32}$/)
    .default('quectel'),
});
export type Question = z.infer<typeof questionSchema>;

export const batchSchema = z.strictObject({
  questions: z.array(questionSchema).min(1).max(COMPATIBILITY_BATCH_MAX),
});

export const answerSchema = z.strictObject({
  verdict: z.enum(['fits', 'does not fit', 'not known']),
  reasons: z.array(z.strictObject({ code: z.string(), sentence: z.string(), source: z.string() })),
  /** Versions to install in turn, the wanted one last; empty unless it fits. */
  path: z.array(versionTextSchema),
  /** Which model the installed version belongs to; null where the version names none. */
  model: z.string().nullable(),
  installed: z.string(),
  wanted: z.string().nullable(),
});
export const batchAnswerSchema = z.strictObject({ answers: z.array(answerSchema) });
export type Answer = Compatibility & {
  readonly model: ModelId | null;
  readonly installed: string;
  readonly wanted: string | null;
};

/** Answers one question; `readModel` gives the published model or null. */
export async function answerCompatibility(
  question: Question,
  readModel: (model: ModelId) => Promise<ModelRow | null>,
): Promise<Answer> {
  const installed = readVersion(question.installed);
  const wanted = question.wanted === undefined ? null : readVersion(question.wanted);
  const model = modelOf(question.vendor, installed);
  const row = model === null ? null : await readModel(model);
  const asked = { model, installed: installed.text };
  if (row === null) {
    const sentence = `Nothing is published here for ${model ?? installed.text}.`;
    return { ...notPublished(sentence), ...asked, wanted: wanted?.text ?? null };
  }
  if (wanted !== null) return { ...judge(installed, wanted, row), ...asked, wanted: wanted.text };
  const newest = newestThatFits(installed, row);
  if (newest === null) {
    return { ...notPublished(`No release is published here for ${row.model}.`), ...asked, wanted: null };
  }
  return { ...judge(installed, newest, row), ...asked, wanted: newest.text };
}

function judge(installed: FirmwareVersion, wanted: FirmwareVersion, row: ModelRow): Compatibility {
  // Firmware of another model is refused as such, whether or not it is published here.
  if (productOf(installed) !== productOf(wanted)) {
    return {
      ...judgeStep(installed, wanted, row.entry, { version: wanted.text, installableFrom: [] }),
      path: [],
    };
  }
  return judgeCompatibility(installed, wanted, row);
}

/** The newest release that fits, or the newest of all; `null` where there is none. */
function newestThatFits(installed: FirmwareVersion, row: ModelRow): FirmwareVersion | null {
  const fitting = versionsThatFit(installed, row);
  const newest = row.releases.find(({ version }) => fitting.has(version)) ?? row.releases[0];
  return newest === undefined ? null : readVersion(newest.version);
}

function notPublished(sentence: string): Compatibility {
  return {
    verdict: 'not known',
    reasons: [{ code: 'release-not-published', sentence, source: 'this repository' }],
    path: [],
  };
}

/** Of a text that the schema has let through. */
function readVersion(text: string): FirmwareVersion {
  const version = parseFirmwareVersion(text);
  if (!version.ok) throw new Error(`a schema let ${text.slice(0, 100)} through`);
  return version.value;
}
