/** Which interface a packet to an address leaves from: iproute2 where it is, else the kernel's own table. Pure. */
import * as z from 'zod';

/** Before the name of an interface that is not of the machine that was looked at, but of the computer beside it. */
export const BESIDE_PREFIX = 'beside-';

const routesSchema = z.array(z.object({ dev: z.string().max(40).optional() })).max(64);

/** Of `ip -j route get ADDRESS`; null where there is no route, or busybox's ip, which knows no -j, answered. */
export function routeOfIp(stdout: string): string | null {
  try {
    const routes = routesSchema.safeParse(JSON.parse(stdout));
    return routes.success ? (routes.data[0]?.dev ?? null) : null;
  } catch {
    return null;
  }
}

/** Of `ip route get ADDRESS` as busybox and old iproute2 print it: `192.0.2.1 via 10.0.0.1 dev wwan0 src …`. */
export function routeOfText(stdout: string): string | null {
  return /(?:^|\s)dev (\S{1,40})/.exec(stdout.split('\n')[0] ?? '')?.[1] ?? null;
}

const ROUTE_UP = 0x1;
const ROUTE_REJECT = 0x200;

/** Of /proc/net/route (IPv4, little-endian hex on every router of field 4 but big-endian ones; see `isBigEndian`). */
export function routeOfTable(
  table: string,
  address: string,
  { isBigEndian }: { readonly isBigEndian: boolean },
): string | null {
  const wanted = ipv4Number(address);
  if (wanted === null) return null;
  let best: { readonly device: string; readonly mask: number; readonly metric: number } | null = null;
  for (const line of table.split('\n').slice(1)) {
    const [device = '', destination = '', , flags = '', , , metricText = '', maskText = ''] = line
      .trim()
      .split(/\s+/);
    if (maskText === '' || (Number.parseInt(flags, 16) & (ROUTE_UP | ROUTE_REJECT)) !== ROUTE_UP) continue;
    const mask = hexNumber(maskText, isBigEndian);
    const metric = Number(metricText);
    if ((wanted & mask) >>> 0 !== hexNumber(destination, isBigEndian)) continue;
    if (best === null || mask > best.mask || (mask === best.mask && metric < best.metric))
      best = { device, mask, metric };
  }
  return best?.device ?? null;
}

function ipv4Number(address: string): number | null {
  const parts = address.split('.').map(Number);
  const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && parts.every((part) => part <= 255);
  return isAddress ? parts.reduce((number, part) => number * 256 + part, 0) : null;
}

/** The kernel prints the network-order word as a number of its own endianness. */
function hexNumber(hex: string, isBigEndian: boolean): number {
  const number = Number.parseInt(hex, 16) >>> 0;
  if (isBigEndian) return number;
  const bytes = [number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24];
  return bytes.reduce((whole, byte) => whole * 256 + byte, 0);
}
