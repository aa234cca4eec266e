/**
 * A signing request: metadata on its way to the keys that must sign it, as one file (`cistern-signing/1`). It carries
 * what a signer needs to judge it on a machine without a network: the root that decides who signs, and what was there
 * before. Signatures are added to copies of it, and brought together again.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { rootSchema, targetsSchema } from '../../shared/trust/documents.ts';
import { SIGNING_REQUEST_MAX_BYTES } from '../limits.ts';

const publicKey = z.string().regex(/^[0-9a-f]{64}$/);
/** Public halves of the online keys, in hex. */
export const onlinePublicSchema = z.strictObject({
  snapshot: publicKey,
  timestamp: publicKey,
  rollout: publicKey,
});
export type OnlinePublic = z.infer<typeof onlinePublicSchema>;

const rootRequestSchema = z.strictObject({
  format: z.literal('cistern-signing/1'),
  kind: z.literal('root'),
  /** The root it follows. */
  former: rootSchema,
  next: rootSchema,
  /** Set where the online keys change: the rollout's is not named by root. */
  online: onlinePublicSchema.nullable(),
});

const targetsRequestSchema = z.strictObject({
  format: z.literal('cistern-signing/1'),
  kind: z.literal('targets'),
  /** The root whose targets role must sign. */
  root: rootSchema,
  /** The targets metadata it follows; null for the first. */
  former: targetsSchema.nullable(),
  next: targetsSchema,
  /** The release that begins to roll out once the metadata is published; null for a renewal. */
  rollout: z
    .strictObject({
      version: versionTextSchema,
      percentage: z.number().min(0).max(100),
      channel: z.enum(['stable', 'beta']).default('stable'),
      /** Null: when it is published. */
      startsAt: z.iso.datetime().nullable().default(null),
    })
    .nullable(),
});

const signingRequestSchema = z.discriminatedUnion('kind', [rootRequestSchema, targetsRequestSchema]);
export type RootRequest = z.infer<typeof rootRequestSchema>;
export type TargetsRequest = z.infer<typeof targetsRequestSchema>;
export type SigningRequest = z.infer<typeof signingRequestSchema>;

export type SigningRequestFailure = {
  readonly reason: 'signing-request-unreadable';
  readonly path: string;
  readonly why: string;
};

export async function readSigningRequest(
  path: string,
): Promise<Result<SigningRequest, SigningRequestFailure>> {
  const refuse = (why: string) => err({ reason: 'signing-request-unreadable', path, why } as const);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) return refuse(text.code === 'ENOENT' ? 'there is no such file' : text.message);
  if (text.length > SIGNING_REQUEST_MAX_BYTES) return refuse('it is too large');
  try {
    const request = signingRequestSchema.safeParse(JSON.parse(text));
    if (request.success) return ok(request.data);
    const issue = request.error.issues[0];
    return refuse(`not a cistern-signing/1 file: ${issue?.path.join('.')}: ${issue?.message}`);
  } catch {
    return refuse('it is not JSON');
  }
}

export function signingRequestText(request: SigningRequest): string {
  return `${JSON.stringify(request, null, 1)}\n`;
}
