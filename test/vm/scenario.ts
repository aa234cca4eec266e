/** One scenario: what stands around the guest, and what is done in it. Host and guest read the same file. */
import type { Guest } from './guest/guest.ts';

export type ModemState = {
  readonly state: string;
  readonly firmware?: string;
  readonly calibration?: string;
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
  /** Looks at what the modem itself went through, when the guest is gone. */
  readonly afterwards?: (states: readonly ModemState[], setting: Setting) => void;
  /** What is printed when it passed, made of everything the modem said and what the guest reported, in order. */
  readonly report?: (events: readonly object[]) => string;
};

/** What the host tells the guest, as JSON in /run/job/setting.json. */
export type Setting = {
  readonly scenario: string;
  readonly usbipPort: number | null;
  readonly oldVersion: string;
  readonly newVersion: string;
  readonly repository: { readonly port: number; readonly rootFile: string } | null;
  readonly packageDirectory: string | null;
};
