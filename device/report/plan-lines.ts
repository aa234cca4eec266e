/** The plan in lines for people, in the order in which it is carried out. */
import { bootSectorOf } from '../../shared/storage.ts';
import type { PlanDocument } from './plan-document.ts';

export function planLines(plan: PlanDocument): readonly string[] {
  const { model, fromVersion, toVersion, storage, programmer } = plan;
  const unit = storage.type === 'nand' ? 'page' : 'sector';
  const bootSector = bootSectorOf(storage);
  const steps = columns([
    ...(plan.clearedFirst ?? []).map((range) => [
      'clear',
      range.partition ?? '-',
      'zeros',
      ...extent(range, unit),
    ]),
    ...plan.erases.map((range) => ['erase', range.partition ?? '-', '', ...extent(range, unit)]),
    ...plan.programs.map((range) => ['program', range.partition ?? '-', range.file, ...extent(range, unit)]),
  ]);
  const bodyEnd = steps.length - plan.programs.filter(({ startSector }) => startSector === bootSector).length;
  return [
    `plan for ${model}: ${fromVersion ?? 'what it holds now'} -> ${toVersion}`,
    `  flash      ${geometry(storage)}`,
    `  vouched    ${VOUCHERS[plan.vouchedBy]}`,
    `  programmer ${programmer}`,
    ...plan.guards.map((attributes) => `  guard      ${element(attributes)}   first, word for word`),
    ...steps.slice(0, bodyEnd),
    ...(plan.patches ?? []).map(
      ({ file, startSector }) => `  patch      sector ${startSector}, from ${file}`,
    ),
    ...steps.slice(bodyEnd),
    `  read back  every ${unit} that is programmed, and compared`,
    `  untouched  ${plan.protectedRanges.map(({ name, startSector, sectorCount }) => `${name} ${startSector}+${sectorCount}`).join(', ')}`,
  ];
}

/** The same in one line, for logs. */
export function planSummary({ storage, erases, programs, guards, protectedRanges }: PlanDocument): string {
  const bytes = programs.reduce((sum, program) => sum + program.bytes, 0);
  return `plan: ${guards.length} guard, ${erases.length} erases, ${programs.length} programs (${(bytes / 1e6).toFixed(1)} MB), ${storage.type === 'nand' ? 'start sector 0' : 'boot partition'} last; untouched: ${protectedRanges.map(({ name }) => name).join(', ')}`;
}

const VOUCHERS: Readonly<Record<PlanDocument['vouchedBy'], string>> = {
  signature: 'signed by your repository, verified from the pinned root',
  'md5-list':
    "NOT signed by your repository: only the vendor's own md5.txt in the package vouches for it, and the built-in catalogue",
};

function element(attributes: readonly (readonly [string, string])[]): string {
  return `<erase ${attributes.map(([name, value]) => `${name}="${value}"`).join(' ')}/>`;
}

function extent(
  { startSector, sectorCount, bytes }: PlanDocument['erases'][number],
  unit: string,
): readonly [string, string, string] {
  return [`${unit} ${startSector}`, `${sectorCount} ${unit}s`, `${bytes} B`];
}

function geometry(storage: PlanDocument['storage']): string {
  if (storage.type === 'nand')
    return `nand, ${storage.pageBytes} B a page, ${storage.pagesPerBlock} pages a block, ${storage.totalPages} pages`;
  return `emmc, ${storage.sectorBytes} B a sector, ${storage.totalSectors} sectors, boots from ${storage.bootStartSector}`;
}

/** Words to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const NUMBERS_FROM = 3;
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      i < NUMBERS_FROM ? cell.padEnd(i === 0 ? 10 : (widths[i] ?? 0)) : cell.padStart(widths[i] ?? 0),
    );
    return `  ${cells.join(' ')}`;
  });
}
