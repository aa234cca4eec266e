/** What the TCP link itself carries at the modem's transfer size: one write at a time, as the updater does. */
import net from 'node:net';
import { join } from 'node:path';
import { REPOSITORY_ROOT, startAndAwaitLine } from '../support/processes.ts';
import { RAW_LINK_BYTES, TRANSFER_BYTES } from './limits.ts';

export type LinkCost = { readonly bytes: number; readonly wallMs: number; readonly cpuMs: number };

export async function measureRawLink(): Promise<LinkCost> {
  const isReady = (line: string) => line.includes('"port"');
  const { running, line } = await startAndAwaitLine(
    [join(REPOSITORY_ROOT, 'test/bench/raw-sink.ts')],
    isReady,
  );
  try {
    const { port } = JSON.parse(line) as { port: number };
    return await sendAll(port);
  } finally {
    await running.stop();
  }
}

async function sendAll(port: number): Promise<LinkCost> {
  // The far end says how much it took before it closes its half.
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const transfer = Buffer.alloc(TRANSFER_BYTES, 0x5a);
  const count = Math.floor(RAW_LINK_BYTES / TRANSFER_BYTES);
  let said = '';
  socket.setEncoding('latin1').on('data', (text) => {
    said += text;
  });
  const startedMs = performance.now();
  const before = process.cpuUsage();
  for (let sent = 0; sent < count; sent++) {
    await new Promise<void>((resolve, reject) => {
      socket.write(transfer, (error) => (error ? reject(error) : resolve()));
    });
  }
  socket.end();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startedMs;
  const bytes = count * TRANSFER_BYTES;
  if (Number(said) !== bytes) throw new Error(`the sink took ${said} of ${bytes} bytes`);
  return { bytes, wallMs, cpuMs: (user + system) / 1000 };
}
