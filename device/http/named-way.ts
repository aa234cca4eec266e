/**
 * Connections from an interface that was named. Bound to its address alone they leave wherever the kernel's rules for
 * that address say, which may be the metered uplink beside it: so the route of each address is asked for before it is
 * connected to (ip-route(8); Linux binds a socket to a device only with SO_BINDTODEVICE, which Node does not offer).
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { Result } from '../../shared/result.ts';
import type { InterfaceFailure, WayFailure } from './local-address.ts';

export type NamedWay = {
  readonly name: string;
  /** The address of the interface that a connection leaves from, looked up for each: a modem's changes with its session. */
  readonly localAddress: () => Result<string, InterfaceFailure>;
  /** The interface that packets to `address` from the local address leave through; null where nobody says. */
  readonly routeOf: (address: string, localAddress: string) => Promise<string | null>;
};

/** What undici's callbacks carry; `exchange.ts` makes a value of it again. */
export class NotTheWay extends Error {
  readonly failure: InterfaceFailure;

  constructor(failure: InterfaceFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export function connectThrough(
  way: NamedWay,
  options: buildConnector.BuildOptions,
): buildConnector.connector {
  const connect = buildConnector({ ...options, lookup: provedLookup(way) });
  return (to, callback) => {
    const from = way.localAddress();
    if (!from.ok) return callback(new NotTheWay(from.failure), null);
    const bound = { ...to, localAddress: from.value };
    if (isIP(to.hostname) === 0) return connect(bound, callback);
    // No name is looked up for a number.
    prove(to.hostname, from.value, way).then(
      (failure) => (failure === null ? connect(bound, callback) : callback(new NotTheWay(failure), null)),
      (error: Error) => callback(error, null),
    );
  };
}

/** Those of a host's addresses that the way leads to. */
function provedLookup(way: NamedWay): LookupFunction {
  return (hostname, options, callback) => {
    const from = way.localAddress();
    if (!from.ok) return callback(new NotTheWay(from.failure), '');
    const family = isIP(from.value);
    lookup(hostname, { ...options, family, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      Promise.all(found.map(({ address }) => prove(address, from.value, way))).then(
        (failures) => {
          const proved = found.filter((_, i) => failures[i] === null);
          const [first] = proved;
          const [failure] = failures;
          if (first !== undefined) answer(first, proved);
          else callback(failure == null ? new Error('no address') : new NotTheWay(failure), '');
        },
        (bug: Error) => callback(bug, ''),
      );
    });
    const answer = (first: LookupAddress, proved: LookupAddress[]) =>
      options.all ? callback(null, proved) : callback(null, first.address, first.family);
  };
}

/** Null where packets leave as they should. What stays on this machine leaves through nothing. */
async function prove(
  address: string,
  localAddress: string,
  { name, routeOf }: NamedWay,
): Promise<WayFailure | null> {
  const device = await routeOf(address, localAddress);
  // `eth0:1` is a second address of eth0.
  if (device === 'lo' || (device !== null && device === name.replace(/:.*$/, ''))) return null;
  return { reason: 'interface-not-the-way', name, address, device };
}
