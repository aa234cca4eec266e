/** Every modem in sight, in whatever state, without opening one. */
import { ok, type Result } from '../../../shared/result.ts';
import { type ModemState, stateOf } from '../door.ts';
import { interfaceRoles, type Roles } from './interface-roles.ts';
import { makerOf, notQualcommName } from './modem-ids.ts';
import { readUsbTree, type UsbNode, type UsbTreeFailure } from './usb-tree.ts';

export type SeenModem = UsbNode & {
  readonly state: ModemState;
  /** A maker, or the name of a module that has no Qualcomm chip. */
  readonly name: string;
  readonly roles: Roles;
  /** False while the kernel still sets it up: its interfaces are not all there yet. */
  readonly isSettled: boolean;
};

export async function findModems(sysfs: string): Promise<Result<readonly SeenModem[], UsbTreeFailure>> {
  const tree = await readUsbTree(sysfs, (usbId) => makerOf(usbId) !== null);
  return tree.ok ? ok(tree.value.map(seen)) : tree;
}

function seen(node: UsbNode): SeenModem {
  const { usbId, interfaceCount, interfaces } = node;
  return {
    ...node,
    state: stateOf(usbId, interfaceCount),
    name: notQualcommName(usbId) ?? makerOf(usbId) ?? usbId,
    roles: interfaceRoles(node),
    isSettled: interfaceCount > 0 && interfaces.length >= interfaceCount,
  };
}
