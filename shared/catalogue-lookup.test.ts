import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CatalogueIndex, KnownFamily, KnownModel } from './catalogue-index.ts';
import { catalogueLookup } from './catalogue-lookup.ts';
import { NEAR_MISSES_MAX } from './limits.ts';

const model = (hardware: string, flash: string | null = 'M4G'): KnownModel => ({
  hardware,
  flash,
  name: `Quectel ${hardware}`,
  missing: [],
  edges: [],
  floors: [],
  knownIssues: [],
  seenVersions: [],
  interchangeableWith: [],
  routers: [],
  sources: ['a test'],
});
const family = (name: string, prefixes: string[], models: KnownModel[] = []): KnownFamily => ({
  vendor: 'quectel',
  family: name,
  hardwarePrefixes: prefixes,
  variants: [`${name}-E`],
  chip: null,
  flashMethod: 'firehose-nand',
  models,
  knownIssues: [],
  routers: [],
  sources: ['a test'],
});
const index = (...families: KnownFamily[]): CatalogueIndex => ({
  format: 'cistern-catalogue-index/1',
  families,
});
const ec25 = family('EC25', ['EC25'], [model('EC25EUGA'), model('EC25EUXGA', 'M1G'), model('EC25EFA')]);
const lookup = catalogueLookup(index(ec25, family('EC20', ['EC20']), family('EC200', ['EC200A', 'EC200U'])));
const namesOf = (found: readonly { model: KnownModel }[]) => found.map((each) => each.model.hardware);

describe('a look-up', () => {
  it('finds a hardware in each size of its flash', () => {
    const two = catalogueLookup(index(family('X', ['X1'], [model('X1A', 'M1G'), model('X1A', 'M4G')])));
    expect(two.modelsOf('X1A').map((each) => each.model.flash)).toEqual(['M1G', 'M4G']);
    expect(two.modelsOf('X1B')).toEqual([]);
  });

  it.each([
    ['EC25AUGA', 'EC25'],
    ['EC20CEFA', 'EC20'],
    ['EC200AXX', 'EC200'],
    ['ec25-e', 'EC25'],
    ['EC2', undefined],
    ['', undefined],
    ['EM7455', undefined],
  ])('tells the family of %j: %s', (text, expected) => {
    expect(lookup.familyOf(text)?.family).toBe(expected);
  });

  it.each([
    ['a letter that is missing', 'EC25UGA', ['EC25EUGA']],
    ['a letter other or missing, the other first', 'EC25EUA', ['EC25EFA', 'EC25EUGA']],
    ['a letter too many', 'EC25EUUGA', ['EC25EUXGA', 'EC25EUGA']],
    ['another letter', 'EC25EUGB', ['EC25EUGA']],
    ['a zero for an O, or so', 'EC25EFO', ['EC25EFA']],
    ['two letters swapped', 'EC25UEGA', ['EC25EUGA']],
    ['the hardware between two', 'EC25EUGA', ['EC25EUXGA']],
    ['a letter at another place', 'EC25GEUA', []],
    ['two other letters', 'EC25AAGA', []],
    ['nothing alike', 'RM520NGLAA', []],
  ])('offers what was meant by %s (%s)', (_, typed, meant) => {
    expect(namesOf(lookup.nearMisses(typed))).toEqual(meant);
  });

  it('offers a few, not all of them', () => {
    const many = Array.from({ length: 26 }, (_, i) => model(`EC25EU${String.fromCharCode(65 + i)}A`));
    const found = catalogueLookup(index(family('EC25', ['EC25'], many))).nearMisses('EC25EUA');
    expect(found).toHaveLength(NEAR_MISSES_MAX);
  });

  it('finds every hardware from which one letter was lost, whichever', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Z]{2}[0-9]{2}[A-Z]{2,6}$/),
        fc.nat({ max: 9 }),
        (hardware, place) => {
          const at = place % hardware.length;
          const typed = hardware.slice(0, at) + hardware.slice(at + 1);
          const found = catalogueLookup(index(family('X', ['X1'], [model(hardware)]))).nearMisses(typed);
          expect(namesOf(found)).toEqual([hardware]);
        },
      ),
    );
  });
});

describe('the work of a look-up', () => {
  afterEach(() => vi.restoreAllMocks());

  const letters = (n: number) =>
    [n, Math.floor(n / 26), Math.floor(n / 676)].map((i) => String.fromCharCode(65 + (i % 26))).join('');
  /** Families of ten models each, none a neighbour of another by fewer than two letters or digits of its prefix. */
  const catalogueOf = (count: number) =>
    index(
      ...Array.from({ length: count / 10 }, (_, f) => {
        const prefix = `Q${letters(f)}${10 + (f % 90)}`;
        const models = Array.from({ length: 10 }, (_, i) => model(`${prefix}${letters(i)}${letters(i)}`));
        return family(prefix, [prefix], models);
      }),
      ec25,
    );

  it.each(['EC25EUGA', 'EC25EUGB', 'EC25UEGA', 'ZZ99ZZZZ'])(
    'is the same for 10 models and for 10,000: %s',
    (typed) => {
      const workFor = (count: number) => {
        const built = catalogueLookup(catalogueOf(count));
        const reads = vi.spyOn(Map.prototype, 'get');
        const answer = [
          namesOf(built.modelsOf(typed)),
          built.familyOf(typed)?.family,
          namesOf(built.nearMisses(typed)),
        ];
        const readCount = reads.mock.calls.length;
        reads.mockRestore();
        return { answer, reads: readCount };
      };
      const [few, many] = [workFor(10), workFor(10_000)];
      expect(many).toEqual(few);
      expect(many.reads).toBeGreaterThan(0);
    },
  );
});
