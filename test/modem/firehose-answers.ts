/** What the programmer says of itself and its storage (edl 1c). */
import type { FirehoseDialect } from './firehose-dialect.ts';
import { FIREHOSE_XML_MAX_BYTES } from './limits.ts';
import type { NandGeometry } from './nand.ts';

/** Attributes of the answer to configure, ACK and NAK alike. */
export function configurationAttributes(
  dialect: FirehoseDialect,
  payloadMaxBytes: number,
): Readonly<Record<string, string>> {
  return {
    MemoryName: dialect.memoryName.toUpperCase(),
    MinVersionSupported: '1',
    Version: '1',
    MaxPayloadSizeToTargetInBytes: String(payloadMaxBytes),
    MaxPayloadSizeToTargetInBytesSupported: String(dialect.payloadMaxBytes),
    MaxPayloadSizeFromTargetInBytes: String(dialect.payloadToHostBytes),
    MaxXMLSizeInBytes: String(FIREHOSE_XML_MAX_BYTES),
    TargetName: dialect.targetName,
    DateTime: 'Mar 14 2017 - 11:22:33',
  };
}

/** The log line that answers getstorageinfo; `block_size` is in bytes. */
export function storageDescription(geometry: NandGeometry, { storageName }: FirehoseDialect): string {
  const storage = {
    total_blocks: geometry.blockCount,
    block_size: geometry.pageBytes * geometry.pagesPerBlock,
    page_size: geometry.pageBytes,
    num_physical: 1,
    mem_type: storageName,
    prod_name: `simulated ${storageName}`,
  };
  return `INFO: ${JSON.stringify({ storage_info: storage })}`;
}
