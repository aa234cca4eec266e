/** What was found of the machine before the modem leaves normal mode. Measured, not judged. */
import type { RunningProcess } from '../machine.ts';

export type PortHolder = {
  readonly pid: number;
  readonly name: string;
  /** What it holds of the modem, e.g. `/dev/ttyUSB2`. */
  readonly nodes: readonly string[];
};

export type PowerFacts = {
  /** One of each supply that the kernel shows (/sys/class/power_supply). */
  readonly supplies: readonly {
    readonly name: string;
    readonly type: 'mains' | 'battery';
    /** Of mains: whether it is there. Of a battery: whether it loses charge. Null where the kernel does not say. */
    readonly online: boolean | null;
    readonly discharging: boolean | null;
    readonly percent: number | null;
  }[];
  /** Names of voltage alarms that are raised now, e.g. `rpi_volt`. */
  readonly undervoltage: readonly string[];
};

export type PreflightFacts = {
  /** Network interfaces of the modem itself, e.g. `wwan0`. */
  readonly modemNetDevices: readonly string[];
  /** Its device nodes, e.g. `/dev/ttyUSB2`. */
  readonly modemNodes: readonly string[];
  /** The modem in sysfs, as the kernel names it; null while it is not on a bus of this machine. */
  readonly modemPath: string | null;
  /** Whether a repository is asked at all. */
  readonly isUplinkWanted: boolean;
  /** The interface that a packet to the repository leaves from; null where nothing says, or no route leads there. */
  readonly routeDevice: string | null;
  /** Interfaces under `routeDevice` (a VLAN, a bridge, a mux), itself included. */
  readonly routeBeneath: readonly string[];
  /**
   * Whether one of these is a device of the machine (`device` in sysfs), or the way never leaves it. A VPN shows
   * neither, so that its packets may leave through anything.
   */
  readonly isRouteOnHardware: boolean;
  readonly holders: readonly PortHolder[];
  /** Other programs that flash modems, running now. */
  readonly otherUpdaters: readonly RunningProcess[];
  readonly power: PowerFacts;
  /** Whether the package survives a reboot: its stage lies on a disk, or a copy does. */
  readonly packageOutlivesReboot: boolean;
};
