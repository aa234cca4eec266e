/**
 * Whether bytes over the way to the repository cost more than usual: it leads through this modem, which roams, or the
 * system says so itself. What a modem moves at home is not: on many routers it is the only way there is.
 */
import { type GatherPorts, type GatherWish, gatherFacts } from './preflight/gather-facts.ts';
import { routeIsThroughModem } from './preflight/preflight.ts';
import { netifdInterfaces } from './services/netifd.ts';

export const METERED_RULES = ['ask', 'allow', 'refuse'] as const;
/** What such a way may be used for. `ask` refuses where nobody can be asked. */
export type MeteredRule = (typeof METERED_RULES)[number];

export type UplinkCost = {
  readonly because: 'roaming' | 'metered';
  /** The interface that bytes leave through, e.g. `wwan0`. */
  readonly device: string;
};

/** `isRoaming` is asked only where the answer matters: it opens the modem's AT port. */
export async function uplinkCost(
  wish: GatherWish,
  ports: GatherPorts,
  isRoaming: () => Promise<boolean>,
): Promise<UplinkCost | null> {
  const facts = await gatherFacts(wish, ports);
  const { routeDevice: device, routeBeneath } = facts;
  if (device === null) return null;
  if (routeIsThroughModem(facts) === true && (await isRoaming())) return { because: 'roaming', device };
  return (await isMarked([device, ...routeBeneath], ports)) ? { because: 'metered', device } : null;
}

/** `option metered` of netifd's interface (OpenWrt), or what NetworkManager holds of the device. */
async function isMarked(
  devices: readonly string[],
  { machine }: Pick<GatherPorts, 'machine'>,
): Promise<boolean> {
  const { stdout } = await machine.run(['ubus', 'call', 'network.interface', 'dump']);
  for (const name of netifdInterfaces(stdout, devices)) {
    const said = await machine.run(['uci', '-q', 'get', `network.${name}.metered`]);
    if (said.code === 0 && /^(1|yes|on|true|enabled)$/.test(said.stdout.trim())) return true;
  }
  const [device = ''] = devices;
  const said = await machine.run(['nmcli', '-g', 'GENERAL.METERED', 'device', 'show', device]);
  return said.code === 0 && said.stdout.trim().startsWith('yes');
}
