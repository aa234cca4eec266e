import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { err, ok, type Result } from '../../shared/result.ts';
import { type InterfaceFailure, localAddressOf } from './local-address.ts';
import { undiciHttp } from './undici-http.ts';

const never = new AbortController().signal;
const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

async function listen(
  answer: (request: IncomingMessage) => string,
  headers: Readonly<Record<string, string>> = {},
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, headers).end(answer(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, port: (server.address() as AddressInfo).port };
}

async function get(url: string, options: Omit<Parameters<typeof undiciHttp>[0], 'userAgent'>) {
  const http = undiciHttp({ userAgent: 'cistern-test', ...options });
  ending.push(() => http.close());
  const answer = await http.get(url, { headers: {}, maxBytes: 1000, timeoutMs: 5_000 }, never);
  return answer.ok ? new TextDecoder().decode(answer.value.bytes) : answer.failure.reason;
}

describe('the proxy of the environment', () => {
  it.each(['http_proxy', 'HTTP_PROXY'])('%s is asked for other machines', async (name) => {
    const proxy = await listen(() => 'from the proxy');
    const environment = { [name]: `http://127.0.0.1:${proxy.port}` };
    const said = await get('http://firmware.example/x', { environment, allowInsecure: true });
    expect(said).toBe('from the proxy');
    expect(proxy.asked.join(' ')).toContain('firmware.example');
  });

  it('may be named without a scheme, as curl takes it', async () => {
    const proxy = await listen(() => 'from the proxy');
    const environment = { http_proxy: `127.0.0.1:${proxy.port}` };
    const said = await get('http://firmware.example/x', { environment, allowInsecure: true });
    expect(said).toBe('from the proxy');
  });

  it.each([
    ['http_proxy', 'not a proxy'],
    ['https_proxy', 'ftp://user:secret@192.0.2.1'],
  ])('fails each request where %s is %s, and does not repeat it', async (variable, text) => {
    const http = undiciHttp({ userAgent: 'cistern-test', environment: { [variable]: text } });
    ending.push(() => http.close());
    const bounds = { headers: {}, maxBytes: 1000, timeoutMs: 5_000 };
    expect(await http.get('https://firmware.example/', bounds, never)).toEqual({
      ok: false,
      failure: { reason: 'proxy-not-usable', variable },
    });
  });

  it('says with which status it let nothing through', async () => {
    const proxy = createNetServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    ending.push(async () => proxy.close());
    const environment = { https_proxy: `127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const http = undiciHttp({ userAgent: 'cistern-test', environment });
    ending.push(() => http.close());
    const bounds = { headers: {}, maxBytes: 1000, timeoutMs: 5_000 };
    expect(await http.get('https://firmware.example/', bounds, never)).toMatchObject({
      failure: { reason: 'unreachable', code: 'proxy-407' },
    });
  });

  it('is not asked for this machine, nor where no_proxy says so', async () => {
    const proxy = await listen(() => 'from the proxy');
    const here = await listen(() => 'from here');
    const environment = { http_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: 'firmware.example' };
    expect(await get(`http://127.0.0.1:${here.port}/`, { environment })).toBe('from here');
    expect(await get('http://firmware.example/x', { environment, allowInsecure: true })).toBe('unreachable');
    expect(proxy.asked).toEqual([]);
  });
});

describe('a proxy that takes the connection and never answers', () => {
  it.each(['https', 'http'])(
    'is left in time for %s, and the failure tells the true time',
    async (scheme) => {
      const mute = createNetServer((socket) => socket.on('error', () => {}).resume());
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      const proxy = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
      const environment = { http_proxy: proxy, https_proxy: proxy };
      const bounds = { connectTimeoutMs: 300, allowInsecure: true };
      const http = undiciHttp({ userAgent: 'cistern-test', environment, ...bounds });
      ending.push(async () => {
        await http.close();
        mute.close();
      });
      const asked = await http.getStream(
        `${scheme}://firmware.example/x`,
        { headers: {}, timeoutMs: 400 },
        AbortSignal.timeout(8_000),
      );
      const when =
        scheme === 'https' ? { afterMs: 300, during: 'connect' } : { afterMs: 400, during: 'answer' };
      expect(asked).toMatchObject({ ok: false, failure: { reason: 'timed-out', ...when } });
    },
  );
});

const through = (device: string | null) => ({
  name: 'eth0:1',
  localAddress: () => ok('127.0.0.9'),
  routeOf: async () => device,
});

describe('an interface that was named', () => {
  it('is where requests leave from', async () => {
    const server = await listen((request) => String(request.socket.remoteAddress));
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await get(url, { through: through('lo') })).toBe('127.0.0.9');
  });

  it.each(['http://127.0.0.1', 'http://localhost'])(
    'is not connected from to %s where packets would leave through another',
    async (origin) => {
      const server = await listen(() => 'never');
      for (const device of ['wwan0', null]) {
        const http = undiciHttp({ userAgent: 'cistern-test', through: through(device) });
        ending.push(() => http.close());
        const bounds = { headers: {}, maxBytes: 1000, timeoutMs: 5_000 };
        expect(await http.get(`${origin}:${server.port}/`, bounds, never)).toEqual({
          ok: false,
          failure: { reason: 'interface-not-the-way', name: 'eth0:1', address: '127.0.0.1', device },
        });
      }
      expect(server.asked).toEqual([]);
      expect(await get(`${origin}:${server.port}/`, { through: through('eth0') })).toBe('never');
    },
  );

  it('is left from by the address that it has by now, and by none while it has none', async () => {
    const server = await listen((request) => String(request.socket.remoteAddress), { connection: 'close' });
    const gone = err({ reason: 'interface-not-usable', name: 'eth0:1', known: ['lo'] } as const);
    let now: Result<string, InterfaceFailure> = ok('127.0.0.9');
    const http = undiciHttp({
      userAgent: 'cistern-test',
      through: { ...through('lo'), localAddress: () => now },
    });
    ending.push(() => http.close());
    const said: unknown[] = [];
    for (const next of [now, gone, ok('127.0.0.10')]) {
      now = next;
      for (const host of ['127.0.0.1', 'localhost']) {
        const bounds = { headers: {}, maxBytes: 1000, timeoutMs: 5_000 };
        const answer = await http.get(`http://${host}:${server.port}/`, bounds, never);
        said.push(answer.ok ? new TextDecoder().decode(answer.value.bytes) : answer.failure);
      }
    }
    expect(said).toEqual([
      ...['127.0.0.9', '127.0.0.9', gone.failure, gone.failure],
      ...['127.0.0.10', '127.0.0.10'],
    ]);
  });

  it('is found by its name on this machine', () => {
    expect(localAddressOf('lo', networkInterfaces())).toEqual({ ok: true, value: '127.0.0.1' });
  });

  it('that is not there is refused with those that are', () => {
    expect(localAddressOf('wwan7', networkInterfaces())).toMatchObject({
      ok: false,
      failure: { reason: 'interface-not-usable', name: 'wwan7', known: expect.arrayContaining(['lo']) },
    });
  });
});
