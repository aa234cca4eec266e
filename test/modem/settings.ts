/** What a host can see of a module besides its firmware: what a snapshot before flashing compares (field 2b). */
export type ModemSettings = {
  readonly sim: 'ready' | 'absent' | 'pin-locked';
  readonly iccid: string;
  /** `home` and `roaming` are registered; `off`: the radio does not try. */
  readonly registration: 'home' | 'roaming' | 'searching' | 'denied' | 'off';
  readonly operator: string;
  /** AT+CSQ's first number: 0..31, 99 unknown. */
  readonly signalQuality: number;
  readonly isAttached: boolean;
  readonly contexts: readonly { readonly cid: number; readonly type: string; readonly apn: string }[];
  /** 0 RMNET, 1 ECM, 2 MBIM, 3 RNDIS. */
  readonly usbNet: number;
  readonly mbn: { readonly autoSelect: boolean; readonly selected: string; readonly list: readonly string[] };
  /** AT+QCFG="roamservice": 1 off, 2 on, 255 as the SIM says. */
  readonly roamService: number;
  /** What ATI and AT+CGMM say instead of the module's own name: null is the own, empty is ERROR. */
  readonly productName: string | null;
  /** How many AT+QGMR after each boot are answered before the application side is up (field 2a). */
  readonly applicationPendingAnswers: number;
};

/** A module that works: registered at home, attached, one APN. */
export const workingSettings: ModemSettings = {
  sim: 'ready',
  iccid: '89860000000000000007',
  registration: 'home',
  operator: 'Simulated Mobile',
  signalQuality: 21,
  isAttached: true,
  contexts: [{ cid: 1, type: 'IPV4V6', apn: 'internet' }],
  usbNet: 0,
  mbn: {
    autoSelect: true,
    selected: 'ROW_Generic_3GPP',
    list: ['ROW_Generic_3GPP', 'OpenMkt-Commercial-CT'],
  },
  roamService: 255,
  productName: null,
  applicationPendingAnswers: 1,
};
