/** What the Worker is given by its environment, checked before the first request is answered. */
import * as z from 'zod';
import { fromHex } from '../shared/bytes.ts';
import { SHA256_HEX } from '../shared/digest.ts';
import type { HaltRule } from '../shared/rollout-health.ts';
import { HALT_MIN_FAILURES_DEFAULT, HALT_SUCCESS_BELOW_PERCENT_DEFAULT } from './limits.ts';
import type { OnlineKeys } from './metadata/online-signers.ts';
import type { Access } from './operator/access.ts';
import { SCOPES } from './operator/caller.ts';
import type { S3Settings } from './store/s3-client.ts';
import type { Queued } from './telemetry/queued.ts';

export type Bindings = {
  /** R2's bucket, or where another is. */
  readonly firmware: R2Bucket | S3Settings;
  readonly db: D1Database;
  /** Reports on their way to D1. */
  readonly reports: Queue<Queued>;
  /** Reports as they came. Not the bucket of the firmware: that one may be copied to mirrors. */
  readonly archive: R2Bucket;
  readonly rates: Rates;
  readonly onlineKeys: OnlineKeys;
  readonly operatorTokenSha256: Uint8Array<ArrayBuffer>;
  /** `null` where its variables are not set: then nobody comes in by it. */
  readonly access: AccessSettings | null;
  /** SHA-256 of the tokens that enrol a device; empty where any device may report, which `REPORTS_FROM` has to say. */
  readonly fleetTokens: readonly Uint8Array<ArrayBuffer>[];
  /** When a release is halted by itself. */
  readonly haltRule: HaltRule;
};

export type AccessSettings = Pick<Access, 'teamOrigin' | 'audience' | 'scopes'>;

export type Rates = {
  /** Metadata, targets, chunks, lists; counted by sample. */
  readonly reads: RateLimit;
  /** Compatibility and telemetry. */
  readonly questions: RateLimit;
  /** Failed operator tokens. */
  readonly refusals: RateLimit;
};

/** What `REPORTS_FROM` says where reports of any device are to be taken and to count. */
const ANYBODY = 'anybody';

const hex32 = z.string().regex(SHA256_HEX);
const privateKey = z.strictObject({ seed: hex32, public: hex32 });
const onlineKeysSchema = z.strictObject({ snapshot: privateKey, timestamp: privateKey, rollout: privateKey });

/** Throws with every binding that is missing or unreadable, and never with what a secret holds. */
export function checkBindings(env: object): Bindings {
  const given = env as Readonly<Record<string, unknown>>;
  const wrong: string[] = [];
  const binding = <T>(name: string): T => {
    if (typeof given[name] !== 'object' || given[name] === null) wrong.push(`binding ${name} is missing`);
    return given[name] as T;
  };
  const s3 = readS3(given);
  if (s3 === 'unreadable') {
    wrong.push(
      'S3_ENDPOINT, S3_BUCKET, S3_REGION and the secrets S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not all of an origin (https://…), a name, a name, a key and its secret',
    );
  }
  const checked = {
    firmware: s3 === null || s3 === 'unreadable' ? binding<R2Bucket>('FIRMWARE') : s3,
    db: binding<D1Database>('DB'),
    reports: binding<Queue<Queued>>('REPORTS'),
    archive: binding<R2Bucket>('ARCHIVE'),
    rates: {
      reads: binding<RateLimit>('RATE_READS'),
      questions: binding<RateLimit>('RATE_QUESTIONS'),
      refusals: binding<RateLimit>('RATE_REFUSALS'),
    },
  };
  const onlineKeys = readOnlineKeys(given.ONLINE_KEYS);
  if (onlineKeys === null) {
    wrong.push(
      'secret ONLINE_KEYS is not {"snapshot":KEY,"timestamp":KEY,"rollout":KEY}, KEY = {"seed","public"} in hex',
    );
  }
  const operatorTokenSha256 = readDigest(given.OPERATOR_TOKEN_SHA256);
  if (operatorTokenSha256 === null)
    wrong.push('secret OPERATOR_TOKEN_SHA256 is not a SHA-256 in lower-case hex');
  const access = readAccess(given);
  if (access === 'unreadable') {
    wrong.push(
      `ACCESS_TEAM_DOMAIN, ACCESS_AUDIENCE and ACCESS_SCOPES are not all of https://TEAM.cloudflareaccess.com, the tag, and some of ${SCOPES.join(',')}`,
    );
  }
  const fleetTokens = readDigests(given.FLEET_TOKEN_SHA256);
  if (fleetTokens === null)
    wrong.push('secret FLEET_TOKEN_SHA256 is not one SHA-256 in lower-case hex, or some with commas between');
  // Device keys are free to make: made-up successes would hide failures, so nobody opens this by leaving it out.
  const takesAnybody = given.REPORTS_FROM === ANYBODY;
  if (fleetTokens?.length === 0 && !takesAnybody) {
    wrong.push(
      `secret FLEET_TOKEN_SHA256 is missing, and no variable REPORTS_FROM = "${ANYBODY}" says that strangers may report too`,
    );
  }
  const haltRule = readHaltRule(given);
  if (haltRule === null) {
    wrong.push(
      'HALT_MIN_FAILURES or HALT_SUCCESS_BELOW_PERCENT is not a whole number from 1 to 1000, from 0 to 100',
    );
  }
  if (
    wrong.length > 0 ||
    haltRule === null ||
    fleetTokens === null ||
    access === 'unreadable' ||
    onlineKeys === null ||
    operatorTokenSha256 === null
  ) {
    throw new Error(`the Worker is not set up: ${wrong.join('; ')}`);
  }
  return { ...checked, onlineKeys, operatorTokenSha256, access, haltRule, fleetTokens };
}

function readOnlineKeys(secret: unknown): OnlineKeys | null {
  if (typeof secret !== 'string') return null;
  try {
    return onlineKeysSchema.parse(JSON.parse(secret));
  } catch {
    return null;
  }
}

const accessSchema = z.strictObject({
  teamOrigin: z.string().regex(/^https:\/\/[a-z0-9-]+\.cloudflareaccess\.com$/),
  audience: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
});

/** All three variables, or none. Half of them is a door that somebody believes to be shut. */
function readAccess(given: Readonly<Record<string, unknown>>): AccessSettings | null | 'unreadable' {
  const { ACCESS_TEAM_DOMAIN = '', ACCESS_AUDIENCE = '', ACCESS_SCOPES = '' } = given;
  if (ACCESS_TEAM_DOMAIN === '' && ACCESS_AUDIENCE === '') return null;
  const settings = accessSchema.safeParse({
    teamOrigin: ACCESS_TEAM_DOMAIN,
    audience: ACCESS_AUDIENCE,
    scopes: String(ACCESS_SCOPES).split(','),
  });
  return settings.success ? { ...settings.data, scopes: new Set(settings.data.scopes) } : 'unreadable';
}

const s3Schema = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  region: z.string().min(1),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
});

/** All five, or none: with half of them the Worker would serve an R2 bucket that nobody publishes into. */
function readS3(given: Readonly<Record<string, unknown>>): S3Settings | null | 'unreadable' {
  const said = {
    endpoint: given.S3_ENDPOINT,
    bucket: given.S3_BUCKET,
    region: given.S3_REGION,
    accessKeyId: given.S3_ACCESS_KEY_ID,
    secretAccessKey: given.S3_SECRET_ACCESS_KEY,
  };
  if (Object.values(said).every((value) => value === undefined || value === '')) return null;
  const settings = s3Schema.safeParse(said);
  return settings.success ? settings.data : 'unreadable';
}

const haltRuleSchema = z.strictObject({
  failures: z.coerce.number().int().min(1).max(1000).default(HALT_MIN_FAILURES_DEFAULT),
  percent: z.coerce.number().int().min(0).max(100).default(HALT_SUCCESS_BELOW_PERCENT_DEFAULT),
});

/** 0 % halts nothing: nobody can succeed less often. */
function readHaltRule(given: Readonly<Record<string, unknown>>): HaltRule | null {
  const { HALT_MIN_FAILURES: failures, HALT_SUCCESS_BELOW_PERCENT: percent } = given;
  const read = haltRuleSchema.safeParse({ failures, percent });
  return read.success ? { minFailures: read.data.failures, successBelow: read.data.percent / 100 } : null;
}

/** None where it is not set; two while one is replaced by another. */
function readDigests(secret: unknown): readonly Uint8Array<ArrayBuffer>[] | null {
  if (secret === undefined || secret === '') return [];
  const digests = String(secret).split(',').map(readDigest);
  return digests.every((digest) => digest !== null) ? digests : null;
}

function readDigest(secret: unknown): Uint8Array<ArrayBuffer> | null {
  const isDigest = typeof secret === 'string' && SHA256_HEX.test(secret);
  return isDigest ? (fromHex(secret) as Uint8Array<ArrayBuffer>) : null;
}
