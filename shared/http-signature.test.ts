import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, fromUtf8, toBase64, utf8 } from './bytes.ts';
import { digestField } from './digest.ts';
import { readSignatureFields, type SignedRequest, signatureBase, signatureFields } from './http-signature.ts';
import { generatePrivateKey, signerOf } from './trust/keys.ts';

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fromHex(hex) ?? []);
}

const keyId = 'ab'.repeat(32);
const request: SignedRequest = {
  method: 'POST',
  path: '/v1/telemetry',
  contentType: 'application/json',
  contentDigest: await digestField(utf8('{}')),
  createdAt: 1_770_000_000,
  keyId,
};
const { seed, public: publicHex } = await generatePrivateKey();
const signer = await signerOf({ seed, public: publicHex });
const publicKey = await crypto.subtle.importKey('raw', bytesOf(publicHex), 'Ed25519', false, ['verify']);
const signature = new Uint8Array(await signer.sign(signatureBase(request)));
const fields = signatureFields(request, signature);

function verifies(said: SignedRequest, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return crypto.subtle.verify('Ed25519', publicKey, bytes, signatureBase(said));
}

describe('the bytes that are signed', () => {
  it('are the signature base of RFC 9421 section 2.5, a component a line, its parameters last', () => {
    expect(fromUtf8(signatureBase(request))).toBe(
      [
        '"@method": POST',
        '"@path": /v1/telemetry',
        '"content-type": application/json',
        '"content-digest": sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
        `"@signature-params": ("@method" "@path" "content-type" "content-digest");created=1770000000;keyid="${keyId}";alg="ed25519"`,
      ].join('\n'),
    );
  });
});

describe('a signed request', () => {
  it('says in its fields what it was signed with, and verifies', async () => {
    const said = readSignatureFields(fields['signature-input'], fields.signature);
    expect(said).toEqual({ createdAt: request.createdAt, keyId, signature });
    expect(await verifies(request, signature)).toBe(true);
  });

  it.each([
    ['method', 'PUT'],
    ['path', '/v1/telemetry/'],
    ['contentType', 'text/plain'],
    ['contentDigest', 'sha-256=:AAAA:'],
    ['createdAt', request.createdAt + 1],
    ['keyId', 'cd'.repeat(32)],
  ])('does not verify with another %s', async (component, value) => {
    expect(await verifies({ ...request, [component]: value }, signature)).toBe(false);
  });

  it('does not verify with any bit of its signature turned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(signature.length * 8 - 1), async (bit) => {
        const turned = signature.slice();
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await verifies(request, turned)).toBe(false);
      }),
    );
  });
});

describe('signature fields', () => {
  const input = fields['signature-input'];
  it.each([
    ['no input', '', fields.signature],
    ['no signature', input, ''],
    ['another label', input.replace('cistern=', 'sig1='), fields.signature],
    ['fewer components', input.replace(' "content-digest"', ''), fields.signature],
    ['another order', input.replace('"@method" "@path"', '"@path" "@method"'), fields.signature],
    ['another algorithm', input.replace('ed25519', 'hmac-sha256'), fields.signature],
    ['an expiry we do not know', `${input};expires=1`, fields.signature],
    ['a second signature', `${input}, ${input}`, fields.signature],
    ['a key id that is no hash', input.replace(keyId, 'x'), fields.signature],
    ['a time that is no number', input.replace('created=1', 'created=x'), fields.signature],
    ['a negative time', input.replace('created=', 'created=-'), fields.signature],
    ['a signature of another label', input, fields.signature.replace('cistern=', 'sig1=')],
    ['a signature that is no byte sequence', input, fields.signature.replaceAll(':', '')],
    ['a signature that is too short', input, `cistern=:${toBase64(signature.subarray(1))}:`],
    ['a signature of 65 bytes', input, `cistern=:${toBase64(new Uint8Array(65))}:`],
    ['a signature of 66 bytes', input, `cistern=:${toBase64(new Uint8Array(66))}:`],
    ['padding in the middle', input, `cistern=:${'A'.repeat(43)}=${'A'.repeat(44)}:`],
  ])('with %s are not ours', (_, signatureInput, signatureField) => {
    expect(readSignatureFields(signatureInput, signatureField)).toBeNull();
  });
});
