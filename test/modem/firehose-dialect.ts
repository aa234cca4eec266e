/** How the programmers of different chips differ, as data (edl 1c); each in a file of its own. */
export type FirehoseDialect = {
  readonly targetName: string;
  readonly memoryName: string;
  /** As logs and getstorageinfo call it. */
  readonly storageName: 'NAND' | 'eMMC';
  /** Largest raw transfer from the host, in bytes. */
  readonly payloadMaxBytes: number;
  /** Size of raw transfers to the host, in bytes. */
  readonly payloadToHostBytes: number;
  readonly commands: readonly string[];
  /** Does an erase compare PAGES_PER_BLOCK? The 9x07 one does not (edl 0.8): only the alignment betrays a wrong package. */
  readonly eraseChecksPagesPerBlock: boolean;
  /** What a page without content reads as: many programmers send 0xEE, so that their dumps restore nothing (edl 0.9). */
  readonly blankByte: number;
  /** Where getsha256digest puts its digest. */
  readonly digestIn: 'log' | 'response';
  /** Does `<power>` heed DelayInSeconds? */
  readonly delaysPower: boolean;
  /** Said after every response but one before raw bytes, so that the host must drain until it is quiet. */
  readonly logAfterResponse: string | undefined;
  /** What it logs when it starts. */
  readonly banner: readonly string[];
};
