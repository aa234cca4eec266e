/** undici's pool: through the interface that was named, or through the proxy that the environment names. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { CONNECT_TIMEOUT_MS, CONNECTIONS_MAX, RESPONSE_HEADERS_MAX_BYTES } from './limits.ts';
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
}: DispatcherOptions): Dispatcher {
  const pool = {
    allowH2: false,
    connections: CONNECTIONS_MAX,
    connectTimeout: connectTimeoutMs,
    maxHeaderSize: RESPONSE_HEADERS_MAX_BYTES,
  };
  // undici reaches a proxy from any address: whoever names an interface wants that way, and no other.
  if (through !== undefined) {
    const connect = connectThrough(through, { allowH2: false, timeout: connectTimeoutMs });
    return new Agent({ ...pool, localAddress: through.localAddress, connect });
  }
  const value = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const proxies = { httpProxy: value('http_proxy'), httpsProxy: value('https_proxy') };
  if (proxies.httpProxy === '' && proxies.httpsProxy === '') return new Agent(pool);
  const noProxy = [value('no_proxy'), LOOPBACK].filter((list) => list !== '').join(',');
  // A proxy that takes the connection and never answers CONNECT would hold it for undici's five minutes.
  const clientFactory = (origin: URL, options: object) =>
    new Pool(origin, { ...options, headersTimeout: connectTimeoutMs });
  return new EnvHttpProxyAgent({ ...pool, ...proxies, noProxy, clientFactory });
}
