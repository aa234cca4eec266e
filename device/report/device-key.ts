/** The device's own Ed25519 key: signs its reports, and its hash is the device's pseudonym (P11). Made once, kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fromHex } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import { type JournalFailure, writeDurably } from '../update/journal.ts';

const keyFileSchema = z.strictObject({
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  public: z.string().regex(/^[0-9a-f]{64}$/),
});

export type DeviceIdentity = {
  /** SHA-256 of the raw public key, hex. */
  readonly deviceId: string;
  readonly publicKey: Uint8Array;
  readonly signer: Signer;
};

export type DeviceKeyFailure =
  | JournalFailure
  | { readonly reason: 'device-key-unreadable'; readonly path: string };

export async function loadDeviceIdentity(
  stateDir: string,
): Promise<Result<DeviceIdentity, DeviceKeyFailure>> {
  const path = join(stateDir, 'device-key.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return identityOf(text, path);
  const made = JSON.stringify(await generatePrivateKey());
  const written = await writeDurably(path, made);
  return written.ok ? identityOf(made, path) : written;
}

async function identityOf(text: string, path: string): Promise<Result<DeviceIdentity, DeviceKeyFailure>> {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    return err({ reason: 'device-key-unreadable', path });
  }
  const key = keyFileSchema.safeParse(json);
  const publicKey = key.success ? fromHex(key.data.public) : null;
  if (!key.success || publicKey === null) return err({ reason: 'device-key-unreadable', path });
  return ok({ deviceId: await sha256Hex(publicKey), publicKey, signer: await signerOf(key.data) });
}
