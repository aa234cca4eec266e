/**
 * Which interface of a module in normal mode is DIAG and which is AT: by protocol where the module says it, by
 * layout and product id otherwise (edl 1a, field 2c). Never by ttyUSB number: those follow the order of plugging.
 */
import type { UsbId } from './modem-ids.ts';
import type { UsbInterface, UsbNode } from './usb-tree.ts';

export type Roles = { readonly diag: number | null; readonly at: number | null };

type Layout = { readonly diag: number; readonly at: number };

/** DIAG, NMEA, AT, modem, and the network last. */
const USUAL: Layout = { diag: 0, at: 2 };
/** Two interfaces of RNDIS come first and move the others. */
const BEHIND_RNDIS: Layout = { diag: 2, at: 4 };

const LAYOUTS: readonly (readonly [ids: ReadonlySet<UsbId>, layout: Layout])[] = [
  [
    // Two interfaces of MBIM come first, then one more: EM05, EM060K and EM061K.
    new Set(
      ['0127', '0128', '0309', '030a', '030d', '0310', '0311', '0315', '0803', '6008', '6009'].map(
        (productId) => `2c7c:${productId}`,
      ),
    ),
    { diag: 3, at: 5 },
  ],
  [new Set(['2c7c:0514']), { diag: 2, at: 4 }],
  [new Set(['3c93:ffff']), { diag: 8, at: 10 }],
];

const DIAG_CLASSES = 'ff/ff/30';
const RNDIS_CLASSES: ReadonlySet<string> = new Set(['e0/01/03', '02/02/ff', 'ef/04/01']);

/** null where the interface that should be it is missing or is not the maker's own class. */
export function interfaceRoles({ usbId, interfaces }: Pick<UsbNode, 'usbId' | 'interfaces'>): Roles {
  const layout = layoutOf(usbId, interfaces);
  const said = interfaces.filter(({ classes }) => classes === DIAG_CLASSES);
  const diag = said.length === 1 && said[0] !== undefined ? said[0].number : layout.diag;
  const at = diag + layout.at - layout.diag;
  const vendorSpecific = (number: number) =>
    interfaces.some((candidate) => candidate.number === number && candidate.classes.startsWith('ff/'))
      ? number
      : null;
  return { diag: vendorSpecific(diag), at: vendorSpecific(at) };
}

function layoutOf(usbId: UsbId, interfaces: readonly UsbInterface[]): Layout {
  const listed = LAYOUTS.find(([ids]) => ids.has(usbId))?.[1];
  if (listed !== undefined) return listed;
  const first = interfaces.find(({ number }) => number === 0);
  return first !== undefined && RNDIS_CLASSES.has(first.classes) ? BEHIND_RNDIS : USUAL;
}
