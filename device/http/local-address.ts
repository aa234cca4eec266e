/** The address that requests leave from where an interface was named (`--interface wwan0`). */
import type { NetworkInterfaceInfo } from 'node:os';
import { err, ok, type Result } from '../../shared/result.ts';

export type InterfaceFailure =
  | {
      readonly reason: 'interface-not-usable';
      readonly name: string;
      /** Interfaces of this machine that have an address. */
      readonly known: readonly string[];
    }
  | WayFailure
  | ProxyFailure;

/** Packets to `address` would leave through `device`; null where nobody says through which. */
export type WayFailure = {
  readonly reason: 'interface-not-the-way';
  readonly name: string;
  readonly address: string;
  readonly device: string | null;
};

/** What a variable of the environment names is no address of a proxy; it may hold a password and is not repeated. */
export type ProxyFailure = { readonly reason: 'proxy-not-usable'; readonly variable: string };

export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * IPv4 before IPv6. The kernel still chooses the route: where several uplinks stand beside each other, a rule for this
 * source address must exist, as multi-WAN setups make them (ip-rule(8)); `named-way.ts` asks whether it does.
 */
export function localAddressOf(
  name: string,
  interfaces: NetworkInterfaces,
): Result<string, InterfaceFailure> {
  const addresses = interfaces[name] ?? [];
  const found = addresses.find(({ family }) => family === 'IPv4') ?? addresses.find(isGlobal);
  if (found !== undefined) return ok(found.address);
  return err({ reason: 'interface-not-usable', name: name.slice(0, 40), known: Object.keys(interfaces) });
}

function isGlobal({ scopeid }: NetworkInterfaceInfo): boolean {
  return !scopeid;
}
