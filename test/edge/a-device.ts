/** A device that reports: its key, its reports, and their delivery signed as the updater signs it. */
import { toBase64, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { signatureBase, signatureFields } from '../../shared/http-signature.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { START_MS } from './start.ts';

export type Device = {
  readonly deviceId: string;
  readonly deviceKey: string;
  readonly privateKey: CryptoKey;
};

export async function aDevice(): Promise<Device> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const raw = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
  return { deviceId: await sha256Hex(raw), deviceKey: toBase64(raw), privateKey: pair.privateKey };
}

export function reportOf(device: Device, change: Partial<Report> = {}): Report {
  const { deviceId, deviceKey } = device;
  return report({ id: crypto.randomUUID(), deviceId, deviceKey, ...change });
}

export type Tampering = {
  readonly by?: Device;
  readonly createdAt?: number;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

/** The POST of a report, but for what `tampering` changes. */
export async function signedPost(
  device: Device,
  report: unknown,
  tampering: Tampering = {},
): Promise<RequestInit> {
  const text = JSON.stringify(report);
  const signed = {
    method: 'POST',
    path: tampering.path ?? '/v1/telemetry',
    contentType: 'application/json',
    contentDigest: await digestField(utf8(text)),
    createdAt: tampering.createdAt ?? START_MS / 1000,
    keyId: (tampering.by ?? device).deviceId,
  };
  const key = (tampering.by ?? device).privateKey;
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key, signatureBase(signed)));
  return {
    method: 'POST',
    body: tampering.body ?? text,
    headers: {
      'content-type': signed.contentType,
      'content-digest': signed.contentDigest,
      ...signatureFields(signed, signature),
      ...tampering.headers,
    },
  };
}
