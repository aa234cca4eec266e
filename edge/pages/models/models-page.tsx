/** The catalogue: published models, and families that are known. */
import type { KnownFamily } from '../../../shared/catalogue-index.ts';
import { isFlashedByUs } from '../../../shared/catalogue-index.ts';
import { modelOf } from '../../../shared/model.ts';
import { howFlashed, nameToAsk } from '../../compatibility/known-modem.ts';
import type { ModelListing } from '../../store/model-rows.ts';
import { lookUpPath, modelPath, releasePath } from '../parts/links.ts';
import { NewestVersion } from '../parts/newest-version.tsx';
import { plural } from '../parts/numbers-said.ts';
import { number, TableHead } from '../parts/table-head.tsx';

type Props = {
  readonly models: readonly ModelListing[];
  readonly next: string | null;
  readonly families: readonly KnownFamily[];
  readonly isFirst: boolean;
};

export function ModelsPage({ models, next, families, isFirst }: Props) {
  return (
    <>
      <h1>Models</h1>
      <p class="lead">
        A model is a hardware and the size of its flash. The modem's version string says which one it is:{' '}
        <a href="/">look one up</a>.
      </p>
      <h2>Published here</h2>
      {models.length === 0 ? (
        <p>{isFirst ? 'No firmware is published here yet.' : 'There are no more models.'}</p>
      ) : (
        <Published models={models} />
      )}
      {next === null ? null : (
        <p>
          <a class="button quiet" href={next}>
            More models
          </a>
        </p>
      )}
      {families.length === 0 ? null : <Known families={families} />}
    </>
  );
}

function Published({ models }: { readonly models: readonly ModelListing[] }) {
  return (
    <table class="rows">
      <TableHead columns={['Model', 'Name', 'Newest release', number('Releases')]} />
      <tbody>
        {models.map(({ model, name, newestVersion, releaseCount }) => (
          <tr>
            <th scope="row">
              <a href={modelPath(model)}>{model}</a>
            </th>
            <td>{name}</td>
            <NewestVersion version={newestVersion} pathOf={(version) => releasePath(model, version)} />
            <td data-is="Releases:" class="number">
              {releaseCount}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Known({ families }: { readonly families: readonly KnownFamily[] }) {
  return (
    <>
      <h2>Known besides</h2>
      <p class="text soft">
        What the catalogue knows of families of modems, whether or not firmware for them is published or
        Cistern flashes them.
      </p>
      {[...byVendor(families)].map(([vendor, ofVendor]) => (
        <details class="vendor">
          <summary>{`${vendor}: ${plural(ofVendor.length, 'family', 'families')}`}</summary>
          <Families families={ofVendor} />
        </details>
      ))}
    </>
  );
}

function byVendor(families: readonly KnownFamily[]): ReadonlyMap<string, readonly KnownFamily[]> {
  return Map.groupBy(families, ({ vendor }) => vendor);
}

function Families({ families }: { readonly families: readonly KnownFamily[] }) {
  return (
    <table class="rows">
      <TableHead columns={['Family', 'Chip', 'Flashed', 'Hardware known']} />
      <tbody>
        {families.map((family) => (
          <tr>
            <th scope="row">
              <a href={lookUpPath(nameToAsk(family))}>{family.family}</a>
            </th>
            <td data-is="Chip:">{family.chip ?? <span class="soft">not known</span>}</td>
            <td data-is="Flashed">
              {howFlashed(family.flashMethod)}
              {isFlashedByUs(family) ? '' : ' (not by Cistern yet)'}
            </td>
            <td>
              <HardwareLinks family={family} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function HardwareLinks({ family: { vendor, models } }: { readonly family: KnownFamily }) {
  if (models.length === 0) return <span class="soft">none yet</span>;
  return (
    <>
      {models.map(({ hardware, flash }, i) => {
        const id = flash === null ? null : modelOf(vendor, { hardware, flash });
        return (
          <>
            {i === 0 ? '' : ', '}
            <a href={id === null ? lookUpPath(hardware) : modelPath(id)}>
              {hardware}
              {flash === null ? '' : `-${flash}`}
            </a>
          </>
        );
      })}
    </>
  );
}
