/**
 * TUF metadata as this repository writes it (TUF 4.2 to 4.5). Strict: an unknown field in anything signed is
 * refused (P6). Shapes only; `signed-by.ts` verifies signatures.
 */
import * as z from 'zod';
import { modelIdSchema } from '../catalogue.ts';
import { SHA256_HEX } from '../digest.ts';
import { TARGET_NAME_MAX_CHARS } from '../limits.ts';
import { MODEL_FIELD } from './roles.ts';

const version = z.int().positive();
const sha256Hex = z.string().regex(SHA256_HEX);
const lengthBytes = z.int().nonnegative();
const specVersion = z.string().regex(/^1\.\d+\.\d+$/);

const SIGNATURES_MAX = 16;
const KEYS_OF_ROLE_MAX = 16;

/** TUF clients refuse a file with two signatures of one key id, and a role that lists one twice. So do we. */
const areDifferent = (ids: readonly string[]) => new Set(ids).size === ids.length;

const signatures = z
  .array(z.strictObject({ keyid: sha256Hex, sig: z.string().regex(/^[0-9a-f]{128}$/) }))
  .max(SIGNATURES_MAX)
  .refine((all) => areDifferent(all.map(({ keyid }) => keyid)), 'a key id signs twice');

/** Whole seconds, UTC: some clients take nothing else (TUF 4.2). */
const expires = z.iso.datetime({ precision: 0 });

const common = {
  spec_version: specVersion,
  version,
  expires,
  [MODEL_FIELD]: modelIdSchema,
};

/** Version, length and digest of a metadata file, as snapshot and timestamp list it. */
export const metaFileSchema = z.strictObject({
  version,
  length: lengthBytes,
  hashes: z.strictObject({ sha256: sha256Hex }),
});
export type MetaFile = z.infer<typeof metaFileSchema>;

export const targetFileSchema = z.strictObject({
  length: lengthBytes,
  hashes: z.strictObject({ sha256: sha256Hex }),
});
export type TargetFile = z.infer<typeof targetFileSchema>;

const targetFiles = z.record(z.string().max(TARGET_NAME_MAX_CHARS), targetFileSchema);

const tufKeySchema = z.strictObject({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyval: z.strictObject({ public: sha256Hex }),
});

export const timestampSchema = z.strictObject({
  signatures,
  signed: z.strictObject({
    ...common,
    _type: z.literal('timestamp'),
    meta: z.strictObject({ 'snapshot.json': metaFileSchema }),
  }),
});

export type TimestampMetadata = z.infer<typeof timestampSchema>;

export const snapshotSchema = z.strictObject({
  signatures,
  signed: z.strictObject({
    ...common,
    _type: z.literal('snapshot'),
    meta: z.strictObject({ 'targets.json': metaFileSchema, 'rollout.json': metaFileSchema }),
  }),
});

export type SnapshotMetadata = z.infer<typeof snapshotSchema>;

/** The delegated rollout role is targets metadata without delegations. */
export const rolloutRoleSchema = z.strictObject({
  signatures,
  signed: z.strictObject({ ...common, _type: z.literal('targets'), targets: targetFiles }),
});

const keyIds = z.array(sha256Hex).max(KEYS_OF_ROLE_MAX).refine(areDifferent, 'a key id stands here twice');

export type RolloutRoleMetadata = z.infer<typeof rolloutRoleSchema>;

const roleSchema = z
  .strictObject({ keyids: keyIds, threshold: z.int().positive() })
  .refine(({ keyids, threshold }) => threshold <= keyids.length, 'asks for more signatures than it has keys');

/** Root of trust (TUF 4.3). Not bound to a model: all models share it. */
export const rootSchema = z.strictObject({
  signatures,
  signed: z
    .strictObject({
      _type: z.literal('root'),
      spec_version: specVersion,
      version,
      expires,
      consistent_snapshot: z.literal(true),
      keys: z.record(sha256Hex, tufKeySchema),
      roles: z.strictObject({
        root: roleSchema,
        targets: roleSchema,
        snapshot: roleSchema,
        timestamp: roleSchema,
      }),
    })
    .refine(
      ({ keys, roles }) =>
        Object.values(roles).every(({ keyids }) => keyids.every((id) => Object.hasOwn(keys, id))),
      'a role names a key that is not there',
    ),
});
export type RootMetadata = z.infer<typeof rootSchema>;

export const targetsSchema = z.strictObject({
  signatures,
  signed: z.strictObject({
    ...common,
    _type: z.literal('targets'),
    targets: targetFiles,
    delegations: z.strictObject({
      keys: z.record(sha256Hex, tufKeySchema),
      roles: z
        .array(
          z.strictObject({
            name: z.string().max(32),
            keyids: keyIds,
            threshold: z.int().positive(),
            terminating: z.boolean(),
            paths: z.array(z.string().max(TARGET_NAME_MAX_CHARS)).max(8),
          }),
        )
        .max(8),
    }),
  }),
});
export type TargetsMetadata = z.infer<typeof targetsSchema>;
