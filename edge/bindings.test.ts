import { describe, expect, it } from 'vitest';
import { checkBindings } from './bindings.ts';

const KEY = { seed: '0'.repeat(64), public: '1'.repeat(64) };

/** All that a Worker must be given; only the names of bindings are looked at. */
const given = (change: Record<string, unknown> = {}) => ({
  ...Object.fromEntries(
    ['FIRMWARE', 'ARCHIVE', 'DB', 'REPORTS', 'RATE_READS', 'RATE_QUESTIONS', 'RATE_REFUSALS'].map((name) => [
      name,
      {},
    ]),
  ),
  ONLINE_KEYS: JSON.stringify({ snapshot: KEY, timestamp: KEY, rollout: KEY }),
  OPERATOR_TOKEN_SHA256: '2'.repeat(64),
  FLEET_TOKEN_SHA256: '3'.repeat(64),
  ...change,
});

const ACCESS = {
  ACCESS_TEAM_DOMAIN: 'https://fleet.cloudflareaccess.com',
  ACCESS_AUDIENCE: 'a'.repeat(64),
  ACCESS_SCOPES: 'read,rollout',
};

describe('what the Worker is given', () => {
  it('is enough without variables: nobody comes by Access, and releases halt as they do by default', () => {
    const { access, haltRule } = checkBindings(given());
    expect(access).toBeNull();
    expect(haltRule).toEqual({ minFailures: 5, successBelow: 0.9 });
  });

  it('may open Cloudflare Access as a second door', () => {
    expect(checkBindings(given(ACCESS)).access).toEqual({
      teamOrigin: 'https://fleet.cloudflareaccess.com',
      audience: 'a'.repeat(64),
      scopes: new Set(['read', 'rollout']),
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a team without an audience', { ...ACCESS, ACCESS_AUDIENCE: '' }],
    ['an audience without a team', { ...ACCESS, ACCESS_TEAM_DOMAIN: undefined }],
    ['a team that is elsewhere', { ...ACCESS, ACCESS_TEAM_DOMAIN: 'https://evil.example' }],
    ['a team with a path', { ...ACCESS, ACCESS_TEAM_DOMAIN: 'https://fleet.cloudflareaccess.com/x' }],
    ['no scopes', { ...ACCESS, ACCESS_SCOPES: '' }],
    ['a scope that is none', { ...ACCESS, ACCESS_SCOPES: 'read,everything' }],
  ])('opens nothing by half: %s', (_, variables) => {
    expect(() => checkBindings(given(variables))).toThrow(/ACCESS_TEAM_DOMAIN/);
  });

  const S3 = {
    S3_ENDPOINT: 'https://s3.example',
    S3_BUCKET: 'firmware',
    S3_REGION: 'us-east-1',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
  };

  it('may hold the firmware in another S3, and needs no bucket of R2 then', () => {
    expect(checkBindings(given({ ...S3, FIRMWARE: undefined })).firmware).toEqual({
      endpoint: 'https://s3.example',
      bucket: 'firmware',
      region: 'us-east-1',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
    });
  });

  it.each([
    ...Object.keys(S3).map((name) => [`no ${name}`, { ...S3, [name]: '' }] as const),
    ['an address of something else', { ...S3, S3_ENDPOINT: 'ftp://s3.example' }] as const,
    ['a bucket that is a path', { ...S3, S3_BUCKET: 'firmware/v1' }] as const,
  ])('serves from no bucket by half a configuration: %s', (_, variables) => {
    expect(() => checkBindings(given(variables))).toThrow(/S3_ENDPOINT, S3_BUCKET, .* are not all of/);
    expect(() => checkBindings(given(variables))).not.toThrow(/secret,|:key/);
  });

  it('may say when a release halts, and that none does', () => {
    const rule = (failures: unknown, percent: unknown) =>
      checkBindings(given({ HALT_MIN_FAILURES: failures, HALT_SUCCESS_BELOW_PERCENT: percent })).haltRule;
    expect(rule('20', '95')).toEqual({ minFailures: 20, successBelow: 0.95 });
    expect(rule('5', '0').successBelow).toBe(0);
  });

  it.each([
    ['0', '90'],
    ['5', '101'],
    ['many', '90'],
    ['5', '-1'],
  ])('does not halt by nonsense: %s failures, below %s %%', (failures, percent) => {
    const variables = { HALT_MIN_FAILURES: failures, HALT_SUCCESS_BELOW_PERCENT: percent };
    expect(() => checkBindings(given(variables))).toThrow(/HALT_MIN_FAILURES/);
  });

  it('takes reports of a fleet whose token may be changing, or of any device where a variable says so', () => {
    const tokens = (secret: unknown, REPORTS_FROM?: string) =>
      checkBindings(given({ FLEET_TOKEN_SHA256: secret, REPORTS_FROM })).fleetTokens;
    expect(tokens(undefined, 'anybody')).toEqual([]);
    expect(tokens('0'.repeat(64), 'anybody')).toHaveLength(1);
    expect(tokens('0'.repeat(64))).toHaveLength(1);
    expect(tokens(`${'0'.repeat(64)},${'1'.repeat(64)}`)).toHaveLength(2);
  });

  it.each([undefined, '', 'fleet', 'true', 'Anybody'])(
    'takes reports of any device by nobody leaving something out: REPORTS_FROM is %s',
    (REPORTS_FROM) => {
      const open = given({ FLEET_TOKEN_SHA256: undefined, REPORTS_FROM });
      expect(() => checkBindings(open)).toThrow(/FLEET_TOKEN_SHA256 is missing, .* REPORTS_FROM = "anybody"/);
    },
  );

  it.each(['secret', `${'0'.repeat(64)},`, '0'.repeat(63)])(
    'takes no reports by a fleet token that can be none: %s',
    (secret) => {
      expect(() => checkBindings(given({ FLEET_TOKEN_SHA256: secret }))).toThrow(/FLEET_TOKEN_SHA256 is not/);
    },
  );

  it.each(['ARCHIVE', 'REPORTS'])('is not enough without %s', (name) => {
    expect(() => checkBindings(given({ [name]: undefined }))).toThrow(`binding ${name} is missing`);
  });
});
