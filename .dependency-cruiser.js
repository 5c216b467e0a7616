/** The arrows of the architecture, held by a tool. Tests may reach anything. */
const notTests = '\\.test\\.ts$|^test/';
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'a cycle hides which part is the lower one, and breaks decorators under ESM',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'one-door-to-the-event-store',
      comment: 'only src/event-store speaks to the client library; the node uses its generated messages only',
      severity: 'error',
      from: {
        path: '^(src|projections)',
        pathNot: `^src/(event-store|embedded/event-store-node)/|${notTests}`,
      },
      to: { path: 'node_modules/@eventstore/db-client' },
    },
    {
      name: 'decisions-are-pure',
      comment:
        'deciders, decisions and folds know no framework, no I/O and no clock (UUIDv5 and persistent collections are pure)',
      severity: 'error',
      from: { path: '^src/.*\\.(decider|decision|evolve)\\.ts$' },
      to: { dependencyTypes: ['npm', 'core'], pathNot: 'node_modules/(uuid|immutable)/' },
    },
    {
      name: 'engine-knows-no-domain',
      comment: 'src/projecting drives any projection; it names no client and no segment',
      severity: 'error',
      from: { path: '^src/projecting', pathNot: notTests },
      to: { path: '^(src/(client|segment|policy|access|importing)|projections)' },
    },
    {
      name: 'src-reaches-projections-only-in-root-modules',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/cli/|${notTests}` },
      to: { path: '^projections' },
    },
    {
      name: 'projections-see-facts-only',
      comment: 'a read model knows the engine and the event types, never a command, a decider or a store',
      severity: 'error',
      from: { path: '^projections', pathNot: notTests },
      to: {
        path: '^src/(client/.*\\.(decider|decision|controller|commands)\\.ts|event-store/event-store|embedded)',
      },
    },
    {
      name: 'write-side-reads-no-read-model',
      severity: 'error',
      from: { path: '^src/client', pathNot: notTests },
      to: { path: '^(projections|src/projecting/(?!await))' },
    },
    {
      name: 'embedded-is-self-contained',
      comment: 'the embedded servers know nothing of the application that uses them',
      severity: 'error',
      from: { path: '^src/embedded', pathNot: notTests },
      to: { path: '^(src/(?!embedded)|projections)' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '(main|\\.d)\\.ts$' }, to: {} },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
