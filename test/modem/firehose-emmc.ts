/** A programmer for eMMC (edl 1c): sectors of 512 bytes that need no erase, patches, a drive to boot from. */
import type { FirehoseDialect } from './firehose-dialect.ts';
import { functionList, SDX55_FUNCTIONS } from './firehose-sdx55.ts';

export const firehoseEmmc: FirehoseDialect = {
  targetName: 'SDX7X',
  memoryName: 'emmc',
  storageName: 'eMMC',
  payloadMaxBytes: 1024 * 1024,
  payloadToHostBytes: 65_536,
  commands: SDX55_FUNCTIONS,
  eraseChecksPagesPerBlock: false,
  blankByte: 0,
  digestIn: 'response',
  delaysPower: true,
  logAfterResponse: undefined,
  banner: ['INFO: Binary build date: Jan 10 2023 @ 08:09:10', ...functionList(SDX55_FUNCTIONS)],
};
