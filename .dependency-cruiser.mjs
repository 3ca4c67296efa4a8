/** What may import what (docs/architecture.md). A rule says why; a planted violation of each is tested in test/unit. */
const process = (name, others) => ({
  name: `${name}-stands-alone`,
  comment: 'Processes meet in broker/contract and on the wire, never in code.',
  severity: 'error',
  from: { path: `^${name}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${others.join('|')})/`, pathNot: '^broker/(contract|runtime)/' },
})

const oneImporter = (
  library,
  importer,
  comment = 'One library has one importer, so it can be replaced in one place.',
) => ({
  name: `one-importer-of-${library.replace(/\W/g, '')}`,
  comment,
  severity: 'error',
  from: { path: '^(broker|edge|server|web)/', pathNot: [...[importer].flat(), '\\.test\\.ts$'] },
  to: { path: `node_modules/${library}/` },
})

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no order to read it in.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'contract-is-pure',
      comment: 'The contract runs in a browser and in every process: nothing but the schema library.',
      severity: 'error',
      from: { path: '^broker/contract/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^broker/contract/', 'node_modules/zod/'] },
    },
    {
      name: 'runtime-knows-no-process',
      comment: 'Runtime is shared by all Node processes.',
      severity: 'error',
      from: { path: '^broker/runtime/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(broker/(?!runtime/|contract/)|edge/|server/|web/)' },
    },
    {
      name: 'server-reads-only-the-journal',
      comment: 'Of the broker the server may use the journal reader and the credentials store, nothing else.',
      severity: 'error',
      from: { path: '^server/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(edge|web)/|^broker/(?!contract/|runtime/|journal/(reader|doorbell|files|entry)|identity/)',
      },
    },
    process('broker', ['edge', 'server', 'web']),
    process('edge', ['broker', 'server', 'web']),
    {
      name: 'web-runs-in-a-browser',
      comment: 'The page takes types and pure functions from the contract; no Node, no other process.',
      severity: 'error',
      from: { path: '^web/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(edge|server|test|scripts)/|^broker/(?!contract/)' },
    },
    {
      name: 'web-imports-no-node',
      comment: 'node: modules do not exist in a browser.',
      severity: 'error',
      from: { path: '^web/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'judgements-are-pure',
      comment: 'A judgement is a function of state, event and time: no I/O behind it.',
      severity: 'error',
      from: { path: '^(server/monitor|edge/door/(policy|door-machine))', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'only-main-starts-an-app',
      comment: 'app.ts is the composition root: main.ts, tests and scripts start it.',
      severity: 'error',
      from: { path: '^(broker|edge|server)/', pathNot: ['/main\\.ts$', '-main\\.ts$', '\\.test\\.ts$'] },
      to: { path: '^(broker|edge|server)/app\\.ts$' },
    },
    {
      name: 'production-knows-no-test',
      comment: 'Tests know the program, not the other way round.',
      severity: 'error',
      from: { path: '^(broker|edge|server|web)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|scripts)/' },
    },
    oneImporter('serialport', '^edge/fingerprint/serial-port\\.ts$'),
    oneImporter('onoff', '^edge/gpio/onoff\\.ts$', 'Optional, with an addon: loaded only where it is chosen.'),
    oneImporter('koffi', '^edge/libc\\.ts$'),
    oneImporter('aedes', '^broker/listener/'),
    oneImporter('socket\\.io', '^server/live/'),
    oneImporter('influx', '^server/series/influx'),
    oneImporter('socket\\.io-client', '^web/lib/'),
    oneImporter('uplot', '^web/explore/'),
    oneImporter('better-auth', '^server/auth/'),
    oneImporter('@simplewebauthn/server', '^server/auth/passkeys\\.ts$'),
    oneImporter('@simplewebauthn/browser', '^web/lib/passkey-browser\\.ts$'),
    oneImporter('openid-client', '^server/auth/provider\\.ts$'),
    oneImporter('uqr', '^web/settings/qr\\.ts$'),
    oneImporter('sv-router', '^web/router'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
    },
  },
}
