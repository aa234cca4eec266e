/** A simulated device: a key of its own, a model, an address, and the newest timestamp it has seen. */
import { fromBase64, fromHex, toBase64, toHex, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { signatureBase, signatureFields } from '../../shared/http-signature.ts';
import type { ModelId } from '../../shared/model.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { type Signer, signerOf } from '../../shared/trust/keys.ts';

export type SimulatedDevice = {
  readonly deviceId: string;
  /** Raw public key, base64. */
  readonly deviceKey: string;
  readonly signer: Signer;
  /** Each its own, as Cloudflare would see it. */
  readonly address: string;
  readonly model: string;
  /** TUF timestamp version it has; 0 for one that was just installed. */
  readonly timestamp: number;
};

/** The same key for the same number, so that a run can be repeated; it protects nothing. */
export async function aSimulatedDevice(
  number: number,
  has: Pick<SimulatedDevice, 'model' | 'timestamp'>,
): Promise<SimulatedDevice> {
  const seed = await sha256Hex(utf8(`simulated device ${number}`));
  const raw = await publicKeyOf(seed);
  const signer = await signerOf({ seed, public: toHex(raw) });
  const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return { deviceId: await sha256Hex(raw), deviceKey: toBase64(raw), signer, address, ...has };
}

/** PKCS #8 of an Ed25519 key is this and the seed (RFC 8410 section 7). */
const PKCS8_ED25519 = '302e020100300506032b657004220420';

async function publicKeyOf(seed: string): Promise<Uint8Array<ArrayBuffer>> {
  const pkcs8 = fromHex(PKCS8_ED25519 + seed);
  if (pkcs8 === null) throw new Error('a seed that is no hex');
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x = '' } = (await crypto.subtle.exportKey('jwk', key)) as { readonly x?: string };
  const raw = fromBase64(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`);
  if (raw?.length !== 32) throw new Error('Ed25519 gave no public key');
  return raw;
}

export type SignedReport = { readonly headers: Record<string, string>; readonly body: string };

/** A report of what became of its update, signed for delivery as the updater signs it. */
export async function signedReport(
  { deviceId, deviceKey, signer }: Pick<SimulatedDevice, 'deviceId' | 'deviceKey' | 'signer'>,
  said: Partial<Report> & { readonly model: ModelId },
  nowMs: number,
): Promise<SignedReport> {
  const body = JSON.stringify(report({ ...said, id: crypto.randomUUID(), deviceId, deviceKey }));
  const request = {
    method: 'POST',
    path: '/v1/telemetry',
    contentType: 'application/json',
    contentDigest: await digestField(utf8(body)),
    createdAt: Math.floor(nowMs / 1000),
    keyId: deviceId,
  };
  const signature = await signer.sign(signatureBase(request));
  const headers = {
    'content-type': request.contentType,
    'content-digest': request.contentDigest,
    ...signatureFields(request, signature),
  };
  return { headers, body };
}
