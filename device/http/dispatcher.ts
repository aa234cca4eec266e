/** undici's pool: through the interface that was named, or through the proxy that the environment names. */

import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { err, ok, type Result } from '../../shared/result.ts';
import { namesScheme } from './address.ts';
import { CONNECT_TIMEOUT_MS, CONNECTIONS_MAX, RESPONSE_HEADERS_MAX_BYTES } from './limits.ts';
import type { ProxyFailure } from './local-address.ts';
import { connectThrough, type NamedWay } from './named-way.ts';

export type DispatcherOptions = {
  /** The interface that was named. */
  readonly through?: NamedWay | undefined;
  /** `http_proxy`, `https_proxy` and `no_proxy` are read, in either case. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Bound of each step on the way to a connection: a proxy's answer too. */
  readonly connectTimeoutMs?: number | undefined;
};

/** Never asked of a proxy, whatever the environment says: it could not reach them. */
const LOOPBACK = 'localhost,127.0.0.1,::1';

export function makeDispatcher({
  through,
  environment = {},
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
}: DispatcherOptions): Result<Dispatcher, ProxyFailure> {
  const pool = {
    allowH2: false,
    connections: CONNECTIONS_MAX,
    connectTimeout: connectTimeoutMs,
    maxHeaderSize: RESPONSE_HEADERS_MAX_BYTES,
  };
  // undici reaches a proxy from any address: whoever names an interface wants that way, and no other.
  if (through !== undefined) {
    const connect = connectThrough(through, { allowH2: false, timeout: connectTimeoutMs });
    return ok(new Agent({ ...pool, connect }));
  }
  const value = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const httpProxy = proxyAddress('http_proxy', value('http_proxy'));
  if (!httpProxy.ok) return httpProxy;
  const httpsProxy = proxyAddress('https_proxy', value('https_proxy'));
  if (!httpsProxy.ok) return httpsProxy;
  if (httpProxy.value === '' && httpsProxy.value === '') return ok(new Agent(pool));
  const proxies = { httpProxy: httpProxy.value, httpsProxy: httpsProxy.value };
  const noProxy = [value('no_proxy'), LOOPBACK].filter((list) => list !== '').join(',');
  // A proxy that takes the connection and never answers CONNECT would hold it for undici's five minutes.
  const clientFactory = (origin: URL, options: object) =>
    new Pool(origin, { ...options, headersTimeout: connectTimeoutMs });
  return ok(new EnvHttpProxyAgent({ ...pool, ...proxies, noProxy, clientFactory }));
}

/** `192.0.2.1:3128` is one of http, as curl(1) takes it; empty where none is named. */
function proxyAddress(variable: string, text: string): Result<string, ProxyFailure> {
  if (text === '') return ok(text);
  const address = namesScheme(text) ? text : `http://${text}`;
  const isUsable = URL.canParse(address) && /^(https?|socks5?):$/.test(new URL(address).protocol);
  return isUsable ? ok(address) : err({ reason: 'proxy-not-usable', variable });
}
