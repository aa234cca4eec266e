/** What is known of the hardware: how it shows itself on USB, its flash, what is never written. */
import { FoundIn } from '../parts/found-in.tsx';
import type { ModelFacts } from './model-facts.ts';

export function Hardware({ facts: { hardware, flash, routers, entry } }: { readonly facts: ModelFacts }) {
  return (
    <>
      <h2>Hardware</h2>
      <dl class="facts">
        <dt>Hardware</dt>
        <dd>
          <code>{hardware}</code>
        </dd>
        <dt>Flash</dt>
        <dd>{flash === null ? 'not known' : <code>{flash}</code>}</dd>
        {entry === null ? null : <Measured entry={entry} />}
        <FoundIn routers={routers} />
      </dl>
    </>
  );
}

function Measured({ entry }: { readonly entry: NonNullable<ModelFacts['entry']> }) {
  const { storage, usb, protectedRanges } = entry;
  return (
    <>
      <dt>Storage</dt>
      <dd>{storageWords(storage)}</dd>
      <dt>USB, normal</dt>
      <dd>
        <code>{usb.normal.join(', ')}</code>
      </dd>
      <dt>USB, emergency download (EDL)</dt>
      <dd>
        <code>{usb.edl.join(', ')}</code>
      </dd>
      <dt>Never written</dt>
      <dd>
        {protectedRanges.map(({ name, startSector, sectorCount }, i) => (
          <>
            {i === 0 ? '' : ', '}
            {`${name} (sectors ${startSector} to ${startSector + sectorCount - 1})`}
          </>
        ))}
      </dd>
    </>
  );
}

function storageWords(storage: NonNullable<ModelFacts['entry']>['storage']): string {
  if (storage.type === 'nand')
    return `NAND, pages of ${storage.pageBytes} bytes, ${storage.pagesPerBlock} to a block, ${storage.totalPages} in all`;
  return `eMMC, ${storage.totalSectors} sectors of ${storage.sectorBytes} bytes, boots from sector ${storage.bootStartSector}`;
}
