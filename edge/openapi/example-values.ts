/**
 * What the examples of the description say: one modem, two releases of it, one device. `test/edge/openapi.test.ts`
 * publishes just these and sends every example. Ids of content are of what that test publishes.
 */

export const MODEL = { vendor: 'quectel', model: 'ec25euga-m4g' } as const;
export const MODEL_ID = `${MODEL.vendor}/${MODEL.model}`;
export const INSTALLED = 'EC25EUGAR06A05M4G_01.003.01.003';
export const WANTED = 'EC25EUGAR08A03M4G_01.200.01.200';

/** A chunk that is stored, and one that is not. */
export const CHUNK_ID = 'b290d55ed1fd2c128f29dc794a6660b64ca39c8dfd1659ff6c4014af7a4a7101';
export const MISSING_CHUNK_ID = 'ab'.repeat(32);
export const CHUNK = { prefix: CHUNK_ID.slice(0, 4), file: `${CHUNK_ID}.cacnk` };

/** The model's entry at its consistent path. */
export const TARGET_NAME = 'ad392e750331390212b3ea9edeb8c4ef7e72a50765965b6f2f53949bd03922e8.model.json';
export const TARGET = { ...MODEL, path: `${MODEL_ID}/${TARGET_NAME}` };

/** Of the rollout that a model begins with: it lets nothing through. */
export const FIRST_ROLLOUT_ETAG = '"sha256-6b9b83d11ceab193d067cd55b928e0a6520a037967b5164394c3c1b8fd6d60e7"';

/** Of some other representation than the one that is there. */
export const OTHER_ETAG = `"sha256-${'ab'.repeat(32)}"`;

export const TOKEN_ID = '0123456789abcdef';

/** The key is the Ed25519 test key that RFC 9421 prints (appendix B.1.4), so that anybody can make the signature. */
const DEVICE_ID = 'b16c2d1bead1262639764fdb0ee4d3774599336bd493404cda4b1136c59f2062';
export const REPORT = {
  format: 'cistern-report/1',
  id: '3f2c8a52-6a0e-4b36-9d5e-2d1f2d7c9a11',
  deviceId: DEVICE_ID,
  deviceKey: 'JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=',
  model: MODEL_ID,
  fromVersion: INSTALLED,
  toVersion: WANTED,
  outcome: 'updated',
  lastStep: 'confirming',
  reason: null,
  modemState: 'normal',
  startedAt: '2026-11-23T07:50:00Z',
  endedAt: '2026-11-23T07:55:00Z',
  fetchedBytes: 60_000_000,
  programmedBytes: 80_000_000,
  flashAttempts: 1,
  updaterVersion: '0.1.0',
} as const;

/** Over `REPORT` as it is written without white space; made on 2026-11-23 at 08:00 UTC. */
export const REPORT_SIGNATURE = {
  'Content-Digest': 'sha-256=:nO078ZhSxFdN1H2oOte4c1eU/suS4jnh1I/w9u5qT7U=:',
  'Signature-Input': `cistern=("@method" "@path" "content-type" "content-digest");created=1795420800;keyid="${DEVICE_ID}";alg="ed25519"`,
  Signature:
    'cistern=:XPjDn5U6pN65LnggAXQnBaYFFdHQcWPAk5ctEEcR5ksSoz+JHC5a5wl0pvQbbbRJspyTTu1wOPX2pfPRdmESBg==:',
} as const;
