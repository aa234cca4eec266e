import { describe, expect, it } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { PACKAGE_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { finishRawWrite } from './finish-raw-write.ts';
import { DEFAULT_FIREHOSE_TIMINGS, NAND_PAYLOAD_BYTES } from './limits.ts';
import { NAK, programmer, rawOf } from './scripted-programmer.ts';

describe('the end of a broken-off write', () => {
  it('is found with zeros, and listened for all the while', async () => {
    const promised = 100 * NAND_PAYLOAD_BYTES;
    const target = programmer({}, { raw: (received) => (received === promised ? [NAK] : []) });
    expect(await finishRawWrite(target.pipe, DEFAULT_FIREHOSE_TIMINGS)).toEqual({
      ok: true,
      value: utf8(NAK),
    });
    expect(target.pipe.sent.length).toBeLessThanOrEqual(102);
    expect(rawOf(target.pipe).every((byte) => byte === 0)).toBe(true);
  });

  it('is heard although the programmer takes nothing more before that', async () => {
    let taken = 0;
    let heard = () => {};
    const wasHeard = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const pipe: Pipe = {
      transferOut: async () => {
        if (++taken > 3) await wasHeard;
        return ok();
      },
      transferIn: async () => {
        while (taken < 4) await Promise.resolve();
        heard();
        return ok(utf8(NAK));
      },
      close: async () => {},
    };
    expect(await finishRawWrite(pipe, DEFAULT_FIREHOSE_TIMINGS)).toMatchObject({ ok: true });
    expect(taken).toBe(4);
  });

  it('is not sought for longer than the largest file of a package', async () => {
    let sent = 0;
    const silent = {
      transferOut: async () => {
        sent += 1;
        return ok();
      },
      transferIn: async () => err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs: 1 } as const),
      close: async () => {},
    };
    expect(await finishRawWrite(silent, DEFAULT_FIREHOSE_TIMINGS)).toEqual({
      ok: false,
      failure: { reason: 'sahara-no-hello' },
    });
    expect(sent * NAND_PAYLOAD_BYTES).toBe(PACKAGE_MAX_BYTES);
  });

  it('is not sought on a modem that is gone', async () => {
    const target = programmer({}, { takesUntil: 3 });
    expect(await finishRawWrite(target.pipe, DEFAULT_FIREHOSE_TIMINGS)).toEqual({
      ok: false,
      failure: { reason: 'modem-disconnected' },
    });
  });
});
