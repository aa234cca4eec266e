import { Metadata, MetadataKind } from '@tufjs/models';
import { describe, expect, it } from 'vitest';
import { MODEL } from '../test-documents.ts';
import { generatePrivateKey, type Signer, signerOf } from './keys.ts';
import { MODEL_FIELD, TUF_SPEC_VERSION } from './roles.ts';
import { type SignedPart, signMetadata } from './sign.ts';

const signers: readonly Signer[] = await Promise.all(
  [1, 2, 3].map(async () => signerOf(await generatePrivateKey())),
);
const [first, second, stranger] = signers as [Signer, Signer, Signer];
const expires = '2030-01-01T00:00:00Z';

function role(threshold: number, ...of: readonly Signer[]) {
  return { keyids: of.map(({ keyId }) => keyId), threshold };
}

const root: SignedPart = {
  _type: 'root',
  version: 1,
  spec_version: TUF_SPEC_VERSION,
  expires,
  consistent_snapshot: true,
  keys: Object.fromEntries([first, second].map(({ keyId, key }) => [keyId, key])),
  roles: {
    root: role(2, first, second),
    targets: role(1, first),
    snapshot: role(1, second),
    timestamp: role(1, second),
  },
};

const timestamp: SignedPart = {
  _type: 'timestamp',
  version: 7,
  spec_version: TUF_SPEC_VERSION,
  expires,
  meta: { 'snapshot.json': { version: 3 } },
  [MODEL_FIELD]: MODEL,
};

describe('signed metadata', () => {
  it('verifies in a TUF client, root by its own threshold', async () => {
    const text = await signMetadata(root, [first, second]);
    const metadata = Metadata.fromJSON(MetadataKind.Root, JSON.parse(text));
    expect(() => metadata.verifyDelegate('root', metadata)).not.toThrow();
  });

  it('verifies as the role that the root delegates to its key, with x-model in what is signed', async () => {
    const trusted = Metadata.fromJSON(
      MetadataKind.Root,
      JSON.parse(await signMetadata(root, [first, second])),
    );
    const signed = JSON.parse(await signMetadata(timestamp, [second]));
    const metadata = Metadata.fromJSON(MetadataKind.Timestamp, signed);
    expect(() => trusted.verifyDelegate('timestamp', metadata)).not.toThrow();
    expect(metadata.signed.unrecognizedFields?.[MODEL_FIELD]).toBe(MODEL);
  });

  it.each([
    ['fewer signatures than the threshold', root, [first], 'root'],
    ['the same signature twice', root, [first, first], 'root'],
    ["a stranger's signature", root, [first, stranger], 'root'],
  ] as const)('is refused with %s', async (_, signed, by, name) => {
    const metadata = Metadata.fromJSON(
      MetadataKind.Root,
      JSON.parse(await signMetadata(root, [first, second])),
    );
    const text = await signMetadata(signed, by);
    const read = () => metadata.verifyDelegate(name, Metadata.fromJSON(MetadataKind.Root, JSON.parse(text)));
    expect(read).toThrow();
  });

  it.each([
    ['another model', { [MODEL_FIELD]: 'quectel/rm520nglaa-m4g' }],
    ['no model', { [MODEL_FIELD]: undefined }],
    ['another version', { version: 8 }],
    ['a later expiry', { expires: '2031-01-01T00:00:00Z' }],
  ])('is refused once it names %s', async (_, changes) => {
    const trusted = Metadata.fromJSON(
      MetadataKind.Root,
      JSON.parse(await signMetadata(root, [first, second])),
    );
    const file = JSON.parse(await signMetadata(timestamp, [second]));
    const forged = JSON.parse(JSON.stringify({ ...file, signed: { ...file.signed, ...changes } }));
    const metadata = Metadata.fromJSON(MetadataKind.Timestamp, forged);
    expect(() => trusted.verifyDelegate('timestamp', metadata)).toThrow();
  });

  it('is the same text every time: its hash stands in other files', async () => {
    expect(await signMetadata(timestamp, [first, second])).toBe(
      await signMetadata(timestamp, [first, second]),
    );
  });
});
