/** Sends waiting reports, each signed for its delivery (RFC 9421). What the edge does not take stays in the spool. */
import { utf8 } from '../../shared/bytes.ts';
import { digestField } from '../../shared/digest.ts';
import { signatureBase, signatureFields } from '../../shared/http-signature.ts';
import { SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import type { Report } from '../../shared/telemetry.ts';
import type { Clock } from '../clock.ts';
import type { Http } from '../http/http.ts';
import type { DeviceIdentity } from './device-key.ts';
import { ANSWER_MAX_BYTES, DELIVERY_TIMEOUT_MS } from './limits.ts';
import { dropReport, waitingReports } from './spool.ts';

export type Delivery = {
  readonly delivered: readonly string[];
  /** Reports that still wait, and why the first of them was not taken. */
  readonly waiting: number;
  readonly why: string | null;
};

export type DeliveryPorts = {
  readonly stateDir: string;
  readonly repositoryUrl: string;
  /** Enrols this device where a repository takes the reports of its own fleet alone; absent where any device may report. */
  readonly fleetToken?: string;
  readonly http: Http;
  readonly clock: Clock;
  readonly identity: DeviceIdentity;
};

/**
 * Stops at the first report that fails to arrive: the others would meet the same uplink. One that the repository will
 * not have as it is stays in the spool, where the newest push it out, and holds up none of the others. `unspooled` are
 * reports for which the disk had no room.
 */
export async function deliverReports(
  ports: DeliveryPorts,
  signal: AbortSignal,
  unspooled: readonly Report[] = [],
): Promise<Delivery> {
  const waiting = [...(await waitingReports(ports.stateDir)), ...unspooled];
  const delivered: string[] = [];
  let whyOne: string | null = null;
  for (const report of waiting) {
    const sent = await deliverAtRightTime(report, ports, signal);
    whyOne ??= sent.why;
    if (sent.kind === 'not-arrived') break;
    if (sent.kind === 'refused') continue;
    await dropReport(ports.stateDir, report.id);
    delivered.push(report.id);
  }
  return { delivered, waiting: waiting.length - delivered.length, why: whyOne };
}

type Sent =
  /** The edge has it, or has had another by this id, which sending again will not mend (409 of older ones). */
  | { readonly kind: 'taken'; readonly why: null }
  /** This report is refused, now and later. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'not-arrived'; readonly why: string; readonly serverDateMs: number | null };

/** A router without a clock signs in 1970, and is refused: it signs again by the time that the repository says. */
async function deliverAtRightTime(report: Report, ports: DeliveryPorts, signal: AbortSignal): Promise<Sent> {
  const nowMs = ports.clock.nowMs();
  const sent = await deliver(report, ports, nowMs, signal);
  if (sent.kind !== 'not-arrived' || sent.serverDateMs === null) return sent;
  const isLate = Math.abs(sent.serverDateMs - nowMs) > SIGNATURE_CLOCK_SKEW_SECONDS * 1000;
  return isLate ? deliver(report, ports, sent.serverDateMs, signal) : sent;
}

async function deliver(
  report: Report,
  { repositoryUrl, fleetToken, http, identity }: DeliveryPorts,
  signedAtMs: number,
  signal: AbortSignal,
): Promise<Sent> {
  const notArrived = (why: string, serverDateMs: number | null = null) =>
    ({ kind: 'not-arrived', why, serverDateMs }) as const;
  const base = repositoryUrl.endsWith('/') ? repositoryUrl : `${repositoryUrl}/`;
  if (!URL.canParse('v1/telemetry', base)) return notArrived('address-refused');
  const url = new URL('v1/telemetry', base);
  const body = utf8(JSON.stringify(report));
  const request = {
    method: 'POST',
    path: url.pathname,
    contentType: 'application/json',
    contentDigest: await digestField(body),
    createdAt: Math.floor(signedAtMs / 1000),
    keyId: identity.deviceId,
  };
  const signature = await identity.signer.sign(signatureBase(request));
  const headers = {
    'content-type': request.contentType,
    'content-digest': request.contentDigest,
    ...signatureFields(request, signature),
    ...(fleetToken !== undefined && mayCarryToken(url) ? { authorization: `Bearer ${fleetToken}` } : {}),
  };
  const options = { headers, body, maxBytes: ANSWER_MAX_BYTES, timeoutMs: DELIVERY_TIMEOUT_MS };
  const answer = await http.post(url.href, options, signal);
  if (!answer.ok) return notArrived(answer.failure.reason);
  const { status, headers: said } = answer.value;
  if ([200, 201, 202, 409].includes(status)) return { kind: 'taken', why: null };
  const why = `HTTP status ${status}`;
  if ([400, 413, 415, 422].includes(status)) return { kind: 'refused', why };
  const serverDateMs = Date.parse(said.date ?? '');
  return notArrived(why, status === 401 && !Number.isNaN(serverDateMs) ? serverDateMs : null);
}

/** In the clear to this machine alone: who reads the token on its way could report as this fleet. */
function mayCarryToken({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
