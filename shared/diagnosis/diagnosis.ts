/**
 * What a flasher's log tells: findings with the line that shows each, what became of the flash, in which state the
 * modem is, what to do in order. Strict, because it is the answer of `POST /v1/diagnosis` and of `cistern diagnose`.
 */
import * as z from 'zod';
import { EVIDENCE_MAX_CHARS, FINDINGS_MAX, NEXT_STEPS_MAX } from './limits.ts';

/**
 * Of the flash: no erase was sent; an erase was carried out or begun; data was sent after it; all of it was
 * written; or the log does not tell.
 */
export const FLASH_STATES = ['untouched', 'erased', 'partly-written', 'written', 'unknown'] as const;
export type FlashState = (typeof FLASH_STATES)[number];

/** Of the modem after the last line. `absent`: not on the bus. */
export const MODEM_STATES = [
  'normal',
  'edl',
  'programmer-running',
  'ram-dump',
  'fastboot',
  'absent',
  'unknown',
] as const;
export type ModemState = (typeof MODEM_STATES)[number];

/**
 * `cause`: why it failed. `symptom`: that it failed. `warning`: was survived, may matter. `harmless`: looks bad and
 * is not. `step`: how far it got. `success`: it says that it worked. `remark`: said by a person, not by a tool.
 */
export const FINDING_KINDS = [
  'cause',
  'symptom',
  'warning',
  'harmless',
  'step',
  'success',
  'remark',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const TOOLS = ['qfirehose', 'modem_updater', 'cistern'] as const;
export type Tool = (typeof TOOLS)[number];

export const findingSchema = z.strictObject({
  /** Of the signature, stable: programs may rely on it. */
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  kind: z.enum(FINDING_KINDS),
  /** Counted from 1, as a text editor counts. */
  line: z.int().positive(),
  /** The line, freed of forum damage and of identities. */
  text: z.string().max(EVIDENCE_MAX_CHARS),
  /** How often it came in that run of the tool. */
  times: z.int().positive(),
  says: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const nextStepSchema = z.strictObject({
  what: z.string(),
  /** What to type, where there is something to type. */
  command: z.string().nullable(),
});
export type NextStep = z.infer<typeof nextStepSchema>;

export const diagnosisSchema = z.strictObject({
  format: z.literal('cistern-diagnosis/1'),
  /** One sentence for who reads no further. */
  summary: z.string(),
  /** The finding that explains the rest; null where nothing is wrong or nothing is known. */
  cause: z.string().nullable(),
  flash: z.strictObject({ state: z.enum(FLASH_STATES), says: z.string() }),
  modem: z.strictObject({
    state: z.enum(MODEM_STATES),
    /** `shown` by a line, or concluded from what the tool does. */
    certainty: z.enum(['shown', 'likely', 'unknown']),
    says: z.string(),
  }),
  findings: z.array(findingSchema).max(FINDINGS_MAX),
  next: z.array(nextStepSchema).max(NEXT_STEPS_MAX),
  log: z.strictObject({
    lines: z.int().nonnegative(),
    /** Lines before the ones that were read, where the log is longer than is read. */
    linesSkipped: z.int().nonnegative(),
    /** Times a tool was started. */
    runs: z.int().nonnegative(),
    tools: z.array(z.strictObject({ name: z.enum(TOOLS), version: z.string().nullable() })),
    /** Whether the last run of a tool is there to its end. */
    isComplete: z.boolean(),
  }),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
