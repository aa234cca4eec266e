import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';
import type { Delegation } from './tuf-repository.ts';

const at = setUpConformance();

type Edge = Delegation & { readonly from: string };
const edge = (from: string, name: string, change: Partial<Delegation> = {}): Edge => ({
  from,
  name,
  paths: ['*'],
  ...change,
});

async function publishGraph(edges: readonly Edge[]): Promise<void> {
  const { repository } = at;
  for (const { from, ...delegation } of edges) repository.delegate(from, delegation);
  await repository.publish(...repository.targets.keys());
  await repository.updateSnapshot();
  await at.init();
}

const visited = () => at.asked.slice(4).map((file) => file.replace(/ 1$/, ''));

const GRAPHS: Readonly<Record<string, readonly [readonly Edge[], readonly string[]]>> = {
  'one role': [[edge('targets', 'A')], ['A']],
  'two roles in the order they stand in': [
    [edge('targets', 'A'), edge('targets', 'B')],
    ['A', 'B'],
  ],
  'two levels': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('B', 'C')],
    ['A', 'B', 'C'],
  ],
  'depth before breadth': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('A', 'C'), edge('A', 'D')],
    ['A', 'C', 'D', 'B'],
  ],
  'three levels, depth before breadth': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('A', 'C'), edge('C', 'D')],
    ['A', 'C', 'D', 'B'],
  ],
  'a terminating role ends the search among its siblings and above': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('A', 'C', { terminating: true }), edge('A', 'D')],
    ['A', 'C'],
  ],
  'a terminating role’s own delegations are searched': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('A', 'C', { terminating: true }), edge('C', 'D')],
    ['A', 'C', 'D'],
  ],
  'a branch of other paths is left out': [
    [edge('targets', 'A', { paths: ['*.py'] }), edge('targets', 'B'), edge('A', 'C')],
    ['B'],
  ],
  'a branch of other paths is left out further down': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('A', 'C', { paths: ['*.py'] }), edge('C', 'D')],
    ['A', 'B'],
  ],
  'a circle is walked once': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('B', 'C'), edge('C', 'D'), edge('D', 'B')],
    ['A', 'B', 'C', 'D'],
  ],
  'a role of two delegators is visited by the first': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('B', 'C'), edge('A', 'C')],
    ['A', 'C', 'B'],
  ],
  'a role of two delegators is visited by the one whose paths match': [
    [edge('targets', 'A'), edge('targets', 'B'), edge('B', 'C'), edge('A', 'C', { paths: ['*.py'] })],
    ['A', 'B', 'C'],
  ],
};

describe('delegated roles are searched', () => {
  it.each(Object.entries(GRAPHS))('%s', async (_name, [edges, order]) => {
    await publishGraph(edges);
    expect(await at.download('missingpath')).toBe(1);
    expect(visited()).toEqual(order);
  });
});

describe('a target is found by its path', () => {
  const TREE = [
    edge('targets', 'A', { paths: ['*.doc', '*.md'] }),
    edge('targets', 'B', { paths: ['releases/*/*'] }),
    edge('B', 'C', { paths: ['releases/x/*'] }),
    edge('B', 'D', { paths: ['releases/y/*.zip'] }),
  ];
  const publishTree = async () => {
    const { repository } = at;
    for (const { from, ...delegation } of TREE) repository.delegate(from, delegation);
    await repository.addArtifact('targets', 'targetfile', 'targetfile content');
    await repository.addArtifact('A', 'README.md', 'README by A');
    await repository.addArtifact('C', 'releases/x/x_v1', 'x release by C');
    await repository.addArtifact('D', 'releases/y/y_v1.zip', 'y release by D');
    await repository.addArtifact('D', 'releases/z/z_v1.zip', 'z release by D');
    await repository.publish(...repository.targets.keys());
    await repository.updateSnapshot();
    await at.init();
  };

  it.each<[string, readonly string[], string | null]>([
    ['targetfile', [], 'targetfile content'],
    ['README.md', ['A'], 'README by A'],
    ['releases/x/x_v1', ['B', 'C'], 'x release by C'],
    ['releases/y/y_v1.zip', ['B', 'D'], 'y release by D'],
    ['releases/z/z_v1.zip', ['B'], null],
  ])('%s by way of %j', async (path, order, content) => {
    await publishTree();
    expect(await at.download(path)).toBe(content === null ? 1 : 0);
    expect(visited()).toEqual(order);
    expect(at.downloaded()).toEqual(content === null ? [] : [content]);
  });
});

describe('a role’s name', () => {
  it.each(['?', '#', '/delegatedrole', '../delegatedrole', '%2e', 'ä'])(
    'is quoted in what is asked, and harmless on disk: %s',
    async (name) => {
      await publishGraph([edge('targets', name)]);
      expect(await at.download('nonexistent target')).toBe(1);
      expect(at.asked).toContain(`${encodeURIComponent(name)} 1`);
      expect(Object.keys(at.trusted())).toHaveLength(5);
    },
  );
});
