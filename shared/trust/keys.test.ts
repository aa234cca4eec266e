import { Key } from '@tufjs/models';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { generatePrivateKey, keyIdOf, signerOf, tufKey } from './keys.ts';

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fromHex(hex) ?? []);
}

/** RFC 8032 section 7.1, test 1: seed, public key, signature of the empty message. */
const RFC_8032 = {
  seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signatureOfNothing:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
};

describe('a TUF key', () => {
  it('has the id that TUF 4.2 gives it: SHA-256 of its canonical JSON', async () => {
    const key = tufKey(bytesOf(RFC_8032.public));
    const canonical = `{"keytype":"ed25519","keyval":{"public":"${RFC_8032.public}"},"scheme":"ed25519"}`;
    const digest = await crypto.subtle.digest('SHA-256', utf8(canonical));
    expect(await keyIdOf(key)).toBe(toHex(new Uint8Array(digest)));
  });

  it('is what TUF clients read and write', async () => {
    const key = tufKey(bytesOf(RFC_8032.public));
    expect(Key.fromJSON(await keyIdOf(key), { ...key }).toJSON()).toEqual(key);
  });
});

describe('a signer', () => {
  it('signs as RFC 8032 section 7.1 does', async () => {
    const signer = await signerOf(RFC_8032);
    expect(toHex(await signer.sign(new Uint8Array()))).toBe(RFC_8032.signatureOfNothing);
    expect(signer.keyId).toBe(await keyIdOf(signer.key));
  });

  it.each([
    { ...RFC_8032, seed: '' },
    { ...RFC_8032, seed: RFC_8032.seed.toUpperCase() },
    { ...RFC_8032, seed: RFC_8032.seed.slice(2) },
    { ...RFC_8032, public: 'zz' },
  ])('is not made of a damaged key', async (key) => {
    await expect(signerOf(key)).rejects.toThrow('not an Ed25519 private key');
  });
});

describe('a new key pair', () => {
  it('is never the same twice, and its halves belong together', async () => {
    const [first, second] = [await generatePrivateKey(), await generatePrivateKey()];
    expect(first.seed).not.toBe(second.seed);
    const publicKey = await crypto.subtle.importKey('raw', bytesOf(first.public), 'Ed25519', false, [
      'verify',
    ]);
    const message = utf8('roots');
    const signature = new Uint8Array(await (await signerOf(first)).sign(message));
    expect(await crypto.subtle.verify('Ed25519', publicKey, signature, message)).toBe(true);
  });
});
