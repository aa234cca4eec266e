import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { patienceOf } from './patience.ts';
import { openStreamAgain } from './tcp-door.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Takes every client; lets those go again at once whose number is named, and answers the others with what they say. */
async function relayThatLetsGo(isLetGo: (client: number) => boolean) {
  let clients = 0;
  const server = createServer((socket) => {
    if (isLetGo(++clients)) return void socket.destroy();
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    clients: () => clients,
  };
}

const words = new TextEncoder().encode('AT\r');

describe('a relay that takes a client before the tty is free', () => {
  it('is asked again by who has just hung up, until it keeps its client', async () => {
    const { address, clients } = await relayThatLetsGo((client) => client === 2 || client === 3);
    const patience = patienceOf(systemClock);
    for (let opened = 1; opened <= 2; opened++) {
      const stream = await openStreamAgain(address, 'here', patience);
      if (!stream.ok) throw new Error(stream.failure.reason);
      await stream.value.transferOut(words, { timeoutMs: 1000 });
      expect(await stream.value.transferIn(64, { timeoutMs: 1000 })).toEqual({ ok: true, value: words });
      await stream.value.close();
    }
    expect(clients()).toBe(4);
  });
});
