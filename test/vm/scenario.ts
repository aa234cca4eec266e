/** One scenario: what stands around the guest, and what is done in it. Host and guest read the same file. */
import type { Guest } from './guest/guest.ts';

export type ModemState = {
  readonly state: string;
  readonly firmware?: string;
  readonly calibration?: string;
};

/** A line that the modem process printed (`test/modem`). */
export type ModemEvent = { readonly event?: string };

export type PowerCut = {
  /** Power goes as soon as the modem says so; absent: the guest asks for it by `guest.cutPower`. */
  readonly at?: (event: ModemEvent) => boolean;
  /** Runs when the guest has its power again: what has to happen by itself, awaited. */
  readonly thenInGuest: (guest: Guest) => Promise<void>;
};

export type Scenario = {
  /** A sentence that is true when the scenario passes. */
  readonly title: string;
  /** The command line of the simulated modem besides `--version` and `--usbip`; null: no modem. */
  readonly modem: readonly string[] | null;
  /** `repository`: a running Worker with the new version published. `package`: its files alone. */
  readonly needs?: 'repository' | 'package';
  /** Size of that release, in bytes. Default: 0.6 MB. */
  readonly packageBytes?: number;
  /** Runs in the guest; throws when something is not as it should be. */
  readonly inGuest: (guest: Guest) => Promise<void>;
  /** The guest keeps on a disk what it writes, and loses its power once, in `inGuest`. */
  readonly powerCut?: PowerCut;
  /** Looks at what the modem itself went through, when the guest is gone. */
  readonly afterwards?: (
    states: readonly ModemState[],
    setting: Setting,
    events: readonly ModemEvent[],
  ) => void;
  /** What is printed when it passed, made of everything the modem said and what the guest reported, in order. */
  readonly report?: (events: readonly object[]) => string;
};

/** What the host tells the guest, as JSON in /run/job/setting.json. */
export type Setting = {
  readonly scenario: string;
  /** 2 after a power cut. */
  readonly boot: 1 | 2;
  readonly usbipPort: number | null;
  readonly oldVersion: string;
  readonly newVersion: string;
  readonly repository: { readonly port: number; readonly rootFile: string } | null;
  readonly packageDirectory: string | null;
};
