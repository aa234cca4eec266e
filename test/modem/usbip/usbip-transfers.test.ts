import { afterEach, describe, expect, it } from 'vitest';
import {
  AT_IN,
  AT_INTERRUPT,
  AT_OUT,
  hangUp,
  imported,
  importedInEdl,
  MOMENT_MS,
  modem,
  QMI_INTERRUPT,
  readUntil,
  start,
  twoReplies,
} from './test-usbip.ts';

afterEach(hangUp);

describe('USB/IP transfers', () => {
  it('answers AT on the second of its serial functions, and nothing on an interrupt endpoint', async () => {
    await start();
    const client = await imported();
    const silent = [client.submitIn(AT_INTERRUPT, 10), client.submitIn(QMI_INTERRUPT, 8)];
    client.submitOut(AT_OUT, Buffer.from('AT+CGMM\r'));
    expect(await client.reply()).toMatchObject({ command: 3, status: 0, actualBytes: 8 });
    expect(await readUntil(client, AT_IN, 'OK')).toBe('AT+CGMM\r\r\nEC25\r\n\r\nOK\r\n');
    for (const sequence of silent) {
      client.unlink(sequence);
      expect(await client.reply()).toMatchObject({ command: 4, status: -104 });
    }
  });

  it('completes an OUT while an IN waits, whichever came first', async () => {
    await start();
    const client = await imported();
    const read = client.submitIn(1, 512);
    const written = client.submitOut(1, Buffer.from('7c93497e', 'hex'));
    const replies = await twoReplies(client);
    expect(replies.get(written)).toMatchObject({ status: 0, actualBytes: 4 });
    expect(replies.get(read)?.bytes.toString('latin1', 12, 29)).toBe('EC25EUGAR06A05M4G');
  });

  it('takes what is written to a function that has nothing to say', async () => {
    await start();
    const client = await imported();
    client.submitOut(5, new Uint8Array(100));
    expect(await client.reply()).toMatchObject({ status: 0, actualBytes: 100 });
  });

  it('stalls an endpoint it does not have', async () => {
    await start();
    const client = await importedInEdl();
    client.submitOut(2, new Uint8Array(5));
    expect(await client.reply()).toMatchObject({ status: -32, actualBytes: 0 });
  });

  it('takes zero-length packets in Sahara while its own message is unread', async () => {
    await start();
    const client = await importedInEdl();
    client.submitOut(1, new Uint8Array(0));
    expect(await client.reply()).toMatchObject({ status: 0, actualBytes: 0 });
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.toString('hex', 0, 8)).toBe('0100000030000000');
  });

  it('gives a message in pieces to a host that reads packet by packet, and babbles at one that reads less', async () => {
    await start();
    const client = await importedInEdl();
    client.submitIn(1, 20);
    expect(await client.reply()).toMatchObject({ status: -75, actualBytes: 20 });
    client.submitOut(1, new Uint8Array(1));
    await client.reply();
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.toString('hex')).toBe('04000000100000000d00000005000000');
  });
});

describe('USB/IP unlink', () => {
  it('is answered at once, and the next URB gets what comes', async () => {
    await start();
    const client = await imported();
    const waiting = client.submitIn(AT_IN, 512);
    const behind = client.submitIn(AT_IN, 512);
    const unlinks = [client.unlink(waiting), client.unlink(behind)];
    const replies = [await client.reply(), await client.reply()];
    expect(replies.map(({ sequence }) => sequence).sort()).toEqual(unlinks);
    for (const reply of replies) expect(reply).toMatchObject({ command: 4, status: -104 });
    client.submitIn(AT_IN, 512);
    modem.sendUnsolicited('+CREG: 1');
    expect((await client.reply()).bytes.toString()).toBe('\r\n+CREG: 1\r\n');
  });

  it('of what was answered before says so, and loses no byte', async () => {
    await start();
    const client = await imported();
    const read = client.submitIn(AT_IN, 512);
    modem.sendUnsolicited('+CREG: 1');
    client.unlink(read);
    const [submitted, unlinked] = [await client.reply(), await client.reply()];
    expect([submitted.command, submitted.sequence, submitted.bytes.length]).toEqual([3, read, 12]);
    expect(unlinked).toMatchObject({ command: 4, status: 0 });
  });

  it('of an OUT that nobody took means that nobody takes it', async () => {
    await start();
    const client = await importedInEdl();
    const waiting = client.submitOut(1, new Uint8Array(1));
    client.unlink(waiting);
    expect(await client.reply()).toMatchObject({ command: 4, status: -104 });
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.length).toBe(0x30);
    client.submitIn(1, 512);
    await expect(
      Promise.race([client.reply(), new Promise((r) => setTimeout(r, MOMENT_MS, 'silence'))]),
    ).resolves.toBe('silence');
  });
});
