import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Diagnosis, diagnosisSchema } from '../../shared/diagnosis/diagnosis.ts';
import { LOG_MAX_BYTES } from '../../shared/diagnosis/limits.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';

let edge: Edge;
beforeEach(async () => {
  edge = await anEdge();
});

const ACCIDENT = [
  'root@router:~# modem_updater -i 1-1.4 -v EC25EUGAR06A07M4G_01.001.01.001',
  '[INFO]found modem_n: 0',
  '[000.000]: Version: QFirehose_Linux_Android_V1.4.11',
  '[000.002]: P: /dev/bus/usb/001/004 idVendor=2c7c idProduct=0125',
  "[001.007]: switch to 'Emergency download mode'",
  '[001.010]: successful, wait module reboot',
  '[ERROR] firmware directory is empty. Mount failed? Exiting...',
].join('\n');

const post = (body: BodyInit, type: string | null = 'text/plain') =>
  edge.request('/v1/diagnosis', {
    method: 'POST',
    body,
    headers: type === null ? {} : { 'content-type': type },
  });

async function diagnosisOf(response: Response): Promise<Diagnosis> {
  expect(response.status).toBe(200);
  return diagnosisSchema.parse(await response.json());
}

describe('POST /v1/diagnosis', () => {
  it('says of the original accident that the flash is whole, and how to go on', async () => {
    const response = await post(ACCIDENT);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('application/json');
    const { cause, flash, modem, findings, next } = await diagnosisOf(response);
    expect({ cause, flash: flash.state, modem: modem.state }).toEqual({
      cause: 'firmware-directory-empty',
      flash: 'untouched',
      modem: 'edl',
    });
    expect(findings.find(({ id }) => id === cause)?.line).toBe(7);
    expect(next.map(({ command }) => command)).toEqual(
      expect.arrayContaining(['cistern reset', 'cistern update']),
    );
  });

  it.each(['text/plain; charset=utf-8', 'Text/Plain', 'text/plain ;charset=us-ascii'])(
    'takes %s',
    async (type) => {
      expect((await diagnosisOf(await post(ACCIDENT, type))).flash.state).toBe('untouched');
    },
  );

  it('reads a log that is no UTF-8', async () => {
    const bytes = new TextEncoder().encode(`${ACCIDENT}\n[INFO] caf\n`);
    bytes[bytes.length - 2] = 0xe9;
    expect((await diagnosisOf(await post(bytes))).flash.state).toBe('untouched');
  });

  it('says of a text that is no log that it knows nothing', async () => {
    for (const text of ['', 'Good morning.']) {
      const { cause, flash, modem, next } = await diagnosisOf(await post(text));
      expect({ cause, flash: flash.state, modem: modem.state }).toEqual({
        cause: null,
        flash: 'unknown',
        modem: 'unknown',
      });
      expect(next.length).toBeGreaterThan(0);
    }
  });

  it('lets no identity out', async () => {
    const text = `${ACCIDENT} IMEI 490154203237518, +49 170 1234567, password=hunter22`;
    const body = await (await post(text)).text();
    expect(body).not.toMatch(/490154203237518|1234567|hunter22/);
  });

  it('keeps nothing', async () => {
    await post(ACCIDENT);
    expect((await env.FIRMWARE.list()).objects).toEqual([]);
    expect(await env.DB.prepare('SELECT count(*) AS count FROM reports').first()).toEqual({ count: 0 });
  });

  it.each<[string, () => Promise<Response>, number, string]>([
    ['JSON', () => post('{"log":""}', 'application/json'), 415, 'unsupported-media-type'],
    ['a form', () => post('log=x', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type'],
    ['a type that only begins so', () => post('x', 'text/plainly'), 415, 'unsupported-media-type'],
    ['no type', () => post(new Uint8Array(1), null), 415, 'unsupported-media-type'],
    ['too much', () => post('x'.repeat(LOG_MAX_BYTES + 1)), 413, 'body-too-large'],
  ])('refuses %s', async (_, send, status, code) => {
    const response = await send();
    if (status === 415) expect(response.headers.get('accept')).toBe('text/plain');
    expect(await refusalOf(response)).toMatchObject({ status, code });
  });

  it('takes as much as it says', async () => {
    const filler = `${'.'.repeat(499)}\n`;
    const text = filler.repeat(Math.floor((LOG_MAX_BYTES - ACCIDENT.length) / filler.length)) + ACCIDENT;
    expect((await diagnosisOf(await post(text))).flash.state).toBe('untouched');
  });

  it('is asked by POST alone', async () => {
    const response = await edge.request('/v1/diagnosis');
    expect(response.headers.get('allow')).toContain('POST');
    expect(await refusalOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });
});
