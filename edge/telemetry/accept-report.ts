/**
 * `POST /v1/telemetry`: one report, signed by the key it names (RFC 9421, RFC 9530). The key proves nothing but that
 * the same device reports again; which check failed is not said.
 */
import { fromBase64, fromUtf8, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256, sha256Hex } from '../../shared/digest.ts';
import { ACCEPT_SIGNATURE, readSignatureFields, signatureBase } from '../../shared/http-signature.ts';
import { REPORT_MAX_BYTES, SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { bearerToken } from '../http/bearer-token.ts';
import { parseJson, readBody, refuseUnlessJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';
import type { ReceivedReport } from './queued.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A genuine report, and what proves that it is. */
export type AcceptedReport = {
  readonly id: string;
  readonly received: Pick<ReceivedReport, 'body' | 'signatureInput' | 'signature'>;
};

/** `fleetTokens`: SHA-256 of the tokens that enrol a device; empty where any device may report. */
export async function acceptReport(
  request: Request,
  { nowMs, fleetTokens }: { readonly nowMs: number; readonly fleetTokens: readonly Bytes[] },
): Promise<Result<AcceptedReport, Refusal>> {
  if (fleetTokens.length > 0 && !(await isOfTheFleet(request, fleetTokens))) return err(notEnrolled);
  const notJson = refuseUnlessJson(request);
  if (notJson !== null) return err(notJson);
  const body = await readBody(request, REPORT_MAX_BYTES);
  if (!body.ok) return body;
  const report = parseJson(body.value, reportSchema);
  if (!report.ok) return report;
  const isGenuine = await isSignedByItsDevice(request, body.value, report.value, nowMs);
  if (!isGenuine) return err(badSignature);
  const received = {
    // It was JSON in UTF-8 a moment ago.
    body: fromUtf8(body.value) ?? '',
    signatureInput: request.headers.get('signature-input') ?? '',
    signature: request.headers.get('signature') ?? '',
  };
  return ok({ id: report.value.id, received });
}

/** All are compared, each in constant time: while one is replaced, two are good. */
async function isOfTheFleet(request: Request, fleetTokens: readonly Bytes[]): Promise<boolean> {
  const token = bearerToken(request.headers.get('authorization'));
  if (token === null) return false;
  const digest = await sha256(utf8(token));
  return fleetTokens.map((known) => crypto.subtle.timingSafeEqual(digest, known)).includes(true);
}

const notEnrolled: Refusal = {
  reason: 'fleet-token-needed',
  headers: { 'www-authenticate': 'Bearer realm="cistern reports"' },
  detail:
    'The report was not taken: this repository takes those of its own fleet. Give the updater its fleet token.',
};

async function isSignedByItsDevice(
  request: Request,
  body: Uint8Array,
  report: Report,
  nowMs: number,
): Promise<boolean> {
  const field = (name: string) => request.headers.get(name) ?? '';
  const said = readSignatureFields(field('signature-input'), field('signature'));
  if (said === null || field('content-digest') !== (await digestField(body))) return false;
  if (Math.abs(nowMs / 1000 - said.createdAt) > SIGNATURE_CLOCK_SKEW_SECONDS) return false;

  const publicKey = fromBase64(report.deviceKey);
  if (publicKey?.length !== 32) return false;
  const deviceId = await sha256Hex(publicKey);
  if (deviceId !== report.deviceId || deviceId !== said.keyId) return false;

  const base = signatureBase({
    method: request.method,
    path: new URL(request.url).pathname,
    contentType: field('content-type'),
    contentDigest: field('content-digest'),
    createdAt: said.createdAt,
    keyId: said.keyId,
  });
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, said.signature, base);
}

/** A 401 says how to authenticate (RFC 9110 section 15.5.2): here, what has to be signed (RFC 9421 section 5.1). */
const badSignature: Refusal = {
  reason: 'signature-invalid',
  headers: {
    'www-authenticate': 'Signature realm="cistern reports"',
    'accept-signature': ACCEPT_SIGNATURE,
  },
  detail: 'The report was not taken. Sign it again with the key of this device and a right clock.',
};
