/** Metadata that is right and stays what it is (TUF 5.4.4): it expires, whatever the device's clock says. */
import { describe, expect, it } from 'vitest';
import type { GetOptions } from '../../device/http/http.ts';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { EXPIRES_AFTER_MS } from '../../shared/trust/roles.ts';

const at = setUpDevice();
const DAY_MS = 24 * 60 * 60 * 1000;
const PAST = '2026-01-02T03:04:05Z';
/** Long after the timestamp of this run has expired, long before the targets have. */
const LATER_MS = Date.now() + EXPIRES_AFTER_MS.timestamp + DAY_MS;

describe('metadata that has expired', () => {
  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)('is refused: %s', async (role) => {
    at.repository.expires[role] = PAST;
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-expired', role, expiredAt: PAST },
    });
  });

  it('is refused when the device has it already and nothing newer comes', async () => {
    await at.expectView();
    at.nowMs = () => LATER_MS;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired', role: 'timestamp' } });
  });

  it('gives way to what is newer', async () => {
    await at.expectView();
    at.repository.expires.timestamp = PAST;
    at.repository.version.timestamp = 2;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired' } });
    delete at.repository.expires.timestamp;
    at.repository.version.timestamp = 3;
    await at.expectView();
  });
});

describe('a device whose clock is late', () => {
  it('judges by the server’s date', async () => {
    at.nowMs = () => Date.now() - 100 * DAY_MS;
    await at.expectView();
    at.server.date = () => LATER_MS;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired', role: 'timestamp' } });
  });

  it('that woke up in 1970 judges by the server’s date, and says by which instant it did', async () => {
    at.nowMs = () => 1000;
    const view = await at.expectView();
    expect(Math.abs(view.nowMs - Date.now())).toBeLessThan(60_000);
    at.server.date = () => LATER_MS;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired' } });
  });

  it('is not told the time by a mirror in the clear, whose date fits what it froze', async () => {
    // Of the months since, the device knows nothing: it woke up in 1970, and was built before all of it.
    const frozenMs = Date.now();
    await at.expectView();
    const inTheClear = {
      repositoryUrl: 'http://192.168.8.20',
      http: {
        ...at.http,
        get: (url: string, options: GetOptions, signal: AbortSignal) =>
          at.http.get(url.replace('http://192.168.8.20', at.server.url), options, signal),
      },
    };
    at.server.date = () => frozenMs;
    at.nowMs = () => 1000;
    const refused = { failure: { reason: 'clock-in-the-past', nowMs: 1000 } };
    expect(await at.refresh(inTheClear)).toMatchObject(refused);
    at.nowMs = () => LATER_MS;
    expect(await at.refresh(inTheClear)).toMatchObject({ failure: { reason: 'metadata-expired' } });
    at.nowMs = () => frozenMs;
    await at.expectView(inTheClear);
  });

  it('believes nothing where neither its clock nor the server’s can be right', async () => {
    at.nowMs = () => 1000;
    for (const dateMs of [null, 2000]) {
      at.server.date = () => dateMs;
      expect(await at.refresh()).toMatchObject({
        failure: { reason: 'clock-in-the-past', nowMs: 1000, because: 'build' },
      });
    }
  });

  it('counts what was signed as passed, now or in an earlier poll', async () => {
    const signedSeconds = Math.floor(Date.now() / 1000) - 60;
    at.repository.version = { targets: 1, snapshot: 1, timestamp: signedSeconds, rollout: 1 };
    at.nowMs = () => Date.now() - DAY_MS;
    at.server.date = () => null;
    const failure = { reason: 'clock-in-the-past', because: 'signature', notBeforeMs: signedSeconds * 1000 };
    expect(await at.refresh()).toMatchObject({ failure });
    expect(await at.refresh()).toMatchObject({ failure });
    at.nowMs = () => Date.now();
    await at.expectView();
  });
});
