/** Sends waiting reports, each signed for its delivery (RFC 9421). What the edge does not take stays in the spool. */
import { utf8 } from '../../shared/bytes.ts';
import { digestField } from '../../shared/digest.ts';
import { signatureBase, signatureFields } from '../../shared/http-signature.ts';
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
 * Stops at the first report that fails to arrive: the others would meet the same uplink. `unspooled` are reports for
 * which the disk had no room.
 */
export async function deliverReports(
  ports: DeliveryPorts,
  signal: AbortSignal,
  unspooled: readonly Report[] = [],
): Promise<Delivery> {
  const waiting = [...(await waitingReports(ports.stateDir)), ...unspooled];
  const delivered: string[] = [];
  for (const report of waiting) {
    const why = await deliver(report, ports, signal);
    if (why !== null) return { delivered, waiting: waiting.length - delivered.length, why };
    await dropReport(ports.stateDir, report.id);
    delivered.push(report.id);
  }
  return { delivered, waiting: 0, why: null };
}

/** null once the edge has it; 409 means that it has had another by this id, which sending again will not mend. */
async function deliver(
  report: Report,
  { repositoryUrl, fleetToken, http, clock, identity }: DeliveryPorts,
  signal: AbortSignal,
): Promise<string | null> {
  const base = repositoryUrl.endsWith('/') ? repositoryUrl : `${repositoryUrl}/`;
  if (!URL.canParse('v1/telemetry', base)) return 'address-refused';
  const url = new URL('v1/telemetry', base);
  const body = utf8(JSON.stringify(report));
  const request = {
    method: 'POST',
    path: url.pathname,
    contentType: 'application/json',
    contentDigest: await digestField(body),
    createdAt: Math.floor(clock.nowMs() / 1000),
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
  if (!answer.ok) return answer.failure.reason;
  const taken = answer.value.status === 200 || answer.value.status === 201 || answer.value.status === 202;
  return taken || answer.value.status === 409 ? null : `HTTP status ${answer.value.status}`;
}

/** In the clear to this machine alone: who reads the token on its way could report as this fleet. */
function mayCarryToken({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
